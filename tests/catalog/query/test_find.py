"""Find recordings: filters, order, and verdicts as of now."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.query.find import (
    RecordingFilter,
    bucket_names,
    count_recordings,
    find_recordings,
    last_scan,
    open_catalog,
    unnamed_objects,
)
from ossrec.catalog.query.recording_rows import FIELDS
from ossrec.naming import unix_ms
from tests.catalog.builder import NOW, CatalogBuilder, mixed, source

HOUR = 3_600_000
QUIET = 330.0  # seconds


def stamp(text: str) -> int:
    """Return the Unix ms of a time such as ``1101 1000`` in 2026."""
    number = unix_ms(f"2026{text.replace(' ', '')}00000")
    assert number is not None
    return number


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    build = CatalogBuilder(tmp_path_factory.mktemp("find") / "c.db")
    build.recording(mixed("lobby"), started="20261101100000000", seconds=1800, bytes=10, segments_missing=0)
    build.recording(mixed("lobby", "aa02"), started="20261031100000000", seconds=1800, verdict="incomplete")
    build.recording(source("lobby", "7"), started="20261101100000000", seconds=600, reasons=["LST260"])
    build.recording(source("hall", "7", "aa03", "2027/"), started="20261102100000000", seconds=60, verdict="damaged")
    build.recording(source("a__uid_s_b", "c", "aa04"), started="20261103100000000")
    build.recording(mixed("lab_22194679897_3", "aa05"), started="20261104100000000")
    build.recording(mixed("long", "aa06"), started="20261001000000000", seconds=40 * 86_400)
    build.recording(mixed("live", "aa07"), started="20261101110000000", verdict="recording", last_arrival=NOW - 10)
    build.recording(mixed("died", "aa08"), started="20261101110000000", verdict="recording", last_arrival=NOW - 900)
    build.recording(mixed("timeless", "aa09"), verdict="unknown", duration=None)
    build.object("2026/readme.txt", 12)
    build.object("2026/gone.txt", gone=build.scan())
    owned = build.object("2026/odd.ts", 188)
    build.conn.execute("INSERT INTO ownership VALUES (?, ?, 1)", owned)
    build.in_bucket("/srv/other").recording(mixed("lobby", "aa10"), started="20261105100000000")
    build.object("z/last.txt")
    build.scan(prefix="2026/", started=NOW + 60)
    build.scan(state="listing", started=NOW + 90)
    with closing(open_catalog(build.path)) as conn:
        yield conn


def found(catalog: sqlite3.Connection, now: float = NOW, **wanted: Any) -> list[str]:
    """Return room and recordid of the recordings found."""
    rows = find_recordings(catalog, RecordingFilter(**wanted), now=now, quiet_after=QUIET)
    return [f"{row['roomid']} {row['recordid'][:4]}" for row in rows]


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a room, newest first": ({"room": "lobby"}, ["lobby aa10", "lobby ba11", "lobby ba11", "lobby aa02"]),
    "a room in one bucket": ({"room": "lobby", "bucket": "/srv/other"}, ["lobby aa10"]),
    "an unknown bucket": ({"bucket": "oss://nothing"}, []),
    "the mixed stream of a room": ({"room": "lobby", "stream": "mixed", "prefix": "2026/", "limit": 1}, ["lobby aa10"]),
    "a user in any room": ({"uid": "7"}, ["hall aa03", "lobby ba11"]),
    "a user in a room": ({"uid": "7", "room": "hall"}, ["hall aa03"]),
    "a task": ({"recordid": "aa03"}, ["hall aa03"]),
    "a task and a room of different recordings": ({"recordid": "aa03", "room": "lobby"}, []),
    "a verdict": ({"verdicts": ("incomplete",)}, ["lobby aa02"]),
    "two verdicts": ({"verdicts": ("incomplete", "damaged")}, ["hall aa03", "lobby aa02"]),
    "a verdict in a room": ({"verdicts": ("incomplete",), "room": "lobby"}, ["lobby aa02"]),
    "a prefix": ({"prefix": "2027/"}, ["hall aa03"]),
    "a prefix in a bucket": ({"prefix": "2026/", "bucket": "/srv/other"}, ["lobby aa10"]),
    "a prefix that ends within a name": ({"prefix": "2026/rid_aa04_a_"}, ["a__uid_s_b aa04"]),
    "a prefix of the last character of Unicode": ({"prefix": "\U0010ffff"}, []),
    "the newest": ({"limit": 2}, ["lobby aa10", "lab aa05"]),
    "a limit of 0": ({"limit": 0}, []),
    "an unknown room": ({"room": "nowhere"}, []),
    "the other reading of an ambiguous name": ({"room": "a", "uid": "b__uid_s_c"}, ["a__uid_s_b aa04"]),
    "the user of the other reading": ({"uid": "b__uid_s_c"}, ["a__uid_s_b aa04"]),
    "the mixed stream of a strange room": (
        {"room": "a__uid_s_b__uid_s_c__uid_e", "stream": "mixed"},
        ["a__uid_s_b aa04"],
    ),
    "a room and user of two different readings": ({"room": "a", "uid": "c"}, []),
    "the room of a playlist that may be uploaded again": ({"room": "lab_22194679897_3"}, ["lab aa05"]),
    "another reading in the wrong bucket": ({"room": "a", "bucket": "/srv/other"}, []),
    "another reading outside the time range": ({"room": "a", "until": stamp("1101 1000")}, []),
    "another reading of the wrong task": ({"room": "a", "recordid": "aa05"}, []),
}


@pytest.mark.parametrize(("wanted", "expected"), CASES.values(), ids=CASES)
def test_finds(catalog: sqlite3.Connection, wanted: dict[str, Any], expected: list[str]) -> None:
    assert found(catalog, **wanted) == expected


TIMES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "started and ended inside": (
        {"since": stamp("1105 0900"), "until": stamp("1105 1200")},
        ["lobby aa10", "long aa06"],
    ),
    "started before, lasts into it": (
        {"since": stamp("1031 1015"), "until": stamp("1031 1016")},
        ["lobby aa02", "long aa06"],
    ),
    "ended at its start": ({"since": stamp("1031 1030"), "until": stamp("1031 1031")}, ["long aa06"]),
    "started at its end": ({"since": stamp("1031 0900"), "until": stamp("1031 1000")}, ["long aa06"]),
    "the long one by its room": ({"room": "long", "since": stamp("1108 0000")}, ["long aa06"]),
    "after the long one": ({"room": "long", "since": stamp("1111 0000")}, []),
    "after a time": ({"since": stamp("1104 0000")}, ["lobby aa10", "lab aa05", "long aa06"]),
    "before a time": ({"until": stamp("1031 1001")}, ["lobby aa02", "long aa06"]),
}


@pytest.mark.parametrize(("wanted", "expected"), TIMES.values(), ids=TIMES)
def test_finds_recordings_that_overlap_a_time_range(
    catalog: sqlite3.Connection, wanted: dict[str, Any], expected: list[str]
) -> None:
    assert found(catalog, **wanted) == expected


def test_a_running_recording_lasts_until_now(catalog: sqlite3.Connection) -> None:
    assert "live aa07" in found(catalog, since=stamp("1101 1159"))
    assert "live aa07" not in found(catalog, now=NOW + 3600, since=stamp("1101 1159"))


def test_a_recording_without_a_time_comes_last_and_in_no_time_range(catalog: sqlite3.Connection) -> None:
    assert found(catalog)[-1] == "timeless aa09"
    assert "timeless aa09" not in found(catalog, since=0) + found(catalog, until=2**60)


def test_recording_reads_as_unfinished_once_nothing_arrives(catalog: sqlite3.Connection) -> None:
    assert found(catalog, verdicts=("recording",)) == ["live aa07"]
    assert found(catalog, verdicts=("unfinished",)) == ["died aa08"]
    assert found(catalog, verdicts=("unfinished", "recording")) == ["live aa07", "died aa08"]
    later = NOW + QUIET + 60
    assert found(catalog, now=later, verdicts=("unfinished",)) == ["live aa07", "died aa08"]
    rows = find_recordings(catalog, RecordingFilter(room="live"), now=later, quiet_after=QUIET)
    assert [row["verdict"] for row in rows] == ["unfinished"]


def test_counts_verdicts_as_of_now(catalog: sqlite3.Connection) -> None:
    def counts(**wanted: Any) -> dict[str, int]:
        rows = count_recordings(catalog, RecordingFilter(**wanted), now=NOW, quiet_after=QUIET)
        return {row["verdict"]: row["recordings"] for row in rows}

    assert counts() == {
        "complete": 6, "damaged": 1, "incomplete": 1, "recording": 1, "unfinished": 1, "unknown": 1,
    }  # fmt: skip
    assert counts(room="a") == {"complete": 1}
    assert counts(since=stamp("1104 0000")) == {"complete": 3}
    assert counts(room="nowhere") == {}


def test_a_row_has_all_documented_fields(catalog: sqlite3.Connection) -> None:
    (row,) = find_recordings(catalog, RecordingFilter(uid="7", room="lobby"), now=NOW, quiet_after=QUIET)
    assert tuple(row) == FIELDS
    assert row["bucket"] == "oss://recordings"
    assert row["folder"] == "2026/"
    assert row["playlist"] == source("lobby", "7")
    assert row["uid"] == "7"
    assert row["stream"] == "source"
    assert row["depth"] == "listing"
    assert row["reasons"] == ["LST260"]
    assert row["started_at"] == "2026-11-01T10:00:00.000Z"
    assert row["ended_at"] == "2026-11-01T10:10:00.000Z"
    assert row["duration"] == 600.0
    assert row["conforming"] is True
    assert row["ambiguous"] is False
    assert row["reading"] == "stored"


def test_a_row_found_by_another_reading_is_marked(catalog: sqlite3.Connection) -> None:
    (row,) = find_recordings(catalog, RecordingFilter(room="a"), now=NOW, quiet_after=QUIET)
    assert (row["roomid"], row["uid"], row["reading"]) == ("a__uid_s_b", "c", "alternative")


def test_unnamed_objects_are_in_the_bucket_and_belong_to_no_recording(catalog: sqlite3.Connection) -> None:
    def keys(**filters: Any) -> list[str]:
        return [row["key"] for row in unnamed_objects(catalog, **filters)]

    assert keys() == ["z/last.txt", "2026/readme.txt"]
    assert keys(bucket="oss://recordings") == ["2026/readme.txt"]
    assert keys(prefix="2026/r") == ["2026/readme.txt"]
    assert keys(limit=1) == ["z/last.txt"]
    (row,) = unnamed_objects(catalog, prefix="2026/")
    assert row["modified_at"] == "2026-11-01T12:00:00.000Z"
    assert row["bytes"] == 12
    assert row["storage"] == "Standard"


def test_the_last_scan_is_the_newest_finished_scan(catalog: sqlite3.Connection) -> None:
    finished = last_scan(catalog)
    assert finished is not None
    assert finished["bucket"] == "/srv/other"
    assert finished["prefix"] == "2026/"
    assert finished["summary"] == {}
    newest = last_scan(catalog, finished=False)
    assert newest is not None
    assert (newest["state"], newest["finished_at"]) == ("listing", None)
    of_bucket = last_scan(catalog, "oss://recordings")
    assert of_bucket is not None
    assert of_bucket["finished_at"] == "2026-11-01T12:00:05.000Z"
    assert last_scan(catalog, "oss://nothing") is None
    assert bucket_names(catalog) == ["/srv/other", "oss://recordings"]


def test_a_catalog_path_may_contain_special_characters_of_uris(tmp_path: Path) -> None:
    CatalogBuilder(tmp_path / "a?b#c%20 d.db").recording(mixed("lobby"))
    with closing(open_catalog(tmp_path / "a?b#c%20 d.db")) as conn:
        assert found(conn, room="lobby") == ["lobby ba11"]
