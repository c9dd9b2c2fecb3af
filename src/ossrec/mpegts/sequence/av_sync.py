"""Audio/video synchronization of a recording: an offset at the start, or a drift."""

from collections.abc import Sequence
from statistics import median

from ossrec.mpegts.inspection import TICKS, Inspection, signed

MAX_OFFSET = 0.5  # seconds of offset at the start, or of drift
_MIN_SEGMENTS = 12  # that show a drift
_MAX_COMPARED = 10  # segments at each end and in the middle


def start_offset(inspection: Inspection) -> float | None:
    """Return by how many seconds video starts after audio, 0.0 up to `MAX_OFFSET`; None without either of them."""
    seconds = _offset(inspection)
    return None if seconds is None else seconds if abs(seconds) > MAX_OFFSET else 0.0


def drift(inspections: Sequence[Inspection]) -> float | None:
    """Return by how many seconds audio and video drift apart over contiguous segments; None: they do not.

    A sudden change is not a drift: the offset in the middle must lie between those at the ends.
    """
    offsets = [seconds for one in inspections if (seconds := _offset(one)) is not None]
    if len(offsets) < _MIN_SEGMENTS:
        return None
    count = min(_MAX_COMPARED, len(offsets) // 4)
    centre = (len(offsets) - count) // 2
    first, middle, last = (median(offsets[at : at + count]) for at in (0, centre, len(offsets) - count))
    is_steady = abs(middle - (first + last) / 2) <= abs(last - first) / 4
    return last - first if abs(last - first) > MAX_OFFSET and is_steady else None


def _offset(inspection: Inspection) -> float | None:
    video, audio = inspection.first("video"), inspection.first("audio")
    if video is None or audio is None or video.first_pts is None or audio.first_pts is None:
        return None
    return signed(video.first_pts - audio.first_pts) / TICKS
