"""The continuity counter of each PID: losses, repeats, and how it stands at the ends (ISO/IEC 13818-1 2.4.3.3).

Packets with the reserved adaptation_field_control 00 are discarded, as decoders shall do (2.4.3.3), and those that only
fill up have no counter. A packet that is marked as damaged (transport_error_indicator) counts: what is wrong in it is
most likely not its counter, and was told of.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ossrec.mpegts.demux.columns import places
from ossrec.mpegts.demux.packets import (
    COUNTER,
    DISCONTINUITY,
    FIELD,
    NULL,
    PAYLOAD,
    PCR,
    PIDS,
    START,
    Bytes,
    Marks,
    Packets,
    Rows,
    Ticks,
    Words,
)
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import CounterEnds

Steps = NDArray[np.integer[Any]]


class PacketGroups(NamedTuple):
    """The packets of a batch by PID, without those that only fill up."""

    order: Rows  # packets, sorted by PID, then as they came
    pids: Ticks  # that are there, ascending
    starts: Rows  # of each PID in `order`, and the end behind the last: one more than `pids`
    repeats: Marks  # packets, in the order of the batch, that repeat the one before
    excess: Rows  # packets that repeat a repeat
    jumps: Rows  # packets before which the counter jumps, declared or not; by PID
    lost: Ticks  # packets that are missing there, modulo 16; 0 where the jump is declared
    stands: Marks  # at a jump: the counter has stood still for two packets before, and still does

    def rows(self, pid: int) -> Rows:
        """The packets of a PID."""
        at = int(np.searchsorted(self.pids, pid))
        if at == len(self.pids) or self.pids[at] != pid:
            return self.order[:0]
        return self.order[self.starts[at] : self.starts[at + 1]]


class ContinuityCounters:
    """What is known of each PID from one batch to the next."""

    def __init__(self) -> None:
        """Nothing was seen."""
        self.seen = np.zeros(PIDS, np.int64)  # packets
        self.first_packet = np.full(PIDS, -1, np.int64)  # number of it
        self._first = np.zeros(PIDS, np.uint32)  # header; 0: none yet
        self._last = np.zeros(PIDS, np.uint32)
        self._excused = np.zeros(PIDS, np.bool_)
        self._repeated = np.zeros(PIDS, np.bool_)
        self._started: Marks | None = None  # PIDs that were there before something was not read
        self._is_table_still = False  # TS352 was found
        self._row: dict[int, Bytes] = {}  # the last packet, to know its repeat

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        self._started = self._first != 0
        self._last[:] = 0
        self._repeated[:] = False

    def follow(self, packets: Packets) -> PacketGroups:
        """Sort a batch by PID, and compare each packet with the one before it on its PID."""
        counted = (packets.header & (FIELD | PAYLOAD)) != 0  # else reserved: decoders discard such packets
        pid = packets.pid if counted.all() else np.where(counted, packets.pid, NULL)
        order = np.argsort(pid, kind="stable")
        filled = int(pid.searchsorted(NULL, sorter=order))
        order = order[:filled]
        header = packets.header[order]
        pid = (header >> 8) & NULL
        fresh = np.ones(filled, np.bool_)
        fresh[1:] = pid[1:] != pid[:-1]
        begins = places(fresh)
        before = np.empty_like(header)
        before[1:] = header[:-1]
        before[begins] = self._last[pid[begins]]
        steps = (header - before) & COUNTER
        odd = places(steps != ((header & PAYLOAD) >> 4))
        odd = odd[before[odd] != 0]
        same = self._same(packets, order, odd, fresh)
        repeat = np.zeros(filled, np.bool_)
        repeat[odd[same]] = True
        prior = repeat[odd - 1] if len(odd) else same
        prior[fresh[odd]] = self._repeated[pid[odd[fresh[odd]]]]
        groups = _group(packets, order, begins, (odd, same, prior), steps)
        self._keep(packets, groups, header, repeat)
        return groups

    def faults(
        self, packets: Packets, groups: PacketGroups, tables: Marks, name: Callable[[int], str]
    ) -> Iterator[Fault]:
        """Rule 35: packets that the counter shows to be missing, and packets that are repeated too often.

        *tables* marks the PIDs that carry tables; *name* gives the name of a PID for the detail.
        """
        lost = places((groups.lost > 0) & ~(groups.stands & tables[packets.pid[groups.jumps]]))
        for at in lost.tolist():
            row = int(groups.jumps[at])
            pid, missing = int(packets.pid[row]), int(groups.lost[at])
            yield Fault("TS350", packets.first + row, pid, missing, f"{name(pid)}: {missing} by the continuity counter")
        for row in np.sort(groups.excess).tolist():
            pid = int(packets.pid[row])
            if not tables[pid]:
                yield Fault("TS351", packets.first + row, pid, detail=name(pid))
            elif not self._is_table_still:
                self._is_table_still = True
                yield Fault("TS352", packets.first + row, pid, detail=name(pid))

    def counters(self, pids: list[int]) -> tuple[CounterEnds, ...]:
        """How the counters stand at the ends, of those PIDs that were seen at both."""
        seen = self._last != 0
        if self._started is not None:
            seen &= self._started
        return tuple(self._counter(pid) for pid in pids if seen[pid])

    def _counter(self, pid: int) -> CounterEnds:
        first = int(self._first[pid])
        return CounterEnds(
            pid,
            first & COUNTER,
            int(self._last[pid]) & COUNTER,
            bool(self._excused[pid]),
            bool(first & PAYLOAD),
            bool(self._repeated[pid]),
            bool(first & PAYLOAD) and not first & START,
        )

    def _same(self, packets: Packets, order: Rows, odd: Rows, fresh: Marks) -> Marks:
        """Which odd packets are the one before it sent again: equal but for the PCR, and with a payload."""
        still = np.zeros(len(odd), np.bool_)
        if not len(odd):
            return still
        here = packets.data[order[odd]]
        before = packets.data[order[odd - 1]]
        for at in places(fresh[odd]).tolist():
            before[at] = self._row[int(packets.pid[order[odd[at]]])]
        equal = here == before
        has_pcr = places((packets.flags[order[odd]] & PCR) != 0)
        equal[has_pcr, 6:12] = True
        same: Marks = equal.all(axis=1) & ((here[:, 3] & PAYLOAD) != 0)
        return same

    def _keep(self, packets: Packets, groups: PacketGroups, header: Words, repeat: Marks) -> None:
        """Remember the ends of each PID's packets."""
        pids, begins, ends = groups.pids, groups.starts[:-1], groups.starts[1:] - 1
        unseen = self._first[pids] == 0
        if unseen.any():
            new, first = pids[unseen], groups.order[begins[unseen]]
            self._first[new] = packets.header[first]
            self._excused[new] = (packets.flags[first] & DISCONTINUITY) != 0
            self.first_packet[new] = packets.first + first
        self.seen[pids] += ends - begins + 1
        self._last[pids] = header[ends]
        self._row.update(zip(pids.tolist(), packets.data[groups.order[ends]], strict=True))
        self._repeated[pids] = repeat[ends]


def _group(packets: Packets, order: Rows, begins: Rows, odd: tuple[Rows, Marks, Marks], steps: Steps) -> PacketGroups:
    """Tell repeats, declared jumps and losses apart."""
    where, same, after_repeat = odd
    repeats = np.zeros(len(packets.pid), np.bool_)
    repeats[order[where[same]]] = True
    jump = where[~same]
    rows = order[jump]
    step = steps[jump].astype(np.int64)
    has_payload = (packets.header[rows] & PAYLOAD) != 0
    declared = (packets.flags[rows] & DISCONTINUITY) != 0
    lost = np.where(declared, 0, (step - has_payload) & COUNTER)
    starts = np.append(begins, len(order))
    pids = packets.pid[order[begins]].astype(np.int64)
    stands = (step == 0) & after_repeat[~same]
    return PacketGroups(order, pids, starts, repeats, order[where[same & after_repeat]], rows, lost, stands)
