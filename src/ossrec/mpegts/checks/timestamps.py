"""PTS and DTS of one stream: unwrapped, with the usual distance of frames and the gaps between them.

A gap is reported if it is longer than 0.7 s (ETSI TR 101 290 2.5) and longer than four times the distance that nine in
ten frames of the stream keep: a shared screen may send one picture a second without losing any. Audio frames are evenly
spaced, so twice that distance is enough.
"""

from statistics import median
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.checks.frame_runs import EDGE_FRAMES, LONG_STEP, FrameRuns, FrameTimeline
from ossrec.mpegts.demux.columns import count_up_to, indices, steps, steps_from
from ossrec.mpegts.demux.packets import Ticks
from ossrec.mpegts.demux.pes import PidBatch
from ossrec.mpegts.inspection import TICKS, WRAP

_USUAL_SHARE = 0.9  # of all frames keep the usual distance
_MIN_DISTANCES = 8  # that must be known
_END_TOLERANCE = TICKS // 4  # by which the last frame may be presented later
_MAX_GAPS = 1000  # that are kept
_BINS = 136  # of the histogram, in quarters of an octave: up to 2**34 ticks


class TimeOrigin:
    """The first timestamp of a segment, by which those of all streams are unwrapped."""

    ticks: int | None = None


class FrameTimes(NamedTuple):
    """Frames with their unwrapped timestamps; the first frame may be from an earlier batch."""

    packet: Ticks  # number in the segment
    pts: Ticks
    dts: Ticks


class FrameGap(NamedTuple):
    """A gap between two frames of a stream."""

    packet: int  # number of the packet where the later frame starts
    pts: int  # of the earlier frame
    dts: int  # of the earlier frame
    next_dts: int  # of the later frame


