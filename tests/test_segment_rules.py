"""The state of a segment, and timeline gaps, at and just beside their bounds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.segment_rules import (
    LONGEST_SEGMENT,
    SegmentState,
    duration_until_next,
    is_transport_stream,
    segment_state,
    timeline_gap,
)

STATES: dict[str, tuple[str | None, int | None, dict[str, Any], str]] = {
    "a whole number of packets": ("s.ts", 376, {}, "PRESENT"),
    "one byte too few": ("s.ts", 375, {}, "CUT"),
    "no bytes": ("s.ts", 0, {}, "EMPTY"),
    "not in the bucket": ("s.ts", None, {}, "MISSING"),
    "a refused URI": (None, None, {}, "OUTSIDE"),
    "a refused URI of a declared gap": (None, None, {"declared_gap": True}, "OUTSIDE"),
    "an object that the URI does not lead to": ("s.ts", 188, {"wrong_path": True}, "WRONG_PATH"),
    "an empty object that the URI does not lead to": ("s.ts", 0, {"wrong_path": True}, "WRONG_PATH"),
    "a declared gap that the URI does not lead to": (
        "s.ts",
        188,
        {"wrong_path": True, "declared_gap": True},
        "DECLARED_GAP",
    ),
    "a declared gap without an object": ("s.ts", None, {"declared_gap": True}, "DECLARED_GAP"),
    "a declared gap whose object is there": ("s.ts", 375, {"declared_gap": True}, "DECLARED_GAP"),
    "a byte range that ends with its object": ("s.ts", 375, {"byterange_end": 375}, "PRESENT"),
    "a byte range that ends past its object": ("s.ts", 375, {"byterange_end": 376}, "CUT"),
    "whole cipher blocks": ("s.ts", 32, {"encrypted": True}, "PRESENT"),
    "half a cipher block": ("s.ts", 40, {"encrypted": True}, "CUT"),
    "whole packets under a key": ("s.ts", 376, {"encrypted": True}, "PRESENT"),
    "an encrypted segment without bytes": ("s.ts", 0, {"encrypted": True}, "EMPTY"),
    "a fragment of any size": ("s.ts", 375, {"fragment": True}, "PRESENT"),
    "packed audio of any size": ("s.AAC", 375, {}, "PRESENT"),
    "packed audio without bytes": ("s.aac", 0, {}, "EMPTY"),
    "no file extension": ("s", 375, {}, "CUT"),
    "the size of packets of 192 bytes": ("s.ts", 1920, {}, "PRESENT"),
    "the size of packets of 204 bytes": ("s.ts", 2040, {}, "PRESENT"),
    "packets of 192 bytes": ("s.ts", 1920, {"packet_size": 192}, "PRESENT"),
    "packets of 192 bytes, cut off": ("s.ts", 1919, {"packet_size": 192}, "CUT"),
    "packets of 188 bytes, cut off": ("s.ts", 1920, {"packet_size": 188}, "CUT"),
}


@pytest.mark.parametrize(("key", "size", "facts", "state"), STATES.values(), ids=STATES)
def test_the_state_of_a_segment(key: str | None, size: int | None, facts: dict[str, Any], state: str) -> None:
    assert segment_state(key, size, **facts) is SegmentState[state]


@given(st.binary().map(bytes.hex), st.integers(0, 10**6), st.sampled_from([".ts", ".aac", ".mp4", ""]))
def test_the_end_of_a_key_is_enough(stem: str, size: int, extension: str) -> None:
    assert segment_state(f"_1{extension}", size) is segment_state(f"{stem}_1{extension}", size)


GAPS: dict[str, tuple[float, float | None, float | None, float | None]] = {
    "2 s later than its end": (12.0, 10.0, 10.0, None),
    "more than 2 s later than its end": (12.1, 10.0, 10.0, 2.1),
    "a tenth later than its end": (110.0, 100.0, 10.0, None),
    "more than a tenth later than its end": (110.1, 100.0, 10.0, 10.1),
    "names of the end, and a longer segment": (20.0, 10.0, 20.0, None),
    "an earlier name": (-5.0, 10.0, 10.0, None),
    "an unknown duration lasts until the next segment": (330.0, None, None, None),
    "an unknown duration with the slack of the longest": (363.0, None, None, None),
    "an unknown duration beyond that": (364.0, None, None, 34.0),
    "an unknown duration and a longer segment": (400.0, None, 380.0, None),
}


@pytest.mark.parametrize(("step", "duration", "next_duration", "gap"), GAPS.values(), ids=GAPS)
def test_a_timeline_gap(step: float, duration: float | None, next_duration: float | None, gap: float | None) -> None:
    found = timeline_gap(step, duration, next_duration)
    assert found == (None if gap is None else pytest.approx(gap))


def test_a_segment_of_unknown_duration_lasts_until_the_next_one() -> None:
    assert [duration_until_next(step, None) for step in (-1.0, 15.0, 331.0)] == [0.0, 15.0, LONGEST_SEGMENT]
    assert duration_until_next(15.0, 6.0) == 6.0


def test_a_file_extension_in_capitals_counts() -> None:
    assert [is_transport_stream(key) for key in ("a/s.ts", "a/s", "a/s.M4S", "a.aac/s")] == [True, True, False, True]
