"""Buckets for tests: a folder, a local OSS server, and either of them wrapped."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ossrec.buckets.counting import CountingBucket
from ossrec.buckets.open import open_bucket
from ossrec.buckets.oss.bucket import OssBucket
from ossrec.buckets.protocol import START, Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.buckets.settings import BucketSettings
from ossrec.model import Cursor, ObjectInfo, Page
from tests.oss_server import OssServer
from tests.running import PATIENCE

NAME = "recordings"
MODIFIED = 1_793_500_000  # of every object

Fill = Callable[[Mapping[str, bytes]], Bucket]


def environment(server: OssServer) -> dict[str, str]:
    return {"OSS_ACCESS_KEY_ID": server.access_key_id, "OSS_ACCESS_KEY_SECRET": server.access_key_secret}


def connect(
    server: OssServer, name: str = NAME, variables: Mapping[str, str] | None = None, **settings: Any
) -> OssBucket:
    """The bucket *name* of *server*, which is made if it is not there."""
    server.bucket(name)
    given = {"endpoint": server.endpoint, "region": server.region, "timeout_read": PATIENCE, **settings}
    known = environment(server) if variables is None else variables
    bucket = open_bucket(f"oss://{name}", BucketSettings(**given), known)
    assert isinstance(bucket, OssBucket)
    return bucket


def fill_oss(server: OssServer, name: str = NAME, **settings: Any) -> Fill:
    def fill(objects: Mapping[str, bytes]) -> Bucket:
        for key, data in objects.items():
            server.bucket(name).put(key, data, MODIFIED)
        return connect(server, name, **settings)

    return fill


def fill_folder(root: Path) -> Fill:
    def fill(objects: Mapping[str, bytes]) -> Bucket:
        write_files(root, objects)
        return open_bucket(str(root))

    return fill


def write_files(root: Path, objects: Mapping[str, bytes]) -> None:
    for key, data in objects.items():
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (MODIFIED, MODIFIED))


def wrap(bucket: Bucket) -> Bucket:
    counting = CountingBucket(bucket)
    return RetryingBucket(counting, on_retry=counting.note_retry)


def all_pages(bucket: Bucket, prefix: str = "", after: str = "", until: str | None = None) -> list[Page]:
    pages = []
    cursor: Cursor | None = Cursor(after) if after else START
    while cursor is not None:
        pages.append(bucket.page(prefix, cursor, until=until))
        cursor = pages[-1].next
    return pages


def all_objects(bucket: Bucket, prefix: str = "", after: str = "", until: str | None = None) -> list[ObjectInfo]:
    return [item for page in all_pages(bucket, prefix, after, until) for item in page.objects]


def all_keys(bucket: Bucket, prefix: str = "", after: str = "", until: str | None = None) -> list[str]:
    return [item.key for item in all_objects(bucket, prefix, after, until)]


def send_each_request(bucket: Bucket) -> None:
    """One request of each kind."""
    bucket.page()
    bucket.read("a", limit=100)
    bucket.read_range("a", 1, 3)
