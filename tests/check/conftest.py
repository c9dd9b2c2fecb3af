"""Fixtures for the tests of check: a catalog per test, and a folder for real segments."""

from pathlib import Path

import pytest

from tests.scan.conftest import catalog

__all__ = ["catalog", "folder"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a bucket on disk will be."""
    place = tmp_path / "bucket"
    place.mkdir()
    return place
