"""What is wrong with a recording and when, in words: a line for each stretch that is missing or damaged."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ossrec.catalog.details.damage import Damage
from ossrec.catalog.details.segment_states import StateRun
from ossrec.cli.output.text import clock
from ossrec.cli.views.timeline import RANK, STATES
from ossrec.findings import DamageKind

_TOUCH = 0.05  # seconds; shorter than a clock for people shows


class Problem(NamedTuple):
    """Neighbouring segments, or a part of one, with the same thing wrong."""

    state: str
    first: int | None  # segment numbers
    last: int | None
    start: float | None  # seconds
    end: float | None  # None: it is not known
    codes: tuple[str, ...] = ()
    lost: int | None = None  # packets


def find_problems(stretches: Sequence[StateRun], damage: Sequence[Damage]) -> list[Problem]:
    """All that is wrong, in order of time; what goes on from segment to segment is one."""
    found = [
        Problem(
            one.state,
            None if one.state == "hole" else one.first,
            None if one.state == "hole" else one.last,
            one.start,
            None if one.length is None else (one.start or 0) + one.length,
        )
        for one in stretches
        if one.state != "present"
    ]
    return sorted([*found, *_put_together(damage)], key=_order)


def worst_problems(found: Sequence[Problem], most: int) -> list[Problem]:
    """*found*, or when there are more than *most*, that many of the worst; in order of time."""
    if len(found) <= most:
        return list(found)
    return sorted(sorted(found, key=lambda one: -RANK[one.state])[:most], key=_order)


def in_words(trouble: Problem) -> str:
    """``12:30 to 13:00 packets lost (segments 75 to 76, 17 packets, TS350)``."""
    start, end = clock(trouble.start), clock(trouble.end)
    if not start:
        when = ""
    elif not end or start == end:
        when = f"at {start} "
    else:
        when = f"{start} to {end} "
    few = [*_segments(trouble.first, trouble.last), *_packets(trouble.lost), *trouble.codes]
    more = f" ({', '.join(few)})" if few else ""
    return f"{when}{STATES[trouble.state]}{more}"


def _put_together(damage: Sequence[Damage]) -> Iterator[Problem]:
    """Damage of one kind and code that goes on from one segment to the next."""
    placed = sorted((one for one in damage if one.start is not None or one.segment is not None), key=_alike)
    for (kind, _, codes), same in groupby(placed, key=lambda one: _alike(one)[:3]):
        before: Problem | None = None
        for one in same:
            here = Problem(kind, one.segment, one.segment, one.start, one.end, codes, one.lost)
            if before is None or not _goes_on(before, here):
                if before is not None:
                    yield before
                before = here
            else:
                before = _joined(before, here)
        if before is not None:
            yield before


def _alike(one: Damage) -> tuple[str, int, tuple[str, ...], int, float]:
    return one.kind, one.part, one.codes, -1 if one.segment is None else one.segment, one.start or 0.0


def _goes_on(before: Problem, here: Problem) -> bool:
    """It is in the next segment, and no time lies between; flaws often are moments, one in each segment."""
    if before.last is None or here.first is None or here.first != before.last + 1:
        return False
    return here.state == DamageKind.FLAW or (before.end is not None and (here.start or 0.0) <= before.end + _TOUCH)


def _joined(before: Problem, here: Problem) -> Problem:
    lost = None if before.lost is None and here.lost is None else (before.lost or 0) + (here.lost or 0)
    return before._replace(last=here.last, end=here.end, lost=lost)


def _order(one: Problem) -> tuple[float, int]:
    return math.inf if one.start is None else one.start, -1 if one.first is None else one.first


def _segments(first: int | None, last: int | None) -> list[str]:
    if first is None:
        return []
    return [f"segment {first}" if first == last else f"segments {first} to {last}"]


def _packets(lost: int | None) -> list[str]:
    return [f"{lost} packet{'' if lost == 1 else 's'}"] if lost else []
