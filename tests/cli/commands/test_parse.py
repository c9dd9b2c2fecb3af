"""`ossrec parse`: parse file names on the command line."""

import io
import sys

import pytest

from tests.catalog.builder import RID, mixed, source
from tests.cli.conftest import HOSTILE
from tests.running import Ossrec

AMBIGUOUS = source("a__uid_s_b", "c")


def test_says_what_a_name_means(ossrec: Ossrec) -> None:
    (row,) = ossrec("parse", source("lobby", "7"), "--format", "json").json
    assert {name: row[name] for name in ("recordid", "roomid", "uid", "folder", "kind")} == {
        "recordid": RID,
        "roomid": "lobby",
        "uid": "7",
        "folder": "2026/",
        "kind": "playlist",
    }
    assert row["name"] == source("lobby", "7")


def test_a_segment_says_when_it_starts(ossrec: Ossrec) -> None:
    (row,) = ossrec("parse", "rid_aa_lobby_20261101100000000.ts", "--format", "json").json
    assert (row["kind"], row["started_at"]) == ("segment", "2026-11-01T10:00:00.000Z")


def test_all_readings_of_an_ambiguous_name(ossrec: Ossrec) -> None:
    def read(*more: str) -> list[tuple[str, str | None]]:
        return [(row["roomid"], row["uid"]) for row in ossrec("parse", AMBIGUOUS, "--format", "json", *more).json]

    assert read() == [("a__uid_s_b", "c")]
    assert read("--all")[:2] == [("a__uid_s_b", "c"), ("a", "b__uid_s_c")]
    assert read("--room", "a") == [("a", "b__uid_s_c")]
    assert read("--uid", "b__uid_s_c") == [("a", "b__uid_s_c")]
    assert read("--all", "--uid", "c") == [("a__uid_s_b", "c")]


def test_a_name_that_is_not_a_recordings_gives_exit_code_1(ossrec: Ossrec) -> None:
    ran = ossrec("parse", mixed("lobby"), "readme.txt", "--format", "json")
    assert ran.code == 1
    assert [row["kind"] for row in ran.json] == ["playlist", None]
    assert ran.json[1]["name"] == "readme.txt"
    ran = ossrec("parse", "readme.txt")
    assert ran.code == 1
    assert "not a recording: readme.txt" in ran.out
    assert ossrec("parse", mixed("lobby")).code == 0


def test_reads_names_from_standard_input_whatever_they_hold(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = f"{mixed('lobby')}\r\n".encode() + b"\xff\x1b.m3u8\n" + mixed("last").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    ran = ossrec("parse", "-", source("x", "1"), "--format", "json")
    assert [row["roomid"] for row in ran.json] == ["lobby", None, "last", "x"]
    assert ran.json[1]["name"] == "\udcff\x1b.m3u8"
    assert "\x1b" not in ran.out


def test_notes_report_special_cases(ossrec: Ossrec) -> None:
    out = ossrec("parse", AMBIGUOUS, "bak0_rid_aa_lobby.m3u8", f"rid_{RID}_lobby_22194679897_3.m3u8").out
    assert "ambiguous, --all shows all readings" in out
    assert "written by backup recorder 0" in out
    assert "repeated upload 3" in out
    assert "recordid, room or user not in the vendor's format" in out


def test_a_name_cannot_drive_the_terminal(ossrec: Ossrec) -> None:
    for name in ("table", "json", "csv"):
        out = ossrec("parse", mixed(HOSTILE), "--format", name).out
        assert "owned" in out
        assert all(char == "\n" or char.isprintable() for char in out)
