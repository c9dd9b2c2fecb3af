"""The threshold of a habit, on both sides."""

import pytest

from ossrec.findings import Finding, Severity, Verdict
from ossrec.habits import HABIT_PERCENT, is_habit
from ossrec.rules import RULES, rule_of
from ossrec.rules.explain import explain


@pytest.mark.parametrize(
    ("alike", "places", "expected"),
    [
        pytest.param(0, 0, False, id="no place"),
        pytest.param(0, 5, False, id="nowhere"),
        pytest.param(1, 1, True, id="the only place"),
        pytest.param(8, 9, False, id="of nine places, all but one"),
        pytest.param(9, 9, True, id="all of nine places"),
        pytest.param(9, 10, True, id="of ten places, all but one"),
        pytest.param(8, 10, False, id="of ten places, all but two"),
        pytest.param(899, 1000, False, id="just below the threshold"),
        pytest.param(900, 1000, True, id="at the threshold"),
    ],
)
def test_habit(alike: int, places: int, expected: bool) -> None:
    assert HABIT_PERCENT == 90
    assert is_habit(alike, places) is expected


def test_a_habit_is_an_info_and_changes_no_verdict() -> None:
    habit = rule_of(Finding("TS353", "a.m3u8", severity=Severity.INFO))
    assert (habit.severity, habit.verdict, habit.damage) == (Severity.INFO, Verdict.COMPLETE, None)
    assert rule_of(Finding("TS353", "a.m3u8")) is RULES["TS353"]


def test_a_severity_never_makes_a_rule_stricter() -> None:
    assert rule_of(Finding("HLS162", "a.m3u8", severity=Severity.ERROR)) is RULES["HLS162"]


def test_the_explanation_says_when_a_fault_is_a_habit() -> None:
    assert "Habit:     info if the playlist has ended" in (explain("HLS090") or "")
    assert "Habit:" not in (explain("LST260") or "")
