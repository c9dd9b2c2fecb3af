"""Puts the checks of a segment together: each batch of packets goes through all of them, their faults get times."""

from collections.abc import Iterator

import numpy as np

from ossrec.mpegts.clocks import Clocks
from ossrec.mpegts.columns import places
from ossrec.mpegts.counters import Counters, Groups
from ossrec.mpegts.events import Event, Events
from ossrec.mpegts.framing import Break, Framer
from ossrec.mpegts.inspection import Depth, Inspection, Note
from ossrec.mpegts.packets import ERROR, SCRAMBLED, Bytes, Marks, Packets, Rows, Ticks, read_packets
from ossrec.mpegts.pes import read_starts, split_by_pid
from ossrec.mpegts.psi import Known, Tables
from ossrec.mpegts.sniffing import HEAD, sniff
from ossrec.mpegts.summing import late_events
from ossrec.mpegts.timing import Moments
from ossrec.mpegts.tracks import Tracks


class Inspector:
    """A look at one segment, piece by piece; everything that is known from one piece to the next is here."""

    def __init__(self) -> None:
        """Before the first piece."""
        self.read = 0  # bytes that were given
        self.framer = Framer()
        self.counters = Counters()
        self.tables = Tables()
        self.tracks = Tracks()
        self.clocks = Clocks()
        self._events = Events()
        self._head = b""
        self._breaks: list[Break] = []  # whose next packet was not looked at yet
        self._is_table_still = False
        self._tables_seen = False

    def take(self, piece: Bytes, is_last: bool) -> int:
        """Look at the next piece, and say how much of it is done with; the rest begins the next piece."""
        if not self._head:
            self._head = piece[:HEAD].tobytes()
        data, done = self.framer.take(piece, is_last)
        self._breaks += self.framer.breaks
        packets = read_packets(data, self.framer.packets - len(data))
        while len(packets.pid):
            count = self._look_at_part(packets)
            packets = packets.part(count, len(packets.pid))
        if is_last:
            self._keep([_break_event(one) for one in self._breaks])
        return done

    def skip(self, offset: int) -> None:
        """What comes next stands at *offset* of the segment; what lies between was not read."""
        self.framer.go_on_at(offset)
        for one in (self.counters, self.tables, self.tracks, self.clocks):
            one.forget()

    def finish(self, depth: Depth, size: int) -> Inspection:
        """All that was seen of a segment of *size* bytes."""
        if self.framer.size is None:
            note = Note("TS310", sniff(self._head, size), at=0.0)
            return Inspection(depth, size, self.read, None, 0, notes=(note,))
        self.tracks.name(self.tables.entries())
        ends = self.tracks.ends()
        span = self.tracks.span(ends)
        for event in late_events(self, depth, span):
            self._events.add(event)
        return Inspection(
            depth,
            size,
            self.read,
            self.framer.size,
            self.framer.packets,
            self.tracks.streams(self.counters.seen, ends),
            self.counters.counters(sorted({*places(self.tables.is_table).tolist(), *self.tracks.told()})),
            tuple(self._events.notes(span.start, span.end)),
        )

    def name(self, pid: int) -> str:
        """How a detail calls a PID."""
        if pid in self.tracks.by_pid:
            return self.tracks.by_pid[pid].name
        if pid == 0:
            return "PID 0 (PAT)"
        return f"PID {pid} (PMT)" if pid in self.tables.programs.values() else f"PID {pid}"

    def _look_at_part(self, packets: Packets) -> int:
        """The first part of a batch: up to a table that says something new of packets that came before it."""
        events, count, known = self.tables.follow(packets)
        packets = packets.part(0, count)
        end = packets.first + count
        breaks = [one for one in self._breaks if one.packet < end]
        self._breaks = self._breaks[len(breaks) :]
        self.tracks.name(known.streams)
        events += [_break_event(one) for one in breaks]
        events += self._look(packets, known, np.array([one.packet for one in breaks], np.int64))
        self._note_late_tables(events)
        self._keep(sorted(events, key=lambda event: (event.packet, event.code, event.pid or 0)))
        return count

    def _look(self, packets: Packets, known: Known, breaks: Ticks) -> list[Event]:
        """A part of a batch through all checks; *breaks* are the packets before which sync was lost."""
        groups = self.counters.follow(packets)
        events: list[Event] = []
        starts = read_starts(packets, groups.repeats, known.tables)
        self.tracks.find(starts)
        damaged = (packets.header & (ERROR | SCRAMBLED)).nonzero()[0]
        doubts = np.concatenate((groups.jumps, damaged))
        for part in split_by_pid(packets, groups, starts, list(self.tracks.by_pid)):
            if len(doubts) or len(breaks):
                own = np.concatenate((packets.first + doubts[packets.pid[doubts] == part.pid], breaks))
                part = part._replace(doubts=np.sort(own))
            events += self.tracks.by_pid[part.pid].follow(packets, part)
        self._follow_clocks(packets, groups, known.clocks)
        events += self._losses(packets, groups, known.tables)
        events += self._damage(packets, damaged)
        return events

    def _follow_clocks(self, packets: Packets, groups: Groups, known: set[int]) -> None:
        """The clocks of a batch; one on a PID of its own goes with the frames of all streams."""
        rows = self.clocks.rows(packets, groups.repeats)
        for pid in self.clocks.pids(packets, rows):
            own = pid if pid not in known or pid in self.tracks.by_pid else None
            self.clocks.follow(packets, rows, pid, self.tracks.frames(own))

    def _losses(self, packets: Packets, groups: Groups, tables: Marks) -> Iterator[Event]:
        """Rule 35: packets that are missing by the counter, or sent too often."""
        lost = places((groups.lost > 0) & ~(groups.stands & tables[packets.pid[groups.jumps]]))
        for at in lost.tolist():
            row = int(groups.jumps[at])
            pid, missing = int(packets.pid[row]), int(groups.lost[at])
            yield Event("TS350", packets.first + row, pid, missing, f"{self.name(pid)}: {missing}, by its counter")
        for row in np.sort(groups.excess).tolist():
            pid = int(packets.pid[row])
            if not tables[pid]:
                yield Event("TS351", packets.first + row, pid, detail=self.name(pid))
            elif not self._is_table_still:
                self._is_table_still = True
                yield Event("TS352", packets.first + row, pid, detail=self.name(pid))

    def _damage(self, packets: Packets, damaged: Rows) -> Iterator[Event]:
        """Rules 33: packets that say themselves that they cannot be used."""
        for row in damaged.tolist():
            pid = int(packets.pid[row])
            code = "TS330" if packets.header[row] & ERROR else "TS331"
            yield Event(code, packets.first + row, pid, 1, self.name(pid))

    def _note_late_tables(self, events: list[Event]) -> None:
        """Rule 34: the tables belong before the first packet of a stream."""
        if self._tables_seen or self.tables.complete is None:
            return
        self._tables_seen = True
        first = self.counters.first_packet[self.tables.complete_for]
        begun = int(first[first >= 0].min(initial=self.tables.complete))
        if begun < self.tables.complete:
            detail = f"they are complete in packet {self.tables.complete}"
            events.append(Event("TS342", begun, None, detail=detail, last=self.tables.complete))

    def _keep(self, events: list[Event]) -> None:
        """Keep what was met, with the times of the frames before and behind it."""
        for event in events:
            self._events.add(event)
        cache: dict[int | None, Moments] = {}
        for event in self._events.waiting():
            pid = event.pid if event.pid in self.tracks.named else None
            if pid not in cache:
                cache[pid], _ = self.tracks.frames(pid)
            _stamp(event, cache[pid])


def _stamp(event: Event, moments: Moments) -> None:
    """The frame that an event hits, and the next one behind it."""
    if event.begins is None and len(moments.packet):
        place = int(np.searchsorted(moments.packet, event.packet)) - 1
        if place >= 0:
            event.begins, event.since = int(moments.pts[place]), int(moments.dts[place])
    if event.until is None:
        place = int(np.searchsorted(moments.packet, event.last))
        if place < len(moments.packet):
            event.until = int(moments.dts[place])


def _break_event(one: Break) -> Event:
    """Rule 32: lost sync."""
    goes_on = "not found again" if one.resumed is None else f"found again at byte {one.resumed}"
    detail = f"{one.skipped} bytes from byte {one.offset} on are no packets, {goes_on}"
    lost = one.skipped // 188 + (1 if one.cut else 0)
    return Event("TS320", one.packet, None, lost, detail)
