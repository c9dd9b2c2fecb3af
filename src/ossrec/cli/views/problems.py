"""The problems of a recording in words, one line for each: when, what, in which segments."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ossrec.catalog.details.damage import Damage
from ossrec.catalog.details.finding_groups import runs_of_segments
from ossrec.catalog.details.state_runs import StateRun
from ossrec.cli.output.text import clock
from ossrec.cli.views.timeline import RANK, STATES


class Problem(NamedTuple):
    """Neighboring segments, or a part of one segment, with the same problem."""

    state: str  # of `STATES`
    first: int | None  # segment numbers
    last: int | None
    start: float | None  # seconds from the start of the recording
    end: float | None  # None: not known
    codes: tuple[str, ...] = ()
    lost: int | None = None  # packets


def find_problems(runs: Sequence[StateRun], damage: Sequence[Damage]) -> list[Problem]:
    """Return all problems in order of time; the same problem in consecutive segments is one."""
    found = [_of_run(run) for run in runs if run.state != "present"]
    placed = sorted((one for one in damage if one.start is not None or one.segment is not None), key=_by_segment)
    same = runs_of_segments(placed, lambda one: (one.kind, one.part, one.codes), lambda one: one.segment)
    return sorted([*found, *map(_of_damage, same)], key=_by_time)


def worst_problems(found: Sequence[Problem], limit: int) -> list[Problem]:
    """Return *found*, or the *limit* worst problems of them if there are more; in order of time."""
    if len(found) <= limit:
        return list(found)
    return sorted(sorted(found, key=lambda one: -RANK[one.state])[:limit], key=_by_time)


def in_words(problem: Problem) -> str:
    """``12:30 to 13:00 packets lost (segments 75 to 76, 17 packets, TS350)``."""
    start, end = clock(problem.start), clock(problem.end)
    if not start:
        when = ""
    elif not end or start == end:
        when = f"at {start} "
    else:
        when = f"{start} to {end} "
    facts = [*_packets(problem.lost), *problem.codes]
    if problem.first is not None:
        facts.insert(0, segment_range(problem.first, problem.last))
    more = f" ({', '.join(facts)})" if facts else ""
    return f"{when}{STATES[problem.state]}{more}"


def segment_range(first: int, last: int | None) -> str:
    """``segment 3``, or ``segments 3 to 5``."""
    return f"segment {first}" if last in (first, None) else f"segments {first} to {last}"


def _of_run(run: StateRun) -> Problem:
    is_between = run.state == "timeline_gap"  # the segments on either side are intact
    return Problem(
        run.state,
        None if is_between else run.first,
        None if is_between else run.last,
        run.start,
        None if run.length is None else (run.start or 0) + run.length,
    )


def _of_damage(same: Sequence[Damage]) -> Problem:
    """Return the damage of consecutive segments as one problem."""
    first, last = same[0], same[-1]
    lost = [one.lost for one in same if one.lost is not None]
    ends = [one.end for one in same if one.end is not None]
    end = None if last.end is None else max(ends)
    return Problem(first.kind, first.segment, last.segment, first.start, end, first.codes, sum(lost) if lost else None)


def _by_segment(one: Damage) -> tuple[int, int, float]:
    return one.part, -1 if one.segment is None else one.segment, one.start or 0.0


def _by_time(one: Problem) -> tuple[float, int]:
    return math.inf if one.start is None else one.start, -1 if one.first is None else one.first


def _packets(lost: int | None) -> list[str]:
    return [f"{lost} packet{'' if lost == 1 else 's'}"] if lost else []
