"""A catalog of their own and a folder of real segments for tests of worker pools."""

from tests.check.conftest import catalog, folder

__all__ = ["catalog", "folder"]
