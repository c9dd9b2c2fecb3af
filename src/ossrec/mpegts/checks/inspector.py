"""Run all checks on a segment, batch by batch, and give the faults their times."""

from collections.abc import Iterator

import numpy as np

from ossrec.mpegts.checks.end_of_segment import end_of_segment_faults
from ossrec.mpegts.checks.state import SegmentAnalysis
from ossrec.mpegts.checks.timestamps import FrameTimes
from ossrec.mpegts.demux.columns import indices
from ossrec.mpegts.demux.continuity import PacketGroups
from ossrec.mpegts.demux.detect import HEAD, detect_format, is_packed_audio
from ossrec.mpegts.demux.packets import ERROR, SCRAMBLED, Bytes, Packets, Rows, Ticks, read_packets
from ossrec.mpegts.demux.pes import read_starts, split_by_pid
from ossrec.mpegts.demux.psi import KnownPids
from ossrec.mpegts.demux.sync import SyncLoss
from ossrec.mpegts.faults import Fault, Faults
from ossrec.mpegts.inspection import PACKED, Depth, Inspection, SegmentFault


class Inspector:
    """Inspects one segment, piece by piece."""

    def __init__(self) -> None:
        """Start before the first piece."""
        self.bytes_read = 0
        self.state = SegmentAnalysis()
        self._faults = Faults()
        self._head = b""
        self._sync_losses: list[SyncLoss] = []  # before a packet that was not inspected yet
        self._tables_seen = False

    def take(self, piece: Bytes, is_last: bool) -> int:
        """Inspect the next piece; return how many bytes were consumed. The other bytes must start the next piece."""
        if not self._head:
            self._head = piece[:HEAD].tobytes()
        data, done = self.state.framer.take(piece, is_last)
        self._sync_losses += self.state.framer.losses
        packets = read_packets(data, self.state.framer.packets - len(data))
        while len(packets.pid):
            count = self._inspect_part(packets)
            packets = packets.part(count, len(packets.pid))
        if is_last:
            self._record([_sync_fault(one) for one in self._sync_losses])
        return done

    def skip(self, offset: int) -> None:
        """Continue at byte *offset* of the segment; the bytes in between were not read."""
        self.state.skip_to(offset)

    def finish(self, depth: Depth, size: int) -> Inspection:
        """Return the result for a segment of *size* bytes."""
        if self.state.framer.size is None:
            is_audio = is_packed_audio(self._head)
            other = SegmentFault("TS312" if is_audio else "TS310", detect_format(self._head, size), at=0.0)
            return Inspection(depth, size, self.bytes_read, PACKED if is_audio else None, 0, faults=(other,))
        self.state.streams.apply_pmt(self.state.tables.entries())
        ends = self.state.streams.ends()
        span = self.state.streams.span(ends)
        for fault in end_of_segment_faults(self.state, depth, span):
            self._faults.add(fault)
        counted = {*indices(self.state.tables.is_table).tolist(), *self.state.streams.reported()}
        return Inspection(
            depth,
            size,
            self.bytes_read,
            self.state.framer.size,
            self.state.framer.packets,
            self.state.streams.summaries(self.state.counters.seen, ends),
            self.state.counters.counters(sorted(counted)),
            tuple(self._faults.in_order(span.start, span.end)),
        )

    def _inspect_part(self, packets: Packets) -> int:
        """Inspect the first part of a batch: up to a table that changes the meaning of packets before it."""
        faults, count, known = self.state.tables.follow(packets)
        packets = packets.part(0, count)
        end = packets.first + count
        losses = [one for one in self._sync_losses if one.packet < end]
        self._sync_losses = self._sync_losses[len(losses) :]
        self.state.streams.apply_pmt(known.streams)
        faults += [_sync_fault(one) for one in losses]
        faults += self._check(packets, known, np.array([one.packet for one in losses], np.int64))
        self._check_late_tables(faults)
        self._record(sorted(faults, key=lambda fault: (fault.packet, fault.code, fault.pid or 0)))
        return count

    def _check(self, packets: Packets, known: KnownPids, sync_losses: Ticks) -> list[Fault]:
        """Run all checks on a part of a batch; *sync_losses* are the packets before which packet sync was lost."""
        groups = self.state.counters.follow(packets)
        faults: list[Fault] = []
        starts = read_starts(packets, groups.repeats, known.tables)
        self.state.streams.add_unlisted(starts)
        damaged = (packets.header & (ERROR | SCRAMBLED)).nonzero()[0]
        possible_losses = np.concatenate((groups.jumps, damaged))
        for part in split_by_pid(packets, groups, starts, list(self.state.streams.by_pid)):
            if len(possible_losses) or len(sync_losses):
                rows = possible_losses[packets.pid[possible_losses] == part.pid]
                own = np.concatenate((packets.first + rows, sync_losses))
                part = part._replace(possible_losses=np.sort(own))
            faults += self.state.streams.by_pid[part.pid].follow(packets, part)
        self._follow_pcr(packets, groups, known.pcr_pids)
        faults += self.state.counters.faults(packets, groups, known.tables, self.state.name)
        faults += self._marked_packets(packets, damaged)
        return faults

    def _follow_pcr(self, packets: Packets, groups: PacketGroups, known: set[int]) -> None:
        """Check the PCRs of a batch; a PCR on a PID of its own is compared with the frames of all streams."""
        rows = self.state.pcr_clocks.rows(packets, groups.repeats)
        for pid in self.state.pcr_clocks.pids(packets, rows):
            own = pid if pid not in known or pid in self.state.streams.by_pid else None
            self.state.pcr_clocks.follow(packets, rows, pid, self.state.streams.frame_times(own))

    def _marked_packets(self, packets: Packets, damaged: Rows) -> Iterator[Fault]:
        """Rule 33: packets marked as damaged or scrambled."""
        for row in damaged.tolist():
            pid = int(packets.pid[row])
            code = "TS330" if packets.header[row] & ERROR else "TS331"
            yield Fault(code, packets.first + row, pid, 1, self.state.name(pid))

    def _check_late_tables(self, faults: list[Fault]) -> None:
        """Rule 34: tables that come after the first packet of a stream."""
        if self._tables_seen or self.state.tables.complete is None:
            return
        self._tables_seen = True
        first = self.state.counters.first_packet[self.state.tables.complete_pids]
        first_packet = int(first[first >= 0].min(initial=self.state.tables.complete))
        if first_packet < self.state.tables.complete:
            detail = f"PAT and PMT are complete in packet {self.state.tables.complete}"
            faults.append(Fault("TS342", first_packet, detail=detail, last_packet=self.state.tables.complete))

    def _record(self, faults: list[Fault]) -> None:
        """Record faults, with the times of the frames before and after them."""
        for fault in faults:
            self._faults.add(fault)
        cache: dict[int | None, FrameTimes] = {}
        for fault in self._faults.without_next_frame():
            pid = fault.pid if fault.pid in self.state.streams.in_pmt else None
            if pid not in cache:
                cache[pid], _ = self.state.streams.frame_times(pid)
            _set_times(fault, cache[pid])


def _set_times(fault: Fault, frames: FrameTimes) -> None:
    """Set the times of the frame that a fault affects, and of the next frame."""
    if fault.pts is None and len(frames.packet):
        index = int(np.searchsorted(frames.packet, fault.packet)) - 1
        if index >= 0:
            fault.pts, fault.dts = int(frames.pts[index]), int(frames.dts[index])
    if fault.next_dts is None:
        index = int(np.searchsorted(frames.packet, fault.last_packet))
        if index < len(frames.packet):
            fault.next_dts = int(frames.dts[index])


def _sync_fault(one: SyncLoss) -> Fault:
    """Rule 32: loss of packet sync."""
    resumes = "never resumes" if one.resumed is None else f"resumes at byte {one.resumed}"
    detail = f"{one.skipped} bytes from byte {one.offset} on are not packets, sync {resumes}"
    lost = one.skipped // 188 + (1 if one.cut else 0)
    return Fault("TS320", one.packet, None, lost, detail)
