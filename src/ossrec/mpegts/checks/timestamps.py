"""The times of one stream: unwrapped, how far apart its frames usually are, where they stay away.

A gap is reported when it is longer than 0.7 s (ETSI TR 101 290 2.5) and than four times the distance that nine in ten
of the stream's frames keep: the pictures of a shared screen may come once in a second, and are then not missing. Sound
goes on evenly, and twice that distance is enough.
"""

from statistics import median
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.demux.columns import places, steps, steps_from, up_to
from ossrec.mpegts.demux.packets import Ticks
from ossrec.mpegts.demux.pes import PidBatch
from ossrec.mpegts.inspection import TICKS, WRAP

EDGE = 32  # frames at both ends of a stream among which the first and last that is shown is looked for
_LONG = int(0.7 * TICKS)
_USUAL = 0.9  # of all frames keep it
_FEWEST = 8  # distances that must be known
_UNSURE = TICKS // 4  # that the last frame may be shown later
_MOST = 1000  # long distances that are kept
_BINS = 136  # quarters of an octave: up to 2**34 ticks


class TimeOrigin:
    """The first time of a segment, whatever stream it is of: what all others are unwrapped by."""

    ticks: int | None = None


class FrameTimes(NamedTuple):
    """Frames with their times, unwrapped; the first one may be of an earlier batch."""

    packet: Ticks  # number in the segment
    pts: Ticks
    dts: Ticks


class FrameGap(NamedTuple):
    """Two frames of a stream that are far apart."""

    packet: int  # number of the packet where the later one starts
    begins: int  # PTS of the earlier one
    since: int  # DTS of both
    until: int


class StreamTimestamps:
    """The times of one PID."""

    def __init__(self, origin: TimeOrigin) -> None:
        """Before the first frame."""
        self.moments = FrameTimes(*(np.empty(0, np.int64),) * 3)  # of the last batch
        self.frames = 0  # with a time
        self.first_dts: int | None = None
        self.firsts: list[int] = []  # PTS of the first ones
        self.lasts: list[int] = []  # … and of the last ones
        self.has_start = True  # the first frame is that of the segment
        self.has_end = True  # … and so is the last one
        self._origin = origin
        self._raw: int | None = None  # DTS of the last frame as written
        self._steps: list[int] = []  # of DTS, between the last ones
        self._is_whole = True  # nothing was passed over
        self._order = 0  # ticks by which a frame is shown later than it is decoded, at most, before that
        self._since = 0  # DTS of the first frame behind it
        self._follows = False  # the next frame is the one behind it
        self._doubted = False  # something is missing since then, and is told of
        self._distances = np.zeros(_BINS, np.int64)
        self._gaps: list[FrameGap] = []

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        self._follows = False
        self.has_start = self.has_start and self.frames > 0
        self.has_end = self._is_whole = False
        self.lasts = []
        self._order = int((self.moments.pts - self.moments.dts).max(initial=0))

    def follow(self, part: PidBatch) -> None:
        """Take the frames of a batch."""
        has_time = part.starts.pts >= 0
        if has_time.all():
            numbers, raw, shown = part.numbers, part.starts.dts, part.starts.pts
        else:
            numbers, raw, shown = (column[has_time] for column in (part.numbers, part.starts.dts, part.starts.pts))
        last = FrameTimes(*(column[-1:] for column in self.moments))
        if not len(numbers):
            self._doubted = self._doubted or len(part.doubts) > 0
            self.moments = last
            return
        dts = self._unwrap(raw)
        pts = dts + _signed(shown - raw)
        here = FrameTimes(*(np.concatenate(pair) for pair in zip(last, (numbers, pts, dts), strict=True)))
        doubts = up_to(part.doubts, numbers)
        self._measure(here, np.concatenate(([-1 if self._doubted else 0] * len(last.packet), doubts)))
        self._doubted = len(part.doubts) > int(doubts[-1])
        self.moments, self._follows, self.has_end = here, True, True
        self.frames += len(numbers)
        self.first_dts = int(dts[0]) if self.first_dts is None else self.first_dts
        if self._is_whole:
            self.firsts += pts[: EDGE - len(self.firsts)].tolist()
        elif not self.lasts:
            self._since = int(dts[0])
        self.lasts = (self.lasts + pts[-EDGE:].tolist())[-EDGE:]

    def usual(self, share: float = _USUAL) -> int:
        """The distance that this share of the frames keeps, rounded up a little; 0 when nothing is known."""
        total = int(self._distances.sum())
        if not total:
            return 0
        place = int(np.searchsorted(np.cumsum(self._distances), share * total))
        return int(2 ** ((place + 1) / 4))

    def gaps(self, times: int) -> list[FrameGap]:
        """Where frames stay away for long, and *times* as long as usual, nothing else telling why."""
        if not self._gaps or int(self._distances.sum()) < _FEWEST:
            return []
        least = times * self.usual()
        return [gap for gap in self._gaps if gap.until - gap.since > least]

    @property
    def first(self) -> int | None:
        """PTS of the frame that is shown first."""
        return min(self.firsts, default=None)

    @property
    def last(self) -> int | None:
        """PTS of the frame that is shown last; None when that may well be one that was not read."""
        if not self.lasts or not self.has_end:
            return None
        last = max(self.lasts)
        return last if self._is_whole or self._since + self._order - last <= _UNSURE else None

    def last_frame(self) -> tuple[int | None, int | None]:
        """PTS and DTS of the last frame."""
        moments = self.moments
        return (int(moments.pts[-1]), int(moments.dts[-1])) if len(moments.packet) else (None, None)

    def step(self) -> int:
        """Ticks for which a frame is shown, by the last ones; 0 when there is only one."""
        told = [ticks for ticks in self._steps if ticks > 0]
        return int(median(told)) if told else 0

    def _unwrap(self, raw: Ticks) -> Ticks:
        """Times of 33 bits, each as near to the one before as can be (2.4.3.7: they begin again at 0)."""
        if self._raw is None:
            if self._origin.ticks is None:
                self._origin.ticks = int(raw[0])
            before = self._origin.ticks
            base = before
        else:
            before, base = self._raw, int(self.moments.dts[-1])
        self._raw = int(raw[-1])
        return base + _signed(steps_from(before, raw)).cumsum()

    def _measure(self, here: FrameTimes, doubts: Ticks) -> None:
        """Count distances, and keep the long ones; *doubts* is how many there were up to each frame."""
        skip = 1 if not self._follows and self.frames else 0
        distance = steps(here.dts)[skip:]
        self._steps = (self._steps + distance[-EDGE:].tolist())[-EDGE:]
        positive = distance[distance > 0]
        if len(positive):
            bins = np.minimum((4 * np.log2(positive)).astype(np.int64), _BINS - 1)
            self._distances += np.bincount(bins, minlength=_BINS)
        is_long = distance > _LONG
        if not is_long.any():
            return
        is_plain = steps(doubts)[skip:] == 0
        for at in places(is_long & is_plain)[: _MOST - len(self._gaps)].tolist():
            place = at + skip
            self._gaps.append(
                FrameGap(
                    int(here.packet[place + 1]), int(here.pts[place]), int(here.dts[place]), int(here.dts[place + 1])
                )
            )


def _signed(ticks: Ticks) -> Ticks:
    """Differences of 33-bit times as the nearest ones."""
    return ((ticks + WRAP // 2) & (WRAP - 1)) - WRAP // 2
