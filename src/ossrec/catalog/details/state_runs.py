"""Segments in runs of the same state, for the timeline of `show`."""

import sqlite3
from collections.abc import Container, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from ossrec.catalog.details.segment_states import (
    InspectionState,
    TimedPlaylist,
    TimedSegment,
    clock_steps,
    timed_segments,
)
from ossrec.catalog.query.recording_rows import Row
from ossrec.segment_rules import timeline_gap


class StateRun(NamedTuple):
    """Consecutive segments with the same state."""

    state: str  # present, not_inspected, missing, empty, cut, declared_gap, wrong_path, outside, or timeline_gap
    first: int  # segment numbers; of a timeline gap those on either side
    last: int
    start: float | None  # seconds
    length: float | None


def segment_state_runs(
    catalog: sqlite3.Connection, number: int, playlists: Sequence[TimedPlaylist], inspections: InspectionState
) -> list[StateRun]:
    """Return the segments of `segment_rows` in runs: a playlist may name half a million segments."""
    found: list[StateRun] = []
    steps = clock_steps(catalog, number)
    for _, same in groupby(timed_segments(catalog, number, playlists, inspections), key=lambda one: one.part):
        found += _runs_with_gaps(list(same), steps)
    return found


def _runs_with_gaps(same: Sequence[TimedSegment], steps: Container[int | None]) -> list[StateRun]:
    """Return the runs of one part, with its timeline gaps if the times are from names and inspections.

    There is no gap before a segment that starts at one of *steps*, where the recorder's clock was set.
    """
    if any(one.length is not None or one.measured is None or one.start is None for one in same):
        return _runs((one.number, one.start, one.length, one.state) for one in same)
    found: list[StateRun] = []
    begun, end = 0, 0
    for at, one in enumerate(same):
        start, length = one.start or 0, one.measured or 0
        if at and one.start not in steps and _is_timeline_gap(same[at - 1], one):
            found += _runs((some.number, some.start, some.measured, some.state) for some in same[begun:at])
            found.append(StateRun("timeline_gap", same[at - 1].number, one.number, end / 1000, (start - end) / 1000))
            begun = at
        end = start + length
    return found + _runs((some.number, some.start, some.measured, some.state) for some in same[begun:])


def _is_timeline_gap(before: TimedSegment, one: TimedSegment) -> bool:
    step = ((one.start or 0) - (before.start or 0)) / 1000
    return timeline_gap(step, (before.measured or 0) / 1000, (one.measured or 0) / 1000) is not None


def state_runs(segments: Iterable[Row]) -> list[StateRun]:
    """Return *segments*, rows with number, start, length and state, in runs of the same state."""
    return _runs((s["number"], _ms(s["start"]), _ms(s["length"]), s["state"]) for s in segments)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _runs(segments: Iterable[tuple[int, int | None, int | None, str]]) -> list[StateRun]:
    found: list[StateRun] = []
    state, first, last, start, end = "", 0, 0, None, None
    for number, begin, length, now in segments:
        if now != state:
            if state:
                found.append(_run(state, first, last, start, end))
            state, first, start = now, number, begin
            end = begin
        last = number
        end = None if begin is None or length is None or end is None else begin + length
    if state:
        found.append(_run(state, first, last, start, end))
    return found


def _run(state: str, first: int, last: int, start: int | None, end: int | None) -> StateRun:
    """Return a run; *start* and *end* are in ms."""
    if start is None:
        return StateRun(state, first, last, None, None)
    return StateRun(state, first, last, start / 1000, None if end is None else (end - start) / 1000)
