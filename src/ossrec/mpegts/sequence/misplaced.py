"""Segments with another time than their names say: two were swapped, or one was written over another."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from math import floor

from ossrec.findings import Finding
from ossrec.mpegts.inspection import TICKS, signed
from ossrec.mpegts.sequence.check import SegmentInSequence
from ossrec.naming import parse_name

OUT_OF_PLACE = "TS382"
MAX_FINDINGS = 1000  # findings
_SAME = 1.0  # seconds by which the offset between names and PTS may change on one clock


def misplaced_segments(
    subject: str, segments: Sequence[SegmentInSequence], contiguous: Container[str] = ()
) -> list[Finding]:
    """Return a finding for each segment with media of another time than its name says.

    The media of segments with a key in *contiguous* continues that of the previous segment: they are in their place.

    A recorder that restarts its clock continues with the new one. If later segments have the same offset between name
    and PTS as earlier ones, the clock did not change, and a segment between them with another offset is misplaced.
    """
    timed = list(_with_offsets(segments))
    clocks = _clocks([offset for _, offset in timed])
    last = {clock: index for index, clock in enumerate(clocks)}
    found: list[Finding] = []
    current, reach, expected = -1, -1, 0.0  # the clock in force, its last segment, its offset
    for index, ((one, offset), clock) in enumerate(zip(timed, clocks, strict=True)):
        if index > reach:
            current, reach = clock, last[clock]
        if clock == current:
            expected = offset
        elif one.key not in contiguous and _is_misplaced(one, expected - offset):
            found.append(_finding(subject, one, expected - offset))
    rest = len(found) - MAX_FINDINGS
    more = [Finding(OUT_OF_PLACE, subject, f"and {rest} more of the same")] if rest > 0 else []
    return found[:MAX_FINDINGS] + more


def _with_offsets(segments: Sequence[SegmentInSequence]) -> Iterator[tuple[SegmentInSequence, float]]:
    """Return segments with the offset between name and PTS in seconds; PTS is counted from the first segment."""
    clock, before = 0.0, None
    for one in segments:
        stamp, pts = _stamp(one.key), one.inspection.first_pts
        if stamp is None or pts is None:
            continue
        clock += 0.0 if before is None else signed(pts - before) / TICKS
        before = pts
        yield one, stamp / 1000 - clock


def _is_misplaced(one: SegmentInSequence, shift: float) -> bool:
    """Return whether more than half of its media lies outside its own time; a stream that starts late is inside."""
    measured = one.inspection.duration
    if not measured:
        return False
    inside = min(shift + measured, one.duration or measured) - max(shift, 0.0)
    return inside < measured / 2


def _clocks(offsets: Sequence[float]) -> list[int]:
    """Return the number of the clock of each offset: an earlier clock, which may drift a little, or a new one."""
    latest: list[float] = []
    cells: defaultdict[int, set[int]] = defaultdict(set)  # clocks by offset: up to one for each segment
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
