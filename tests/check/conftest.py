"""What most tests of checking need: a catalog of their own, an OSS, a folder of real segments."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oss_server import OssServer


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Where the catalog will be."""
    return tmp_path / "catalog.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a bucket on disk will be."""
    place = tmp_path / "bucket"
    place.mkdir()
    return place


@pytest.fixture
def server() -> Iterator[OssServer]:
    """An OSS with no buckets yet."""
    with OssServer() as running:
        yield running
