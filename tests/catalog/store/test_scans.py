"""Scans in the catalog: started, resumed, finished, and the objects that are gone at the end."""

import sqlite3
from itertools import pairwise

import pytest

from ossrec.catalog.store.ingest import Ingest, IngestedPage
from ossrec.catalog.store.scans import (
    Scan,
    add_counts,
    begin_scan,
    bucket_number,
    end_listing,
    expected_objects,
    finish_scan,
    range_stops,
    save_position,
    unfinished_scan,
)
from ossrec.errors import BucketBusy
from ossrec.jobs.scan.list_bucket import list_bucket
from ossrec.jobs.session.signals import StopRequest
from tests.scan.bucket_maker import segment, stem
from tests.scan.memory_bucket import MemoryBucket, Stored

NOW = 1_793_000_000


@pytest.fixture
def bucket(writer: sqlite3.Connection) -> int:
    return bucket_number(writer, "oss://one")


def finish(conn: sqlite3.Connection, scan: Scan) -> None:
    end_listing(conn, scan)
    finish_scan(conn, scan, NOW + 9, {"objects": 1})


def states(conn: sqlite3.Connection) -> list[str]:
    return [state for (state,) in conn.execute("SELECT state FROM scans ORDER BY id")]


def test_a_bucket_keeps_its_number(writer: sqlite3.Connection) -> None:
    numbers = [bucket_number(writer, name) for name in ("oss://one", "/folder", "oss://one", "oss://one/")]
    assert numbers[0] == numbers[2]
    assert len(set(numbers)) == 3


def test_ranges_cover_the_key_space_without_a_gap(writer: sqlite3.Connection, bucket: int) -> None:
    scan = begin_scan(writer, bucket, "", ["c", "m"], NOW)
    assert [(r.start, r.stop, r.position, r.done) for r in scan.ranges] == [
        ("", "c", "", False),
        ("c", "m", "c", False),
        ("m", None, "m", False),
    ]


def test_a_scan_that_did_not_finish_is_found_where_it_stood(writer: sqlite3.Connection, bucket: int) -> None:
    scan = begin_scan(writer, bucket, "a/", ["a/c"], NOW)
    save_position(writer, scan, 0, "a/bb", done=False)
    save_position(writer, scan, 1, "a/z", done=True)
    found = unfinished_scan(writer, bucket, "a/")
    assert found is not None
    assert found.resumed
    assert found[:4] == scan[:4]
    assert [(r.position, r.done) for r in found.ranges] == [("a/bb", False), ("a/z", True)]
    assert unfinished_scan(writer, bucket, "") is None
    assert unfinished_scan(writer, bucket_number(writer, "oss://two"), "a/") is None


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [("", "", "abandoned"), ("", "a/", "abandoned"), ("a/b", "a/", "abandoned"), ("b/", "a/", "listing")],
    ids=["the same", "a narrower one", "a wider one", "one beside it"],
)
def test_a_scan_is_not_resumed_once_another_listed_keys_of_it(
    writer: sqlite3.Connection, bucket: int, first: str, second: str, state: str
) -> None:
    begin_scan(writer, bucket, first, [], NOW)
    begin_scan(writer, bucket, second, [], NOW)
    assert states(writer) == [state, "listing"]


def test_an_object_that_came_back_between_two_scans_is_not_gone_when_the_first_is_resumed(
    writer: sqlite3.Connection, bucket: int
) -> None:
    place = MemoryBucket({"a/1": Stored(), "b/1": Stored(), "b/2": Stored()}, size=1, name="oss://one")
    _list(writer, place, "")
    del place.objects["a/1"]
    place.fails_after = 1 + len(place.listed)
    with pytest.raises(BucketBusy):
        _list(writer, place, "")
    assert writer.execute("SELECT count(*) FROM absent").fetchone() == (1,)
    place.fails_after = None
    place.objects["a/1"] = Stored()
    _list(writer, place, "a/")
    _list(writer, place, "")
    assert writer.execute("SELECT key FROM object_keys WHERE gone").fetchall() == []


