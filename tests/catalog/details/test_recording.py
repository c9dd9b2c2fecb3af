"""Everything about one recording, and the recording that a reference names."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.catalog.details.recording import details
from ossrec.catalog.details.state_runs import state_runs
from ossrec.catalog.query.find import open_catalog
from ossrec.catalog.query.recording_references import resolve_recording
from ossrec.errors import UsageProblem
from tests.catalog.builder import NOW, RID, CatalogBuilder, mixed, source

LOBBY = mixed("lobby")
STEM = LOBBY.removesuffix(".m3u8")
SEGMENTS: list[tuple[str | None, int | None]] = [
    ("rid_0.ts", 1880),
    ("rid_1.ts", None),
    ("rid_2.ts", 0),
    ("rid_3.ts", 1881),
    (None, None),
    ("seg 5.ts", 188),
]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder = tmp_path_factory.mktemp("details")
    build = CatalogBuilder(folder / "c.db")
    lobby = build.recording(LOBBY, started="20261101100000000", verdict="incomplete", reasons=["LST260"])
    playlist = build.playlist(lobby, LOBBY, SEGMENTS)
    build.conn.execute("UPDATE segments SET gap = 1 WHERE playlist_id = ? AND number = 1", (playlist,))
    sql = "INSERT INTO ownership SELECT stem_id, suffix, ? FROM objects WHERE suffix = 'seg 5.ts'"
    build.conn.execute(sql, (lobby,))
    build.finding(lobby, "HLS140", 1, LOBBY, line=3)
    build.finding(lobby, "LST260", 3, LOBBY, "rid_1.ts", segment=1, start=10.0, length=10.0)
    first, second = build.scan(), build.scan(started=NOW + 600)
    build.change(first, lobby, None, "complete")
    build.change(second, lobby, "complete", "incomplete", 2)
    build.recording(source("lobby", "7"), started="20261101100000000")
    dead = "2026/rid_aa02_hall_20261101100000000.ts"
    build.recording(dead, verdict="unfinished", duration=None)
    build.object(dead, 188)
    build.object("2026/rid_aa02_hall_20261101100015500.ts", 100)
    build.object("2026/rid_aa02_hall_5.ts", 0)
    build.recording(mixed("twice", "aa03", "a/"))
    build.recording(mixed("twice", "aa03", "b/a/"))
    build.in_bucket(str(folder / "bucket")).recording(mixed("onDisk", "aa04"))
    with closing(open_catalog(build.path)) as conn:
        yield conn


def shown(catalog: sqlite3.Connection, reference: str) -> dict[str, object]:
    return details(catalog, resolve_recording(catalog, reference), now=NOW, quiet_after=330)


REFERENCES = {
    "the key of its playlist": (LOBBY, STEM),
    "its path": (STEM, STEM),
    "its file name": (LOBBY.rpartition("/")[2], STEM),
    "its file name without extension": (STEM.rpartition("/")[2], STEM),
    "a URL": (f"oss://recordings/{LOBBY}", STEM),
    "a segment": (f"{STEM}_20261101100000000.ts", STEM),
    "a segment of another name that its playlist names": ("2026/seg 5.ts", STEM),
    "a recordid that only one has": ("aa04", "2026/rid_aa04_onDisk"),
    "the path that is the whole key, not the end of another": ("a/rid_aa03_twice.m3u8", "a/rid_aa03_twice"),
    "a recording without a playlist": ("rid_aa02_hall", "2026/rid_aa02_hall"),
}


@pytest.mark.parametrize(("reference", "path"), REFERENCES.values(), ids=REFERENCES)
def test_a_reference_is(catalog: sqlite3.Connection, reference: str, path: str) -> None:
    assert shown(catalog, reference)["path"] == path


def test_a_path_in_the_file_system_is_a_reference(
    catalog: sqlite3.Connection, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bucket,) = catalog.execute("SELECT name FROM buckets WHERE name LIKE '/%'").fetchone()
    assert shown(catalog, f"{bucket}/{mixed('onDisk', 'aa04')}")["roomid"] == "onDisk"
    monkeypatch.chdir(Path(bucket).parent)
    assert shown(catalog, f"bucket/./{mixed('onDisk', 'aa04')}")["roomid"] == "onDisk"


def test_several_recordings_of_one_name_are_listed(catalog: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem, match=rf"2 recordings match {RID}: name one of oss://recordings/2026/rid_"):
        resolve_recording(catalog, RID)
    with pytest.raises(UsageProblem, match=r"oss://recordings/a/rid_aa03_twice, oss://recordings/b/a/rid_aa03_twice"):
        resolve_recording(catalog, "rid_aa03_twice.m3u8")


@pytest.mark.parametrize(
    "reference", ["nothing", "", "/", "oss://other/x.m3u8", f"oss://recordings/x/{LOBBY}", "a/b.ts", "\0", "a\0/b.ts"]
)
def test_no_recording_is_a_usage_problem(catalog: sqlite3.Connection, reference: str) -> None:
    with pytest.raises(UsageProblem, match="no recording"):
        resolve_recording(catalog, reference)


def test_segments_say_how_they_are(catalog: sqlite3.Connection) -> None:
    segments = shown(catalog, LOBBY)["segments"]
    assert isinstance(segments, list)
    assert [one["state"] for one in segments] == ["present", "declared_gap", "empty", "cut", "outside", "present"]
    assert [one["start"] for one in segments] == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    assert segments[4]["uri"] == "https://elsewhere.example/x.ts"
    assert segments[5]["key"] == "2026/seg 5.ts"
    assert segments[1]["bytes"] is None


STATES = {
    "encrypted and whole": ("encrypted = 1", 1888, "present"),
    "encrypted and cut": ("encrypted = 1", 1881, "cut"),
    "encrypted by its playlist, yet whole packets": ("encrypted = 1", 1880, "present"),
    "a fragment of any size": ("fragment = 1", 1881, "present"),
    "a byte range inside": ("byterange_end = 1000", 1001, "present"),
    "a byte range past the end": ("byterange_end = 1002", 1001, "cut"),
    "a packet more": ("gap = 0", 376, "present"),
}


@pytest.mark.parametrize(("column", "size", "state"), STATES.values(), ids=STATES)
def test_a_segment_is_judged_as_what_it_is(tmp_path: Path, column: str, size: int, state: str) -> None:
    build = CatalogBuilder(tmp_path / "c.db")
    build.playlist(build.recording(LOBBY), LOBBY, [("rid_0.ts", size)])
    build.conn.execute(f"UPDATE segments SET {column}")
    with closing(open_catalog(build.path)) as conn:
        (segment,) = shown(conn, LOBBY)["segments"]  # type: ignore[misc]
    assert segment["state"] == state


def test_without_a_playlist_the_segments_in_the_bucket_are_shown(catalog: sqlite3.Connection) -> None:
    segments = shown(catalog, "rid_aa02_hall")["segments"]
    assert isinstance(segments, list)
    assert [(one["start"], one["length"], one["state"]) for one in segments] == [
        (0.0, None, "present"),
        (15.5, None, "cut"),
        (None, None, "empty"),
    ]


@pytest.mark.parametrize("reference", [LOBBY, "rid_aa02_hall", "aa04"])
def test_runs_combine_segments_with_the_same_state(catalog: sqlite3.Connection, reference: str) -> None:
    number = resolve_recording(catalog, reference)
    whole = details(catalog, number, now=NOW, quiet_after=330)
    short = details(catalog, number, now=NOW, quiet_after=330, as_runs=True)
    assert short.pop("runs") == state_runs(whole.pop("segments"))
    assert short == whole


def test_findings_come_worst_first(catalog: sqlite3.Connection) -> None:
    findings = shown(catalog, LOBBY)["findings"]
    assert isinstance(findings, list)
    assert [(one["code"], one["severity"]) for one in findings] == [("LST260", "error"), ("HLS140", "info")]
    assert findings[0]["start"] == 10.0


def test_playlists_with_their_versions_and_the_history(catalog: sqlite3.Connection) -> None:
    known = shown(catalog, LOBBY)
    (playlist,) = known["playlists"]  # type: ignore[misc]
    assert playlist["key"] == LOBBY
    assert playlist["ended"] is True
    assert playlist["etag"] == "65" * 16
    assert [version["segments"] for version in playlist["versions"]] == [6]
    history = known["history"]
    assert isinstance(history, list)
    assert [(one["was"], one["became"], one["segments_lost"]) for one in history] == [
        (None, "complete", 0),
        ("complete", "incomplete", 2),
    ]
