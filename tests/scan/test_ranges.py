"""Listing a large bucket in several key ranges gives the same catalog as listing it in one."""

from pathlib import Path

import pytest

from ossrec.errors import BucketBusy
from ossrec.jobs.scan import scan as module
from tests.buckets.sample_buckets import connect
from tests.oss_server import OssServer
from tests.scan.bucket_maker import DAY, recording, segment, stem
from tests.scan.memory_bucket import MemoryBucket
from tests.scan.scanning import ONCE, content, scan


@pytest.fixture(autouse=True)
def _small_buckets_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RANGE_SIZE", 10)


@pytest.fixture
def bucket() -> MemoryBucket:
    """Twelve recordings, some of them damaged, and other files before, between and after them."""
    place = MemoryBucket(size=7)
    for number in range(12):
        place.put(recording(stem(number), 8, without=[5] if number % 3 == 0 else []))
    place.put(dict.fromkeys(["0-first.txt", "2026/", f"{stem(5)}.txt", "2026/zz.bin", "課.ts"], b"x"))
    return place


def change(bucket: MemoryBucket) -> None:
    """Objects are added, deleted and changed in every range."""
    for number in (0, 4, 7, 11):
        del bucket.objects[segment(stem(number), 2)]
    bucket.put(recording(stem(3), 9))
    bucket.put(recording(stem(20), 4))
    bucket.put({"0-first.txt": b"other"}, modified=DAY + 1)
    del bucket.objects["課.ts"]


def test_many_ranges_end_like_one(bucket: MemoryBucket, catalog: Path) -> None:
    calm = catalog.with_name("calm.db")
    for place in (catalog, calm):
        scan(bucket, place)
    change(bucket)
    bucket.listed.clear()
    many = scan(bucket, catalog, threads=4)
    starts = {(after, until) for _, after, until in bucket.listed if until is None or after < until}
    assert len({until for _, until in starts}) == 4
    one = scan(bucket, calm, threads=1)
    assert (many.objects, many.new, many.changed, many.gone) == (one.objects, one.new, one.changed, one.gone)
    assert many.objects == len(bucket.objects)
    assert many.changes == one.changes
    assert content(catalog) == content(calm)


@pytest.mark.parametrize("pages", [1, 3, 6, 9])
def test_ranges_that_broke_off_go_on_where_each_of_them_was(bucket: MemoryBucket, catalog: Path, pages: int) -> None:
    calm = catalog.with_name("calm.db")
    for place in (catalog, calm):
        scan(bucket, place)
    change(bucket)
    bucket.fails_after = len(bucket.listed) + pages
    with pytest.raises(BucketBusy):
        scan(bucket, catalog, threads=3, retry=ONCE)
    bucket.fails_after = None
    summary = scan(bucket, catalog, threads=2)
    assert summary.resumed
    assert summary.objects == len(bucket.objects)
    scan(bucket, calm, threads=1)
    assert content(catalog) == content(calm)


def test_ranges_over_the_real_protocol_cover_the_bucket(server: OssServer, catalog: Path) -> None:
    for number in range(6):
        for key, data in recording(stem(number), 8).items():
            server.bucket("recordings").put(key, data, DAY)
    server.bucket("recordings").put("z.txt", b"x", DAY)
    scan(connect(server), catalog)
    server.clear_requests()
    summary = scan(connect(server), catalog, threads=4)
    assert (summary.objects, summary.new, summary.gone) == (55, 0, 0)
    assert sum("start-after" in request.query for request in server.requests) == 3


def test_a_folder_is_listed_in_one_range(bucket: MemoryBucket, catalog: Path) -> None:
    bucket.name = "/a/folder"
    scan(bucket, catalog)
    bucket.listed.clear()
    scan(bucket, catalog, threads=4)
    assert {until for _, _, until in bucket.listed} == {None}
