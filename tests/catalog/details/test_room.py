"""A room on one time axis: its newest session, and the wall-clock times of each recording."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.details.room import SPAN_FIELDS, Room, room_recordings, room_row, span_rows
from ossrec.catalog.query.find import RecordingFilter, open_catalog
from ossrec.naming import unix_ms
from tests.catalog.builder import NOW, CatalogBuilder, mixed, source


@pytest.fixture
def build(tmp_path: Path) -> Iterator[CatalogBuilder]:
    build = CatalogBuilder(tmp_path / "c.db")
    yield build
    build.conn.close()


def room_of(build: CatalogBuilder, name: str = "lobby", now: float = NOW, **wanted: Any) -> Room:
    with closing(open_catalog(build.path)) as conn:
        return room_recordings(conn, RecordingFilter(room=name, **wanted), now=now, quiet_after=330)


def put(
    build: CatalogBuilder, key: str, started: str, *clocks: str | None, size: dict[int, int | None] | None = None
) -> int:
    """A recording of 10 s segments that start at *clocks*, HHMMSS of one day, or are numbered where that is None."""
    stem = key.removesuffix(".m3u8").rpartition("/")[2]
    names = [f"{stem}_{n}.ts" if at is None else f"{stem}_20261101{at}000.ts" for n, at in enumerate(clocks)]
    number = build.recording(key, started=f"20261101{started}000", seconds=10 * len(clocks))
    build.playlist(number, key, [(name, (size or {}).get(n, 1880)) for n, name in enumerate(names)])
    return number


def spans(room: Room) -> dict[str | None, list[str]]:
    """``100000-100010 present`` of each user."""
    row = room_row(room)
    return {
        stream["uid"]: [
            f"{span['from'][11:19]}-{span['until'][11:19]} {span['kind']}".replace(":", "")
            for take in stream["recordings"]
            for span in take["spans"]
        ]
        for stream in row["streams"]
    }


def test_the_mix_comes_first_then_users_as_they_came(build: CatalogBuilder) -> None:
    put(build, source("lobby", "b"), "100000", "100000")
    put(build, source("lobby", "a"), "100005", "100005")
    put(build, mixed("lobby"), "100007", "100007")
    assert [stream.uid for stream in room_of(build).streams] == [None, "b", "a"]
    room = room_row(room_of(build))
    assert (room["room"], room["from"], room["until"]) == (
        "lobby",
        "2026-11-01T10:00:00.000Z",
        "2026-11-01T10:00:17.000Z",
    )
    assert room["omitted"] == {"recordings": 0, "since": None}


def test_recordings_of_one_user_are_one_stream(build: CatalogBuilder) -> None:
    put(build, source("lobby", "a", "aa01"), "100000", "100000")
    put(build, source("lobby", "a", "aa02"), "100100", "100100")
    (stream,) = room_of(build).streams
    assert [take.row["recordid"] for take in stream.takes] == ["aa01", "aa02"]


PRESENCE: dict[str, tuple[list[str | None], dict[int, int | None], list[str]]] = {
    "segments in a row": (["100000", "100010", "100020"], {}, ["100000-100030 present"]),
    "by name a little late": (["100000", "100011"], {}, ["100000-100021 present"]),
    "a user who comes back": (
        ["100000", "100010", "100120"],
        {},
        ["100000-100020 present", "100120-100130 present"],
    ),
    "names without a time": ([None, None], {}, ["100000-100020 present"]),
    "a name with a time among others": (
        [None, "100100", None],
        {},
        ["100000-100010 present", "100100-100120 present"],
    ),
    "a clock that is set back": (["100000", "095000", "100020"], {}, ["100000-100030 present"]),
    "a missing one": (
        ["100000", "100010", "100020"],
        {1: None},
        ["100000-100010 present", "100010-100020 missing", "100020-100030 present"],
    ),
    "an empty one": (["100000", "100010"], {1: 0}, ["100000-100010 present", "100010-100020 empty"]),
}


@pytest.mark.parametrize(("clocks", "size", "expected"), PRESENCE.values(), ids=PRESENCE)
def test_segments_are_placed_by_the_time_in_their_names(
    build: CatalogBuilder, clocks: list[str | None], size: dict[int, int | None], expected: list[str]
) -> None:
    put(build, mixed("lobby"), "100000", *clocks, size=size)
    assert spans(room_of(build)) == {None: expected}


def test_damage_does_not_reach_past_its_segment_nor_the_recording(build: CatalogBuilder) -> None:
    key = mixed("lobby")
    number = put(build, key, "100000", "100000", "100010", "100020")
    build.finding(number, "TS380", 3, key, source="segment", segment=1, start=10.0, length=3600.0)
    build.finding(number, "TS411", 2, key, source="segment", segment=0, start=0.0, length=90.0)
    room = room_of(build)
    assert spans(room) == {None: ["100000-100030 flaw", "100000-100030 present", "100010-100020 jump"]}
    assert room_row(room)["until"] == "2026-11-01T10:00:30.000Z"


def test_damage_lies_where_its_segment_is(build: CatalogBuilder) -> None:
    key = mixed("lobby")
    number = put(build, key, "100000", "100000", "100200", "100210")
    place = {"source": "segment", "segment": 1, "start": 13.0, "length": 2.0}
    build.finding(number, "TS350", 3, key, **place)
    build.finding(number, "TS310", 3, key, source="segment", segment=2, start=20.0)
    build.finding(number, "TS352", 1, key, **place)
    build.finding(number, "TS350", 3, key, source="segment")
    assert spans(room_of(build)) == {
        None: [
            "100000-100010 present",
            "100200-100220 present",
            "100203-100205 lost",
            "100210-100220 broken",
        ]
    }


def test_segments_without_a_playlist_last_until_the_next_one(build: CatalogBuilder) -> None:
    first = "2026/rid_aa02_lobby_20261101100000000.ts"
    build.recording(first, started="20261101100000000", seconds=45, duration=None)
    for clock in ("100000", "100015", "100030", "110000"):
        build.object(f"2026/rid_aa02_lobby_20261101{clock}000.ts", 188)
    assert spans(room_of(build)) == {None: ["100000-100600 present", "110000-110000 present"]}


def test_an_inspected_segment_has_its_measured_duration(build: CatalogBuilder) -> None:
    first = "2026/rid_aa02_lobby_20261101100000000.ts"
    build.recording(first, started="20261101100000000", seconds=60, duration=None, inspected=NOW)
    for clock, measured in (("100000", 15_000), ("100100", 7_000)):
        key = f"2026/rid_aa02_lobby_20261101{clock}000.ts"
        build.object(key, 188)
        build.inspection(key, duration_ms=measured)
    room = room_of(build)
    assert spans(room) == {None: ["100000-100015 present", "100100-100107 present"]}
    assert room_row(room)["until"] == "2026-11-01T10:01:07.000Z"


SESSIONS: dict[str, tuple[list[tuple[str, int]], int]] = {  # start and seconds of each; how many are of the newest
    "one alone": ([("100000", 60)], 1),
    "one after the other": ([("100000", 60), ("100200", 60)], 2),
    "a short break": ([("100000", 60), ("101059", 60)], 2),
    "a long break": ([("100000", 60), ("101101", 60)], 1),
    "one that spans the break of others": ([("100000", 7200), ("100100", 60), ("113000", 60)], 3),
    "one that spans all, long before": ([("080000", 14_400), ("083000", 60), ("115000", 60)], 3),
    "the newest does not end last": ([("080000", 60), ("100000", 7200), ("103000", 60)], 2),
}


@pytest.mark.parametrize(("recordings", "expected"), SESSIONS.values(), ids=SESSIONS)
def test_the_newest_session_is_what_hangs_together(
    build: CatalogBuilder, recordings: list[tuple[str, int]], expected: int
) -> None:
    for number, (clock, seconds) in enumerate(recordings):
        build.recording(source("lobby", f"u{number}"), started=f"20261101{clock}000", seconds=seconds)
    room = room_of(build)
    assert len(room.streams) == expected
    assert room.omitted.recordings == len(recordings) - expected
    if expected < len(recordings):
        assert room.omitted.start == unix_ms(f"20261101{recordings[0][0]}000")


def test_one_under_way_lasts_until_now(build: CatalogBuilder) -> None:
    live = {"verdict": "recording", "last_arrival": NOW}
    build.recording(mixed("lobby", "aa01"), started="20261101100000000", seconds=60, **live)
    build.recording(mixed("lobby", "aa02"), started="20261101114000000", seconds=60)
    assert room_of(build).omitted.recordings == 0
    assert room_of(build, now=NOW + 86_400).omitted.recordings == 1  # nothing arrives: it ended long ago


def test_a_time_range_takes_the_place_of_the_session(build: CatalogBuilder) -> None:
    for day in (1, 2, 3):
        build.recording(mixed("lobby", f"aa0{day}"), started=f"202611{day:02}100000000")

    def found(**wanted: Any) -> list[str]:
        (stream,) = room_of(build, **wanted).streams
        return [take.row["recordid"] for take in stream.takes]

    assert found() == ["aa03"]
    assert found(since=0) == ["aa01", "aa02", "aa03"]
    assert found(until=unix_ms("20261102000000000")) == ["aa01"]
    assert found(since=0, limit=2) == ["aa02", "aa03"]
    assert room_of(build, since=0).omitted.recordings == 0


def test_what_has_no_time_is_listed_apart(build: CatalogBuilder) -> None:
    build.recording(mixed("lobby"), verdict="unknown")
    room = room_of(build)
    assert (room.start, room.end, room.streams) == (None, None, [])
    assert [row["verdict"] for row in room.undated] == ["unknown"]
    (row,) = span_rows(room)
    assert tuple(row) == SPAN_FIELDS
    assert row["from"] is row["until"] is row["kind"] is None


def test_a_name_that_may_mean_the_room_is_the_user_of_that_reading(build: CatalogBuilder) -> None:
    put(build, source("a__uid_s_b", "c", "aa04"), "100000", "100000")
    room = room_of(build, "a")
    assert [(stream.uid, stream.stream) for stream in room.streams] == [("b__uid_s_c", "source")]
    (row,) = span_rows(room)
    assert row["uid"] == "b__uid_s_c"
    assert room_row(room)["streams"][0]["recordings"][0]["reading"] == "alternative"


def test_a_user_alone(build: CatalogBuilder) -> None:
    put(build, source("lobby", "a"), "100000", "100000")
    put(build, mixed("lobby"), "100000", "100000")
    assert [stream.uid for stream in room_of(build, uid="a").streams] == ["a"]
    assert room_of(build, "nowhere").streams == []


def test_a_row_for_each_span(build: CatalogBuilder) -> None:
    put(build, source("lobby", "a"), "100000", "100000", "100100")
    rows = list(span_rows(room_of(build)))
    assert [tuple(row) for row in rows] == [SPAN_FIELDS] * 2
    assert [row["from"] for row in rows] == ["2026-11-01T10:00:00.000Z", "2026-11-01T10:01:00.000Z"]


def test_a_recording_without_segments_has_a_row_too(build: CatalogBuilder) -> None:
    build.recording(mixed("lobby"), started="20261101100000000", seconds=30)
    (row,) = span_rows(room_of(build))
    assert (row["from"], row["until"], row["kind"]) == ("2026-11-01T10:00:00.000Z", "2026-11-01T10:00:30.000Z", None)


def test_a_recording_of_several_parts_is_on_one_clock(build: CatalogBuilder) -> None:
    key = mixed("lobby", "aa09")
    number = put(build, key, "100000", "100000", "100010")
    backup = key.replace("rid_", "bak0_rid_")
    name = backup.removesuffix(".m3u8").rpartition("/")[2]
    build.playlist(number, backup, [(f"{name}_20261101100500000.ts", 1880)])
    build.finding(number, "TS350", 3, key, source="segment", segment=0, start=21.0, length=1.0)
    assert spans(room_of(build)) == {
        None: ["100000-100020 present", "100500-100510 present", "100501-100502 lost"],
    }


@pytest.mark.parametrize("stamp", ["99991231235959999", "19700101000000000"])
def test_a_time_out_of_this_world_does_no_harm(build: CatalogBuilder, stamp: str) -> None:
    key = mixed("lobby")
    name = key.removesuffix(".m3u8").rpartition("/")[2]
    number = build.recording(key, started="20261101100000000", seconds=20)
    build.playlist(number, key, [(f"{name}_0.ts", 1880), (f"{name}_{stamp}.ts", 1880)])
    build.conn.execute("UPDATE recordings SET ended_ms = ?", (2**62,))
    room = room_row(room_of(build))
    assert room["from"] == "2026-11-01T10:00:00.000Z"
    assert room["until"] is None