def _list(conn: sqlite3.Connection, place: MemoryBucket, prefix: str) -> None:
    number = bucket_number(conn, place.name)
    scan = unfinished_scan(conn, number, prefix) or begin_scan(conn, number, prefix, [], NOW)
    list_bucket(conn, place, scan, Ingest(conn, scan.id, number, NOW), StopRequest(), threads=1, listed=lambda _: None)


def test_a_scan_that_only_had_to_judge_is_not_resumed(writer: sqlite3.Connection, bucket: int) -> None:
    end_listing(writer, begin_scan(writer, bucket, "", [], NOW))
    assert unfinished_scan(writer, bucket, "") is None
    begin_scan(writer, bucket, "", [], NOW)
    assert states(writer) == ["abandoned", "listing"]


def test_what_a_scan_needed_to_resume_is_not_kept(writer: sqlite3.Connection, bucket: int) -> None:
    begin_scan(writer, bucket, "", ["a"], NOW)
    finish(writer, begin_scan(writer, bucket, "", [], NOW))
    assert states(writer) == ["abandoned", "finished"]
    for table in ("scan_ranges", "absent"):
        assert writer.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_counts_add_up_over_pages_and_are_expected_of_the_next_scan(writer: sqlite3.Connection, bucket: int) -> None:
    assert expected_objects(writer, bucket, "") is None
    scan = begin_scan(writer, bucket, "", [], NOW)
    add_counts(writer, scan, 1000, IngestedPage(3, 2))
    add_counts(writer, scan, 10, IngestedPage(1, 1))
    assert expected_objects(writer, bucket, "") is None
    finish(writer, scan)
    begin_scan(writer, bucket, "", [], NOW)
    assert expected_objects(writer, bucket, "") == 1010
    assert expected_objects(writer, bucket, "a/") is None
    row = writer.execute("SELECT started, finished, objects, new, changed, summary FROM scans").fetchone()
    assert row == (NOW, NOW + 9, 1010, 4, 3, '{"objects": 1}')


def _fill(conn: sqlite3.Connection, bucket: int, recordings: int, prefix: str = "2026/") -> None:
    ingest = Ingest(conn, 0, bucket, NOW)
    for number in range(recordings):
        place = ingest.stems.locate(segment(stem(number, folder=prefix), 0))[0]
        conn.execute("UPDATE recordings SET segments_present = 99 WHERE id = ?", (place.recording_id,))


@pytest.mark.parametrize("ranges", [2, 3, 8])
def test_a_bucket_is_split_into_ranges_of_as_many_objects(writer: sqlite3.Connection, bucket: int, ranges: int) -> None:
    _fill(writer, bucket, 48)
    stops = range_stops(writer, bucket, "2026/", ranges)
    assert stops == sorted(set(stops))
    assert len(stops) == ranges - 1
    stems = [row[0] for row in writer.execute("SELECT stem FROM stems ORDER BY stem")]
    borders = [0, *map(stems.index, stops), len(stems)]
    parts = [high - low for low, high in pairwise(borders)]
    assert max(parts) - min(parts) <= 2


def test_ranges_stay_within_the_prefix_and_the_bucket(writer: sqlite3.Connection, bucket: int) -> None:
    _fill(writer, bucket, 9, "2025/")
    _fill(writer, bucket, 9, "2026/")
    _fill(writer, bucket_number(writer, "oss://two"), 9, "2026/other/")
    stops = range_stops(writer, bucket, "2026/", 3)
    assert len(stops) == 2
    assert all(stop.startswith("2026/rid") for stop in stops)


def test_what_was_never_scanned_is_not_split(writer: sqlite3.Connection, bucket: int) -> None:
    assert range_stops(writer, bucket, "", 8) == []
