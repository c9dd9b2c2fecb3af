"""Owners of objects: related names, misleading names, and playlists that contradict a name."""

import time
from pathlib import Path
from typing import Any

import pytest

from fixtures.times import copy_bucket
from ossrec.catalog.details.recording import details
from ossrec.catalog.query.find import open_catalog
from tests.scan.bucket_maker import DAY, PACKET, playlist, recording, rid, segment, stem
from tests.scan.memory_bucket import MemoryBucket, Stored
from tests.scan.scanning import content, found, is_intact, scan

OF = stem(1)
BAK = f"2026/bak0_{OF.removeprefix('2026/')}"
COLUMNS = ("path", "verdict", "segments_expected", "segments_present", "segments_missing")


def told(catalog: Path, *names: str) -> list[tuple[Any, ...]]:
    assert is_intact(catalog)
    return [tuple(row[name] for name in names or COLUMNS) for row in found(catalog)]


def settled(bucket: MemoryBucket, catalog: Path) -> list[tuple[Any, ...]]:
    """Return the content after one scan; a second scan must not change it."""
    scan(bucket, catalog)
    rows, all_that_is_known = told(catalog), content(catalog)
    summary = scan(bucket, catalog)
    assert summary.changes == []
    assert content(catalog) == all_that_is_known
    return rows


def of_keys(*keys: str, at: str = f"{OF}.m3u8", ended: bool = True) -> dict[str, bytes]:
    return {at: playlist(keys, ended=ended).encode()} | dict.fromkeys(keys, PACKET)


# Relatives of a name.


def test_what_the_next_recorder_took_over_is_the_next_part(catalog: Path) -> None:
    first = of_keys(*(segment(OF, at) for at in range(3)), ended=False)
    second = of_keys(*(segment(BAK, at) for at in range(3, 5)), at=f"{BAK}.m3u8")
    assert settled(MemoryBucket({key: Stored(data) for key, data in (first | second).items()}), catalog) == [
        (OF, "complete", 5, 5, 0)
    ]
    assert told(catalog, "playlist", "duration", "bytes") == [
        (f"{OF}.m3u8", 10.0, sum(map(len, (first | second).values())))
    ]


def test_of_a_playlist_that_was_uploaded_again_the_fuller_one_counts(catalog: Path) -> None:
    bucket = MemoryBucket()
    keys = [segment(OF, at) for at in range(5)]
    bucket.put(of_keys(*keys[:2]))
    bucket.put(of_keys(*keys, at=f"{OF}_123456789_2.m3u8"))
    bucket.put(of_keys(*keys[:4], at=f"{OF}_123456789_1.m3u8"))
    assert settled(bucket, catalog) == [(OF, "complete", 5, 5, 0)]
    assert told(catalog, "playlist") == [(f"{OF}_123456789_2.m3u8",)]
    del bucket.objects[f"{OF}_123456789_2.m3u8"]
    scan(bucket, catalog)
    assert told(catalog, "playlist", "verdict", "reasons") == [(f"{OF}_123456789_1.m3u8", "flawed", ["LST271"])]


def test_two_users_and_a_mix_of_one_task_are_three_recordings(catalog: Path) -> None:
    bucket = MemoryBucket(size=3)
    for uid in (None, "7", "8__uid_s_9"):
        bucket.put(recording(stem(1, uid=uid), 3))
    assert [row[1:] for row in settled(bucket, catalog)] == [("complete", 3, 3, 0)] * 3
    # The last can also be read as user 9 in another room, which nothing settles.
    assert told(catalog, "uid", "ambiguous") == [(None, False), ("7", False), ("9", True)]


# Names that mislead, with a playlist that says otherwise.

NAMES = {
    "with a number": [f"{OF}_{number}.ts" for number in range(4)],
    "with a word": [f"{OF}_part-{'abcd'[number]}.ts" for number in range(4)],
    "in a folder named like the recording": [f"{OF}/{number}.ts" for number in range(4)],
    "in a folder below that": [f"{OF}/hd/{number}.ts" for number in range(4)],
    "of another room": [segment(stem(1, "room2"), number) for number in range(4)],
    "of no recording": [f"2026/plain{number}.ts" for number in range(4)],
    "of no recording, in another folder": [f"2026/media/{number}.ts" for number in range(4)],
    "without an extension": [f"2026/slice{number}" for number in range(4)],
    "in letters of another script": [f"2026/課{number}.ts" for number in range(4)],
}


@pytest.mark.parametrize("keys", NAMES.values(), ids=NAMES)
def test_what_a_playlist_names_is_its_recordings_own(catalog: Path, keys: list[str]) -> None:
    bucket = MemoryBucket(size=2)
    bucket.put(of_keys(*keys))
    assert settled(bucket, catalog) == [(OF, "complete", 4, 4, 0)]
    assert told(catalog, "bytes") == [(sum(len(one.data) for one in bucket.objects.values()),)]
    assert scan(bucket, catalog).unnamed == 0


@pytest.mark.parametrize("keys", NAMES.values(), ids=NAMES)
def test_a_segment_that_comes_later_is_its_recordings_own(catalog: Path, keys: list[str]) -> None:
    bucket = MemoryBucket(size=2)
    bucket.put(of_keys(*keys))
    late = {key: bucket.objects.pop(key) for key in (keys[1], keys[3])}
    assert settled(bucket, catalog) == [(OF, "incomplete", 4, 2, 2)]
    bucket.objects |= late
    assert settled(bucket, catalog) == [(OF, "complete", 4, 4, 0)]
    for key in keys:
        del bucket.objects[key]
    assert settled(bucket, catalog) == [(OF, "incomplete", 4, 0, 4)]


