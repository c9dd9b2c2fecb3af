"""Scans check the files of callbacks first; missing files cost few requests and do not delay others."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.tasks.callbacks import CallbackRow, save_callback
from ossrec.jobs.scan import callback_files as first
from ossrec.tasks.callback_bucket import bucket_named_in
from tests.scan.bucket_maker import DAY, recording, stem
from tests.scan.memory_bucket import MemoryBucket
from tests.scan.scanning import scan
from tests.tasks.catalogs import rows_of, written

OTHER = "https://other.oss-cn-hangzhou.aliyuncs.com/"
OWN = "https://memory.oss-cn-hangzhou.aliyuncs.com/"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the clock to so many seconds after the callbacks came."""

    def go(after: int) -> None:
        monkeypatch.setattr(time, "time", lambda: float(DAY + 1000 + after))

    go(0)
    return go


def told(catalog: Path, *files: str, address: str = OWN) -> None:
    """Callbacks that name these files."""
    with written(catalog) as conn:
        for number, file in enumerate(files):
            body = json.dumps({"context": {"fileaddress": address + file}})
            row = CallbackRow(f"{address}{number}{file}", DAY + 1000, 0, 2, None, None, file, body)
            save_callback(conn, row, may_be_saved=False)


def looks(bucket: MemoryBucket, catalog: Path, **options: Any) -> list[str]:
    """The stems that a scan asks for beside its listing."""
    bucket.listed.clear()
    scan(bucket, catalog, **options)
    return [prefix for prefix, _, _ in bucket.listed if prefix != options.get("prefix", "")]


def test_a_file_that_is_not_there_is_asked_for_less_and_less_often(alone: Path, at: Callable[[int], None]) -> None:
    bucket, catalog = MemoryBucket(recording_of(9)), alone / "ossrec.db"
    told(catalog, f"{stem(1)}.m3u8")
    asked = []
    for minute in [*range(0, 50, 10), *range(60, 3 * 24 * 60 + 60, 160)]:
        at(60 * minute)
        asked += [minute] * len(looks(bucket, catalog))

    assert asked == [0, 10, 20, 40, 220, 540, 1180, 2460]


def test_one_that_comes_late_is_found_and_is_asked_for_no_more(alone: Path, at: Callable[[int], None]) -> None:
    bucket, catalog = MemoryBucket(), alone / "ossrec.db"
    told(catalog, f"{stem(1)}.m3u8")
    looks(bucket, catalog)
    bucket.objects |= recording_of(1)
    at(600)

    assert looks(bucket, catalog) == [stem(1)]
    assert rows_of(catalog, "SELECT file_found FROM callbacks") == [{"file_found": 1}]
    at(86_400)
    assert looks(bucket, catalog) == []


def test_the_same_file_is_asked_for_once(alone: Path, at: Callable[[int], None]) -> None:
    bucket, catalog = MemoryBucket(recording_of(1)), alone / "ossrec.db"
    for address in (OWN, "http://cdn.example/", "http://other.example/"):
        told(catalog, f"{stem(1)}.m3u8", f"{stem(2)}.m3u8", address=address)

    assert sorted(looks(bucket, catalog)) == [stem(1), stem(2)]
    rows = rows_of(catalog, "SELECT file_found FROM callbacks ORDER BY 1")
    assert [row["file_found"] for row in rows] == [0, 0, 0, 1, 1, 1]


def test_all_files_are_linked_at_once(alone: Path, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    link = first.link
    monkeypatch.setattr(first, "link", lambda conn, now: (passes.append(now), link(conn, now))[1])
    bucket, catalog = MemoryBucket(recording_of(1) | recording_of(2) | recording_of(3)), alone / "ossrec.db"
    looks(bucket, catalog)
    assert passes == []
    told(catalog, f"{stem(1)}.m3u8", f"{stem(2)}.m3u8", f"{stem(3)}.m3u8", f"{stem(4)}.m3u8")

    assert sorted(looks(bucket, catalog)) == [stem(1), stem(2), stem(3), stem(4)]
    assert len(passes) == 1
    assert rows_of(catalog, "SELECT sum(file_found) AS n FROM callbacks") == [{"n": 3}]


def test_the_newest_do_not_starve_those_that_wait(
    alone: Path, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first, "_MOST_REQUESTS", 4)
    bucket, catalog = MemoryBucket(), alone / "ossrec.db"
    told(catalog, *(f"{stem(number)}.m3u8" for number in range(10)))

    rounds = [{int(one.split("_")[1], 16) & 0xFF for one in looks(bucket, catalog)} for _ in range(3)]
    assert rounds == [{9, 8, 0, 1}, {7, 6, 2, 3}, {4, 5}]


def test_what_is_in_another_bucket_costs_nothing_and_waits_for_that(alone: Path, at: Callable[[int], None]) -> None:
    bucket, catalog = MemoryBucket(recording_of(1)), alone / "ossrec.db"
    told(catalog, f"{stem(1)}.m3u8", f"{stem(2)}.m3u8", address=OTHER)

    assert looks(bucket, catalog) == []
    assert looks(MemoryBucket(recording_of(1), name="oss://other"), catalog) == [stem(2), stem(1)]


def test_what_is_under_another_prefix_waits_for_that(alone: Path, at: Callable[[int], None]) -> None:
    bucket, catalog = MemoryBucket(recording_of(1)), alone / "ossrec.db"
    told(catalog, f"{stem(1)}.m3u8")

    assert looks(bucket, catalog, prefix="2025/") == []
    assert looks(bucket, catalog, prefix="2026/") == [stem(1)]


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("https://one.oss-cn-hangzhou.aliyuncs.com/a.m3u8?Expires=1", "one"),
        ("http://one.oss-accelerate.aliyuncs.com/a.m3u8", "one"),
        ("HTTP://ONE.oss-cn-hangzhou-internal.aliyuncs.com:80/a.m3u8", "one"),
        ("https://oss-cn-hangzhou.aliyuncs.com/one/a.m3u8", "one"),
        ("https://s3.oss-cn-hangzhou.aliyuncs.com/one/a.m3u8", "one"),
        ("https://recordings.example.com/a.m3u8", None),
        ("https://aliyuncs.com.example/a.m3u8", None),
        ("http://[broken", None),
        ("2026/a.m3u8", None),
        (7, None),
    ],
)
def test_the_bucket_in_an_address(address: object, bucket: str | None) -> None:
    context = {"fileaddress": address}
    for inside in (context, json.dumps(context)):
        assert bucket_named_in(json.dumps({"context": inside})) == bucket
    for body in ("", "[]", "no JSON", '{"context": 5}', "[" * 100_000):
        assert bucket_named_in(body) is None


def recording_of(number: int) -> Any:
    """The objects of a recording."""
    bucket = MemoryBucket()
    bucket.put(recording(stem(number), 2))
    return bucket.objects
