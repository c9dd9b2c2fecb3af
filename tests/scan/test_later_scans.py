"""A later scan reads only changed playlists, and reports the changes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.errors import BucketBusy
from ossrec.jobs.judge import judge
from ossrec.jobs.scan.report import ScanOptions, ScanState
from ossrec.jobs.scan.scan import scan_bucket
from tests.buckets.sample_buckets import connect
from tests.oss_server import Fault, OssServer
from tests.scan.bucket_maker import DAY, PACKET, playlist, recording, segment, stem
from tests.scan.memory_bucket import MemoryBucket
from tests.scan.scanning import ONCE, content, found, scan


def verdicts(catalog: Path) -> list[str]:
    return [row["verdict"] for row in found(catalog)]


def rows(catalog: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(catalog)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def bucket() -> MemoryBucket:
    """Three complete recordings and one other file, in small pages."""
    place = MemoryBucket(size=4)
    for number in range(3):
        place.put(recording(stem(number), 4))
    place.put({"2026/readme.txt": b"x"})
    return place


# Over the real protocol.


def test_a_second_scan_of_an_unchanged_bucket_asks_for_the_listing_only(server: OssServer, catalog: Path) -> None:
    for number in range(3):
        for key, data in recording(stem(number), 4).items():
            server.bucket("recordings").put(key, data, DAY)
    first = scan(connect(server), catalog)
    assert (first.objects, first.new, first.playlists_read) == (15, 15, 3)
    assert first.requests == {"list": 1, "get": 3, "retry": 0}
    assert first.bytes_read > 0
    server.clear_requests()
    before = content(catalog)

    second = scan(connect(server), catalog)

    assert (second.objects, second.new, second.changed, second.gone, second.playlists_read) == (15, 0, 0, 0, 0)
    assert second.requests == {"list": 1, "get": 0, "retry": 0}
    assert (second.bytes_read, second.changes) == (0, [])
    assert [request.kind for request in server.requests] == ["LIST"]
    assert content(catalog) == before


def test_requests_that_were_made_again_are_counted(server: OssServer, catalog: Path) -> None:
    server.bucket("recordings").put(f"{stem(1)}.m3u8", playlist([]).encode(), DAY)
    server.faults.add(Fault("LIST", code="QpsLimitExceeded", times=2), Fault("GET", status=500))
    summary = scan(connect(server), catalog, retry=ONCE._replace(attempts=4))
    assert summary.requests == {"list": 3, "get": 2, "retry": 3}
    assert summary.warnings == []


# What is read again.


def test_only_the_playlist_that_changed_is_read_again(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    bucket.read_keys.clear()
    bucket.put({f"{stem(1)}.m3u8": playlist(segment(stem(1), at) for at in range(3)).encode()})

    summary = scan(bucket, catalog)

    assert bucket.read_keys == [f"{stem(1)}.m3u8"]
    assert (summary.changed, summary.playlists_read) == (1, 1)
    assert summary.changes == ["1 became flawed", "1 playlist lost 1 segment"]
    assert [row["reasons"] for row in found(catalog)] == [[], ["LST271", "LST281"], []]


def test_a_playlist_written_again_with_the_same_text_is_not_read_again(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    key = f"{stem(1)}.m3u8"
    bucket.objects[key] = bucket.objects[key]._replace(modified=DAY + 9)
    bucket.read_keys.clear()
    assert scan(bucket, catalog).changed == 1
    assert bucket.read_keys == []
    assert verdicts(catalog) == ["complete"] * 3


def test_every_version_of_a_playlist_that_was_seen_is_remembered(bucket: MemoryBucket, catalog: Path) -> None:
    for number in (4, 2, 3):
        keys = [segment(stem(1), at) for at in range(number)]
        bucket.put({f"{stem(1)}.m3u8": playlist(keys).encode()}, modified=DAY + number)
        scan(bucket, catalog)
        scan(bucket, catalog)
    versions = rows(
        catalog,
        "SELECT v.segments, v.duration, v.modified FROM playlist_versions v JOIN playlists p ON p.id = playlist_id"
        f" JOIN stems s ON s.id = stem_id WHERE stem = '{stem(1)}' ORDER BY v.modified",
    )
    assert versions == [(2, 4.0, DAY + 2), (3, 6.0, DAY + 3), (4, 8.0, DAY + 4)]


def test_a_playlist_that_lost_segments_once_is_not_told_again(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    bucket.put({f"{stem(1)}.m3u8": playlist([segment(stem(1), 0)]).encode()})
    assert scan(bucket, catalog).changes == ["1 became flawed", "1 playlist lost 3 segments"]
    bucket.put({f"{stem(1)[:5]}bak0_{stem(1)[5:]}.m3u8": playlist([]).encode()})
    assert not any("lost" in told for told in scan(bucket, catalog).changes)


# What comes, goes and comes back.


def test_a_segment_that_vanished_is_missing_until_it_comes_back(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    lost = segment(stem(1), 2)
    del bucket.objects[lost]
    summary = scan(bucket, catalog)
    assert (summary.gone, summary.changes) == (1, ["1 became incomplete"])
    row = found(catalog, verdicts=("incomplete",))[0]
    assert (row["segments_expected"], row["segments_present"], row["segments_missing"]) == (4, 3, 1)
    assert row["missing_seconds"] == 2.0
    assert rows(catalog, "SELECT key FROM object_keys WHERE gone") == [(lost,)]

    bucket.put({lost: PACKET})
    summary = scan(bucket, catalog)
    assert (summary.new, summary.gone, summary.changes) == (1, 0, ["1 became complete"])
    assert verdicts(catalog) == ["complete"] * 3


def test_a_recording_that_vanished_is_gone_until_it_comes_back(bucket: MemoryBucket, catalog: Path) -> None:
    whole = dict(bucket.objects)
    scan(bucket, catalog)
    bucket.objects = {key: one for key, one in whole.items() if not key.startswith(stem(1))}
    bucket.read_keys.clear()
    summary = scan(bucket, catalog)
    assert (summary.gone, summary.changes) == (5, ["1 became gone"])
    row = found(catalog, verdicts=("gone",))[0]
    assert (row["path"], row["playlist"], row["segments_expected"]) == (stem(1), f"{stem(1)}.m3u8", 4)
    assert (row["bytes"], row["segments_present"], row["reasons"]) == (0, 0, [])
    assert scan(bucket, catalog).changes == []

    bucket.objects = whole
    assert scan(bucket, catalog).changes == ["1 became complete"]
    assert bucket.read_keys == []
    assert verdicts(catalog) == ["complete"] * 3


def test_a_recording_whose_playlist_vanished_is_unfinished(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    del bucket.objects[f"{stem(1)}.m3u8"]
    assert scan(bucket, catalog).changes == ["1 became unfinished"]
    assert found(catalog, verdicts=("unfinished",))[0]["reasons"] == ["LST272"]


# What a scan says nothing of.


def test_a_narrower_scan_says_nothing_of_the_rest(bucket: MemoryBucket, catalog: Path) -> None:
    bucket.put(recording(stem(1, folder="2025/"), 4))
    scan(bucket, catalog)
    for key in list(bucket.objects):
        if key.startswith(("2025/", stem(2))) or "readme" in key:
            del bucket.objects[key]
    summary = scan(bucket, catalog, prefix="2026/rid")
    assert (summary.prefix, summary.objects, summary.gone, summary.recordings) == ("2026/rid", 10, 5, 3)
    assert verdicts(catalog) == ["complete", "complete", "complete", "gone"]
    assert all(key.startswith(stem(2)) for (key,) in rows(catalog, "SELECT key FROM object_keys WHERE gone"))


def test_an_empty_prefix_says_nothing_of_what_stands_beside_it(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    assert scan(bucket, catalog, prefix="2026/a").gone == 0
    assert rows(catalog, "SELECT count(*) FROM objects WHERE gone IS NOT NULL") == [(0,)]


def test_a_playlist_that_a_narrower_scan_may_not_read_is_left_to_a_wider_one(catalog: Path) -> None:
    other = f"2026/bak0_{stem(1).removeprefix('2026/')}"
    bucket = MemoryBucket()
    bucket.put({f"{other}.m3u8": playlist([segment(other, 0)]).encode(), segment(other, 0): PACKET})

    def break_off(state: ScanState) -> None:
        if state.phase == "checking":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_bucket(bucket, catalog, ScanOptions(), break_off)
    scan(bucket, catalog, prefix="2026/rid")
    assert bucket.read_keys == []
    assert verdicts(catalog) == ["unknown"]
    scan(bucket, catalog)
    assert verdicts(catalog) == ["complete"]


def test_buckets_in_one_catalog_do_not_disturb_each_other(bucket: MemoryBucket, catalog: Path) -> None:
    other = MemoryBucket(bucket.objects, name="oss://other")
    scan(bucket, catalog)
    scan(other, catalog)
    bucket.objects.clear()
    assert scan(bucket, catalog).gone == 16
    assert {(row["bucket"], row["verdict"]) for row in found(catalog)} == {
        ("oss://memory", "gone"),
        ("oss://other", "complete"),
    }
    assert scan(other, catalog).verdicts == {"complete": 3}


# Listings that break off.


def test_a_listing_that_fails_marks_nothing_gone_and_goes_on_later(bucket: MemoryBucket, catalog: Path) -> None:
    scan(bucket, catalog)
    calm = catalog.with_name("calm.db")
    scan(bucket, calm)
    for key in (segment(stem(0), 0), segment(stem(2), 3)):
        del bucket.objects[key]
    bucket.put(recording(stem(7), 4))
    bucket.fails_after = len(bucket.listed) + 2
    with pytest.raises(BucketBusy):
        scan(bucket, catalog, retry=ONCE)
    assert rows(catalog, "SELECT count(*) FROM objects WHERE gone IS NOT NULL") == [(0,)]
    assert verdicts(catalog)[:3] == ["complete"] * 3

    bucket.fails_after = None
    bucket.listed.clear()
    summary = scan(bucket, catalog)
    assert summary.resumed
    assert (summary.objects, summary.new, summary.gone) == (19, 5, 2)
    assert bucket.listed[0][1] != ""
    scan(bucket, calm)
    assert content(catalog) == content(calm)


def test_a_fresh_scan_does_not_go_on_with_one_that_broke_off(bucket: MemoryBucket, catalog: Path) -> None:
    _break_off(bucket, catalog)
    summary = scan(bucket, catalog, fresh=True)
    assert not summary.resumed
    assert bucket.listed[0] == ("", "", None)
    assert summary.objects == 16


def test_a_scan_that_broke_off_long_ago_is_started_over(bucket: MemoryBucket, catalog: Path) -> None:
    _break_off(bucket, catalog)
    with closing(sqlite3.connect(catalog)) as conn, conn:
        conn.execute("UPDATE scans SET started = started - 90000")
    assert not scan(bucket, catalog).resumed
    assert bucket.listed[0] == ("", "", None)
    assert rows(catalog, "SELECT state FROM scans ORDER BY id") == [("abandoned",), ("finished",)]


def _break_off(bucket: MemoryBucket, catalog: Path) -> None:
    bucket.fails_after = 2
    with pytest.raises(BucketBusy):
        scan(bucket, catalog, retry=ONCE)
    bucket.fails_after = None
    bucket.listed.clear()


def test_a_bucket_that_cannot_be_listed_at_all_leaves_the_catalog_as_it_was(server: OssServer, catalog: Path) -> None:
    server.bucket("recordings").put("a.txt", b"x", DAY)
    scan(connect(server), catalog)
    before = content(catalog)
    server.faults.add(Fault("LIST", status=503, times=None))
    with pytest.raises(BucketBusy):
        scan(connect(server), catalog, retry=ONCE)
    assert content(catalog) == before


def test_a_full_disk_is_told_as_such_and_loses_nothing(
    bucket: MemoryBucket, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out_of_room(conn: sqlite3.Connection, *_: object) -> int:
        conn.execute("ROLLBACK")  # as SQLite does by itself then
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(judge, "store_playlist", run_out_of_room)
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            scan(bucket, catalog)
    scan(bucket, catalog)
    assert verdicts(catalog) == ["complete"] * 3
