"""The timeline of a recording as one line of characters, with missing and damaged seconds marked."""

import math
from collections.abc import Iterable, Sequence

from ossrec.catalog.details.damage import Damage
from ossrec.catalog.details.state_runs import StateRun
from ossrec.cli.output.text import clock

# From the best to the worst for the viewer: a character that stands for several segments shows the worst state.
STATES = {
    "present": "present",
    "not_inspected": "not inspected",
    "declared_gap": "declared missing",
    "timeline_gap": "nothing recorded",
    "flaw": "flawed",
    "jump": "time jumps",
    "lost": "packets lost",
    "cut": "cut short",
    "broken": "broken",
    "wrong_path": "URI leads elsewhere",
    "outside": "URI leads out of the bucket",
    "empty": "empty",
    "missing": "missing",
}
COLORS = {
    "not_inspected": "magenta",
    "declared_gap": "cyan",
    "timeline_gap": "cyan",
    "flaw": "yellow",
    "jump": "yellow",
    "lost": "red",
    "cut": "yellow",
    "broken": "red",
    "wrong_path": "magenta",
    "outside": "magenta",
    "empty": "red",
    "missing": "red",
}
RANK = {state: rank for rank, state in enumerate(STATES)}
_BLOCKS = dict(zip(STATES, "█░╌·▓»▚▒!↪↗▁×", strict=True))
_PLAIN = dict(zip(STATES, "#:-.+/%~!?>_x", strict=True))


def marks(encoding: str | None) -> dict[str, str]:
    """Return a character for each state; plain ASCII if *encoding* lacks the block characters."""
    try:
        "".join(_BLOCKS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN
    return _BLOCKS


def timeline(runs: Sequence[StateRun], width: int, damage: Iterable[Damage] = ()) -> list[str]:
    """Return *width* states in order of time, each the worst in its part of the line.

    The parts have the same number of seconds, or if durations are not known, of segments. Every segment and damage
    is in at least one part, however short it is.
    """
    if not runs or width < 1:
        return []
    total = length_of(runs)
    whole = runs[-1].last + 1 if total is None else total
    width = min(width, int(whole)) if total is None else width
    spans: list[tuple[float, float, str]]
    if total is None:
        spans = [(run.first, run.last + 1, run.state) for run in runs]
        spans += [(one.segment, one.segment + 1, one.kind) for one in damage if one.segment is not None]
    else:
        spans = [(*_times(run), run.state) for run in runs]
        spans += [(one.start, one.end, one.kind) for one in damage if one.start is not None and one.end is not None]
    return worst_of(((begin / whole, end / whole, state) for begin, end, state in spans), width, "present")


def worst_of(spans: Iterable[tuple[float, float, str]], width: int, nothing: str) -> list[str]:
    """Return *width* states, each the worst of the *spans* that overlap it, or *nothing* if there are none.

    A span is (begin, end, state) on a line from 0 to 1.
    """
    worst = [-1] * width
    for begin, end, state in spans:
        first = max(0, min(int(begin * width + 1e-9), width - 1))
        last = max(first, min(math.ceil(end * width - 1e-9) - 1, width - 1))
        rank = RANK[state]
        worst[first : last + 1] = [max(before, rank) for before in worst[first : last + 1]]
    states = list(STATES)
    return [nothing if rank < 0 else states[rank] for rank in worst]


def axis(total: float | None, width: int) -> str:
    """Return the line below the timeline with its start and end."""
    if total is None:
        return ""
    end = clock(total)
    return "0:00" + end.rjust(max(width - 4, len(end) + 1))


def pointers(starts: Iterable[float | None], total: float | None, width: int) -> str:
    """Return a line with ``^`` at each of *starts* (seconds); empty if there are none."""
    if not total or not math.isfinite(total):
        return ""
    places = [start for start in starts if start is not None and 0 <= start < math.inf]
    columns = {min(int(start / total * width), width - 1) for start in places}
    return "".join("^" if column in columns else " " for column in range(width)).rstrip()


def length_of(runs: Sequence[StateRun]) -> float | None:
    """Return the seconds of all segments; None if there are none, or they are not known."""
    if any(run.start is None or run.length is None for run in runs):
        return None
    longest = max((end for _, end in map(_times, runs)), default=0.0)
    return longest if longest > 0 else None


def _times(run: StateRun) -> tuple[float, float]:
    """Return start and end of a run with known times, in seconds."""
    begin = run.start or 0.0
    return begin, begin + (run.length or 0.0)
