"""Jumps of the PCR (ISO/IEC 13818-1 2.4.3.5, ETSI TR 101 290 2.3b).

A PCR must come every 100 ms, but at low frame rates many muxers write it once for each picture. So a long step forward
is a jump only if the timestamps of the stream's frames do not make the same step; a step back is always a jump.
"""

from typing import NamedTuple

import numpy as np

from ossrec.mpegts.checks.timestamps import FrameTimes
from ossrec.mpegts.demux.columns import count_up_to, indices, steps, steps_from
from ossrec.mpegts.demux.packets import DISCONTINUITY, ERROR, PCR, Marks, Packets, Rows, Ticks, read_pcr
from ossrec.mpegts.inspection import TICKS, WRAP

NO_FRAME = -(1 << 62)  # no frame yet
_HERTZ = 300 * TICKS
_MAX_STEP = _HERTZ // 10
_MAX_PIDS = 16  # with a PCR that is checked
_MAX_JUMPS = 1000  # that are kept of each PID


class PcrRows(NamedTuple):
    """PCRs, with the last frame before each."""

    ticks: Ticks
    frames: Ticks  # DTS of the last frame; `NO_FRAME` before the first one
    first: Ticks  # DTS of the first frame of the segment; `NO_FRAME` if there was none yet


class PcrJump(NamedTuple):
    """A step of the PCR that the timestamps of frames do not make; in ticks of 1/90000 s."""

    packet: int
    step: int
    frame_step: int  # of the DTS of frames in between
    frame_dts: int | None  # of the frame before the jump


class PcrClock:
    """The PCR of one PID."""

    def __init__(self) -> None:
        """Start before the first PCR."""
        self.jumps: list[PcrJump] = []
        self.has_pcr = False
        self._last: PcrRows | None = None
        self._usual_step = 0  # largest median step in a batch that is not steady, in ticks of 27 MHz
        self._is_declared = False  # a discontinuity was declared, and no PCR came since

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        self._last = None

    def declare_discontinuity(self) -> None:
        """Take a batch that has a discontinuity_indicator and no PCR."""
        self._is_declared = True

    def is_steady(self, ticks: Ticks) -> bool:
        """Return whether the next PCRs advance steadily, so that they need not be compared with frames."""
        step = _signed(steps(ticks) if self._last is None else steps_from(int(self._last.ticks[0]), ticks))
        return bool(((step >= 0) & (step <= _MAX_STEP)).all())

    def skip_steady(self, number: int, last: PcrRows, declared: Ticks) -> None:
        """Skip steady PCRs up to the *last* one, in packet *number*."""
        self.has_pcr = True
        self._last = last
        self._is_declared = bool((declared > number).any())

    def follow(self, numbers: Ticks, read: PcrRows, declared: Ticks) -> None:
        """Check the PCRs of a batch; *numbers* are their packets, *declared* packets with a discontinuity_indicator."""
        self.has_pcr = True
        declared_so_far = count_up_to(declared, numbers)
        is_declared = steps_from(0, declared_so_far) > 0
        is_declared[0] |= self._is_declared
        self._is_declared = len(declared) > int(declared_so_far[-1])
        if self._last is None:
            is_declared, numbers = is_declared[1:], numbers[1:]
        else:
            read = PcrRows(*(np.concatenate(pair) for pair in zip(self._last, read, strict=True)))
        self._last = PcrRows(*(column[-1:] for column in read))
        known = np.where(read.frames == NO_FRAME, read.first[-1], read.frames)
        step, frame_step = _signed(steps(read.ticks)), steps(known)
        forward = step[step > 0]
        self._usual_step = max(self._usual_step, int(np.median(forward)) if len(forward) else 0)
        frame_step[(known[1:] == NO_FRAME) | (known[:-1] == NO_FRAME)] = 0
        off = np.abs(step - 300 * frame_step) > _MAX_STEP
        jump = ((step < 0) | ((step > _MAX_STEP) & off)) & ~is_declared
        for at in indices(jump)[: _MAX_JUMPS - len(self.jumps)].tolist():
            frame_dts = None if read.frames[at] == NO_FRAME else int(read.frames[at])
            self.jumps.append(PcrJump(int(numbers[at]), int(step[at]) // 300, int(frame_step[at]), frame_dts))

    def jumps_by_own_rate(self) -> list[PcrJump]:
        """Return the jumps of a PCR on a PID of its own: steps back, and steps far longer than its usual ones."""
        most = 2 * self._usual_step // 300 + TICKS // 10
        return [one for one in self.jumps if one.step < 0 or one.step > most]

    def significant_jumps(self, usual: int) -> list[PcrJump]:
        """Return the jumps in a stream with frames that are usually *usual* ticks apart."""
        return [one for one in self.jumps if one.step < 0 or abs(one.step - one.frame_step) > usual + TICKS // 10]


class PcrClocks:
    """The PCRs of a segment."""

    def __init__(self) -> None:
        """Start before the first PCR."""
        self.by_pid: dict[int, PcrClock] = {}

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        for clock in self.by_pid.values():
            clock.resume_after_gap()

    def rows(self, packets: Packets, repeats: Marks) -> Rows:
        """Return the packets with a PCR or a discontinuity_indicator."""
        rows = (packets.flags & (PCR | DISCONTINUITY)).nonzero()[0]
        usable: Rows = rows[~repeats[rows] & ((packets.header[rows] & ERROR) == 0)]
        return usable

    def pids(self, packets: Packets, rows: Rows) -> list[int]:
        """Return the PIDs of these packets, limited to the first `_MAX_PIDS` with a PCR."""
        pids = packets.pid[rows]
        found = pids[:1].tolist() if (pids == pids[:1]).all() else np.unique(pids).tolist()
        for pid in found:
            if pid not in self.by_pid and len(self.by_pid) < _MAX_PIDS:
                self.by_pid[pid] = PcrClock()
        return [pid for pid in found if pid in self.by_pid]

    def follow(self, packets: Packets, rows: Rows, pid: int, frames: tuple[FrameTimes, int | None]) -> None:
        """Check the PCRs of a PID in a batch; *frames* are the frames to compare with, and the first DTS."""
        own = rows[packets.pid[rows] == pid]
        flags = packets.flags[own]
        declared = packets.first + own[(flags & DISCONTINUITY) != 0]
        timed = own[(flags & PCR) != 0]
        clock = self.by_pid[pid]
        if len(timed):
            ticks, numbers = read_pcr(packets, timed), packets.first + timed
            is_steady = clock.is_steady(ticks)
            ticks, numbers = (ticks[-1:], numbers[-1:]) if is_steady else (ticks, numbers)
            frame_times, first = frames
            firsts = np.full(len(ticks), NO_FRAME if first is None else first, np.int64)
            read = PcrRows(ticks, _frames_at(frame_times, numbers), firsts)
            if is_steady:
                clock.skip_steady(int(numbers[-1]), read, declared)
            else:
                clock.follow(numbers, read, declared)
        elif len(declared):
            clock.declare_discontinuity()


def _frames_at(frames: FrameTimes, numbers: Ticks) -> Ticks:
    """Return the DTS of the last frame that starts in each packet or before."""
    if not len(frames.packet):
        return np.full(len(numbers), NO_FRAME, np.int64)
    before = count_up_to(frames.packet, numbers) - 1
    found: Ticks = np.where(before < 0, NO_FRAME, frames.dts[np.maximum(before, 0)])
    return found


def _signed(ticks: Ticks) -> Ticks:
    """Return differences of PCRs as the smallest steps."""
    whole = WRAP * 300
    return (ticks + whole // 2) % whole - whole // 2
