"""An OSS of its own for each test, and buckets in it."""

from collections.abc import Iterator

import pytest

from ossrec.buckets.oss import OssBucket
from tests.buckets.places import connect
from tests.oss_server import OssServer


@pytest.fixture
def server() -> Iterator[OssServer]:
    with OssServer() as running:
        yield running


@pytest.fixture
def oss(server: OssServer) -> OssBucket:
    """An empty bucket, reached with the server's own key."""
    return connect(server)
