"""Continuity counters by PID: lost and repeated packets, counter values at both ends (ISO/IEC 13818-1 2.4.3.3).

Packets with the reserved adaptation_field_control 00 are discarded, as decoders must do (2.4.3.3), and null packets
have no counter. A packet marked as damaged (transport_error_indicator) counts: the error is most likely not in its
counter, and is reported by another check.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ossrec.mpegts.demux.columns import indices
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
    """The packets of a batch by PID, without null packets."""

    order: Rows  # packets, sorted by PID, then in the order of the batch
    pids: Ticks  # ascending
    starts: Rows  # of each PID in `order`, and the end of the last PID: one more than `pids`
    repeats: Marks  # packets, in the order of the batch, that repeat the previous one of their PID
    excess: Rows  # packets that repeat a repeat
    jumps: Rows  # packets before which the counter is discontinuous, declared or not; by PID
    lost: Ticks  # packets that are lost there, modulo 16; 0 where the discontinuity is declared
    unchanged: Marks  # at a jump: the third or later packet with the same counter

    def rows(self, pid: int) -> Rows:
        """Return the packets of a PID."""
        at = int(np.searchsorted(self.pids, pid))
        if at == len(self.pids) or self.pids[at] != pid:
            return self.order[:0]
        return self.order[self.starts[at] : self.starts[at + 1]]


class ContinuityCounters:
    """The continuity counters of all PIDs, from batch to batch."""

    def __init__(self) -> None:
        """Start before the first packet."""
        self.seen = np.zeros(PIDS, np.int64)  # packets
        self.first_packet = np.full(PIDS, -1, np.int64)  # number of it
        self._first = np.zeros(PIDS, np.uint32)  # header; 0: none yet
        self._last = np.zeros(PIDS, np.uint32)
        self._declared = np.zeros(PIDS, np.bool_)
        self._repeated = np.zeros(PIDS, np.bool_)
        self._before_gap: Marks | None = None  # PIDs with packets before the bytes that were not read
        self._is_table_still = False  # TS352 was reported
        self._last_rows: dict[int, Bytes] = {}  # the last packet of each PID, to recognize its repetition

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        self._before_gap = self._first != 0
        self._last[:] = 0
        self._repeated[:] = False

    def follow(self, packets: Packets) -> PacketGroups:
        """Sort a batch by PID, and compare the counter of each packet with the previous one of its PID."""
        counted = (packets.header & (FIELD | PAYLOAD)) != 0  # else reserved: decoders discard these packets
        pid = packets.pid if counted.all() else np.where(counted, packets.pid, NULL)
        order = np.argsort(pid, kind="stable")
        count = int(pid.searchsorted(NULL, sorter=order))
        order = order[:count]
        header = packets.header[order]
        pid = (header >> 8) & NULL
        is_first = np.ones(count, np.bool_)
        is_first[1:] = pid[1:] != pid[:-1]
        begins = indices(is_first)
        before = np.empty_like(header)
        before[1:] = header[:-1]
        before[begins] = self._last[pid[begins]]
        steps = (header - before) & COUNTER
        unexpected = indices(steps != ((header & PAYLOAD) >> 4))
        unexpected = unexpected[before[unexpected] != 0]
        same = self._is_repeat(packets, order, unexpected, is_first)
        repeat = np.zeros(count, np.bool_)
        repeat[unexpected[same]] = True
        prior = repeat[unexpected - 1] if len(unexpected) else same
        prior[is_first[unexpected]] = self._repeated[pid[unexpected[is_first[unexpected]]]]
        groups = _group(packets, order, begins, (unexpected, same, prior), steps)
        self._store_ends(packets, groups, header, repeat)
        return groups

    def faults(
        self, packets: Packets, groups: PacketGroups, tables: Marks, name: Callable[[int], str]
    ) -> Iterator[Fault]:
        """Rule 35: packets that the counter shows to be lost, and packets that are repeated too often.

        *tables* marks the PIDs that carry tables; *name* gives the name of a PID for the detail.
        """
        lost = indices((groups.lost > 0) & ~(groups.unchanged & tables[packets.pid[groups.jumps]]))
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
        """Return the counters at both ends of the segment, of PIDs that have packets at both."""
        seen = self._last != 0
        if self._before_gap is not None:
            seen &= self._before_gap
        return tuple(self._counter(pid) for pid in pids if seen[pid])

    def _counter(self, pid: int) -> CounterEnds:
        first = int(self._first[pid])
        return CounterEnds(
            pid,
            first & COUNTER,
            int(self._last[pid]) & COUNTER,
            bool(self._declared[pid]),
            bool(first & PAYLOAD),
            bool(self._repeated[pid]),
            bool(first & PAYLOAD) and not first & START,
        )

    def _is_repeat(self, packets: Packets, order: Rows, unexpected: Rows, is_first: Marks) -> Marks:
        """Return which unexpected packets repeat the previous packet: equal except for the PCR, with a payload."""
        nothing = np.zeros(len(unexpected), np.bool_)
        if not len(unexpected):
            return nothing
        here = packets.data[order[unexpected]]
        before = packets.data[order[unexpected - 1]]
        for at in indices(is_first[unexpected]).tolist():
            before[at] = self._last_rows[int(packets.pid[order[unexpected[at]]])]
        equal = here == before
        has_pcr = indices((packets.flags[order[unexpected]] & PCR) != 0)
        equal[has_pcr, 6:12] = True
        same: Marks = equal.all(axis=1) & ((here[:, 3] & PAYLOAD) != 0)
        return same

    def _store_ends(self, packets: Packets, groups: PacketGroups, header: Words, repeat: Marks) -> None:
        """Store the first and last packet of each PID."""
        pids, begins, ends = groups.pids, groups.starts[:-1], groups.starts[1:] - 1
        unseen = self._first[pids] == 0
        if unseen.any():
            new, first = pids[unseen], groups.order[begins[unseen]]
            self._first[new] = packets.header[first]
            self._declared[new] = (packets.flags[first] & DISCONTINUITY) != 0
            self.first_packet[new] = packets.first + first
        self.seen[pids] += ends - begins + 1
        self._last[pids] = header[ends]
        self._last_rows.update(zip(pids.tolist(), packets.data[groups.order[ends]], strict=True))
        self._repeated[pids] = repeat[ends]


def _group(
    packets: Packets, order: Rows, begins: Rows, unexpected: tuple[Rows, Marks, Marks], steps: Steps
) -> PacketGroups:
    """Distinguish repeated packets, declared discontinuities and losses."""
    where, same, after_repeat = unexpected
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
    unchanged = (step == 0) & after_repeat[~same]
    return PacketGroups(order, pids, starts, repeats, order[where[same & after_repeat]], rows, lost, unchanged)
