"""Which seconds are damaged and how, by what was found in the bytes of segments."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.catalog.details.damage import KINDS, Damage, damages, kind_of
from ossrec.findings import Severity
from ossrec.rules import RULES, area

Row = dict[str, Any]


def finding(
    code: str, segment: int | None = 0, start: float | None = 0.0, length: float | None = None, **more: Any
) -> Row:
    known = {"code": code, "source": "segment", "segment": segment, "start": start, "length": length}
    rule = RULES.get(code)
    severity = "error" if rule is None else rule.severity.name.lower()
    return {**known, "severity": severity, "packet": None, "lost": None, **more}


def found(*findings: Row, offsets: tuple[float, ...] = (0.0,)) -> list[Damage]:
    return damages(findings, offsets, held_by)


def held_by(place: tuple[int, int]) -> tuple[float, float]:
    """Segments of 10 s in parts of 30 s; the last one here comes 10 s late."""
    part, number = place
    start = 30.0 * part + (40.0 if number == 3 else 10.0 * number)
    return start, start + 10.0


DRAWN = {
    "broken": {"TS310", "TS320", "TS331", "TS340", "TS341", "TS343", "TS362"},
    "lost": {"TS330", "TS350", "TS430"},
    "jump": {"TS370", "TS371", "TS380", "TS382"},
    "flaw": {
        *("TS342", "TS344", "TS351", "TS353", "TS360", "TS361", "TS390"),
        *("TS400", "TS401", "TS410", "TS411", "TS420", "TS421"),
    },
}


def test_every_code_is_drawn_as_its_kind_of_damage() -> None:
    assert list(DRAWN) == list(reversed(KINDS))
    kinds = {code: kind for kind, codes in DRAWN.items() for code in codes}
    assert {code: RULES[code].damage for code in kinds} == kinds
    assert {code: kind_of(code, RULES[code].severity.name.lower()) for code in kinds} == kinds


def test_every_fault_in_the_bytes_has_a_kind_of_damage() -> None:
    faults = {code for code, rule in RULES.items() if area(code) == "TS" and rule.severity >= Severity.WARNING}
    assert {code for code, rule in RULES.items() if rule.damage is not None} == faults


def test_errors_are_not_flaws_and_warnings_are_not_broken() -> None:
    for code, rule in RULES.items():
        assert (rule.damage == "flaw") <= (rule.severity is Severity.WARNING), code
        assert (rule.damage == "broken") <= (rule.severity is Severity.ERROR), code


def test_a_recording_without_damage_does_not_load_the_rule_table() -> None:
    program = (
        "import sys; from ossrec.catalog.details.damage import damages\n"
        "info = {'code': 'TS352', 'source': 'segment', 'severity': 'info'}\n"
        "missing = {'code': 'LST260', 'source': 'listing', 'severity': 'error'}\n"
        "assert damages([info, missing], [0.0], lambda segment: None) == []\n"
        "assert 'ossrec.rules' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_code_of_a_newer_ossrec_is_drawn_by_its_severity() -> None:
    assert [kind_of("TS999", word) for word in ("error", "warning", "info")] == ["broken", "flaw", None]


CASES: dict[str, tuple[list[Row], list[tuple[Any, ...]]]] = {
    "a loss": ([finding("TS350", 3, 42.0, 1.0, lost=17)], [("lost", 42.0, 1.0, ("TS350",), 3, 17)]),
    "two losses apart": (
        [finding("TS350", 3, 42.0, 0.5, lost=1), finding("TS350", 3, 44.0, 0.5, lost=2)],
        [("lost", 42.0, 0.5, ("TS350",), 3, 1), ("lost", 44.0, 0.5, ("TS350",), 3, 2)],
    ),
    "two that overlap are one": (
        [finding("TS350", 3, 42.0, 1.0, lost=1), finding("TS330", 3, 42.5, 2.0, lost=2)],
        [("lost", 42.0, 2.5, ("TS350", "TS330"), 3, 3)],
    ),
    "one within another": (
        [finding("TS350", 3, 42.0, 5.0), finding("TS350", 3, 43.0, 1.0)],
        [("lost", 42.0, 5.0, ("TS350",), 3, None)],
    ),
    "two kinds at one time stay two, the worse first": (
        [finding("TS401", 0, 0.0, None), finding("TS320", 0, 0.0, 1.0, packet=4)],
        [("broken", 0.0, 1.0, ("TS320",), 0, None), ("flaw", 0.0, None, ("TS401",), 0, None)],
    ),
    "what touches in the next segment is of that segment": (
        [finding("TS350", 0, 9.0, 1.0), finding("TS350", 1, 10.0, 1.0)],
        [("lost", 9.0, 1.0, ("TS350",), 0, None), ("lost", 10.0, 1.0, ("TS350",), 1, None)],
    ),
    "a segment that is none is broken all through": (
        [finding("TS310", 2, 20.0, None)],
        [("broken", 20.0, 10.0, ("TS310",), 2, None)],
    ),
    "no longer than its segment": ([finding("TS371", 3, 48.0, 30.0)], [("jump", 48.0, 2.0, ("TS371",), 3, None)]),
    "not behind its segment": ([finding("TS371", 3, 70.0, 30.0)], [("jump", 50.0, 0.0, ("TS371",), 3, None)]),
    "a drift lasts over many segments": ([finding("TS411", 0, 0.0, 90.0)], [("flaw", 0.0, 90.0, ("TS411",), 0, None)]),
    "a table that is wrong is a moment": (
        [finding("TS343", 2, 20.0, None, packet=7)],
        [("broken", 20.0, None, ("TS343",), 2, None)],
    ),
    "a slice of no known time": ([finding("TS350", 5, None, 1.0)], [("lost", None, 1.0, ("TS350",), 5, None)]),
    "an object that no playlist names": (
        [finding("TS350", None, None)],
        [("lost", None, None, ("TS350",), None, None)],
    ),
    "what is only worth knowing": ([finding("TS381"), finding("TS352"), finding("TS311", None, None)], []),
    "what was found elsewhere": ([finding("LST260", source="listing"), finding("TS350", source="access")], []),
    "a time that is none": (
        [finding("TS350", 1, float("inf"), float("-inf"))],
        [("lost", None, None, ("TS350",), 1, None)],
    ),
}


@pytest.mark.parametrize(("findings", "expected"), CASES.values(), ids=CASES)
def test_is(findings: list[Row], expected: list[tuple[Any, ...]]) -> None:
    shown = [(one.kind, one.start, one.length, one.codes, one.segment, one.lost) for one in found(*findings)]
    assert shown == expected


def test_is_of_the_part_that_it_lies_in() -> None:
    rows = [finding("TS350", 0, start, 1.0) for start in (0.0, 29.0, 30.0, 59.9999)]
    assert [one.part for one in found(*rows, offsets=(0.0, 30.0, 60.0))] == [0, 0, 1, 2]


@given(
    st.lists(
        st.builds(
            finding,
            st.sampled_from(["TS350", "TS330", "TS320", "TS401", "TS380", "TS999"]),
            st.none() | st.integers(-1, 3),
            st.none() | st.floats(0, 100) | st.sampled_from([float("inf"), -1.0]),
            st.none() | st.floats(0, 20) | st.sampled_from([float("inf")]),
            lost=st.none() | st.integers(0, 9),
        )
    )
)
def test_nothing_is_lost_by_putting_it_together(rows: list[Row]) -> None:
    together = found(*rows)
    assert sum(one.lost or 0 for one in together) == sum(row["lost"] or 0 for row in rows)
    assert {code for one in together for code in one.codes} == {row["code"] for row in rows}
    for row in rows:
        alone = found(row)[0]
        assert any(_covers(one, alone) for one in together)


def _covers(one: Damage, other: Damage) -> bool:
    if (one.kind, one.segment) != (other.kind, other.segment):
        return False
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return one.start == other.start
    return one.start <= other.start + 0.001 and other.end <= one.end + 0.001
