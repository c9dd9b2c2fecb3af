"""Runs of frames between which the timestamps of a stream jump, and the time that the frames last without these jumps.

In decoding order, DTS only grows (ISO/IEC 13818-1 2.4.3.7). Frames whose DTS leaves that order for a moment and then
returns to it are stray: their timestamps are wrong. If DTS does not return, the clock of the stream jumps there. A
stream without DTS is reordered by its PTS, so small steps back are tolerated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ossrec.mpegts.demux.columns import indices, steps_from
from ossrec.mpegts.demux.packets import Ticks
from ossrec.mpegts.inspection import TICKS
from ossrec.segment_rules import LONGEST_SEGMENT

EDGE_FRAMES = 32  # at both ends of a run, among which the first and the last in presentation order are
LONG_STEP = int(0.7 * TICKS)  # a longer step of DTS begins a run
_STEP_BACK = TICKS // 10  # by which DTS may go back by rounding
_REORDERED = TICKS // 2  # by which PTS may go back in a stream without DTS
_MAX_STEP = int(LONGEST_SEGMENT * TICKS)  # no segment is longer
_NEAR = TICKS  # in which DTS continues after stray frames
_NEAR_FRAMES = 8  # the same in frames, if that is more
_LONE_FRAMES = 3  # at an end of a segment that are stray if their DTS is far from all others
_LONE_SHARE = 4  # times as many other frames must be there
_MAX_RUNS = 1000  # that are kept
_SEARCHED = 50  # runs before a jump among which DTS may continue


@dataclass(slots=True)
class FrameRun:
    """Frames in decoding order with plausible steps of DTS; in ticks, wraps counted out."""

    packet: int  # where the first frame starts
    first_dts: int
    last_dts: int
    first_pts: int  # of the frame that is presented first
    last_pts: int
    frames: int
    is_after_gap: bool  # bytes before it were not read


class TimeJump(NamedTuple):
    """A step of DTS between two frames that time does not explain."""

    before: FrameRun
    after: FrameRun

    @property
    def step(self) -> int:
        """The step of DTS in ticks."""
        return self.after.first_dts - self.before.last_dts


class StrayRun(NamedTuple):
    """Frames with wrong timestamps."""

    run: FrameRun
    ahead: int  # ticks by which they are ahead of the other frames; negative: behind them


class FrameTimeline(NamedTuple):
    """The time that the frames of a stream last; stray frames and jumps do not count."""

    first_pts: int
    last_pts: int  # as written, wraps counted out
    length: int | None  # ticks from the first to the start of the last frame; None: it jumps in bytes not read
    jumps: list[TimeJump]
    strays: list[StrayRun]
    returns: list[FrameRun]  # before which stray frames were left out

    def odd_packets(self) -> Iterator[int]:
        """Yield the packets where frames start whose step from the frame before is no lapse of time."""
        yield from (jump.after.packet for jump in self.jumps)
        yield from (stray.run.packet for stray in self.strays)
        yield from (run.packet for run in self.returns)


class FrameRuns:
    """The runs of frames of one stream."""

    def __init__(self) -> None:
        """Start before the first frame."""
        self._runs: list[FrameRun] = []
        self._is_after_gap = False
        self._has_dts = False

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read."""
        self._is_after_gap = bool(self._runs)

    def follow(self, packet: Ticks, pts: Ticks, dts: Ticks) -> None:
        """Take the frames of a batch; there is at least one."""
        self._has_dts = self._has_dts or bool((pts != dts).any())
        step = steps_from(self._runs[-1].last_dts if self._runs else int(dts[0]), dts)
        is_odd = (step < (-_STEP_BACK if self._has_dts else -_REORDERED)) | (step > LONG_STEP)
        is_odd[0] |= not self._runs or self._is_after_gap
        starts = indices(is_odd)[: _MAX_RUNS - len(self._runs)].tolist()
        bounds = [*starts, len(dts)]
        if bounds[0]:
            self._extend(pts[: bounds[0]], dts)
        for start, end in pairwise(bounds):
            times = int(dts[start]), int(dts[end - 1]), *_ends(pts[start:end])
            self._runs.append(FrameRun(int(packet[start]), *times, end - start, self._is_after_gap))
            self._is_after_gap = False

    def timeline(self, usual: int) -> FrameTimeline | None:
        """Return the time of the frames, which are usually *usual* ticks apart; None: there is no jump."""
        if len(self._runs) < 2:
            return None
        back = _STEP_BACK if self._has_dts else max(_REORDERED, 4 * usual)
        kept, strays = _without_strays(self._runs, back, usual)
        strays += _lone_ends(kept, back)
        jumps = [number for number in range(1, len(kept)) if not _is_plausible(kept[number - 1], kept[number], back)]
        if not jumps and not strays:
            return None
        stray_ids = {id(stray.run) for stray in strays}
        is_known = not any(kept[number].is_after_gap for number in jumps)
        bounds = [0, *jumps, len(kept)]
        parts = [kept[start:end] for start, end in pairwise(bounds)]
        lasting = [max(run.last_pts for run in part) - min(run.first_pts for run in part) for part in parts]
        return FrameTimeline(
            min(run.first_pts for run in parts[0]),
            max(run.last_pts for run in parts[-1]),
            sum(lasting) + usual * len(jumps) if is_known else None,
            [TimeJump(kept[number - 1], kept[number]) for number in jumps],
            sorted(strays, key=lambda stray: stray.run.packet),
            [run for before, run in pairwise(self._runs) if id(before) in stray_ids],
        )

    def _extend(self, pts: Ticks, dts: Ticks) -> None:
        """Add frames to the last run."""
        run = self._runs[-1]
        low, high = _ends(pts)
        run.first_pts = min(run.first_pts, low) if run.frames < EDGE_FRAMES else run.first_pts
        run.last_pts = max(run.last_pts, high)
        run.last_dts = int(dts[len(pts) - 1])
        run.frames += len(pts)


