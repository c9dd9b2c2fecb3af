"""How sound and picture of a recording lie to each other: apart from the start, or drifting."""

from collections.abc import Sequence
from statistics import median

from ossrec.mpegts.inspection import TICKS, Inspection, signed

APART = 0.5  # seconds that they may start apart, and drift
_FEWEST = 12  # segments that show a drift
_MOST = 10  # segments at each end and in the middle that are compared


def apart(inspection: Inspection) -> float | None:
    """Seconds by which the picture starts after the sound, 0.0 when they are together; None if one is not there."""
    seconds = _offset(inspection)
    return None if seconds is None else seconds if abs(seconds) > APART else 0.0


def drift(inspections: Sequence[Inspection]) -> float | None:
    """Seconds by which they part over segments that continue each other, or None.

    A change that comes at once is none: the middle must lie between the ends.
    """
    offsets = [seconds for one in inspections if (seconds := _offset(one)) is not None]
    if len(offsets) < _FEWEST:
        return None
    count = min(_MOST, len(offsets) // 4)
    centre = (len(offsets) - count) // 2
    first, middle, last = (median(offsets[at : at + count]) for at in (0, centre, len(offsets) - count))
    is_steady = abs(middle - (first + last) / 2) <= abs(last - first) / 4
    return last - first if abs(last - first) > APART and is_steady else None


def _offset(inspection: Inspection) -> float | None:
    picture, sound = inspection.first("video"), inspection.first("audio")
    if picture is None or sound is None or picture.first_pts is None or sound.first_pts is None:
        return None
    return signed(picture.first_pts - sound.first_pts) / TICKS
