"""Puts the checks of a segment together: each batch of packets goes through all of them, their faults get times."""

from collections.abc import Iterator

import numpy as np

from ossrec.mpegts.checks.end_of_segment import end_of_segment_faults
from ossrec.mpegts.checks.state import SegmentState
from ossrec.mpegts.checks.timestamps import FrameTimes
from ossrec.mpegts.demux.columns import places
from ossrec.mpegts.demux.continuity import PacketGroups
from ossrec.mpegts.demux.detect import HEAD, detect_format
from ossrec.mpegts.demux.packets import ERROR, SCRAMBLED, Bytes, Packets, Rows, Ticks, read_packets
from ossrec.mpegts.demux.pes import read_starts, split_by_pid
from ossrec.mpegts.demux.psi import KnownPids
from ossrec.mpegts.demux.sync import SyncLoss
from ossrec.mpegts.faults import Fault, Faults
from ossrec.mpegts.inspection import Depth, Inspection, SegmentFault


class Inspector:
    """A look at one segment, piece by piece; everything that is known from one piece to the next is here."""

    def __init__(self) -> None:
        """Before the first piece."""
        self.read = 0  # bytes that were given
        self.state = SegmentState()
        self._events = Faults()
        self._head = b""
        self._breaks: list[SyncLoss] = []  # whose next packet was not looked at yet
        self._tables_seen = False

    def take(self, piece: Bytes, is_last: bool) -> int:
        """Look at the next piece, and say how much of it is done with; the rest begins the next piece."""
        if not self._head:
            self._head = piece[:HEAD].tobytes()
        data, done = self.state.framer.take(piece, is_last)
        self._breaks += self.state.framer.breaks
        packets = read_packets(data, self.state.framer.packets - len(data))
        while len(packets.pid):
            count = self._look_at_part(packets)
            packets = packets.part(count, len(packets.pid))
        if is_last:
            self._keep([_break_event(one) for one in self._breaks])
        return done

    def skip(self, offset: int) -> None:
        """Continue at byte *offset* of the segment; the bytes in between were not read."""
        self.state.skip_to(offset)

    def finish(self, depth: Depth, size: int) -> Inspection:
        """All that was seen of a segment of *size* bytes."""
        if self.state.framer.size is None:
            note = SegmentFault("TS310", detect_format(self._head, size), at=0.0)
            return Inspection(depth, size, self.read, None, 0, notes=(note,))
        self.state.tracks.name(self.state.tables.entries())
        ends = self.state.tracks.ends()
        span = self.state.tracks.span(ends)
        for event in end_of_segment_faults(self.state, depth, span):
            self._events.add(event)
        counted = {*places(self.state.tables.is_table).tolist(), *self.state.tracks.told()}
        return Inspection(
            depth,
            size,
            self.read,
            self.state.framer.size,
            self.state.framer.packets,
            self.state.tracks.streams(self.state.counters.seen, ends),
            self.state.counters.counters(sorted(counted)),
            tuple(self._events.notes(span.start, span.end)),
        )

    def _look_at_part(self, packets: Packets) -> int:
        """The first part of a batch: up to a table that says something new of packets that came before it."""
        events, count, known = self.state.tables.follow(packets)
        packets = packets.part(0, count)
        end = packets.first + count
        breaks = [one for one in self._breaks if one.packet < end]
        self._breaks = self._breaks[len(breaks) :]
        self.state.tracks.name(known.streams)
        events += [_break_event(one) for one in breaks]
        events += self._look(packets, known, np.array([one.packet for one in breaks], np.int64))
        self._note_late_tables(events)
        self._keep(sorted(events, key=lambda event: (event.packet, event.code, event.pid or 0)))
        return count

    def _look(self, packets: Packets, known: KnownPids, breaks: Ticks) -> list[Fault]:
        """A part of a batch through all checks; *breaks* are the packets before which sync was lost."""
        groups = self.state.counters.follow(packets)
        events: list[Fault] = []
        starts = read_starts(packets, groups.repeats, known.tables)
        self.state.tracks.find(starts)
        damaged = (packets.header & (ERROR | SCRAMBLED)).nonzero()[0]
        doubts = np.concatenate((groups.jumps, damaged))
        for part in split_by_pid(packets, groups, starts, list(self.state.tracks.by_pid)):
            if len(doubts) or len(breaks):
                own = np.concatenate((packets.first + doubts[packets.pid[doubts] == part.pid], breaks))
                part = part._replace(doubts=np.sort(own))
            events += self.state.tracks.by_pid[part.pid].follow(packets, part)
        self._follow_clocks(packets, groups, known.clocks)
        events += self.state.counters.faults(packets, groups, known.tables, self.state.name)
        events += self._damage(packets, damaged)
        return events

    def _follow_clocks(self, packets: Packets, groups: PacketGroups, known: set[int]) -> None:
        """The clocks of a batch; one on a PID of its own goes with the frames of all streams."""
        rows = self.state.clocks.rows(packets, groups.repeats)
        for pid in self.state.clocks.pids(packets, rows):
            own = pid if pid not in known or pid in self.state.tracks.by_pid else None
            self.state.clocks.follow(packets, rows, pid, self.state.tracks.frames(own))

    def _damage(self, packets: Packets, damaged: Rows) -> Iterator[Fault]:
        """Rules 33: packets that say themselves that they cannot be used."""
        for row in damaged.tolist():
            pid = int(packets.pid[row])
            code = "TS330" if packets.header[row] & ERROR else "TS331"
            yield Fault(code, packets.first + row, pid, 1, self.state.name(pid))

    def _note_late_tables(self, events: list[Fault]) -> None:
        """Rule 34: the tables belong before the first packet of a stream."""
        if self._tables_seen or self.state.tables.complete is None:
            return
        self._tables_seen = True
        first = self.state.counters.first_packet[self.state.tables.complete_for]
        begun = int(first[first >= 0].min(initial=self.state.tables.complete))
        if begun < self.state.tables.complete:
            detail = f"PAT and PMT are complete in packet {self.state.tables.complete}"
            events.append(Fault("TS342", begun, None, detail=detail, last=self.state.tables.complete))

    def _keep(self, events: list[Fault]) -> None:
        """Keep what was met, with the times of the frames before and behind it."""
        for event in events:
            self._events.add(event)
        cache: dict[int | None, FrameTimes] = {}
        for event in self._events.waiting():
            pid = event.pid if event.pid in self.state.tracks.named else None
            if pid not in cache:
                cache[pid], _ = self.state.tracks.frames(pid)
            _stamp(event, cache[pid])


def _stamp(event: Fault, moments: FrameTimes) -> None:
    """The frame that an event hits, and the next one behind it."""
    if event.begins is None and len(moments.packet):
        place = int(np.searchsorted(moments.packet, event.packet)) - 1
        if place >= 0:
            event.begins, event.since = int(moments.pts[place]), int(moments.dts[place])
    if event.until is None:
        place = int(np.searchsorted(moments.packet, event.last))
        if place < len(moments.packet):
            event.until = int(moments.dts[place])


def _break_event(one: SyncLoss) -> Fault:
    """Rule 32: lost sync."""
    resumes = "never resumes" if one.resumed is None else f"resumes at byte {one.resumed}"
    detail = f"{one.skipped} bytes from byte {one.offset} on are not packets, sync {resumes}"
    lost = one.skipped // 188 + (1 if one.cut else 0)
    return Fault("TS320", one.packet, None, lost, detail)
