"""The wall-clock times of a recording that are present, missing or damaged."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from ossrec.catalog.details.damage import Damage, SegmentRef, damages
from ossrec.catalog.details.parts import in_order, parts_of
from ossrec.catalog.details.segment_states import (
    TimedPlaylist,
    TimedSegment,
    clock_steps,
    held_by,
    inspection_state,
    timed_segments,
)
from ossrec.findings import Severity
from ossrec.naming import unix_ms
from ossrec.segment_rules import duration_until_next, timeline_gap

_DAMAGE = """
SELECT code, severity, segment, start, length, packet, lost FROM findings
WHERE recording_id = ? AND source = 'segment' AND severity > 1
"""


class Span(NamedTuple):
    """A time with one state. Spans of damage overlap those of the damaged segments."""

    start: int  # Unix ms
    end: int
    kind: str  # the state of segments, or a kind of damage


class TimedRecording(NamedTuple):
    """A recording with its start and end."""

    number: int
    started: int  # Unix ms
    ended: int | None
    was_inspected: bool


class _WallSegment(NamedTuple):
    """A segment with its wall-clock time."""

    segment: TimedSegment
    wall: int  # Unix ms
    length: int  # ms


def spans_of(catalog: sqlite3.Connection, timed: TimedRecording) -> list[Span]:
    """Return the spans of a recording in order of time; neighboring segments with the same state are one span.

    A segment starts at the time in its name, or else at the end of the segment before it. There is no span in a
    timeline gap.
    """
    listed = in_order(catalog, timed.number, parts_of(catalog, timed.number))
    damaged = _damage(catalog, timed.number, listed)
    wanted = {(one.part, one.segment) for one in damaged}
    damaged_segments: dict[SegmentRef, _WallSegment] = {}
    spans: list[Span] = []
    inspections = inspection_state(catalog, timed.number, timed.was_inspected)
    steps = clock_steps(catalog, timed.number)
    until = 0
    before: _WallSegment | None = None
    for one in _on_wall_clock(timed_segments(catalog, timed.number, listed, inspections), timed):
        until = max(until, one.wall + one.length)
        ref = one.segment.part, one.segment.number
        if ref in wanted:
            damaged_segments[ref] = one
        _add(spans, before, one, is_clock_step=one.segment.start in steps)
        before = one
    for damage in damaged:
        held = damaged_segments.get((damage.part, -1 if damage.segment is None else damage.segment))
        if held is not None:
            spans.append(_of_damage(damage, held, until))
    return sorted(spans)


def _on_wall_clock(found: Iterable[TimedSegment], timed: TimedRecording) -> Iterator[_WallSegment]:
    before: _WallSegment | None = None
    for segment in found:
        stamp = None if segment.suffix is None else _stamp(segment.suffix)
        if before is not None:
            yield _until(before, stamp)
        if stamp is None or (before is not None and stamp < before.wall):
            stamp = timed.started + (segment.start or 0) if before is None else _after(before, segment)
        before = _WallSegment(segment, stamp, segment.length or segment.measured or 0)
    if before is not None:
        yield _until(before, timed.ended)


def _until(one: _WallSegment, ms: int | None) -> _WallSegment:
    """Return the segment with its duration; if that is unknown, it lasts until *ms*, within the longest segment."""
    if ms is None or one.segment.length is not None or one.segment.measured is not None:
        return one
    return one._replace(length=round(1000 * duration_until_next((ms - one.wall) / 1000, None)))


def _after(before: _WallSegment, segment: TimedSegment) -> int:
    """Return the start of a segment without a time in its name, from the segment before it."""
    if segment.start is None or before.segment.start is None:
        return before.wall + before.length
    return before.wall + max(segment.start - before.segment.start, 0)


def _add(spans: list[Span], before: _WallSegment | None, one: _WallSegment, *, is_clock_step: bool) -> None:
    """Add a segment to *spans*; extend the last span if *before* has the same state and no timeline gap follows it.

    If the recorder's clock was set between the two, there is no gap: their media is contiguous.
    """
    end = one.wall + one.length
    is_alike = before is not None and before.segment.state == one.segment.state
    if is_alike and before is not None and (is_clock_step or not _is_timeline_gap(before, one)):
        spans[-1] = spans[-1]._replace(end=max(spans[-1].end, end))
    else:
        spans.append(Span(one.wall, end, one.segment.state))


def _is_timeline_gap(before: _WallSegment, one: _WallSegment) -> bool:
    return timeline_gap((one.wall - before.wall) / 1000, before.length / 1000, one.length / 1000) is not None


def _of_damage(damage: Damage, held: _WallSegment, until: int) -> Span:
    """Return the span of a damage in the segment *held*; *until* is the end of the recording."""
    if damage.start is None or held.segment.start is None:
        return Span(held.wall, held.wall + held.length, damage.kind)
    begin = min(held.wall + max(round(damage.start * 1000) - held.segment.start, 0), until)
    return Span(begin, min(begin + round((damage.length or 0.0) * 1000), until), damage.kind)


def _damage(catalog: sqlite3.Connection, number: int, listed: list[TimedPlaylist]) -> list[Damage]:
    names = ("code", "severity", "segment", "start", "length", "packet", "lost")
    found = [dict(zip(names, row, strict=True)) for row in catalog.execute(_DAMAGE, (number,))]
    for finding in found:
        finding |= {"severity": Severity(finding["severity"]).name.lower(), "source": "segment"}
    return damages(found, [one.offset / 1000 for one in listed], partial(held_by, catalog, listed))


def _stamp(suffix: str) -> int | None:
    """Return the UTC time at the end of a segment's name, in Unix ms."""
    return unix_ms(suffix[-20:-3]) if suffix[-3:] == ".ts" and suffix[-21:-20] == "_" else None
