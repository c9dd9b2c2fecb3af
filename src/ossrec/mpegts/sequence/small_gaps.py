"""Gaps between segments that are too small to be reported one by one, but add up over a recording."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ossrec.mpegts.inspection import TICKS, Inspection, Kind
from ossrec.mpegts.sequence.continuity import gaps_between
from ossrec.mpegts.sequence.durations import LEADING_KINDS, tolerance

_LEAST = 0.1  # seconds of a gap that counts: longer than an audio PES packet
_MIN_GAPS = 3
_MIN_SECONDS = 1.0  # of all gaps together, and
_MIN_SHARE = 0.05  # of the duration
_SPREAD_SECONDS, _SPREAD = 0.05, 0.2  # seconds, or part of the median gap, by which most gaps may differ from it
_ALIKE = 0.75  # of the gaps


def small_gaps(inspections: Sequence[Inspection]) -> str:
    """Return the sum of the small gaps between contiguous segments for a detail, "" if they do not add up."""
    return next((text for kind in LEADING_KINDS if (text := _of_kind(inspections, kind))), "")


def _of_kind(inspections: Sequence[Inspection], kind: Kind) -> str:
    """Return the sum of the gaps of audio or of video.

    A recorder that loses the end of each segment leaves a gap of the same length at most boundaries. The gaps of a
    still screen or a muted microphone differ.
    """
    gaps: list[float] = []
    boundaries = 0
    for before, after in pairwise(inspections):
        stream, gap = before.first(kind), gaps_between(before, after).get(kind)
        if stream is None or not stream.length or gap is None:  # the duration of a single picture is not known
            continue
        boundaries += 1
        if _LEAST < gap <= tolerance(before.duration or 0.0):
            gaps.append(gap)
    if len(gaps) < max(_MIN_GAPS, boundaries / 2):
        return ""
    usual, lost = median(gaps), sum(gaps)
    alike = sum(abs(gap - usual) <= max(_SPREAD_SECONDS, _SPREAD * usual) for gap in gaps)
    lasting = [stream.length / TICKS for one in inspections if (stream := one.first(kind)) and stream.length]
    share = lost / (lost + sum(lasting))
    if alike < _ALIKE * len(gaps) or lost < _MIN_SECONDS or share < _MIN_SHARE:
        return ""
    return f"{kind}: {lost:.2f} s at {len(gaps)} of {boundaries} boundaries, {100 * share:.0f} % of the time"
