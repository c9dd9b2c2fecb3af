"""A recording's timeline as one line of characters, with what is missing marked, and the gaps in words."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ossrec.cli.text import clock

Row = dict[str, Any]

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


class Gap(NamedTuple):
    """Neighbouring segments that are not there or not whole, for the same reason."""

    state: str
    first: int  # segment numbers
    last: int
    start: float | None  # seconds
    length: float | None


def marks(encoding: str | None) -> dict[str, str]:
    """The character of each state, of those that *encoding* has."""
    try:
        "".join(_BLOCKS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN
    return _BLOCKS


def timeline(segments: Sequence[Row], width: int) -> list[str]:
    """*width* states in the order of time, each the worst of the segments in its stretch.

    Stretches are as long as each other in seconds; where lengths are not known, in segments. A
    segment shows in at least one of them, however short it is.
    """
    if not segments or width < 1:
        return []
    begins, total = _scale(segments)
    width = min(width, len(segments)) if total is None else width
    whole = len(segments) if total is None else total
    worst = [-1] * width
    for segment, (begin, end) in zip(segments, begins, strict=True):
        first = min(int(begin / whole * width), width - 1)
        last = max(first, min(-int(-end * width // whole) - 1, width - 1))
        rank = _RANK[segment["state"]]
        worst[first : last + 1] = [max(before, rank) for before in worst[first : last + 1]]
    states = list(STATES)
    return [states[max(rank, 0)] for rank in worst]


def gaps(segments: Iterable[Row]) -> list[Gap]:
    """The stretches that are not present, in order."""
    found: list[Gap] = []
    for segment in segments:
        if segment["state"] == "present":
            continue
        number, start, length = segment["number"], segment["start"], segment["length"]
        before = found[-1] if found else None
        if before is not None and before.state == segment["state"] and before.last == number - 1:
            joined = None if before.length is None or length is None else before.length + length
            found[-1] = before._replace(last=number, length=joined)
        else:
            found.append(Gap(segment["state"], number, number, start, length))
    return found


def in_words(gap: Gap) -> str:
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


def length_of(segments: Sequence[Row]) -> float | None:
    """Seconds of all segments, None when they are not known."""
    return _scale(segments)[1] if segments else None


def _scale(segments: Sequence[Row]) -> tuple[list[tuple[float, float]], float | None]:
    """Begin and end of each segment, in seconds with their total, or in segments with None."""
    ends = [
        None if segment["start"] is None or segment["length"] is None else segment["start"] + segment["length"]
        for segment in segments
    ]
    known = [end for end in ends if end is not None]
    if len(known) < len(segments) or max(known) <= 0:
        return [(number, number + 1) for number in range(len(segments))], None
    return [(segment["start"], end) for segment, end in zip(segments, known, strict=True)], max(known)