@pytest.mark.parametrize("keys", NAMES.values(), ids=NAMES)
def test_a_playlist_that_comes_later_takes_over_its_segments(catalog: Path, keys: list[str]) -> None:
    bucket = MemoryBucket(size=2)
    bucket.put(dict.fromkeys(keys, PACKET))
    scan(bucket, catalog)
    bucket.put(of_keys(*keys))
    assert settled(bucket, catalog) == [(OF, "complete", 4, 4, 0)]


def test_segments_that_two_playlists_name_belong_to_both(catalog: Path) -> None:
    shared = [f"2026/plain{number}.ts" for number in range(3)]
    bucket = MemoryBucket()
    for number in (1, 2):
        bucket.put(of_keys(*shared, at=f"{stem(number)}.m3u8"))
    assert settled(bucket, catalog) == [(stem(number), "complete", 3, 3, 0) for number in (1, 2)]


def test_a_recording_with_a_playlist_of_its_own_is_not_taken_over(catalog: Path) -> None:
    bucket = MemoryBucket()
    bucket.put(recording(stem(2), 3))
    bucket.put(of_keys(*(segment(stem(2), number) for number in range(3))))
    assert settled(bucket, catalog) == [(stem(number), "complete", 3, 3, 0) for number in (1, 2)]


@pytest.mark.parametrize("other", [stem(7), stem(1, uid="7")], ids=["another task's", "a user's"])
def test_a_recording_under_way_keeps_its_name_though_a_playlist_names_its_segments(catalog: Path, other: str) -> None:
    keys = [segment(other, number) for number in range(3)]
    bucket = MemoryBucket()
    bucket.put(of_keys(*keys))
    rows = settled(bucket, catalog)
    assert sorted(row[1] for row in rows) == ["complete", "unfinished"]
    bucket.put(recording(other, 3))
    assert settled(bucket, catalog) == [(path, "complete", 3, 3, 0) for path in sorted([OF, other])]


def test_the_segment_of_a_folder_is_told_by_the_uri_that_names_it(catalog: Path) -> None:
    bucket = MemoryBucket()
    bucket.put(of_keys(f"{OF}/0.ts", f"{OF}/1.ts"))
    del bucket.objects[f"{OF}/1.ts"]
    scan(bucket, catalog)
    details = [row[5] for row in content(catalog)["findings"] if row[2] == "LST260"]
    assert details == [f"{OF}/1.ts".removeprefix("2026/")]


# Segments that no playlist names.


def test_segments_no_playlist_names_belong_to_the_recording_whose_name_they_go_on_from(catalog: Path) -> None:
    bucket = MemoryBucket(size=2)
    bucket.put(recording(OF, 3))
    bucket.put({f"{OF}_part-a.ts": PACKET, f"{OF}_part-b.ts": PACKET})
    assert settled(bucket, catalog) == [(OF, "flawed", 3, 3, 0)]
    assert told(catalog, "reasons", "bytes") == [(["LST271"], sum(len(one.data) for one in bucket.objects.values()))]


def test_they_belong_to_it_as_well_when_they_come_first(catalog: Path) -> None:
    bucket = MemoryBucket()
    bucket.put({f"{OF}_part-a.ts": PACKET, f"{OF}_part-b.ts": PACKET})
    scan(bucket, catalog)
    assert len(found(catalog)) == 2
    bucket.put(recording(OF, 3))
    assert settled(bucket, catalog) == [(OF, "flawed", 3, 3, 0)]


def test_another_room_whose_name_begins_alike_stays_on_its_own(catalog: Path) -> None:
    bucket = MemoryBucket()
    bucket.put(recording(stem(1, "room"), 2))
    bucket.put(recording(stem(2, "room2"), 2))
    bucket.put({segment(stem(3, "room"), 0): PACKET})
    assert [row[1] for row in settled(bucket, catalog)] == ["complete", "complete", "unfinished"]


def test_objects_of_no_recording_are_kept_and_counted(catalog: Path) -> None:
    bucket = MemoryBucket({"readme.txt": Stored(b"x"), "2026/": Stored(), f"2026/{rid(1)}.ts": Stored(PACKET)})
    summary = scan(bucket, catalog)
    assert (summary.objects, summary.unnamed, summary.recordings) == (3, 3, 0)
    bucket.put(of_keys(f"2026/{rid(1)}.ts"), modified=DAY)
    assert scan(bucket, catalog).unnamed == 2


def test_a_recorder_that_took_over_goes_on_in_the_timeline_where_the_first_one_stopped(tmp_path: Path) -> None:
    bucket = copy_bucket("backup-and-reupload", tmp_path / "bucket")
    scan(bucket, tmp_path / "c.db")
    conn = open_catalog(tmp_path / "c.db")
    try:
        (number,) = conn.execute(
            "SELECT recording_id FROM playlists GROUP BY 1 HAVING count(*) > 1 AND min(role) = 'main'"
            " AND max(role) = 'main'"
        ).fetchone()
        known = details(conn, number, now=time.time(), quiet_after=330)
    finally:
        conn.close()
    segments = known["segments"]
    assert {segment["part"] for segment in segments} == {0, 1}
    assert [segment["start"] for segment in segments] == sorted(segment["start"] for segment in segments)
    assert segments[-1]["start"] + segments[-1]["length"] == pytest.approx(known["duration"], abs=0.01)
