"""A server with one bucket that anyone may read."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.oss_server import OssServer
from tests.oss_server.store import Bucket
from tests.server.asking import BUCKET, Raw


@pytest.fixture
def bucket(server: OssServer) -> Bucket:
    return server.bucket(BUCKET, public=True)


@pytest.fixture
def raw(server: OssServer, bucket: Bucket) -> Iterator[Raw]:
    asker = Raw(server)
    with closing(asker.connection):
        yield asker
