"""In which order segments were made, and whether one goes on where another left off, by their times and names."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ossrec.mpegts.inspection import TICKS, WRAP, Inspection
from ossrec.mpegts.sequence.continuity import format_changes
from ossrec.mpegts.sequence.durations import step, tolerance

_DIGITS = re.compile("([0-9]+)")


def natural(key: str) -> tuple[tuple[int, str], ...]:
    """What keys are sorted by so that 10 comes after 9."""
    parts = enumerate(_DIGITS.split(key))
    return tuple((int(text), text) if number % 2 else (-1, text) for number, text in parts)


def in_order(keys: Sequence[str], stamps: Sequence[int | None], seen: Sequence[Inspection | None]) -> list[int]:
    """Numbers of segments that no playlist names in the order in which they were made.

    That is told by the stamps in their names, else by PTS, else by the names.
    """
    told = [stamp for stamp in stamps if stamp is not None]
    if len(told) == len(keys):
        return sorted(range(len(keys)), key=lambda number: (told[number], keys[number]))
    by_name = sorted(range(len(keys)), key=lambda number: natural(keys[number]))
    inspections = [one for number in by_name if (one := seen[number]) is not None]
    order = by_time(inspections) if len(inspections) == len(keys) else None
    return by_name if order is None else [by_name[number] for number in order]


def continues(before: Inspection, after: Inspection, between: float) -> bool:
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
