"""Segments that hold another time than their names say: two that were exchanged, one written over another."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import floor

from ossrec.findings import Finding
from ossrec.mpegts.inspection import TICKS, signed
from ossrec.mpegts.sequence.check import SegmentInSequence
from ossrec.naming import parse_name

OUT_OF_PLACE = "TS382"
MOST = 1000  # findings
_SAME = 1.0  # seconds by which times and names may disagree from segment to segment and still keep together


def misplaced_segments(subject: str, segments: Sequence[SegmentInSequence]) -> list[Finding]:
    """Those whose times do not go with their names as those of segments before and behind them do.

    A recorder that begins its clock anew goes on with it. Where the segments behind keep together with their names as
    those before did, the clock never changed, and what lies between is of another place in the recording.
    """
    timed = list(_timed(segments))
    clocks = _clocks([offset for _, offset in timed])
    last = {clock: place for place, clock in enumerate(clocks)}
    found: list[Finding] = []
    held, reach, home = -1, -1, 0.0  # the clock in force, the last segment that goes by it, its offset
    for place, ((one, offset), clock) in enumerate(zip(timed, clocks, strict=True)):
        if place > reach:
            held, reach = clock, last[clock]
        if clock == held:
            home = offset
        elif _is_elsewhere(one, home - offset):
            found.append(_finding(subject, one, home - offset))
    rest = len(found) - MOST
    more = [Finding(OUT_OF_PLACE, subject, f"and {rest} more of the same")] if rest > 0 else []
    return found[:MOST] + more


def _timed(segments: Sequence[SegmentInSequence]) -> Iterator[tuple[SegmentInSequence, float]]:
    """Segments with by how many seconds their names are ahead of their times, which are counted from the first."""
    clock, before = 0.0, None
    for one in segments:
        stamp, pts = _stamp(one.key), one.inspection.first_pts
        if stamp is None or pts is None:
            continue
        clock += 0.0 if before is None else signed(pts - before) / TICKS
        before = pts
        yield one, stamp / 1000 - clock


def _is_elsewhere(one: SegmentInSequence, shift: float) -> bool:
    """Most of what it holds lies outside of its own time; a stream that begins late is still inside."""
    held = one.inspection.duration
    if not held:
        return False
    inside = min(shift + held, one.duration or held) - max(shift, 0.0)
    return inside < held / 2


def _clocks(offsets: Sequence[float]) -> list[int]:
    """The number of the clock by which each goes: one that was seen before, drifting a little, or a new one."""
    latest: list[float] = []
    cells: defaultdict[int, set[int]] = defaultdict(set)  # clocks by where they are, for each segment may have its own
    found = []
    for offset in offsets:
        cell = floor(offset / _SAME)
        near = cells[cell - 1] | cells[cell] | cells[cell + 1]
        number = min((one for one in near if abs(latest[one] - offset) <= _SAME), default=len(latest))
        if number < len(latest):
            cells[floor(latest[number] / _SAME)].discard(number)
            latest[number] = offset
        else:
            latest.append(offset)
        cells[cell].add(number)
        found.append(number)
    return found


def _finding(subject: str, one: SegmentInSequence, shift: float) -> Finding:
    name = one.key.rpartition("/")[2]
    way = "later" if shift > 0 else "earlier"
    detail = f"{name}: its media is {abs(shift):.1f} s {way} than its name says"
    return Finding(OUT_OF_PLACE, subject, detail, None, one.number, one.start, one.duration)


def _stamp(key: str) -> int | None:
    name = parse_name(key)
    return None if name is None else name.stamp_ms
