"""Results of inspections in `find` and `show`."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.details.recording import details
from ossrec.catalog.details.state_runs import state_runs
from ossrec.catalog.query.find import RecordingFilter, find_recordings, last_scan, open_catalog
from ossrec.catalog.query.recording_references import resolve_recording
from tests.catalog.builder import FORMAT, NOW, CatalogBuilder, mixed

LOBBY = mixed("lobby")
STEM = LOBBY.removesuffix(".m3u8")
NAME = STEM.rpartition("/")[2]
MEASURED = {
    "segments_inspectable": 4,
    "inspected": NOW,
    "measured_duration": 38.5,
    "damaged_seconds": 1.5,
    "first_pts": 126_000,
    **FORMAT,
}


@pytest.fixture
def build(tmp_path: Path) -> Iterator[CatalogBuilder]:
    build = CatalogBuilder(tmp_path / "c.db")
    yield build
    build.conn.close()


def recorded(build: CatalogBuilder, **columns: Any) -> int:
    """A recording of four segments."""
    number = build.recording(LOBBY, started="20261101100000000", seconds=40, **columns)
    build.playlist(number, LOBBY, [(f"{NAME}_{n}.ts", 1880) for n in range(4)])
    return number


def shown(build: CatalogBuilder, *, as_runs: bool = False, reference: str = LOBBY) -> dict[str, Any]:
    with closing(open_catalog(build.path)) as conn:
        number = resolve_recording(conn, reference)
        return details(conn, number, now=NOW, quiet_after=330, as_runs=as_runs)


def states(build: CatalogBuilder, reference: str = LOBBY) -> list[str]:
    """The states of all segments, which are the same in stretches."""
    whole = shown(build, reference=reference)["segments"]
    assert shown(build, as_runs=True, reference=reference)["runs"] == state_runs(whole)
    return [one["state"] for one in whole]


def test_a_row_has_what_was_measured(build: CatalogBuilder) -> None:
    recorded(build, **MEASURED)
    with closing(open_catalog(build.path)) as conn:
        (row,) = find_recordings(conn, RecordingFilter(), now=NOW, quiet_after=330)
    told = {name: row[name] for name in MEASURED if name in row}
    assert told == {name: value for name, value in MEASURED.items() if name not in ("inspected", "first_pts")}
    assert row["inspected_at"] == "2026-11-01T12:00:00.000Z"
    assert row["start_pts"] == 126_000


def test_a_recording_without_inspections_has_no_measures(build: CatalogBuilder) -> None:
    recorded(build)
    with closing(open_catalog(build.path)) as conn:
        (row,) = find_recordings(conn, RecordingFilter(), now=NOW, quiet_after=330)
    assert {row[name] for name in ("inspected_at", "start_pts", "width", "bit_rate", "segments_inspectable")} == {None}
    assert states(build) == ["present"] * 4
    assert [one["inspection"] for one in shown(build)["segments"]] == [None] * 4


def test_a_segment_has_its_last_look(build: CatalogBuilder) -> None:
    video = build.media_format("video", "h264", width=640, height=360)
    audio = build.media_format("audio", "aac", sample_rate=48_000, channels=2)
    recorded(build, **MEASURED)
    measured = {"packet_size": 188, "packets": 10, "first_pts": 126_000, "duration_ms": 9_600}
    build.inspection(f"{STEM}_0.ts", **measured, video=video, audio=audio, faults='[["TS350"],["TS350"]]')
    first, second, *_ = (one["inspection"] for one in shown(build)["segments"])
    assert first == {
        "depth": "full",
        "inspected_at": "2026-11-01T12:00:00.000Z",
        "failure": None,
        "detail": None,
        "bytes_read": 188_000,
        "packet_size": 188,
        "packets": 10,
        "start_pts": 126_000,
        "length": 9.6,
        "video": {"codec": "h264", "width": 640, "height": 360},
        "audio": {"codec": "aac", "sample_rate": 48_000, "channels": 2},
        "faults": 2,
    }
    assert second is None


UNREAD: dict[str, tuple[dict[str, Any], dict[int, dict[str, Any]], str]] = {
    "all were looked at": ({"inspected": NOW}, {n: {} for n in range(4)}, "pppp"),
    "one was not": ({"inspected": NOW}, {0: {}, 1: {}, 3: {}}, "ppnp"),
    "one is archived": ({"inspected": NOW}, {0: {}, 1: {"failure": "LOOK001"}, 2: {}, 3: {}}, "pnpp"),
    "one is archived and none was looked at": ({}, {1: {"failure": "LOOK001"}}, "pnpp"),
    "one changed since": ({"inspected": NOW}, {0: {}, 1: {"etag": b"other"}, 2: {}, 3: {}}, "pnpp"),
}


@pytest.mark.parametrize(("columns", "looks", "expected"), UNREAD.values(), ids=UNREAD)
def test_segments_without_an_inspection_have_a_state_of_their_own(
    build: CatalogBuilder, columns: dict[str, Any], looks: dict[int, dict[str, Any]], expected: str
) -> None:
    number = recorded(build, **columns)
    for segment, look in looks.items():
        build.inspection(f"{STEM}_{segment}.ts", **look)
        if "failure" in look:
            build.finding(number, look["failure"], 1, f"{STEM}_{segment}.ts", source="access")
    assert "".join(state[0] for state in states(build)) == expected


def test_an_orphan_segment_may_be_not_inspected(build: CatalogBuilder) -> None:
    key = "2026/rid_aa02_hall_20261101100000000.ts"
    build.recording(key, inspected=NOW)
    build.object(key, 188)
    build.object("2026/rid_aa02_hall_20261101100015000.ts", 188)
    build.inspection(key)
    assert states(build, "aa02") == ["present", "not_inspected"]


def test_damage_stands_beside_its_segment(build: CatalogBuilder) -> None:
    number = recorded(build, **MEASURED)
    for code, severity, segment, start, length, lost in (
        ("TS350", 3, 1, 12.0, 0.5, 17),
        ("TS401", 2, 1, 10.0, None, None),
        ("TS310", 3, 2, 20.0, None, None),
    ):
        place = {"segment": segment, "start": start, "length": length, "lost": lost, "packet": 4 if lost else None}
        build.finding(number, code, severity, LOBBY, "x.ts", source="segment", **place)
    known = shown(build)
    assert [one["damage"] for one in known["segments"]] == [[], ["lost", "flaw"], ["broken"], []]
    assert known["damage"] == [
        {"kind": "flaw", "start": 10.0, "length": None, "codes": ["TS401"], "part": 0, "segment": 1, "lost": None},
        {"kind": "lost", "start": 12.0, "length": 0.5, "codes": ["TS350"], "part": 0, "segment": 1, "lost": 17},
        {"kind": "broken", "start": 20.0, "length": 10.0, "codes": ["TS310"], "part": 0, "segment": 2, "lost": None},
    ]
    assert known["damage"] == shown(build, as_runs=True)["damage"]
    (loss,) = (one for one in known["findings"] if one["code"] == "TS350")
    assert (loss["packet"], loss["lost"], loss["counts"]) == (4, 17, True)


HOSTILE = {
    "notes that are no JSON": {"faults": "[[", "video": 99},
    "notes that are no list": {"faults": '{"a": 1}'},
    "numbers out of this world": {"first_pts": -(2**63), "duration_ms": 2**63 - 1, "packets": -5, "inspected": 2**62},
    "a format of another kind": {"video": 1, "audio": 1},
    "texts that drive a terminal": {"failure": "\x1b[31m", "detail": "\u202e\n"},
}


@pytest.mark.parametrize("look", HOSTILE.values(), ids=HOSTILE)
def test_a_look_may_hold_anything(build: CatalogBuilder, look: dict[str, Any]) -> None:
    build.media_format("data", "\x1b]0;x\x07")
    recorded(build, inspected=NOW)
    build.conn.execute("PRAGMA foreign_keys = OFF")
    build.inspection(f"{STEM}_0.ts", **look)
    (first, *_) = shown(build)["segments"]
    assert first["inspection"]["depth"] == "full"


def test_the_last_scan_is_no_check(build: CatalogBuilder) -> None:
    build.scan()
    check = build.scan(started=NOW + 60)
    build.conn.execute("UPDATE scans SET kind = 'check' WHERE id = ?", (check,))
    with closing(open_catalog(build.path)) as conn:
        scan = last_scan(conn)
    assert scan is not None
    assert scan["started_at"] == "2026-11-01T12:00:00.000Z"
