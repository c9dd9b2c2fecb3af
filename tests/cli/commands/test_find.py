"""`ossrec find`: all formats have the same rows, and none contains unsafe characters."""

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.query.recording_rows import FIELDS
from tests.catalog.builder import CatalogBuilder, mixed, source
from tests.cli.conftest import HOSTILE
from tests.running import Ossrec

pytestmark = pytest.mark.usefixtures("catalog")


def test_json_is_an_array_of_rows(ossrec: Ossrec) -> None:
    ran = ossrec("find", "--room", "lobby", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert [row["uid"] for row in ran.json] == [None, "10266666"]
    assert tuple(ran.json[0]) == FIELDS
    assert ran.json[0]["reasons"] == ["LST260"]
    assert ran.json[0]["segments_missing"] == 1


def test_nothing_found_is_an_empty_array_and_no_failure(ossrec: Ossrec) -> None:
    assert ossrec("find", "--room", "nowhere", "--format", "json") == (0, "[]\n", "")
    assert ossrec("find", "--room", "nowhere", "--format", "jsonl") == (0, "", "")
    assert ossrec("find", "--room", "nowhere", "--format", "csv") == (0, ",".join(FIELDS) + "\n", "")
    ran = ossrec("find", "--room", "nowhere")
    assert (ran.code, ran.out) == (0, "")
    assert "matches" in ran.err


def test_all_formats_carry_the_same_rows(ossrec: Ossrec) -> None:
    rows = ossrec("find", "--format", "json").json
    lines = ossrec("find", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == rows
    cells = list(csv.DictReader(io.StringIO(ossrec("find", "--format", "csv").out)))
    assert [row["recordid"] for row in cells] == [row["recordid"] for row in rows]
    assert [row["bytes"] for row in cells] == [str(row["bytes"]) for row in rows]
    assert cells[0]["uid"] == ""
    assert len(ossrec("find").out.splitlines()) == 1 + len(rows)


@pytest.mark.parametrize("name", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("more", [(), ("--unnamed",)], ids=["recordings", "unnamed objects"])
def test_no_format_lets_a_name_reach_the_terminal(ossrec: Ossrec, name: str, more: tuple[str, ...]) -> None:
    out = ossrec("find", "--format", name, *more).out
    assert out
    assert all(char == "\n" or char.isprintable() for char in out)


def test_json_loses_nothing_of_a_name(ossrec: Ossrec) -> None:
    (row,) = ossrec("find", "--recordid", "aa03", "--format", "json").json
    assert row["roomid"] == HOSTILE
    assert row["playlist"] == mixed(HOSTILE, "aa03")


def test_csv_holds_no_formula(ossrec: Ossrec) -> None:
    out = ossrec("find", "--recordid", "aa04", "--format", "csv").out
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["roomid"] == "'=cmd('calc')!A1"
    assert row["uid"] == "'-1+2"
    assert row["duration"] == "30.0"


def test_the_table_lines_up_in_wide_scripts(ossrec: Ossrec) -> None:
    wcwidth = pytest.importorskip("wcwidth")
    lines = ossrec("find").out.splitlines()
    column = wcwidth.wcswidth(lines[0][: lines[0].index("user")])
    for line in lines[1:]:
        place = next(n for n in range(len(line)) if wcwidth.wcswidth(line[:n]) == column)
        assert line[place - 1] == " "
        assert line[place] != " "


def test_the_table_says_what_it_shows(ossrec: Ossrec) -> None:
    line = ossrec("find", "--room", "lobby", "--stream", "mixed").out.splitlines()[1]
    assert line.split() == [
        "2026-11-01", "10:00", "1:00:00", "lobby", "(mixed)", "incomplete", "3/4", "1.4", "MiB", "LST260",
        mixed("lobby"),
    ]  # fmt: skip


ASKED: dict[str, tuple[list[str], list[str]]] = {
    "a list of verdicts": (["--verdict", "incomplete,damaged"], ["lobby"]),
    "a day": (["--since", "2026-10-31", "--until", "2026-11-01"], ["三年二班"]),
    "a time of another zone": (
        ["--since", "2026-10-31T18:00+08:00", "--until", "2026-10-31T18:00:01+08:00"],
        ["三年二班"],
    ),
    "a limit": (["--limit", "1"], ["live"]),
    "a bucket by its name alone": (["--bucket", "recordings", "--limit", "1"], ["live"]),
    "a bucket with a prefix": (["--bucket", "oss://recordings/2026/rid_aa05"], ["a__uid_s_b"]),
    "a user": (["--uid", "10266666"], ["lobby"]),
    "another reading": (["--room", "a"], ["a__uid_s_b"]),
}


@pytest.mark.parametrize(("arguments", "rooms"), ASKED.values(), ids=ASKED)
def test_finds(ossrec: Ossrec, arguments: list[str], rooms: list[str]) -> None:
    assert [row["roomid"] for row in ossrec("find", *arguments, "--format", "json").json] == rooms


def test_a_duration_is_counted_back_from_now(ossrec: Ossrec, tmp_path: Path) -> None:
    build = CatalogBuilder(tmp_path / "now.db")
    for hours in (1, 30):
        started = int((time.time() - hours * 3600) * 1000)
        build.recording(mixed(f"ago{hours}"), started_ms=started, ended_ms=started + 1000)
    for since, rooms in (("2h", ["ago1"]), ("2d", ["ago1", "ago30"]), ("30m", [])):
        rows = ossrec("find", "--catalog", str(build.path), "--since", since, "--format", "json").json
        assert [row["roomid"] for row in rows] == rooms


def test_idle_and_lag_say_when_a_recording_is_unfinished(ossrec: Ossrec, tmp_path: Path) -> None:
    build = CatalogBuilder(tmp_path / "now.db")
    build.recording(mixed("live"), verdict="recording", last_arrival=int(time.time()) - 1000)

    def verdict(*more: str) -> Any:
        return ossrec("find", "--catalog", str(build.path), "--format", "json", *more).json[0]["verdict"]

    assert verdict() == "unfinished"
    assert verdict("--lag", "1h") == "recording"
    assert verdict("--idle", "990s", "--lag", "5") == "unfinished"


def test_counts_instead_of_rows(ossrec: Ossrec) -> None:
    rows = ossrec("find", "--count", "--room", "lobby", "--format", "json").json
    assert rows == [
        {"verdict": "complete", "recordings": 1, "duration": 1800.0, "bytes": 0, "segments_missing": 0},
        {"verdict": "incomplete", "recordings": 1, "duration": 3600.0, "bytes": 1_500_000, "segments_missing": 1},
    ]
    assert "incomplete" in ossrec("find", "--count").out


def test_unnamed_objects_are_listed(ossrec: Ossrec) -> None:
    (row,) = ossrec("find", "--unnamed", "--format", "json").json
    assert row["key"] == f"foreign/{HOSTILE}.txt"
    assert row["bytes"] == 12


REFUSED: dict[str, tuple[list[str], str]] = {
    "a verdict that is none": (["--verdict", "incomplet"], "did you mean incomplete?"),
    "a time that is none": (["--since", "yesterday"], "is not a time: write 2026-10-01"),
    "a time out of the calendar": (["--since", "2026-02-30"], "is not a time"),
    "an option that is none": (["--rom", "x"], "--room"),
    "a room that is no UTF-8": (["--room", "\udcff"], "\\udcff is not UTF-8"),
    "a negative limit": (["--limit", "-1"], "--limit"),
    "a room of unnamed objects": (["--unnamed", "--room", "x"], "omit --room"),
    "verdicts of unnamed objects": (["--unnamed", "--verdict", "gone"], "omit --verdict"),
    "a format that is none": (["--format", "xml"], "'table', 'json', 'jsonl', 'csv'"),
    "an idle time that is none": (["--idle", "soon"], "'soon' is not a duration"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_refuses_in_one_line(ossrec: Ossrec, arguments: list[str], said: str) -> None:
    ran = ossrec("find", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("ossrec: ")


def test_a_missing_catalog_is_reported_in_one_line(ossrec: Ossrec) -> None:
    ran = ossrec("find", "--catalog", "none.db")
    assert ran.code == 10
    assert ran.err == (
        "ossrec: no catalog at none.db: run `ossrec scan BUCKET --catalog none.db` first, or name one with --catalog\n"
    )


def test_a_catalog_that_breaks_while_it_is_read_is_reported_in_one_line(
    ossrec: Ossrec, built: CatalogBuilder, tmp_path: Path
) -> None:
    whole = built.path.read_bytes()
    broken = tmp_path / "broken.db"
    broken.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    ran = ossrec("find", "--catalog", str(broken))
    assert ran.code == 10
    assert ran.err.count("\n") == 1
    assert "ossrec doctor" in ran.err or "not a catalog" in ran.err


def test_colour_only_where_it_is_wanted(ossrec: Ossrec) -> None:
    assert "\x1b" not in ossrec("find").out
    assert "\x1b[31mincomplete\x1b[0m" in ossrec("find", "--color", "always").out
    assert "\x1b" not in ossrec("find", "--color", "always", "--format", "csv").out


def test_a_source_is_found_by_its_user(ossrec: Ossrec) -> None:
    (row,) = ossrec("find", "--uid", "10266666", "--format", "json").json
    assert row["playlist"] == source("lobby", "10266666")


def test_an_empty_time_range_is_refused(ossrec: Ossrec) -> None:
    ran = ossrec("find", "--since", "2026-10-02", "--until", "2026-10-02")
    assert (ran.code, ran.out) == (2, "")
    assert "--until must be after --since" in ran.err
