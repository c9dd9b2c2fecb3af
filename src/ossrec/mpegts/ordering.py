"""In which order segments were made, and whether one goes on where another left off, by their times."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.mpegts.continuing import format_changes
from ossrec.mpegts.inspection import TICKS, WRAP, Inspection
from ossrec.mpegts.spans import step, tolerance


def goes_on(before: Inspection, after: Inspection, between: float) -> bool:
    """A segment goes on, in time and format, where another one left off *between* seconds earlier.

    Between them lie segments that nobody could look at. Where times tell nothing, it does.
    """
    if format_changes(before, after):
        return False
    passed = step(before, after)
    if passed is None or before.duration is None:
        return True
    expected = before.duration + between
    return abs(passed - expected) <= tolerance(expected)


def by_time(inspections: Sequence[Inspection]) -> list[int] | None:
    """Numbers of segments in the order of their times, wraps counted out; None if the times tell no order.

    They do not when one of them has none, or when two segments stand for the same time.
    """
    firsts = [one.first_pts for one in inspections]
    times = sorted((ticks, number) for number, ticks in enumerate(firsts) if ticks is not None)
    if len(times) != len(inspections) or not times:
        return None
    gaps = [after - before for (before, _), (after, _) in pairwise(times)]
    gaps.append(times[0][0] + WRAP - times[-1][0])
    # Times go round in a circle of 26.5 hours: what lies behind the widest gap in it comes first.
    first = (gaps.index(max(gaps)) + 1) % len(times)
    order = [number for _, number in times[first:] + times[:first]]
    steps = gaps[first:] + gaps[:first]
    for number, ticks in zip(order[:-1], steps, strict=False):
        if ticks < (inspections[number].duration or 0.0) * TICKS / 2:
            return None
    return order