def _ends(pts: Ticks) -> tuple[int, int]:
    """Return the PTS of the frames that are presented first and last."""
    return int(pts[:EDGE_FRAMES].min()), int(pts[-EDGE_FRAMES:].max())


def _is_plausible(before: FrameRun, run: FrameRun, back: int) -> bool:
    """Return whether time explains the step of DTS between two runs; bytes that were not read may last any time."""
    step = run.first_dts - before.last_dts
    return step >= -back and (step <= _MAX_STEP or run.is_after_gap)


def _without_strays(runs: list[FrameRun], back: int, usual: int) -> tuple[list[FrameRun], list[StrayRun]]:
    """Return the runs without those from which DTS returns to an earlier run, and these stray runs."""
    near = max(_NEAR, _NEAR_FRAMES * usual)
    kept: list[FrameRun] = []
    strays: list[StrayRun] = []
    for run in runs:
        if len(kept) > 1 and not -back <= run.first_dts - kept[-1].last_dts <= near:
            place = _continued(kept, run, back, near)
            between = kept[place + 1 :]
            room = run.first_dts - kept[place].last_dts + near
            if sum(one.frames for one in between) * usual <= room:
                strays += [StrayRun(one, one.first_dts - kept[place].last_dts - usual) for one in between]
                del kept[place + 1 :]
        kept.append(run)
    return kept, strays


def _continued(kept: list[FrameRun], run: FrameRun, back: int, near: int) -> int:
    """Return the index of the run that *run* continues; that of the last one if it continues none."""
    for place in range(len(kept) - 2, max(-1, len(kept) - _SEARCHED), -1):
        if -back <= run.first_dts - kept[place].last_dts <= near:
            return place
    return len(kept) - 1


def _lone_ends(kept: list[FrameRun], back: int) -> list[StrayRun]:
    """Remove the few frames at both ends of a stream that are far from all others, and return them."""
    strays = []
    for end in (0, -1):
        if len(kept) < 2:
            break
        run, beside = kept[end], kept[1 if end == 0 else -2]
        pair = (run, beside) if end == 0 else (beside, run)
        others = sum(one.frames for one in kept) - run.frames
        if run.frames <= _LONE_FRAMES and run.frames * _LONE_SHARE <= others and not _is_plausible(*pair, back):
            off = run.first_dts - beside.first_dts if end == 0 else run.first_dts - beside.last_dts
            strays.append(StrayRun(kept.pop(end), off))
    return strays
