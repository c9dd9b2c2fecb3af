"""The order in which segments were created, and whether a segment continues another, by timestamps and names."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ossrec.mpegts.inspection import TICKS, WRAP, Inspection
from ossrec.mpegts.sequence.continuity import format_changes
from ossrec.mpegts.sequence.durations import start_to_start, tolerance

_DIGITS = re.compile("([0-9]+)")


def natural_key(key: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that puts 10 after 9."""
    parts = enumerate(_DIGITS.split(key))
    return tuple((int(text), text) if number % 2 else (-1, text) for number, text in parts)


def creation_order(keys: Sequence[str], stamps: Sequence[int | None], seen: Sequence[Inspection | None]) -> list[int]:
    """Return the indices of segments without a playlist, in the order in which the segments were created.

    The order follows the times in their names, else their PTS, else their names.
    """
    known = [stamp for stamp in stamps if stamp is not None]
    if len(known) == len(keys):
        return sorted(range(len(keys)), key=lambda number: (known[number], keys[number]))
    by_name = sorted(range(len(keys)), key=lambda number: natural_key(keys[number]))
    inspections = [one for number in by_name if (one := seen[number]) is not None]
    order = order_by_time(inspections) if len(inspections) == len(keys) else None
    return by_name if order is None else [by_name[number] for number in order]


def continues(before: Inspection, after: Inspection, between: float) -> bool:
    """Return whether a segment continues, in time and format, another one that ended *between* seconds earlier.

    The segments between them could not be inspected. Without timestamps, the answer is yes.
    """
    if format_changes(before, after):
        return False
    passed = start_to_start(before, after)
    if passed is None or before.duration is None:
        return True
    expected = before.duration + between
    return abs(passed - expected) <= tolerance(expected)


def order_by_time(inspections: Sequence[Inspection]) -> list[int] | None:
    """Return the indices of segments in the order of their PTS, wraps counted out; None if PTS gives no order.

    PTS gives no order if a segment has no PTS, or if two segments contain the same time.
    """
    firsts = [one.first_pts for one in inspections]
    times = sorted((ticks, number) for number, ticks in enumerate(firsts) if ticks is not None)
    if len(times) != len(inspections) or not times:
        return None
    gaps = [after - before for (before, _), (after, _) in pairwise(times)]
    gaps.append(times[0][0] + WRAP - times[-1][0])
    # PTS is a circle of 26.5 hours: the segment after the widest gap in the circle comes first.
    first = (gaps.index(max(gaps)) + 1) % len(times)
    order = [number for _, number in times[first:] + times[:first]]
    steps = gaps[first:] + gaps[:first]
    for number, ticks in zip(order[:-1], steps, strict=False):
        if ticks < (inspections[number].duration or 0.0) * TICKS / 2:
            return None
    return order
