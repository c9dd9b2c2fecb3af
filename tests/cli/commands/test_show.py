"""`ossrec show`: one recording, drawn as text and complete in JSON."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.rules import RULES
from tests.catalog.builder import NOW, RID, CatalogBuilder, mixed
from tests.cli.conftest import HOSTILE
from tests.running import Ossrec

pytestmark = pytest.mark.usefixtures("catalog")


def test_draws_the_timeline_and_says_what_to_do(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    ran = ossrec("show", mixed("lobby"))
    assert ran.code == 0
    for line in (
        f"  verdict   incomplete (LST260: {RULES['LST260'].title}); checked: listing only",
        f"  task      {RID}",
        "  room      lobby, all users, mixed",
        "  started   2026-11-01 10:00:00 UTC",
        "  segments  3 of 4 present, 1 missing (0:10), 1.4 MiB",
        "  ████████████████████××××××××××██████████",
        "                                ^",
        "  0:00                                0:40",
        "  █ present  × missing  ^ finding",
        "  0:20 to 0:30 missing (segment 2)",
        f"  error   LST260  {RULES['LST260'].title}",
        "      line 9, segment 2, at 0:20 for 0:10: gone.ts",
        "      next: " + RULES["LST260"].remedy.replace("ossrec rebuild", f"ossrec rebuild {mixed('lobby')}"),
        "      segment 3, at 0:30 for 1:00: 60.0 s",
        f"  {mixed('lobby')}: 4 segments, 0:40, ended, modified 2026-11-01 12:00:00",
        "  2026-11-01 12:00:00  incomplete",
        "  2026-11-01 12:00:05  last scan of oss://recordings",
    ):
        assert line in ran.out.splitlines(), line
    assert RULES["HLS140"].remedy not in ran.out


@pytest.fixture
def looked_at(alone: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A recording of three segments of 10 s: one with losses, one that is no MPEG-TS, one that is archived."""
    key = mixed("hall", "aa11")
    build = CatalogBuilder(alone / "looked.db")
    media = {"video_codec": "h264", "width": 640, "height": 360, "audio_codec": "aac", "sample_rate": 48_000}
    number = build.recording(
        key,
        started="20261101100000000",
        verdict="damaged",
        reasons=["TS310", "TS350"],
        inspected=NOW,
        measured_duration=27.5,
        damaged_seconds=10.25,
        bit_rate=812_345,
        channels=2,
        **media,
    )
    names = [f"rid_aa11_hall_{n}.ts" for n in range(3)]
    build.playlist(number, key, [(name, 1880) for name in names])
    for name, failure in zip(names, (None, None, "LOOK001"), strict=True):
        build.inspection(f"2026/{name}", depth="edges", failure=failure)
    build.finding(number, "LOOK001", 1, f"2026/{names[2]}", "restore it first", source="access")
    place = {"source": "segment", "segment": 0, "packet": 17}
    build.finding(number, "TS350", 3, key, names[0], start=4.0, length=0.25, lost=3, **place)
    build.finding(number, "TS350", 3, key, names[0], start=4.25, length=1.0, lost=4, **place)
    build.finding(number, "TS310", 3, key, names[1], source="segment", segment=1, start=10.0)
    monkeypatch.setenv("OSSREC_CATALOG", str(build.path))
    build.conn.close()
    return key


def test_draws_the_kinds_of_damage(ossrec: Ossrec, looked_at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "34")
    lines = ossrec("show", looked_at).out.splitlines()
    for line in (
        "  media     h264 640x360, aac 48 kHz stereo, 812 kbit/s",
        "  inspected 2026-11-01 12:00:00 UTC: some segments, 0:10.3 of it damaged",
        "  ████▚▚████!!!!!!!!!!░░░░░░░░░░",
        "  █ present  ░ not inspected  ▚ packets lost  ! broken",
        "  0:04 to 0:05.3 packets lost (segment 0, 7 packets, TS350)",
        "  0:10 to 0:20 broken (segment 1, TS310)",
        "  0:20 to 0:30 not inspected (segment 2)",
        "      segment 0, packet 17, at 0:04 for 250 ms, 3 packets lost: rid_aa11_hall_0.ts",
        "      segment 0, packet 17, at 0:04.3 for 0:01, 4 packets lost: rid_aa11_hall_0.ts",
        "  length    0:30",  # what was measured is not of all segments
    ):
        assert line in lines, line
    with closing(sqlite3.connect("looked.db", isolation_level=None)) as db:
        db.execute("UPDATE recordings SET depth = 'edges'")
    lines = ossrec("show", looked_at).out.splitlines()
    assert "  length    0:30, measured 0:27.5" in lines
    assert "  inspected 2026-11-01 12:00:00 UTC: head and tail of each segment, 0:10.3 of it damaged" in lines


def test_json_has_the_damage_that_is_drawn(ossrec: Ossrec, looked_at: str) -> None:
    known = ossrec("show", looked_at, "--format", "json").json
    assert [(one["kind"], one["start"], one["length"], one["lost"]) for one in known["damage"]] == [
        ("lost", 4.0, 1.25, 7),
        ("broken", 10.0, 10.0, None),
    ]
    assert [(one["state"], one["damage"]) for one in known["segments"]] == [
        ("present", ["lost"]),
        ("present", ["broken"]),
        ("not_inspected", []),
    ]
    assert [one["inspection"]["failure"] for one in known["segments"]] == [None, None, "LOOK001"]
    assert {one["packet"] for one in known["findings"] if one["code"] == "TS350"} == {17}


