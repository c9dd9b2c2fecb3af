"""Stem and suffix of a key, the rows of stems, and the recordings that are inserted with them."""

import sqlite3

import pytest
from hypothesis import assume, given

from ossrec.catalog.store import stems as module
from ossrec.catalog.store.scans import bucket_number
from ossrec.catalog.store.stems import PLAYLIST, SEGMENT, UNNAMED, Stems, is_stamped, split_key
from tests.catalog.catalogs import keys, recording_keys
from tests.scan.bucket_maker import rid

R = f"rid_{rid(1)}_room"


@pytest.mark.parametrize(
    ("key", "stem", "suffix", "kind"),
    [
        (f"2026/{R}.m3u8", f"2026/{R}", ".m3u8", PLAYLIST),
        (f"2026/{R}_20261101120000123.ts", f"2026/{R}", "_20261101120000123.ts", SEGMENT),
        (f"{R}_7.ts", R, "_7.ts", SEGMENT),
        (f"a/bak0_{R}.m3u8", f"a/bak0_{R}", ".m3u8", PLAYLIST),
        (f"a/{R}_123456789_2.m3u8", f"a/{R}", "_123456789_2.m3u8", PLAYLIST),
        (f"a/{R}/7.ts", f"a/{R}", "/7.ts", SEGMENT),
        (f"a/{R}/7.m3u8", f"a/{R}/", "7.m3u8", UNNAMED),
        ("photos/cat.jpg", "photos/", "cat.jpg", UNNAMED),
        ("cat.jpg", "", "cat.jpg", UNNAMED),
        ("photos/", "photos/", "", UNNAMED),
        ("//", "//", "", UNNAMED),
    ],
    ids=[
        "a playlist",
        "a stamped segment",
        "a numbered segment",
        "a playlist of the recorder that took over",
        "a playlist that was uploaded again",
        "a segment in a folder named like its recording",
        "another playlist in such a folder",
        "an object of no recording has its folder for a stem",
        "an object of no recording and no folder",
        "an object that stands for a folder",
        "nothing but slashes",
    ],
)
def test_the_split_of(key: str, stem: str, suffix: str, kind: int) -> None:
    assert split_key(key)[:3] == (stem, suffix, kind)


@given(keys)
def test_stem_and_rest_are_the_key_again(key: str) -> None:
    split = split_key(key)
    assert split.stem + split.suffix == key
    assert (split.kind == UNNAMED) == (split.name is None)


@given(recording_keys)
def test_a_stamp_after_a_recordings_stem_is_its_rest(key: str) -> None:
    split = split_key(key)
    assume(split.name is not None)
    stamp = "_20261101120000123.ts"
    assert is_stamped(stamp)
    assert split_key(split.stem + stamp)[:3] == (split.stem, stamp, SEGMENT)


@pytest.fixture
def stems(writer: sqlite3.Connection) -> Stems:
    return Stems(writer, bucket_number(writer, "oss://one"), 7)


def _recordings(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "SELECT path, recordid, roomid, uid, stream, first_seen FROM recordings ORDER BY path"
    ).fetchall()


def test_objects_of_one_recording_share_a_stem_and_relatives_a_recording(
    writer: sqlite3.Connection, stems: Stems
) -> None:
    first, _, _ = stems.locate(f"a/{R}.m3u8")
    assert stems.locate(f"a/{R}_7.ts") == (first, "_7.ts", SEGMENT)
    taken_over, _, _ = stems.locate(f"a/bak0_{R}.m3u8")
    assert taken_over.id != first.id
    assert taken_over.recording_id == first.recording_id
    assert _recordings(writer) == [(f"a/{R}", rid(1), "room", None, "mixed", 7)]


def test_what_a_playlist_names_makes_no_recording_until_it_is_there(writer: sqlite3.Connection, stems: Stems) -> None:
    named, suffix = stems.locate_named(f"b/{R}_7.ts")
    assert (named.recording_id, suffix) == (None, "_7.ts")
    assert _recordings(writer) == []
    placed, _, _ = stems.locate(f"b/{R}_7.ts")
    assert placed.id == named.id
    assert placed.recording_id is not None
    assert stems.locate_named(f"b/{R}_8.ts") == (placed, "_8.ts")
    assert [row[0] for row in _recordings(writer)] == [f"b/{R}"]


def test_a_key_means_the_same_in_each_bucket_and_no_other_recording(writer: sqlite3.Connection, stems: Stems) -> None:
    other = Stems(writer, bucket_number(writer, "oss://two"), 7)
    assert stems.locate(f"{R}.m3u8")[0] != other.locate(f"{R}.m3u8")[0]
    assert len(_recordings(writer)) == 2


def test_stems_that_were_forgotten_are_found_again(
    writer: sqlite3.Connection, stems: Stems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CACHE", 3)
    placed = [stems.locate(f"{R}{number}.m3u8")[0] for number in range(10)]
    assert [stems.locate(f"{R}{number}.m3u8")[0] for number in range(10)] == placed
    stems.clear_cache()
    assert [stems.locate_named(f"{R}{number}.m3u8")[0] for number in range(10)] == placed
    assert writer.execute("SELECT count(*) FROM stems").fetchone() == (10,)


def test_a_new_object_of_a_known_recording_has_it_judged_again(writer: sqlite3.Connection, stems: Stems) -> None:
    stems.locate(f"a/{R}.m3u8")
    writer.execute("UPDATE recordings SET due = 0")
    stems.locate(f"a/bak0_{R}.m3u8")
    assert writer.execute("SELECT due FROM recordings").fetchall() == [(1,)]
