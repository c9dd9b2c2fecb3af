"""Fixtures for the tests of worker pools: a catalog per test, and a folder for real segments."""

from tests.check.conftest import catalog, folder

__all__ = ["catalog", "folder"]