def test_texts_of_a_hostile_catalog_are_escaped(ossrec: Ossrec, looked_at: str) -> None:
    with closing(sqlite3.connect("looked.db", isolation_level=None)) as db:
        db.execute("UPDATE recordings SET video_codec = ?, bit_rate = ?, inspected = ?", (HOSTILE, -(2**63), 2**62))
        db.execute(
            "UPDATE recordings SET measured_duration = 9e999, damaged_seconds = -9e999, depth = ?, verdict = ?",
            (HOSTILE,) * 2,
        )
        db.execute("UPDATE findings SET code = ?, start = 9e999, lost = ?", (HOSTILE, 2**62))
        db.execute("UPDATE inspections SET detail = ?, faults = '[' WHERE failure IS NULL", (HOSTILE,))
    for arguments in (["show", looked_at], ["show", "--room", "hall"], ["find"]):
        for name in ("table", "json", "csv", "jsonl"):
            ran = ossrec(*arguments, "--format", name)
            assert ran.code == 0
            assert all(char == "\n" or char.isprintable() for char in ran.out)


def test_json_has_the_same_facts(ossrec: Ossrec) -> None:
    known = ossrec("show", mixed("lobby"), "--format", "json").json
    assert known["verdict"] == "incomplete"
    assert [segment["state"] for segment in known["segments"]] == ["present", "present", "missing", "present"]
    assert known["findings"][0]["remedy"] == RULES["LST260"].remedy
    assert known["findings"][0]["title"] == RULES["LST260"].title
    assert known["playlists"][0]["key"] == mixed("lobby")
    assert known["history"][0]["became"] == "incomplete"
    assert known["last_scan"]["bucket"] == "oss://recordings"


@pytest.fixture
def uploaded_again(alone: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A recording whose first upload had no end, and whose second recorder took over from the first."""
    first, again, backup = (f"2026/{name}.m3u8" for name in ("rid_aa9_r", "rid_aa9_r_1000_1", "bak1_rid_aa9_r"))
    build = CatalogBuilder(alone / "again.db")
    number = build.recording(first, started="20261101100000000")
    for key, role in ((again, "main"), (first, "superseded"), (backup, "main")):
        playlist = build.playlist(number, key, [("rid_aa9_r_0.ts", None)] if key == again else [], role=role)
        for code in ("HLS130", "HLS151"):
            build.finding(number, code, 3, key, source="playlist", playlist_id=playlist, start=5.0)
    monkeypatch.setenv("OSSREC_CATALOG", str(build.path))
    build.conn.close()
    return first


def test_what_does_not_count_stands_apart_with_nothing_to_do(ossrec: Ossrec, uploaded_again: str) -> None:
    found = ossrec("show", uploaded_again, "--format", "json").json["findings"]
    assert {(one["subject"].rpartition("/")[2], one["code"]) for one in found if one["counts"]} == {
        ("rid_aa9_r_1000_1.m3u8", "HLS151"),
        ("bak1_rid_aa9_r.m3u8", "HLS130"),
        ("bak1_rid_aa9_r.m3u8", "HLS151"),
    }
    counting, _, others = ossrec("show", uploaded_again).out.partition("\nFindings in playlists that do not count\n")
    assert counting.count("next: ") == 2
    others = others.partition("\nPlaylists\n")[0]
    assert others.count("HLS130") == others.count("HLS151") == 1
    assert "next: " not in others


def test_a_playlist_that_is_gone_or_changed_does_not_count(ossrec: Ossrec, uploaded_again: str) -> None:
    with closing(sqlite3.connect("again.db", isolation_level=None)) as db:
        of = "WHERE (SELECT stem FROM stems WHERE id = stem_id) || suffix LIKE"
        db.execute(f"UPDATE objects SET etag = x'00' {of} '%_1000_1.m3u8'")
        (scan,) = db.execute(
            "INSERT INTO scans (bucket_id, prefix, started, state) VALUES (1, '', 1, 'listing') RETURNING id"
        ).fetchone()
        db.execute(f"UPDATE objects SET gone = ? {of} '%bak1%.m3u8'", (scan,))
    found = ossrec("show", uploaded_again, "--format", "json").json["findings"]
    assert [one for one in found if one["counts"]] == []


def test_one_thing_is_one_line_in_the_other_formats(ossrec: Ossrec) -> None:
    for name in ("jsonl", "csv"):
        assert ossrec("show", mixed("lobby"), "--format", name).out.count("\n") == 1


def test_a_name_cannot_drive_the_terminal(ossrec: Ossrec) -> None:
    for name in ("table", "json"):
        out = ossrec("show", "aa03", "--format", name).out
        assert "owned" in out
        assert all(char == "\n" or char.isprintable() for char in out)
    err = ossrec("show", f"{HOSTILE}.m3u8").err
    assert "owned" in err
    assert err.count("\n") == 1
    assert err.rstrip("\n").isprintable()


def test_several_recordings_of_a_task_are_listed_to_choose_from(ossrec: Ossrec) -> None:
    ran = ossrec("show", RID)
    assert (ran.code, ran.out) == (2, "")
    assert f"2 recordings match {RID}" in ran.err


def test_colours_the_verdict_when_asked(ossrec: Ossrec) -> None:
    assert "\x1b[31m\x1b[1mincomplete\x1b[0m" in ossrec("show", mixed("lobby"), "--color", "always").out


def test_a_rule_of_a_newer_ossrec_is_shown_by_its_code(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ossrec.rules.RULES", {})
    out = ossrec("show", mixed("lobby")).out
    assert "  error   LST260  LST260" in out
