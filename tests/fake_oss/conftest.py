"""Fixtures for the tests of the local OSS server: a server with one public bucket."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.fake_oss.clients import BUCKET, RawClient
from tests.oss_server import OssServer
from tests.oss_server.store import Bucket


@pytest.fixture
def bucket(server: OssServer) -> Bucket:
    return server.bucket(BUCKET, public=True)


@pytest.fixture
def raw(server: OssServer, bucket: Bucket) -> Iterator[RawClient]:
    asker = RawClient(server)
    with closing(asker.connection):
        yield asker
