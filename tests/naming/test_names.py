"""A reading as a value: its properties, its grouping, and names that cannot be formatted."""

import pickle
from typing import Any

import pytest

from ossrec.naming import PLAYLIST, SEGMENT, RecordingName, format_name, parse_name, unix_ms

from .cases import STAMP, X

NOON_MS = 1_793_534_400_123  # 2026-11-01 12:00:00.123 UTC
PLAIN = RecordingName("rec/", X, "r", None, PLAYLIST, ".m3u8")


def parsed(key: str) -> RecordingName:
    name = parse_name(key)
    assert name is not None
    return name


def test_backups_and_repeated_uploads_share_their_base() -> None:
    relatives = [
        f"rec/rid_{X}_r__uid_s_7__uid_e.m3u8",
        f"rec/bak0_rid_{X}_r__uid_s_7__uid_e.m3u8",
        f"rec/rid_{X}_r__uid_s_7__uid_e_22194679897_3.m3u8",
        f"rec/rid_{X}_r__uid_s_7__uid_e_{STAMP}.ts",
        f"rec/bak0_rid_{X}_r__uid_s_7__uid_e_{STAMP}.ts",
        f"rec/rid_{X}_r__uid_s_7__uid_e/0001.ts",
    ]
    assert {parsed(key).base for key in relatives} == {("rec/", X, "r", "7")}
    assert {parsed(key).stem for key in relatives} == {f"rid_{X}_r__uid_s_7__uid_e"}


def test_a_playlist_and_its_segments_share_their_prefix_and_a_backup_has_its_own() -> None:
    assert parsed(f"f/rid_{X}_r_{STAMP}.ts").prefix == parsed(f"f/rid_{X}_r.m3u8").prefix == f"f/rid_{X}_r"
    assert parsed(f"f/bak0_rid_{X}_r_{STAMP}.ts").prefix == f"f/bak0_rid_{X}_r"


def test_a_stream_is_mixed_or_of_one_user() -> None:
    assert parsed(f"rid_{X}_r.m3u8").stream == "mixed"
    assert parsed(f"rid_{X}_r__uid_s_7__uid_e.m3u8").stream == "source"


def test_tick_and_count_are_numbers_of_a_playlist_uploaded_again() -> None:
    name = parsed(f"rid_{X}_r_22194679897_3.m3u8")
    assert (name.tick, name.again) == (22194679897, 3)


@pytest.mark.parametrize("key", [f"rid_{X}_r.m3u8", f"rid_{X}_r_{STAMP}.ts", f"rid_{X}_r/_1698765432_3.ts"])
def test_other_names_have_no_tick_and_no_count(key: str) -> None:
    assert (parsed(key).tick, parsed(key).again) == (None, None)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (f"rid_{X}_r_{STAMP}.ts", NOON_MS),
        (f"rid_{X}_r-{STAMP}.ts", NOON_MS),
        (f"rid_{X}_r/{STAMP}.ts", NOON_MS),
        (f"rid_{X}_r/720p/video_{STAMP}.ts", NOON_MS),
        (f"rid_{X}_r__uid_s_7__uid_e{STAMP}.ts", NOON_MS),
        (f"rid_{X}_r_1{STAMP}.ts", None),
        (f"rid_{X}_r_20261131120000123.ts", None),
        (f"rid_{X}_r_0001.ts", None),
        (f"rid_{X}_r.ts", None),
        (f"rid_{X}_r_{STAMP}.m3u8", None),
    ],
)
def test_a_segment_starts_at_the_stamp_in_its_rest(key: str, expected: int | None) -> None:
    assert parsed(key).stamp_ms == expected


@pytest.mark.parametrize("text", ["", "2026", STAMP + "0", "２" * 17, " 0261101120000123", "+0261101120000123"])
def test_text_other_than_17_digits_is_not_a_time(text: str) -> None:
    assert unix_ms(text) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"recordid": ""}, "its recordid is empty"),
        ({"recordid": "a_b"}, "its recordid 'a_b' contains an underscore"),
        ({"recordid": "a/b"}, "its recordid 'a/b' contains a slash"),
        ({"roomid": ""}, "its roomid is empty"),
        ({"roomid": "a/\nb"}, "its roomid 'a/\\nb' contains a slash"),
        ({"uid": ""}, "its uid is empty"),
        ({"uid": "/\ud800"}, "its uid '/\\ud800' contains a slash"),
        ({"folder": "rec"}, "its folder 'rec' does not end with a slash"),
        ({"backup": -1}, "its backup -1 is not a number of up to 9 digits"),
        ({"backup": 10**9}, "its backup 1000000000 is not a number of up to 9 digits"),
        ({"kind": "poster"}, "its rest '.m3u8' does not fit a poster"),
        ({"kind": SEGMENT}, "its rest '.m3u8' does not fit a segment"),
        ({"rest": "_0001.ts"}, "its rest '_0001.ts' does not fit a playlist"),
        ({"rest": "_01_2.m3u8"}, "its rest '_01_2.m3u8' does not fit a playlist"),
        ({"kind": SEGMENT, "rest": "_a/b.ts"}, "its rest '_a/b.ts' does not fit a segment"),
        ({"rest": "x_1_2.m3u8"}, "its rest 'x_1_2.m3u8' does not fit a playlist"),
        ({"rest": ""}, "its rest '' does not fit a playlist"),
    ],
)
def test_a_name_that_no_key_can_have_is_refused_in_one_line(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^not the name of a recording: ") as refusal:
        format_name(PLAIN._replace(**change))
    assert str(refusal.value) == f"not the name of a recording: {problem}"


@pytest.mark.parametrize("change", [{"roomid": ""}, {"recordid": ""}, {"uid": ""}])
def test_an_empty_id_does_not_conform(change: dict[str, Any]) -> None:
    assert PLAIN.conforming
    assert not PLAIN._replace(**change).conforming


def test_a_name_is_a_plain_value() -> None:
    assert pickle.loads(pickle.dumps(PLAIN)) == PLAIN
    assert repr(PLAIN).startswith("RecordingName(folder='rec/', recordid=")
    assert not hasattr(PLAIN, "__dict__")
