"""The sender's clock, PCR: where it jumps (ISO/IEC 13818-1 2.4.3.5, ETSI TR 101 290 2.3b).

It must come every 100 ms and go on steadily, but with few pictures in a second many muxers write it once for each
picture. So a long step forward is a jump only if the times of the stream's frames do not make the same step; a step
back always is.
"""

from typing import NamedTuple

import numpy as np

from ossrec.mpegts.checks.timestamps import FrameTimes
from ossrec.mpegts.demux.columns import places, steps, steps_from, up_to
from ossrec.mpegts.demux.packets import DISCONTINUITY, ERROR, PCR, Marks, Packets, Rows, Ticks, read_pcr
from ossrec.mpegts.inspection import TICKS, WRAP

NEVER = -(1 << 62)  # no frame yet
_HERTZ = 300 * TICKS
_LONG = _HERTZ // 10
_MOST_PIDS = 16  # whose clocks are followed
_MOST = 1000  # jumps that are kept of each


class PcrRows(NamedTuple):
    """PCRs, and the frames that start before each."""

    ticks: Ticks
    frames: Ticks  # DTS of the last frame; `NEVER` before the first one
    first: Ticks  # DTS of the first frame of all; `NEVER` if none was seen yet


class PcrJump(NamedTuple):
    """A step of the clock that the times of frames do not make; ticks of 1/90000 s."""

    packet: int
    step: int
    frames: int  # step of the frames' times, meanwhile
    since: int | None  # DTS of the frame before it


class PcrClock:
    """The PCR of one PID."""

    def __init__(self) -> None:
        """Before the first one."""
        self.jumps: list[PcrJump] = []
        self._last: PcrRows | None = None
        self._excused = False  # a jump was announced, and no PCR came since

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        self._last = None

    def excuse(self) -> None:
        """A batch announces a jump and has no PCR."""
        self._excused = True

    def is_steady(self, ticks: Ticks) -> bool:
        """Whether the next PCRs go on as they must, so that nothing need be held against frames."""
        step = _signed(steps(ticks) if self._last is None else steps_from(int(self._last.ticks[0]), ticks))
        return bool(((step >= 0) & (step <= _LONG)).all())

    def pass_over(self, number: int, last: PcrRows, announced: Ticks) -> None:
        """Go on from the last one of steady PCRs, in a packet."""
        self._last = last
        self._excused = bool((announced > number).any())

    def follow(self, numbers: Ticks, read: PcrRows, announced: Ticks) -> None:
        """Take the PCRs of a batch and their packets; *announced* are packets with the discontinuity_indicator."""
        excuses = up_to(announced, numbers)
        excused = steps_from(0, excuses) > 0
        excused[0] |= self._excused
        self._excused = len(announced) > int(excuses[-1])
        if self._last is None:
            excused, numbers = excused[1:], numbers[1:]
        else:
            read = PcrRows(*(np.concatenate(pair) for pair in zip(self._last, read, strict=True)))
        self._last = PcrRows(*(column[-1:] for column in read))
        known = np.where(read.frames == NEVER, read.first[-1], read.frames)
        step, told = _signed(steps(read.ticks)), steps(known)
        told[(known[1:] == NEVER) | (known[:-1] == NEVER)] = 0
        off = np.abs(step - 300 * told) > _LONG
        jump = ((step < 0) | ((step > _LONG) & off)) & ~excused
        for at in places(jump)[: _MOST - len(self.jumps)].tolist():
            since = None if read.frames[at] == NEVER else int(read.frames[at])
            self.jumps.append(PcrJump(int(numbers[at]), int(step[at]) // 300, int(told[at]), since))

    def found(self, usual: int) -> list[PcrJump]:
        """The jumps, when the frames of that stream are usually so many ticks apart."""
        return [one for one in self.jumps if one.step < 0 or abs(one.step - one.frames) > usual + TICKS // 10]


class PcrClocks:
    """The PCRs of a segment."""

    def __init__(self) -> None:
        """Before the first one."""
        self.by_pid: dict[int, PcrClock] = {}

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        for clock in self.by_pid.values():
            clock.forget()

    def rows(self, packets: Packets, repeats: Marks) -> Rows:
        """Packets that say something of a clock: its time, or that it jumps."""
        rows = (packets.flags & (PCR | DISCONTINUITY)).nonzero()[0]
        told: Rows = rows[~repeats[rows] & ((packets.header[rows] & ERROR) == 0)]
        return told

    def pids(self, packets: Packets, rows: Rows) -> list[int]:
        """Whose clocks these are; no more than the first few PIDs that have one are followed."""
        pids = packets.pid[rows]
        found = pids[:1].tolist() if (pids == pids[:1]).all() else np.unique(pids).tolist()
        for pid in found:
            if pid not in self.by_pid and len(self.by_pid) < _MOST_PIDS:
                self.by_pid[pid] = PcrClock()
        return [pid for pid in found if pid in self.by_pid]

    def follow(self, packets: Packets, rows: Rows, pid: int, frames: tuple[FrameTimes, int | None]) -> None:
        """Take what a batch says of the clock on a PID; *frames* are those it goes with, and the first DTS of all."""
        own = rows[packets.pid[rows] == pid]
        flags = packets.flags[own]
        announced = packets.first + own[(flags & DISCONTINUITY) != 0]
        timed = own[(flags & PCR) != 0]
        clock = self.by_pid[pid]
        if len(timed):
            ticks, numbers = read_pcr(packets, timed), packets.first + timed
            is_steady = clock.is_steady(ticks)
            ticks, numbers = (ticks[-1:], numbers[-1:]) if is_steady else (ticks, numbers)
            moments, first = frames
            firsts = np.full(len(ticks), NEVER if first is None else first, np.int64)
            read = PcrRows(ticks, _frames_at(moments, numbers), firsts)
            if is_steady:
                clock.pass_over(int(numbers[-1]), read, announced)
            else:
                clock.follow(numbers, read, announced)
        elif len(announced):
            clock.excuse()


def _frames_at(moments: FrameTimes, numbers: Ticks) -> Ticks:
    """DTS of the last frame that starts in a packet or before."""
    if not len(moments.packet):
        return np.full(len(numbers), NEVER, np.int64)
    before = up_to(moments.packet, numbers) - 1
    found: Ticks = np.where(before < 0, NEVER, moments.dts[np.maximum(before, 0)])
    return found


def _signed(ticks: Ticks) -> Ticks:
    """Differences of clock times as the nearest ones."""
    whole = WRAP * 300
    return (ticks + whole // 2) % whole - whole // 2
