"""Measure the duration of segments by their timestamps, preferably up to the start of the next segment."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.mpegts.inspection import TICKS, Inspection, Kind, signed

SLACK = 0.5  # seconds of tolerance between neighboring segments, or
SHARE = 0.1  # this share of the segment duration, whichever is more
LEADING_KINDS: tuple[Kind, ...] = (
    "video",
    "audio",
)  # by the start of which kind of stream segments are measured, in order of preference


def tolerance(seconds: float) -> float:
    """Return the seconds by which a segment of this duration may differ."""
    return max(SLACK, SHARE * seconds)


def start_to_start(before: Inspection, after: Inspection) -> float | None:
    """Return the seconds from the start of a segment to the start of the next, by video if both have it, else by audio.

    Negative if the next segment starts earlier; None without a common kind of stream. A PTS wrap is counted out, and so
    is a jump of timestamps inside the first segment.
    """
    for kind in LEADING_KINDS:
        one, other = before.first(kind), after.first(kind)
        if one is not None and other is not None and one.first_pts is not None and other.first_pts is not None:
            if one.written_end is not None and one.length is not None:
                return (one.length + signed(other.first_pts - one.written_end)) / TICKS
            return signed(other.first_pts - one.first_pts) / TICKS
    return None


def measured_durations(inspections: Sequence[Inspection | None]) -> list[float | None]:
    """Return the measured seconds of each segment of a recording; None: not inspected, or the end is not known.

    A segment lasts up to the start of a contiguous next segment: this includes the real duration of the last frame,
    and counts time that two segments share only once.
    """
    found: list[float | None] = [None if one is None else one.duration for one in inspections]
    for number, (before, after) in enumerate(pairwise(inspections)):
        if before is None or after is None:
            continue
        until = start_to_start(before, after)
        if until is not None and until > 0 and _is_near(until, before):
            found[number] = until
            # Frames before the leading stream of the next segment count for this segment.
            found[number + 1] = min(possible_durations(after), default=None)
    return found


def _is_near(seconds: float, inspection: Inspection) -> bool:
    return any(abs(seconds - one) <= tolerance(one) for one in possible_durations(inspection))


def possible_durations(inspection: Inspection) -> list[float]:
    """Return the possible durations of a segment: from its first frame, and from the first frame of its leading stream.

    Audio may start before video with frames that belong to the previous segment: muxers cut audio at the DTS of video,
    which is earlier than its PTS if frames are reordered.
    """
    total, first = inspection.duration, inspection.first_pts
    if total is None or first is None:
        return []
    streams = (inspection.first(kind) for kind in LEADING_KINDS)
    starts = [stream.first_pts for stream in streams if stream is not None and stream.first_pts is not None]
    return [total, *(total - signed(start - first) / TICKS for start in starts[:1])]
