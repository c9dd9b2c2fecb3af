"""Every difficult name of the table is parsed by all functions, and formatted back."""

import pytest

from ossrec.naming import PLAYLIST, SEGMENT, format_name, parse_name, readings

from .cases import CASES, Case, Reading

each_case = pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
OURS = [case for case in CASES if case.readings]
each_of_ours = pytest.mark.parametrize("case", OURS, ids=[case.sentence for case in OURS])


def test_sentences_and_keys_are_unique() -> None:
    assert len({case.sentence for case in CASES}) == len({case.key for case in CASES}) == len(CASES)


@each_case
def test_readings_are_those_of_the_table_in_order(case: Case) -> None:
    found = [Reading(n.roomid, n.uid, n.rest, n.folder, n.backup, n.recordid) for n in readings(case.key)]
    assert found == case.readings


@each_case
def test_parse_name_returns_the_most_likely_reading(case: Case) -> None:
    assert parse_name(case.key) == next(iter(readings(case.key)), None)


@each_of_ours
def test_a_reading_has_the_properties_of_the_table(case: Case) -> None:
    kind = PLAYLIST if case.key.endswith(".m3u8") else SEGMENT
    for name in readings(case.key):
        assert (name.kind, name.ambiguous) == (kind, case.ambiguous)
    assert readings(case.key)[0].conforming == case.conforming


@each_of_ours
def test_every_reading_is_formatted_back_to_the_key(case: Case) -> None:
    for name in readings(case.key):
        assert format_name(name) == name.prefix + name.rest == case.key


@each_of_ours
def test_a_known_room_or_uid_resolves_the_name(case: Case) -> None:
    for name in readings(case.key):
        resolved = parse_name(case.key, room=name.roomid, uid=name.uid)
        assert resolved is not None
        assert (resolved.roomid, resolved.uid) == (name.roomid, name.uid)


TWO_MARKERS = "rid_0123456789abcdef_a__uid_s_b__uid_s_c__uid_e.m3u8"


@pytest.mark.parametrize(
    ("room", "uid", "expected"),
    [
        (None, None, ("a__uid_s_b", "c")),
        ("a", None, ("a", "b__uid_s_c")),
        (None, "b__uid_s_c", ("a", "b__uid_s_c")),
        ("a__uid_s_b__uid_s_c__uid_e", None, ("a__uid_s_b__uid_s_c__uid_e", None)),
        ("a", "c", ("a", "b__uid_s_c")),
        ("a", "nobody", ("a", "b__uid_s_c")),
        ("nowhere", "b__uid_s_c", ("a", "b__uid_s_c")),
        ("nowhere", "nobody", ("a__uid_s_b", "c")),
    ],
)
def test_the_room_resolves_first_and_an_id_without_a_reading_is_ignored(
    room: str | None, uid: str | None, expected: tuple[str, str | None]
) -> None:
    name = parse_name(TWO_MARKERS, room=room, uid=uid)
    assert name is not None
    assert (name.roomid, name.uid) == expected


def test_a_known_id_does_not_turn_a_foreign_name_into_a_recording() -> None:
    assert parse_name("videos/0001.ts", room="videos", uid="1") is None
