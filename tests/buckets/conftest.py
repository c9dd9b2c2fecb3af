"""Fixtures for the tests of buckets: a bucket on a local OSS server per test."""

import pytest

from ossrec.buckets.oss.bucket import OssBucket
from tests.buckets.sample_buckets import connect
from tests.oss_server import OssServer


@pytest.fixture
def oss(server: OssServer) -> OssBucket:
    """An empty bucket, reached with the server's own key."""
    return connect(server)
