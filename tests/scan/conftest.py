"""What most tests of scanning need: a catalog of their own, and an OSS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oss_server import OssServer


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Where the catalog will be."""
    return tmp_path / "catalog.db"


@pytest.fixture
def server() -> Iterator[OssServer]:
    """An OSS with no buckets yet."""
    with OssServer() as running:
        yield running
