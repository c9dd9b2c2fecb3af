"""Findings that repeat one fault in consecutive segments become one row with a range."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.catalog.details.finding_groups import grouped_findings

Row = dict[str, Any]


def finding(segment: int | None, detail: str = "", **changes: Any) -> Row:
    start = None if segment is None else 10.0 * segment
    row = {"code": "TS353", "severity": "warning", "source": "segment", "subject": "a.m3u8", "counts": True}
    return (
        row
        | {"detail": detail, "segment": segment, "start": start, "length": None, "packet": 0, "lost": None}
        | changes
    )


def ranges(*findings: Row) -> list[tuple[int | None, int | None, int]]:
    return [(one["segment"], one["last_segment"], one["count"]) for one in grouped_findings(findings)]


def test_the_same_fault_in_consecutive_segments_is_one_row() -> None:
    (row,) = grouped_findings(
        finding(number, f"s_{number}.ts: all continuity counters restart", length=2.5, lost=3)
        for number in range(1, 15)
    )
    assert row == finding(1, "all continuity counters restart", length=35.0, lost=42, packet=None) | {
        "last_segment": 14,
        "count": 14,
    }


def test_a_single_finding_stays_as_it_is() -> None:
    one = finding(3, "s_3.ts: PID 256 (h264)", lost=1, packet=17)
    assert grouped_findings([one]) == [one | {"count": 1, "last_segment": 3}]


APART = {
    "a segment lies between": [finding(1), finding(3)],
    "another code": [finding(1), finding(2, code="TS350")],
    "another playlist": [finding(1), finding(2, subject="b.m3u8")],
    "one does not count": [finding(1), finding(2, counts=False)],
    "another stream": [finding(1, "s_1.ts: PID 256 (h264)"), finding(2, "s_2.ts: PID 257 (aac)")],
    "both in one segment": [finding(1, packet=4), finding(1, packet=9)],
    "no segment": [finding(None, "a.ts, 5 bytes"), finding(None, "b.ts, 5 bytes")],
}


@pytest.mark.parametrize("findings", APART.values(), ids=APART)
def test_what_stays_apart(findings: list[Row]) -> None:
    assert [count for _, _, count in ranges(*findings)] == [1, 1]


def test_two_streams_with_the_same_fault_are_two_rows() -> None:
    found = [finding(number, f"s_{number}.ts: {stream}") for number in range(3) for stream in ("h264", "aac")]
    assert ranges(*found) == [(0, 2, 3), (0, 2, 3)]


def test_several_in_one_segment_count_in_the_range() -> None:
    assert ranges(finding(0), finding(0), finding(1)) == [(0, 1, 3)]


DETAILS = {
    "names only": (["s_1.ts", "s_2.ts", "s_3.ts"], "s_1.ts to s_3.ts"),
    "the same text after each name": (["s_1.ts, 4 s after it", "s_2.ts, 4 s after it"], "4 s after it"),
    "the same text without names": (["0 s", "0 s"], "0 s"),
    "numbers differ": (["s_1.ts: 5 bytes", "s_2.ts: 7 bytes"], "s_1.ts: 5 bytes, and similar"),
    "no detail": (["", ""], ""),
}


@pytest.mark.parametrize(("details", "expected"), DETAILS.values(), ids=DETAILS)
def test_the_detail_has_what_all_have_in_common(details: list[str], expected: str) -> None:
    (row,) = grouped_findings(finding(number, detail) for number, detail in enumerate(details))
    assert row["detail"] == expected


@given(st.lists(st.tuples(st.integers(0, 6) | st.none(), st.sampled_from(["", "x.ts", "y.ts: 1", "z.ts: b"]))))
def test_no_finding_is_lost_or_counted_twice(drawn: list[tuple[int | None, str]]) -> None:
    found = [finding(*one) for one in sorted(drawn, key=lambda one: -1 if one[0] is None else one[0])]
    rows = grouped_findings(found)
    assert sum(row["count"] for row in rows) == len(found)
    covered = {
        number
        for row in rows
        if row["segment"] is not None
        for number in range(row["segment"], row["last_segment"] + 1)
    }
    assert covered == {one["segment"] for one in found} - {None}
