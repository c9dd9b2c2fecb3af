"""How long segments are: by the times within, best by where the next one begins."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.mpegts.inspection import TICKS, Inspection, Kind, signed

SLACK = 0.5  # seconds that neighbours may miss each other by, or
SHARE = 0.1  # this part of the segment, whichever is more
LEADING: tuple[Kind, ...] = ("video", "audio")  # kinds of streams, in the order in which one tells the time


def tolerance(seconds: float) -> float:
    """By how many seconds a segment of that length may be off."""
    return max(SLACK, SHARE * seconds)


def step(before: Inspection, after: Inspection) -> float | None:
    """Seconds from the start of a segment to that of the next one, by the stream that both lead with.

    Negative when the next one starts earlier; None when they have no such stream. A wrap counts as no jump.
    """
    for kind in LEADING:
        one, other = before.first(kind), after.first(kind)
        if one is not None and other is not None and one.first_pts is not None and other.first_pts is not None:
            return signed(other.first_pts - one.first_pts) / TICKS
    return None


def spans(inspections: Sequence[Inspection | None]) -> list[float | None]:
    """Measured seconds of each segment of a recording; None for one that was not looked at or whose end does not show.

    Where two meet, a segment lasts until the next one starts: that counts the last frame for what it is, and what two
    segments share once.
    """
    found: list[float | None] = [None if one is None else one.duration for one in inspections]
    for number, (before, after) in enumerate(pairwise(inspections)):
        if before is None or after is None:
            continue
        until = step(before, after)
        if until is not None and until > 0 and any(abs(until - one) <= tolerance(one) for one in lengths(before)):
            found[number] = until
            found[number + 1] = min(lengths(after), default=None)  # what came before counted for the one before
    return found


def lengths(one: Inspection) -> list[float]:
    """Seconds that a segment may be said to last: from its first frame on, or from that of the stream it leads with.

    Others may have begun before that one, left over from the segment before: sound is cut by the time at which pictures
    are decoded, which is earlier than when they are shown by as many frames as are sent out of order.
    """
    whole, first = one.duration, one.first_pts
    if whole is None or first is None:
        return []
    streams = (one.first(kind) for kind in LEADING)
    starts = [stream.first_pts for stream in streams if stream is not None and stream.first_pts is not None]
    return [whole, *(whole - signed(start - first) / TICKS for start in starts[:1])]
