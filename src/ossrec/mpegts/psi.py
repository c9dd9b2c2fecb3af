"""The tables that say which streams there are: sections, PAT, PMT, their CRC-32 (ISO/IEC 13818-1 2.4.4)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.events import Event
from ossrec.mpegts.packets import (
    COUNTER,
    ERROR,
    NULL,
    PAYLOAD,
    PIDS,
    SCRAMBLED,
    START,
    Bytes,
    Marks,
    Packets,
    Rows,
)
from ossrec.mpegts.sections import Sections, is_sound

MOST_STREAMS = 64  # that are told of in a segment; a PMT has room for some 200
_MOST_PROGRAMS = 16  # whose PMT is read
_MOST_CHANGES = 256  # of streams that are taken over, each of which costs a look at a batch
_PAT = 0  # PID, and table_id
_PMT = 2  # table_id
_RESERVED = 0x20  # PIDs below are those of tables (table 2-3, ETSI EN 300 468 5.1.3)
_LEAST = 12  # bytes of a section without content


class Entry(NamedTuple):
    """A stream as a PMT announces it (2.4.4.8)."""

    pid: int
    stream_type: int
    descriptors: bytes


class Program(NamedTuple):
    """What a PMT says."""

    clock: int  # PCR_PID
    entries: tuple[Entry, ...]


class Tables:
    """PAT and PMT as far as they were read."""

    def __init__(self) -> None:
        """None were read."""
        self.is_table = np.zeros(PIDS, np.bool_)  # by PID
        self.is_table[:_RESERVED] = True
        self.programs: dict[int, int] = {}  # PID of the PMT by program_number, network information left out
        self.read: dict[int, Program] = {}  # by program_number, as it stands
        self._named: dict[int, Entry] = {}  # every stream that was ever announced
        self.complete: int | None = None  # number of the packet with which PAT and a PMT were there
        self.broken: set[int] = set()  # PIDs of tables with a wrong CRC
        self.has_pat = False
        self._sections: dict[int, Sections] = {_PAT: Sections()}
        self._several = False
        self._changes = 0  # of what is known of PIDs

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        for sections in self._sections.values():
            sections.drop()

    def entries(self) -> list[Entry]:
        """The streams of all PMTs in the order they came, no PID twice, at most `MOST_STREAMS`."""
        return list(self._named.values())

    def clocks(self) -> set[int]:
        """The PIDs whose PCR is that of a program."""
        return {program.clock for program in self.read.values()}

    def follow(self, packets: Packets) -> tuple[list[Event], int]:
        """Read the tables of a batch up to the packet that says something new of PIDs, and how far that is.

        What comes behind it must be given again, for it is to be seen with that knowledge.
        """
        known = self._changes
        events: list[Event] = []
        rows = {pid: _readable(packets, pid) for pid in self._sections}
        news = sorted(news for pid, own in rows.items() for news in self._news(packets, pid, own))
        end = len(packets.pid)
        for row, pid, jumps in news:
            events += self._take(packets, row, pid, jumps)
            if self._changes > known:
                end = row + 1
                break
        for pid, own in rows.items():
            passed = int(np.searchsorted(own, end))
            if passed:
                last = int(own[passed - 1])
                self._sections[pid].last = packets.data[last].copy()
                self._sections[pid].counter = int(packets.header[last]) & COUNTER
        return events, end

    def _news(self, packets: Packets, pid: int, rows: Rows) -> list[tuple[int, int, bool]]:
        """Packets that are not as the one before, for only they say something new; with PID, and if one is missing."""
        if not len(rows):
            return []
        data = packets.data[rows]
        if _are_all(data, self._sections[pid].last):
            return []
        new = ~_same_as_before(data)
        new[0] = not _are_all(data[:1], self._sections[pid].last)
        counters = (packets.header[rows] & COUNTER).astype(np.int64)
        steps = np.diff(counters, prepend=self._sections[pid].counter) & COUNTER
        return [(int(rows[at]), pid, bool(steps[at] > 1)) for at in np.flatnonzero(new).tolist()]

    def _take(self, packets: Packets, row: int, pid: int, jumps: bool) -> Iterator[Event]:
        """One packet of a table."""
        sections = self._sections[pid]
        if jumps:
            sections.drop()
        payload = packets.data[row, packets.payload[row] :].tobytes()
        number = packets.first + row
        for begun, section in sections.take(number, payload, bool(packets.header[row] & START)):
            yield from self._read(pid, section, begun, number)

    def _read(self, pid: int, section: bytes, begun: int, number: int) -> Iterator[Event]:
        """One section: a PAT on PID 0, a PMT elsewhere; others are passed over."""
        if section[0] != (_PAT if pid == _PAT else _PMT) or len(section) < _LEAST:
            return
        if not is_sound(section):
            self.broken.add(pid)
            yield Event("TS343", begun, pid, detail="PAT" if pid == _PAT else f"PMT on PID {pid}")
        elif section[5] & 1:  # current_next_indicator
            yield from self._pat(section, begun) if pid == _PAT else self._pmt(section, begun)
            if self.complete is None and self.has_pat and self.read:
                self.complete = number
                self._changes += 1

    def _pat(self, section: bytes, begun: int) -> Iterator[Event]:
        """Which programs there are (2.4.4.3)."""
        self.has_pat = True
        if section[6] == 0:  # section_number: the first part of the table
            self.programs.clear()
        for at in range(8, len(section) - 7, 4):
            program = section[at] << 8 | section[at + 1]
            pid = (section[at + 2] << 8 | section[at + 3]) & NULL
            if program:
                self.programs[program] = pid
                if pid not in self._sections and len(self._sections) <= _MOST_PROGRAMS:
                    self._sections[pid] = Sections()
                    self._changes += 1
                    self.is_table[pid] = True
        if len(self.programs) > 1 and not self._several:
            self._several = True
            yield Event("TS344", begun, _PAT, detail=f"{len(self.programs)} programs")

    def _pmt(self, section: bytes, begun: int) -> Iterator[Event]:
        """Which streams a program has (2.4.4.8)."""
        number = section[3] << 8 | section[4]
        program = _parse(section)
        before = self.read.get(number)
        if before is None and len(self.read) >= _MOST_PROGRAMS:
            return
        self.read[number] = program
        for entry in program.entries:
            is_new = self._named.get(entry.pid) != entry
            if (
                is_new
                and (entry.pid in self._named or len(self._named) < MOST_STREAMS)
                and self._changes < _MOST_CHANGES
            ):
                self._named[entry.pid] = entry
                self._changes += 1
        if before is not None and before != program:
            yield Event("TS361", begun, None, detail=_difference(before, program))


def _readable(packets: Packets, pid: int) -> Rows:
    """The packets of a PID whose payload can be read."""
    rows = np.flatnonzero(packets.pid == pid)
    readable: Rows = rows[(packets.header[rows] & (ERROR | SCRAMBLED | PAYLOAD)) == PAYLOAD]
    return readable


def _same_as_before(rows: Bytes) -> Marks:
    """Which rows are the row before it again, but for the continuity counter; the first is not."""
    same = np.zeros(rows.shape, np.bool_)
    np.equal(rows[1:], rows[:-1], out=same[1:])
    same[1:, 3] = True
    found: Marks = np.logical_and.reduce(same, axis=1)
    return found


def _are_all(rows: Bytes, other: Bytes) -> bool:
    """Whether all rows are a packet again, but for the continuity counter and what stands beside it."""
    same = rows == other
    same[:, 3] = True
    return bool(same.all())


def _parse(section: bytes) -> Program:
    """A PMT section whose CRC is right; entries that do not fit end the list."""
    end = len(section) - 4
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    entries = []
    while at + 5 <= end:
        length = (section[at + 3] & 0x0F) << 8 | section[at + 4]
        pid = (section[at + 1] << 8 | section[at + 2]) & NULL
        entries.append(Entry(pid, section[at], section[at + 5 : min(at + 5 + length, end)]))
        at += 5 + length
    return Program((section[8] << 8 | section[9]) & NULL, tuple(entries))


def _difference(before: Program, after: Program) -> str:
    """What one PMT has that the other has not."""
    old = {(entry.pid, entry.stream_type) for entry in before.entries}
    new = {(entry.pid, entry.stream_type) for entry in after.entries}
    parts = [f"PID {pid} (0x{kind:02x}) comes" for pid, kind in sorted(new - old)[:3]]
    parts += [f"PID {pid} (0x{kind:02x}) goes" for pid, kind in sorted(old - new)[:3]]
    return ", ".join(parts) or "descriptors or clock"