class StreamTimestamps:
    """The timestamps of one PID."""

    def __init__(self, origin: TimeOrigin) -> None:
        """Start before the first frame."""
        self.frame_times = FrameTimes(*(np.empty(0, np.int64),) * 3)  # of the last batch
        self.frames = 0  # with a timestamp
        self.first_dts: int | None = None
        self.first_pts: list[int] = []  # of the first frames
        self.last_pts: list[int] = []  # of the last frames
        self.has_start = True  # the first frame read is the first of the segment
        self.has_end = True  # the last frame read is the last of the segment
        self._origin = origin
        self._raw_dts: int | None = None  # DTS of the last frame as written
        self._steps: list[int] = []  # of DTS, between the last frames
        self._has_no_gap = True  # all bytes so far were read
        self._reorder_delay = 0  # largest PTS - DTS before the bytes that were not read
        self._dts_after_gap = 0  # of the first frame after these bytes
        self._is_next = False  # the next frame follows the last one
        self._has_loss = False  # packets were lost since the last frame, and another check reports that
        self._distances = np.zeros(_BINS, np.int64)
        self._gaps: list[FrameGap] = []
        self._runs = FrameRuns()

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        self._runs.resume_after_gap()
        self._is_next = False
        self.has_start = self.has_start and self.frames > 0
        self.has_end = self._has_no_gap = False
        self.last_pts = []
        self._reorder_delay = int((self.frame_times.pts - self.frame_times.dts).max(initial=0))

    def follow(self, part: PidBatch) -> None:
        """Take the frames of a batch."""
        has_time = part.starts.pts >= 0
        if has_time.all():
            numbers, raw, shown = part.numbers, part.starts.dts, part.starts.pts
        else:
            numbers, raw, shown = (column[has_time] for column in (part.numbers, part.starts.dts, part.starts.pts))
        last = FrameTimes(*(column[-1:] for column in self.frame_times))
        if not len(numbers):
            self._has_loss = self._has_loss or len(part.possible_losses) > 0
            self.frame_times = last
            return
        dts = self._unwrap(raw)
        pts = dts + _signed(shown - raw)
        here = FrameTimes(*(np.concatenate(pair) for pair in zip(last, (numbers, pts, dts), strict=True)))
        losses = count_up_to(part.possible_losses, numbers)
        self._measure(here, np.concatenate(([-1 if self._has_loss else 0] * len(last.packet), losses)))
        self._runs.follow(numbers, pts, dts)
        self._has_loss = len(part.possible_losses) > int(losses[-1])
        self.frame_times, self._is_next, self.has_end = here, True, True
        self.frames += len(numbers)
        self.first_dts = int(dts[0]) if self.first_dts is None else self.first_dts
        if self._has_no_gap:
            self.first_pts += pts[: EDGE_FRAMES - len(self.first_pts)].tolist()
        elif not self.last_pts:
            self._dts_after_gap = int(dts[0])
        self.last_pts = (self.last_pts + pts[-EDGE_FRAMES:].tolist())[-EDGE_FRAMES:]

    def usual_distance(self) -> int:
        """Return the distance in ticks that most frames keep, rounded up a little; 0: unknown."""
        total = int(self._distances.sum())
        if not total:
            return 0
        index = int(np.searchsorted(np.cumsum(self._distances), _USUAL_SHARE * total))
        return int(2 ** ((index + 1) / 4))

    def long_gaps(self, factor: int) -> list[FrameGap]:
        """Return the gaps longer than *factor* times the usual distance that no other check explains."""
        if not self._gaps or int(self._distances.sum()) < _MIN_DISTANCES:
            return []
        least = factor * self.usual_distance()
        timeline = self.timeline()
        odd = frozenset(timeline.odd_packets()) if timeline is not None else ()
        return [gap for gap in self._gaps if gap.next_dts - gap.dts > least and gap.packet not in odd]

    def timeline(self) -> FrameTimeline | None:
        """Return the time of the frames if timestamps jump or are stray; None: they do not."""
        return self._runs.timeline(self.frame_duration())

    @property
    def first(self) -> int | None:
        """PTS of the frame that is presented first."""
        return min(self.first_pts, default=None)

    @property
    def last(self) -> int | None:
        """PTS of the frame that is presented last; None if that frame may not have been read."""
        if not self.last_pts or not self.has_end:
            return None
        last = max(self.last_pts)
        return last if self._has_no_gap or self._dts_after_gap + self._reorder_delay - last <= _END_TOLERANCE else None

    def last_frame(self) -> tuple[int | None, int | None]:
        """Return PTS and DTS of the last frame."""
        frames = self.frame_times
        return (int(frames.pts[-1]), int(frames.dts[-1])) if len(frames.packet) else (None, None)

    def frame_duration(self) -> int:
        """Return the duration of a frame in ticks, by the last frames; 0 if there is only one frame."""
        positive = [ticks for ticks in self._steps if ticks > 0]
        return int(median(positive)) if positive else 0

    def _unwrap(self, raw: Ticks) -> Ticks:
        """Unwrap 33-bit timestamps: each is taken to be as near to the previous one as possible (2.4.3.7)."""
        if self._raw_dts is None:
            if self._origin.ticks is None:
                self._origin.ticks = int(raw[0])
            before = self._origin.ticks
            base = before
        else:
            before, base = self._raw_dts, int(self.frame_times.dts[-1])
        self._raw_dts = int(raw[-1])
        return base + _signed(steps_from(before, raw)).cumsum()

    def _measure(self, here: FrameTimes, losses: Ticks) -> None:
        """Count distances, and keep the long ones; *losses* is the number of possible losses up to each frame."""
        skip = 1 if not self._is_next and self.frames else 0
        distance = steps(here.dts)[skip:]
        self._steps = (self._steps + distance[-EDGE_FRAMES:].tolist())[-EDGE_FRAMES:]
        positive = distance[distance > 0]
        if len(positive):
            bins = np.minimum((4 * np.log2(positive)).astype(np.int64), _BINS - 1)
            self._distances += np.bincount(bins, minlength=_BINS)
        is_long = distance > LONG_STEP
        if not is_long.any():
            return
        is_unexplained = steps(losses)[skip:] == 0
        for at in indices(is_long & is_unexplained)[: _MAX_GAPS - len(self._gaps)].tolist():
            index = at + skip
            self._gaps.append(
                FrameGap(
                    int(here.packet[index + 1]), int(here.pts[index]), int(here.dts[index]), int(here.dts[index + 1])
                )
            )


def _signed(ticks: Ticks) -> Ticks:
    """Return differences of 33-bit timestamps as the smallest steps."""
    return ((ticks + WRAP // 2) & (WRAP - 1)) - WRAP // 2
