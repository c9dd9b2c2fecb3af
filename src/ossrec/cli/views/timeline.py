"""A recording's timeline as one line of characters, with what is missing or damaged marked."""

import math
from collections.abc import Iterable, Sequence

from ossrec.catalog.details.damage import Damage
from ossrec.catalog.details.segment_states import StateRun
from ossrec.cli.output.text import clock

# From the best to the worst for the viewer: a character that stands for several shows the worst.
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
    "outside": "magenta",
    "empty": "red",
    "missing": "red",
}
RANK = {state: rank for rank, state in enumerate(STATES)}
_BLOCKS = dict(zip(STATES, "█░╌·▓»▚▒!↗▁×", strict=True))
_PLAIN = dict(zip(STATES, "#:-.+/%~!>_x", strict=True))


def marks(encoding: str | None) -> dict[str, str]:
    """The character of each state, of those that *encoding* has."""
    try:
        "".join(_BLOCKS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN
    return _BLOCKS


def timeline(stretches: Sequence[StateRun], width: int, damage: Iterable[Damage] = ()) -> list[str]:
    """*width* states in the order of time, each the worst of what is in its part of the line.

    The parts are as long as each other in seconds; where lengths are not known, in segments. A
    segment or damage shows in at least one of them, however short it is.
    """
    if not stretches or width < 1:
        return []
    total = length_of(stretches)
    whole = stretches[-1].last + 1 if total is None else total
    width = min(width, int(whole)) if total is None else width
    spans: list[tuple[float, float, str]]
    if total is None:
        spans = [(stretch.first, stretch.last + 1, stretch.state) for stretch in stretches]
        spans += [(one.segment, one.segment + 1, one.kind) for one in damage if one.segment is not None]
    else:
        spans = [(*_times(stretch), stretch.state) for stretch in stretches]
        spans += [(one.start, one.end, one.kind) for one in damage if one.start is not None and one.end is not None]
    return worst_of(((begin / whole, end / whole, state) for begin, end, state in spans), width, "present")


def worst_of(spans: Iterable[tuple[float, float, str]], width: int, nothing: str) -> list[str]:
    """*width* states, each the worst of the *spans* that reach into it: (begin, end, state), of a line from 0 to 1.

    Where no span reaches there is *nothing*.
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
    """The start and end under the line."""
    if total is None:
        return ""
    end = clock(total)
    return "0:00" + end.rjust(max(width - 4, len(end) + 1))


def pointers(starts: Iterable[float | None], total: float | None, width: int) -> str:
    """``^`` under each of *starts*, in seconds; empty without any."""
    if not total or not math.isfinite(total):
        return ""
    places = [start for start in starts if start is not None and 0 <= start < math.inf]
    columns = {min(int(start / total * width), width - 1) for start in places}
    return "".join("^" if column in columns else " " for column in range(width)).rstrip()


def length_of(stretches: Sequence[StateRun]) -> float | None:
    """Seconds of all segments, None when they are not known or none at all."""
    if any(stretch.start is None or stretch.length is None for stretch in stretches):
        return None
    longest = max((end for _, end in map(_times, stretches)), default=0.0)
    return longest if longest > 0 else None


def _times(stretch: StateRun) -> tuple[float, float]:
    """Begin and end of a stretch whose times are known."""
    begin = stretch.start or 0.0
    return begin, begin + (stretch.length or 0.0)
