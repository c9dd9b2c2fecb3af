"""When there is something of a recording, by the clock on the wall: what is there, what is missing, what is damaged."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from ossrec.catalog.details.damage import Damage, SegmentRef, damages
from ossrec.catalog.details.parts import in_order, parts_of
from ossrec.catalog.details.segment_states import (
    TimedPlaylist,
    TimedSegment,
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
    """A time in which one thing holds. Those of damage lie over those of the segments that are damaged."""

    start: int  # Unix ms
    end: int
    kind: str  # the state of segments, or a kind of damage


class TimedRecording(NamedTuple):
    """A recording and when it was."""

    number: int
    started: int  # Unix ms
    ended: int | None
    was_looked_at: bool


class _TimedSegment(NamedTuple):
    """A segment on the wall's clock."""

    moment: TimedSegment
    wall: int  # Unix ms
    length: int  # ms


def spans_of(catalog: sqlite3.Connection, timed: TimedRecording) -> list[Span]:
    """The spans of a recording in order of time, neighbouring segments of one state put together.

    A segment starts when its name says so, else when the one before it ends. What is more than a
    little later than that end leaves a gap, in which there is no span.
    """
    listed = in_order(catalog, timed.number, parts_of(catalog, timed.number))
    spoilt = _damage(catalog, timed.number, listed)
    wanted = {(one.part, one.segment) for one in spoilt}
    places: dict[SegmentRef, _TimedSegment] = {}
    spans: list[Span] = []
    looks = inspection_state(catalog, timed.number, timed.was_looked_at)
    until = 0
    before: _TimedSegment | None = None
    for one in _placed(timed_segments(catalog, timed.number, listed, looks), timed):
        until = max(until, one.wall + one.length)
        place = one.moment.part, one.moment.number
        if place in wanted:
            places[place] = one
        _add(spans, before, one)
        before = one
    for damage in spoilt:
        held = places.get((damage.part, -1 if damage.segment is None else damage.segment))
        if held is not None:
            spans.append(_of_damage(damage, held, until))
    return sorted(spans)


def _placed(found: Iterable[TimedSegment], timed: TimedRecording) -> Iterator[_TimedSegment]:
    before: _TimedSegment | None = None
    for moment in found:
        stamp = None if moment.suffix is None else _stamp(moment.suffix)
        if before is not None:
            yield _until(before, stamp)
        if stamp is None or (before is not None and stamp < before.wall):
            stamp = timed.started + (moment.start or 0) if before is None else _after(before, moment)
        before = _TimedSegment(moment, stamp, moment.length or moment.measured or 0)
    if before is not None:
        yield _until(before, timed.ended)


def _until(one: _TimedSegment, ms: int | None) -> _TimedSegment:
    """A segment of no known length lasts until the next one, or the end; not longer than recorders make them."""
    if ms is None or one.moment.length is not None or one.moment.measured is not None:
        return one
    return one._replace(length=round(1000 * duration_until_next((ms - one.wall) / 1000, None)))


def _after(before: _TimedSegment, moment: TimedSegment) -> int:
    """Where a segment starts whose name does not tell, by the one before it."""
    if moment.start is None or before.moment.start is None:
        return before.wall + before.length
    return before.wall + max(moment.start - before.moment.start, 0)


def _add(spans: list[Span], before: _TimedSegment | None, one: _TimedSegment) -> None:
    """Add a segment to *spans*; extend the last span if *before* has the same state and no timeline gap follows it."""
    end = one.wall + one.length
    if before is not None and before.moment.state == one.moment.state and not _is_timeline_gap(before, one):
        spans[-1] = spans[-1]._replace(end=max(spans[-1].end, end))
    else:
        spans.append(Span(one.wall, end, one.moment.state))


def _is_timeline_gap(before: _TimedSegment, one: _TimedSegment) -> bool:
    return timeline_gap((one.wall - before.wall) / 1000, before.length / 1000, one.length / 1000) is not None


def _of_damage(damage: Damage, held: _TimedSegment, until: int) -> Span:
    """Where a damage is, by the segment that holds it; *until* is where the recording ends."""
    if damage.start is None or held.moment.start is None:
        return Span(held.wall, held.wall + held.length, damage.kind)
    begin = min(held.wall + max(round(damage.start * 1000) - held.moment.start, 0), until)
    return Span(begin, min(begin + round((damage.length or 0.0) * 1000), until), damage.kind)


def _damage(catalog: sqlite3.Connection, number: int, listed: list[TimedPlaylist]) -> list[Damage]:
    names = ("code", "severity", "segment", "start", "length", "packet", "lost")
    found = [dict(zip(names, row, strict=True)) for row in catalog.execute(_DAMAGE, (number,))]
    for finding in found:
        finding |= {"severity": Severity(finding["severity"]).name.lower(), "source": "segment"}
    return damages(found, [one.offset / 1000 for one in listed], partial(held_by, catalog, listed))


def _stamp(suffix: str) -> int | None:
    """The UTC stamp at the end of a segment's name, in Unix ms."""
    return unix_ms(suffix[-20:-3]) if suffix[-3:] == ".ts" and suffix[-21:-20] == "_" else None
