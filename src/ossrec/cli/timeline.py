"""A recording's timeline as one line of characters, with what is missing marked, and the gaps in words."""

import math
from collections.abc import Iterable, Sequence

from ossrec.catalog.segments import Stretch
from ossrec.cli.text import clock

# From the best to the worst for the viewer: a character that stands for several shows the worst.
STATES = {
    "present": "there",
    "gap": "declared missing by the recorder",
    "cut": "cut short",
    "outside": "leads out of the bucket",
    "empty": "empty",
    "missing": "missing",
}
COLORS = {"gap": "cyan", "cut": "yellow", "outside": "magenta", "empty": "red", "missing": "red"}
_RANK = {state: rank for rank, state in enumerate(STATES)}
_BLOCKS = dict(zip(STATES, "█╌▒↗▁×", strict=True))
_PLAIN = dict(zip(STATES, "#-~>_x", strict=True))


def marks(encoding: str | None) -> dict[str, str]:
    """The character of each state, of those that *encoding* has."""
    try:
        "".join(_BLOCKS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN
    return _BLOCKS


def timeline(stretches: Sequence[Stretch], width: int) -> list[str]:
    """*width* states in the order of time, each the worst of the segments in its part of the line.

    The parts are as long as each other in seconds; where lengths are not known, in segments. A
    segment shows in at least one of them, however short it is.
    """
    if not stretches or width < 1:
        return []
    total = length_of(stretches)
    whole = stretches[-1].last + 1 if total is None else total
    width = min(width, int(whole)) if total is None else width
    worst = [-1] * width
    for stretch in stretches:
        begin, end = (stretch.first, stretch.last + 1) if total is None else _times(stretch)
        first = min(int(begin / whole * width), width - 1)
        last = max(first, min(-int(-end * width // whole) - 1, width - 1))
        rank = _RANK[stretch.state]
        worst[first : last + 1] = [max(before, rank) for before in worst[first : last + 1]]
    states = list(STATES)
    return [states[max(rank, 0)] for rank in worst]


def in_words(gap: Stretch) -> str:
    """``12:30 to 13:00 missing (segments 75 to 76)``."""
    if gap.start is None:
        when = ""
    elif gap.length is None:
        when = f"at {clock(gap.start)} "
    else:
        when = f"{clock(gap.start)} to {clock(gap.start + gap.length)} "
    which = f"segment {gap.first}" if gap.first == gap.last else f"segments {gap.first} to {gap.last}"
    return f"{when}{STATES[gap.state]} ({which})"


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
    columns = {min(int(start / total * width), width - 1) for start in starts if start is not None and start >= 0}
    return "".join("^" if column in columns else " " for column in range(width)).rstrip()


def length_of(stretches: Sequence[Stretch]) -> float | None:
    """Seconds of all segments, None when they are not known or none at all."""
    if any(stretch.start is None or stretch.length is None for stretch in stretches):
        return None
    longest = max((end for _, end in map(_times, stretches)), default=0.0)
    return longest if longest > 0 else None


def _times(stretch: Stretch) -> tuple[float, float]:
    """Begin and end of a stretch whose times are known."""
    begin = stretch.start or 0.0
    return begin, begin + (stretch.length or 0.0)
