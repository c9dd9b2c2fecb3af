"""A catalog for each test of scans."""

from pathlib import Path

import pytest


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Return the path of the catalog, which does not exist yet."""
    return tmp_path / "catalog.db"
