"""The problems of a recording in words: when, what, in which segments."""

from ossrec.catalog.details.damage import Damage
from ossrec.catalog.details.state_runs import StateRun, state_runs
from ossrec.cli.views.problems import find_problems, in_words, worst_problems
from tests.cli.views.test_timeline import segments


def said(found: list[StateRun], damage: list[Damage] | None = None) -> list[str]:
    return [in_words(one) for one in find_problems(found, damage or [])]


def lost(start: float | None, length: float | None, segment: int | None, packets: int | None = None) -> Damage:
    return Damage("lost", start, length, ("TS350",), 0, segment, packets)


def flaw(segment: int, *codes: str) -> Damage:
    return Damage("flaw", 10.0 * segment, None, codes, 0, segment, None)


def test_neighbours_of_one_state_are_one_gap() -> None:
    assert said(state_runs(segments("pmmpegu"))) == [
        "0:10 to 0:30 missing (segments 1 to 2)",
        "0:40 to 0:50 empty (segment 4)",
        "0:50 to 1:00 declared missing (segment 5)",
        "1:00 to 1:10 not inspected (segment 6)",
    ]
    assert said(state_runs(segments("pcc", None))) == ["cut short (segments 1 to 2)"]


def test_a_gap_of_unknown_length_says_where_it_begins() -> None:
    one = segments("m")
    one[0]["length"] = None
    assert said(state_runs(one)) == ["at 0:00 missing (segment 0)"]


def test_damage_says_how_much_is_lost_and_by_which_rule() -> None:
    assert said([], [lost(42.0, 1.0, 3, 17)]) == ["0:42 to 0:43 packets lost (segment 3, 17 packets, TS350)"]
    assert said([], [lost(42.0, 0.01, 3, 1)]) == ["at 0:42 packets lost (segment 3, 1 packet, TS350)"]
    assert said([], [lost(None, None, 3)]) == ["packets lost (segment 3, TS350)"]


def test_the_same_damage_in_consecutive_segments_is_one_line() -> None:
    assert said([], [lost(8.0, 1.0, 0, 5), lost(10.0, 3.0, 1, 6), lost(14.0, 1.0, 1)]) == [
        "0:08 to 0:15 packets lost (segments 0 to 1, 11 packets, TS350)"
    ]
    assert said([], [lost(8.0, 1.0, 0), lost(20.0, 3.0, 2)]) == [
        "0:08 to 0:09 packets lost (segment 0, TS350)",
        "0:20 to 0:23 packets lost (segment 2, TS350)",
    ]


def test_damage_at_two_times_in_one_segment_is_two_lines() -> None:
    assert said([], [lost(8.0, 0.5, 0, 5), lost(9.0, 0.5, 0, 6)]) == [
        "0:08 to 0:08.5 packets lost (segment 0, 5 packets, TS350)",
        "0:09 to 0:09.5 packets lost (segment 0, 6 packets, TS350)",
    ]


def test_the_same_flaw_in_each_segment_is_one_line() -> None:
    assert said([], [flaw(0, "TS401"), flaw(1, "TS401"), flaw(2, "TS410"), flaw(4, "TS401")]) == [
        "0:00 to 0:10 flawed (segments 0 to 1, TS401)",
        "at 0:20 flawed (segment 2, TS410)",
        "at 0:40 flawed (segment 4, TS401)",
    ]


def test_gaps_and_damage_come_in_order_of_time() -> None:
    words = said(state_runs(segments("pmp")), [lost(25.0, 1.0, 2), lost(5.0, 1.0, 0)])
    assert [one.partition(" to ")[0] for one in words] == ["0:05", "0:10", "0:25"]


def test_what_has_no_place_is_left_to_the_findings() -> None:
    assert said([], [lost(None, None, None)]) == []


def test_of_too_many_problems_the_worst_are_shown() -> None:
    many = find_problems(state_runs(segments("pm")), [flaw(n, f"TS4{n}0") for n in range(5)])
    assert [one.state for one in worst_problems(many, 2)] == ["flaw", "missing"]
    assert worst_problems(many, 6) == many
