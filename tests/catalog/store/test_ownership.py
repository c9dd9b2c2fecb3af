"""Owners of objects in the rows of the catalog; tests/scan/test_relatives.py tests the same with whole scans."""

import sqlite3
from pathlib import Path

import pytest

from ossrec.catalog.store.ownership import assign_owner, likely_owner, merge_recordings, owns_foreign_objects
from ossrec.catalog.store.recordings import StoredRecording, load_recording
from tests.catalog.builder import CatalogBuilder, mixed, source

OTHER_TASK = "ba1107310000565164da34f816f842da94e"


@pytest.fixture
def build(tmp_path: Path) -> CatalogBuilder:
    return CatalogBuilder(tmp_path / "catalog.db")


def playlist_over(build: CatalogBuilder, key: str, *names: str) -> int:
    """Insert a recording with a playlist that names files of its folder, all of which exist."""
    number = build.recording(key)
    build.playlist(number, key, [(name, 188) for name in names])
    return number


def claims(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    return conn.execute(
        "SELECT stem || suffix, c.recording_id FROM ownership c JOIN stems s ON s.id = c.stem_id ORDER BY 1"
    ).fetchall()


def held(conn: sqlite3.Connection, number: int) -> StoredRecording:
    found = load_recording(conn, number)
    assert found is not None
    return found


def recordings(conn: sqlite3.Connection) -> list[int]:
    return [number for (number,) in conn.execute("SELECT id FROM recordings ORDER BY id")]


def test_what_is_named_like_the_recording_needs_no_claim(build: CatalogBuilder) -> None:
    number = playlist_over(build, mixed("a"), mixed("a")[5:-5] + "_1.ts", mixed("a")[5:-5] + "_2.ts")
    assert not assign_owner(build.conn, number)
    assert not owns_foreign_objects(build.conn, number)


def test_what_is_named_like_nothing_is_claimed(build: CatalogBuilder) -> None:
    number = playlist_over(build, mixed("a"), "plain1.ts", "plain2.ts")
    assert not assign_owner(build.conn, number)
    assert owns_foreign_objects(build.conn, number)
    assert claims(build.conn) == [("2026/plain1.ts", number), ("2026/plain2.ts", number)]
    assert len(held(build.conn, number).objects) == 3


def test_a_claim_ends_with_the_playlist_that_made_it(build: CatalogBuilder) -> None:
    number = playlist_over(build, mixed("a"), "plain1.ts")
    assign_owner(build.conn, number)
    build.conn.execute("DELETE FROM segments")
    assign_owner(build.conn, number)
    assert claims(build.conn) == []
    assert len(held(build.conn, number).objects) == 1


def test_a_recording_that_only_a_misread_segment_made_is_merged(build: CatalogBuilder) -> None:
    number = playlist_over(build, mixed("a"), mixed("a_part")[5:-5] + "_1.ts")
    assert len(recordings(build.conn)) == 2
    build.conn.execute("UPDATE recordings SET due = 0")
    assert assign_owner(build.conn, number)
    assert recordings(build.conn) == [number]
    assert claims(build.conn) == []
    assert len(held(build.conn, number).objects) == 2
    assert build.conn.execute("SELECT due FROM recordings").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "key",
    [mixed("a", OTHER_TASK), source("a", "7")],
    ids=["of another task", "of a user"],
)
def test_a_recording_that_is_no_misreading_is_not_merged(build: CatalogBuilder, key: str) -> None:
    number = playlist_over(build, mixed("a"), key[5:-5] + "_1.ts")
    assert not assign_owner(build.conn, number)
    assert len(recordings(build.conn)) == 2


def test_a_recording_with_a_playlist_of_its_own_is_not_merged(build: CatalogBuilder) -> None:
    number = playlist_over(build, mixed("a"), mixed("a_part")[5:-5] + "_1.ts")
    build.object(mixed("a_part"), 100)
    assert not assign_owner(build.conn, number)
    assert len(recordings(build.conn)) == 2


def test_a_merged_recording_leaves_all_that_it_had(build: CatalogBuilder) -> None:
    owner = playlist_over(build, mixed("a"), mixed("a")[5:-5] + "_1.ts")
    phantom = playlist_over(build, mixed("a_part"), mixed("a_part")[5:-5] + "_1.ts")
    (playlist,) = build.conn.execute("SELECT id FROM playlists WHERE recording_id = ?", (phantom,)).fetchone()
    build.finding(phantom, "HLS130", 3, mixed("a_part"), source="playlist", playlist_id=playlist)
    build.finding(phantom, "LST272", 3, mixed("a_part"))
    build.conn.execute("PRAGMA foreign_keys = ON")
    merge_recordings(build.conn, phantom, owner)
    assert recordings(build.conn) == [owner]
    assert len(held(build.conn, owner).playlists) == 2
    assert build.conn.execute("SELECT code, recording_id FROM findings").fetchall() == [("HLS130", owner)]
    assert build.conn.execute("PRAGMA foreign_key_check").fetchall() == []


def stray(build: CatalogBuilder, key: str) -> StoredRecording:
    """Insert a recording that is a single segment."""
    stem_id, _ = build.object(key.removesuffix(".m3u8") + "_1.ts")
    (number,) = build.conn.execute("SELECT recording_id FROM stems WHERE id = ?", (stem_id,)).fetchone()
    return held(build.conn, number)


def test_segments_go_to_the_recording_with_the_longest_name_they_go_on_from(build: CatalogBuilder) -> None:
    playlist_over(build, mixed("a"))
    longest = playlist_over(build, mixed("a_b"))
    assert likely_owner(build.conn, stray(build, mixed("a_b_c"))) == longest


@pytest.mark.parametrize(
    "key",
    [mixed("b"), mixed("ab", OTHER_TASK), mixed("ab", folder="2025/"), source("ab", "7")],
    ids=["another room", "another task", "another folder", "a user"],
)
def test_segments_stay_on_their_own_beside(build: CatalogBuilder, key: str) -> None:
    playlist_over(build, mixed("a"))
    assert likely_owner(build.conn, stray(build, key)) is None


def test_segments_are_not_adopted_by_a_recording_that_has_no_playlist(build: CatalogBuilder) -> None:
    build.object(mixed("a").removesuffix(".m3u8") + "_1.ts")
    assert likely_owner(build.conn, stray(build, mixed("a_b"))) is None


def test_segments_are_not_adopted_by_another_bucket(build: CatalogBuilder) -> None:
    playlist_over(build, mixed("a"))
    assert likely_owner(build.conn, stray(build.in_bucket("oss://other"), mixed("a_b"))) is None
