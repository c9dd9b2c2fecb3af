"""A bucket that changes during a scan: segments that arrive late are not reported as missing."""

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from ossrec.buckets.oss.bucket import OssBucket
from tests.buckets.sample_buckets import connect
from tests.oss_server import Fault, OssServer
from tests.scan.bucket_maker import PACKET, playlist, segment, stem
from tests.scan.scanning import found, scan

OF = stem(1)
KEY = f"{OF}.m3u8"


@pytest.fixture
def bucket(server: OssServer) -> OssBucket:
    return connect(server)


def upload(server: OssServer, keys: Iterable[str], data: bytes = PACKET, modified: float | None = None) -> None:
    for key in keys:
        server.bucket("recordings").put(key, data, int(time.time() if modified is None else modified))


def write_playlist(server: OssServer, keys: Iterable[str], *, ended: bool = True) -> None:
    upload(server, [KEY], playlist(keys, ended=ended).encode())


SEGMENTS = {
    "stamped": [segment(OF, number) for number in range(6)],
    "numbered": [f"{OF}_{number}.ts" for number in range(6)],
    "in a folder of their own": [f"{OF}/{number}.ts" for number in range(6)],
    "named like another room's": [f"{OF}-part{number}.ts" for number in range(6)],
    "with no name of a recording": [f"2026/plain{number}.ts" for number in range(6)],
}


@pytest.mark.parametrize("keys", SEGMENTS.values(), ids=SEGMENTS)
def test_segments_that_came_between_the_listing_and_the_playlist_are_not_missing(
    server: OssServer, bucket: OssBucket, catalog: Path, keys: list[str]
) -> None:
    upload(server, keys[:3])
    write_playlist(server, keys[:3], ended=False)

    def go_on() -> None:
        upload(server, keys[3:])
        write_playlist(server, keys)

    server.faults.add(Fault("LIST", after=go_on))
    scan(bucket, catalog)
    rows = found(catalog)
    assert [(row["verdict"], row["segments_present"], row["segments_missing"]) for row in rows] == [("complete", 6, 0)]

    summary = scan(bucket, catalog)
    assert (summary.gone, summary.playlists_read, summary.changes) == (0, 0, [])
    assert found(catalog) == rows


def test_segments_that_never_came_are_missing(server: OssServer, bucket: OssBucket, catalog: Path) -> None:
    keys = SEGMENTS["stamped"]
    upload(server, keys[:3])
    write_playlist(server, keys)
    scan(bucket, catalog)
    assert [(row["verdict"], row["segments_missing"]) for row in found(catalog)] == [("incomplete", 3)]


def test_an_old_playlist_is_not_worth_another_listing(server: OssServer, bucket: OssBucket, catalog: Path) -> None:
    upload(server, [KEY], playlist(SEGMENTS["stamped"]).encode(), modified=time.time() - 3600)
    assert scan(bucket, catalog).requests["list"] == 1


def test_a_playlist_that_changed_after_it_was_listed_is_kept_as_it_was_read(
    server: OssServer, bucket: OssBucket, catalog: Path
) -> None:
    keys = SEGMENTS["stamped"]
    upload(server, keys)
    write_playlist(server, keys[:3])
    server.faults.add(Fault("LIST", after=lambda: write_playlist(server, keys)))
    assert scan(bucket, catalog).verdicts == {"complete": 1}
    assert found(catalog)[0]["segments_expected"] == 6

    summary = scan(bucket, catalog)
    assert (summary.changed, summary.playlists_read, summary.changes) == (0, 0, [])


def test_a_playlist_that_changes_after_it_was_read_is_read_by_the_next_scan(
    server: OssServer, bucket: OssBucket, catalog: Path
) -> None:
    keys = SEGMENTS["stamped"]
    upload(server, keys)
    write_playlist(server, keys[:3])
    server.faults.add(Fault("GET", after=lambda: write_playlist(server, keys)))
    scan(bucket, catalog)
    assert found(catalog)[0]["segments_expected"] == 3
    assert scan(bucket, catalog).playlists_read == 1
    assert found(catalog)[0]["segments_expected"] == 6


def test_objects_that_vanish_between_two_pages_are_no_trouble(
    server: OssServer, bucket: OssBucket, catalog: Path
) -> None:
    upload(server, SEGMENTS["stamped"])
    write_playlist(server, SEGMENTS["stamped"])
    scan(bucket, catalog)
    stored = server.bucket("recordings")
    gone = SEGMENTS["stamped"][1:4]
    server.faults.add(Fault("LIST", short_page=3, after=lambda: [stored.delete(key) for key in gone]))
    summary = scan(bucket, catalog)
    assert summary.gone == 2  # the first of them was on a page already
    assert scan(bucket, catalog).gone == 1


# Recordings under way.


def test_a_recording_under_way_becomes_unfinished_when_nothing_arrives_any_more(
    server: OssServer, bucket: OssBucket, catalog: Path
) -> None:
    keys = SEGMENTS["stamped"]
    upload(server, keys, modified=time.time() - 60)
    assert scan(bucket, catalog).verdicts == {"recording": 1}
    assert scan(bucket, catalog).changes == []
    assert scan(bucket, catalog, idle=10, lag=20).changes == ["1 became unfinished"]
    upload(server, [segment(OF, 6)])
    assert scan(bucket, catalog, idle=10, lag=20).changes == ["1 became recording"]
    write_playlist(server, [*keys, segment(OF, 6)])
    assert scan(bucket, catalog).changes == ["1 became complete"]


def test_a_playlist_that_is_rewritten_while_recording_is_read_each_time(
    server: OssServer, bucket: OssBucket, catalog: Path
) -> None:
    for number in range(1, 4):
        upload(server, SEGMENTS["stamped"][:number])
        write_playlist(server, SEGMENTS["stamped"][:number], ended=False)
        summary = scan(bucket, catalog)
        assert (summary.playlists_read, summary.verdicts) == (1, {"recording": 1})
    row = found(catalog)[0]
    assert (row["segments_expected"], row["duration"], row["reasons"]) == (3, 6.0, ["HLS130"])
