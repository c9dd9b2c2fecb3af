"""Properties of every key, with keys composed of the words that occur in names."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ossrec.naming import (
    MOST_READINGS,
    PLAYLIST,
    SEGMENT,
    RecordingName,
    format_name,
    parse_name,
    readings,
    unix_ms,
)

from .cases import CASES, STAMP, X

WORDS = [
    *("_", "__", "__uid_s_", "__uid_e", "_uid_s_", "uid_e", "rid_", f"rid_{X}_", f"rid_{X}", X, "rid_a_"),
    *("bak", "bak0_", "bak12_", ".m3u8", ".ts", "/", "-", ".", "a", "room", "0", "7", "01", "1698765432"),
    *(STAMP, f"_{STAMP}.ts", "_0001", "_1698765432_3", "_12_0", "٣", "²", "\n", "\0", "\ud800", "课", " "),
]
words = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)
heads = st.sampled_from(["", "", "f/", f"rid_{X}_a/", f"rid_{X}_a__uid_s_7__uid_e/"])
ends = st.sampled_from([".m3u8", ".ts", f"_{STAMP}.ts", "_1.ts", "_1698765432_3.m3u8"])
near_names = st.builds(
    lambda head, backup, body, end: f"{head}{backup}rid_{X}_{body}{end}",
    heads,
    st.sampled_from(["", "", "bak0_"]),
    words,
    ends,
)
keys = st.one_of(near_names, words, st.text(st.characters(), max_size=40))

IDS = ["a", "B", "7", "-", "_", "__", "__uid_s_", "__uid_e", "uid", "rid_", "bak0_", "_1698765432_3", "_12_0"]
ids = st.lists(st.sampled_from(IDS), min_size=1, max_size=8).map("".join).filter(lambda text: len(text) <= 64)
uids = st.one_of(st.none(), ids)
backups = st.one_of(st.none(), st.integers(0, 999_999_999))
folders = st.sampled_from(["", "f/", "/", "f//g/", "rid_/", f"rid_{X}_a/"])
rests = st.one_of(
    st.sampled_from([".m3u8", "_1698765432_3.m3u8", "_0_0.m3u8"]).map(lambda rest: (PLAYLIST, rest)),
    st.sampled_from([".ts", "_0001.ts", "-7.ts", f"_{STAMP}.ts", "/0001.ts", f"/x/{STAMP}.ts"]).map(
        lambda rest: (SEGMENT, rest)
    ),
)


@given(keys)
def test_every_reading_is_formatted_back_to_the_key(key: str) -> None:
    for name in readings(key):
        assert format_name(name) == name.prefix + name.rest == key


@given(keys)
def test_parse_name_returns_the_first_reading(key: str) -> None:
    assert parse_name(key) == next(iter(readings(key)), None)


@given(keys)
def test_readings_differ_and_are_bounded(key: str) -> None:
    found = readings(key)
    assert len(set(found)) == len({name._replace(ambiguous=False) for name in found}) == len(found)
    assert len(found) <= MOST_READINGS


@given(keys)
def test_all_readings_agree_whether_the_name_is_ambiguous(key: str) -> None:
    found = readings(key)
    sources = [at for at, name in enumerate(found) if name.uid is not None]
    strange = [n for at, n in enumerate(found) if n.uid is None and any(before < at for before in sources)]
    assert {name.ambiguous for name in found} <= {len(found) - len(strange) > 1}


@given(keys)
def test_a_reading_has_its_parts_in_order(key: str) -> None:
    for name in readings(key):
        assert name.recordid
        assert name.roomid
        assert name.uid != ""
        assert not {"/", "_"} & set(name.recordid)
        assert "/" not in name.roomid + (name.uid or "")
        assert name.folder == "" or name.folder.endswith("/")
        assert name.rest.endswith(".m3u8" if name.kind == PLAYLIST else ".ts")


@given(keys)
def test_the_stem_of_a_stamped_segment_ends_before_its_stamp(key: str) -> None:
    stamped = f"{key}_{STAMP}.ts"
    name = parse_name(stamped)
    own_stem = parse_name(f"{key}.m3u8")
    if own_stem is not None:
        assert name is not None
        assert (name.prefix, name.rest) == (stamped[:-21], stamped[-21:])


@given(folders, ids, uids, rests, backups)
def test_a_formatted_name_is_among_its_readings(
    folder: str, room: str, uid: str | None, rest: tuple[str, str], backup: int | None
) -> None:
    written = RecordingName(folder, X, room, uid, *rest, backup)
    key = format_name(written)
    found = [name._replace(ambiguous=False) for name in readings(key)]
    assert written in found
    resolved = parse_name(key, room=room, uid=uid)
    assert resolved is not None
    assert resolved.roomid == room


@given(ids, ids)
def test_a_known_room_resolves_the_uid(room: str, uid: str) -> None:
    key = f"rid_{X}_{room}__uid_s_{uid}__uid_e.m3u8"
    resolved = parse_name(key, room=room)
    assert resolved is not None
    assert (resolved.roomid, resolved.uid) == (room, uid)


@given(keys, ids)
def test_a_known_room_that_fits_no_reading_is_ignored(key: str, room: str) -> None:
    found = readings(key)
    assume(all(name.roomid != room for name in found))
    assert parse_name(key, room=room) == parse_name(key)


@given(keys, ids)
def test_a_known_uid_that_fits_no_reading_is_ignored(key: str, uid: str) -> None:
    found = readings(key)
    assume(all(name.uid != uid for name in found))
    assert parse_name(key, uid=uid) == parse_name(key)


@given(keys)
def test_the_start_of_a_segment_is_none_or_a_time_since_1970(key: str) -> None:
    for name in readings(key):
        assert name.stamp_ms is None or name.stamp_ms >= 0


@given(st.lists(st.sampled_from(["_uid_s_", "__uid_s_", "a", "_"]), max_size=22).map("".join))
@example("a_" + "_uid_s_" * 19 + "b")
@example("a" * 64 + "__uid_s_" + "_uid_s_" * 9)
def test_no_valid_split_into_room_and_uid_is_omitted(text: str) -> None:
    marks = [at for at in range(len(text)) if text.startswith("__uid_s_", at)]
    legal = {(text[:at], text[at + 8 :]) for at in marks if 1 <= at <= 64 and 1 <= len(text) - at - 8 <= 64}
    found = readings(f"rid_{X}_{text}__uid_e.m3u8")
    assert {(name.roomid, name.uid) for name in found if name.uid and name.conforming} == legal


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_000)))
@example(datetime(2000, 2, 29))
@example(datetime(2100, 3, 1))
@example(datetime(2024, 12, 31, 23, 59, 59, 999_000))
def test_a_stamp_is_the_time_that_datetime_computes(when: datetime) -> None:
    stamp = f"{when:%Y%m%d%H%M%S}{when.microsecond // 1000:03}".rjust(17, "0")
    passed = when.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    assert unix_ms(stamp) == passed // timedelta(milliseconds=1)


@given(st.text("0123456789", min_size=17, max_size=17))
@example("20230229000000000")
@example("21000229000000000")
@example("20261301000000000")
@example("20260001000000000")
@example("20260100000000000")
@example("20260431000000000")
@example("20260101240000000")
@example("20260101006000000")
@example("20161231235960000")
@example("19691231235959999")
@example("00000000000000000")
def test_a_stamp_without_a_valid_date_is_not_a_time(stamp: str) -> None:
    try:
        datetime.strptime(stamp + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        assert unix_ms(stamp) is None
    else:
        assert (unix_ms(stamp) is None) == (stamp < "1970")


HOSTILE: list[tuple[str, Callable[[int], str]]] = [
    ("markers", lambda n: f"rid_{X}_a{'__uid_s_' * n}b__uid_e.m3u8"),
    ("markers that share underscores", lambda n: f"rid_{X}_a_{'_uid_s_' * n}b__uid_e.ts"),
    ("pairs of markers", lambda n: f"rid_{X}_a{'__uid_s_b__uid_e' * n}_0001.ts"),
    ("pairs of markers and a stamp", lambda n: f"rid_{X}_a{'__uid_s_b__uid_e' * n}x_{STAMP}.ts"),
    ("end markers", lambda n: f"rid_{X}_a{'__uid_e' * n}.ts"),
    ("underscores", lambda n: f"rid_{X}{'_' * n}.m3u8"),
    ("digits", lambda n: f"rid_{X}_a_{'9' * n}_{'9' * n}.m3u8"),
    ("numbers", lambda n: f"rid_{X}_a{'_1' * n}.m3u8"),
    ("stamps", lambda n: f"rid_{X}_a{f'_{STAMP}.ts' * n}"),
    ("slashes", lambda n: f"rid_{'/' * n}a.ts"),
    ("folders that almost have the form of a stem", lambda n: f"{'rid_a/' * n}x.ts"),
    ("folders that contain a stem", lambda n: f"{'xrid_a_b/' * n}x.ts"),
    ("sub-folders", lambda n: f"{f'rid_{X}_a__uid_s_7__uid_e/' * n}x.ts"),
    ("a folder with many starts of a stem", lambda n: f"x{'rid_' * n}/x.ts"),
    ("backups", lambda n: f"{'bak0_' * n}rid_{X}_a.m3u8"),
    ("a long recordid", lambda n: f"rid_{'a' * n}_r.m3u8"),
]


@pytest.mark.parametrize("draw", [draw for _, draw in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_the_work_is_linear_in_the_length(draw: Callable[[int], str]) -> None:
    few, many = lines_run(lambda: readings(draw(1000))), lines_run(lambda: readings(draw(4000)))
    assert many <= 4 * few + 50


@pytest.mark.parametrize("draw", [draw for _, draw in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_a_hostile_name_of_100_000_words_is_parsed(draw: Callable[[int], str]) -> None:
    key = draw(100_000)
    found = readings(key)
    assert len(found) <= MOST_READINGS
    assert parse_name(key) == next(iter(found), None)
    assert all(format_name(name) == key for name in found)


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_every_prefix_and_suffix_of_a_difficult_name_is_parsed(case: Any) -> None:
    for cut in range(len(case.key) + 1):
        for part in (case.key[:cut], case.key[cut:], case.key[:cut] + ".ts", case.key[:cut] + ".m3u8"):
            assert parse_name(part) == next(iter(readings(part)), None)


def lines_run(call: Callable[[], object]) -> int:
    """Return how many lines of Python *call* runs, a measure of time that does not depend on the machine."""
    lines = 0

    def count(_frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(before)
    return lines
