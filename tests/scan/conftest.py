"""What most tests of scanning need: a catalog of their own."""

from pathlib import Path

import pytest


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Where the catalog will be."""
    return tmp_path / "catalog.db"
