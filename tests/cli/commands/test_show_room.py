"""`ossrec show --room`: all streams of a room on one time axis."""

import csv
import io
import json
from pathlib import Path

import pytest

from ossrec.catalog.details.room import SPAN_FIELDS
from tests.catalog.builder import CatalogBuilder, mixed, source
from tests.cli.conftest import HOSTILE
from tests.running import Ossrec


@pytest.fixture
def lesson(alone: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogBuilder:
    """Forty seconds of a room with two users, of which one is away for a while, and an earlier day."""
    build = CatalogBuilder(alone / "lesson.db")
    monkeypatch.setenv("OSSREC_CATALOG", str(build.path))
    monkeypatch.setenv("COLUMNS", "63")
    for key, clocks, missing in (
        (mixed("lab"), ("00", "10", "20", "30"), 1),
        (source("lab", "anna"), ("00", "30"), None),
        (source("lab", "李雷"), ("10", "20"), None),
    ):
        stem = key.removesuffix(".m3u8").rpartition("/")[2]
        number = build.recording(
            key,
            started=f"202611011000{clocks[0]}000",
            seconds=10.0 * len(clocks),
            verdict="complete" if missing is None else "incomplete",
        )
        names = [f"{stem}_202611011000{clock}000.ts" for clock in clocks]
        build.playlist(number, key, [(name, None if n == missing else 1880) for n, name in enumerate(names)])
        if missing is not None:
            build.finding(number, "TS350", 3, key, source="segment", segment=3, start=35.0, length=1.0, lost=4)
    build.recording(mixed("lab", "aa01"), started="20261030100000000")
    build.recording(source("lab", "nobody", "aa02"), verdict="unknown")
    return build


def test_the_drawing_fits_a_narrow_terminal(
    ossrec: Ossrec, lesson: CatalogBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    drawn = [line for line in ossrec("show", "--room", "lab").out.splitlines() if "█" in line]
    assert len(drawn) == 4
    assert max(map(len, drawn)) <= 40


def test_draws_all_streams_on_one_clock(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    ran = ossrec("show", "--room", "lab")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "room lab",
        "  2026-11-01 10:00:00 to 10:00:40 UTC, 3 recordings of 2 users",
        "",
        "  (mixed)  ██████████××××××××××███████████████▚████  incomplete",
        "  anna     ██████████                    ██████████  complete",
        "  李雷               ████████████████████            complete",
        "           |10:00:00      |10:00:15      |10:00:30",
        "  █ present  ▚ packets lost  × missing",
        "",
        "Recordings",
        f"  (mixed)  10:00:00 to 10:00:40  incomplete  {mixed('lab')}",
        "           10:00:10 to 10:00:20 missing",
        "           10:00:35 to 10:00:36 packets lost",
        f"  anna     10:00:00 to 10:00:40  complete    {source('lab', 'anna')}",
        "           10:00:10 to 10:00:30 away",
        f"  李雷     10:00:10 to 10:00:30  complete    {source('lab', '李雷')}",
        "",
        "Of unknown time",
        f"  nobody  unknown  {source('lab', 'nobody', 'aa02')}",
    ]
    assert ran.err == "1 recording of earlier sessions is omitted: --since 2026-10-30 shows it\n"


def test_json_has_the_same_facts(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    room = ossrec("show", "--room", "lab", "--format", "json").json
    assert (room["room"], room["from"], room["until"]) == (
        "lab",
        "2026-11-01T10:00:00.000Z",
        "2026-11-01T10:00:40.000Z",
    )
    assert [(one["uid"], one["stream"]) for one in room["streams"]] == [
        (None, "mixed"),
        ("anna", "source"),
        ("李雷", "source"),
    ]
    (mix,) = room["streams"][0]["recordings"]
    assert [span["kind"] for span in mix["spans"]] == ["present", "missing", "present", "lost"]
    assert mix["spans"][3]["from"] == "2026-11-01T10:00:35.000Z"
    assert mix["verdict"] == "incomplete"
    assert room["omitted"] == {"recordings": 1, "since": "2026-10-30T10:00:00.000Z"}
    assert [row["uid"] for row in room["undated"]] == ["nobody"]


def test_rows_of_spans_in_the_other_formats(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    rows = [json.loads(line) for line in ossrec("show", "--room", "lab", "--format", "jsonl").out.splitlines()]
    assert [tuple(row) for row in rows] == [SPAN_FIELDS] * 8
    cells = list(csv.DictReader(io.StringIO(ossrec("show", "--room", "lab", "--format", "csv").out)))
    assert [row["kind"] for row in cells] == [row["kind"] or "" for row in rows]


def test_a_time_range_and_a_user(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    ran = ossrec("show", "--room", "lab", "--since", "2026-10-01", "--format", "json")
    assert len(ran.json["streams"][0]["recordings"]) == 2
    assert ran.err == ""
    assert "2026-10-30 10:00:00 to 2026-11-01 10:00:40" in ossrec("show", "--room", "lab", "--since", "2026-10-01").out
    room = ossrec("show", "--room", "lab", "--uid", "anna", "--format", "json").json
    assert [one["uid"] for one in room["streams"]] == ["anna"]


def test_recordings_of_one_user_that_overlap_have_lines_of_their_own(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    lesson.recording(source("lab", "anna", "aa03", "copy/"), started="20261101100005000", seconds=10)
    lesson.recording(source("lab", "anna", "aa04"), started="20261101100041000", seconds=10)
    drawn = ossrec("show", "--room", "lab").out.partition("\n\nRecordings")[0]
    assert drawn.count("  anna  ") == 2


def test_an_unknown_room_is_reported_on_stderr(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    ran = ossrec("show", "--room", HOSTILE)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.count("\n") == 1
    assert "no recording of room" in ran.err
    assert "given these options" not in ran.err
    assert "given these options" in ossrec("show", "--room", "none", "--uid", "anna").err
    assert ran.err.rstrip("\n").isprintable()
    assert ossrec("show", "--room", "none", "--format", "json").json["streams"] == []
    assert ossrec("show", "--room", "none", "--format", "csv").out == ",".join(SPAN_FIELDS) + "\n"


@pytest.mark.parametrize("name", ["table", "json", "jsonl", "csv"])
def test_names_cannot_drive_the_terminal(ossrec: Ossrec, catalog: CatalogBuilder, name: str) -> None:
    out = ossrec("show", "--room", HOSTILE, "--format", name).out
    assert "owned" in out
    assert all(char == "\n" or char.isprintable() for char in out)


def test_colours_when_asked(ossrec: Ossrec, lesson: CatalogBuilder) -> None:
    out = ossrec("show", "--room", "lab", "--color", "always").out
    assert "\x1b[31mincomplete\x1b[0m" in out
    assert "\x1b[31m××××××××××\x1b[0m" in out


def test_many_recordings_end_in_a_line(ossrec: Ossrec, alone: Path) -> None:
    build = CatalogBuilder(alone / "many.db")
    for number in range(40):
        build.recording(mixed("lab", f"{number:04x}"), started=f"2026110110{number:02}00000", seconds=60)
        build.recording(mixed("lab", f"{number + 100:04x}"), verdict="unknown")
    out = ossrec("show", "--room", "lab", "--catalog", str(build.path)).out
    assert "and 10 more recordings: see --format json" in out
    assert "  and 10 more: see --format json" in out


REFUSED: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "give a RECORDING, or a room with --room"),
    "both": (["aa01", "--room", "lab"], "RECORDING and --room exclude each other: give one of them"),
    "a time range of a recording": (
        ["aa01", "--since", "2d"],
        "RECORDING and --since exclude each other: give one of them",
    ),
    "a time range of nothing": (["--since", "2d"], "give a RECORDING, or a room with --room"),
    "a range without time": (
        ["--room", "x", "--since", "2026-10-02", "--until", "2026-10-02"],
        "--until must be after",
    ),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_refuses_in_one_line(ossrec: Ossrec, lesson: CatalogBuilder, arguments: list[str], said: str) -> None:
    ran = ossrec("show", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
