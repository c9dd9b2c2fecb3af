"""The tables that say which streams there are: sections, PAT, PMT, their CRC-32 (ISO/IEC 13818-1 2.4.4)."""

from collections.abc import Iterator, Set
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.demux.columns import places
from ossrec.mpegts.demux.packets import (
    COUNTER,
    DISCONTINUITY,
    ERROR,
    NULL,
    PAYLOAD,
    PCR,
    PIDS,
    SCRAMBLED,
    START,
    Bytes,
    Marks,
    Packets,
    Rows,
)
from ossrec.mpegts.demux.sections import SectionAssembler, has_valid_crc
from ossrec.mpegts.faults import Fault

MOST_STREAMS = 64  # that are told of in a segment; a PMT has room for some 200
_MOST_PROGRAMS = 16  # whose PMT is read
_MOST_CHANGES = 256  # of streams that are taken over, each of which costs a look at a batch
_PAT = 0  # PID, and table_id
_PMT = 2  # table_id
_RESERVED = 0x20  # PIDs below are those of tables (table 2-3, ETSI EN 300 468 5.1.3)
_LEAST = 12  # bytes of a section without content
_EVERY = np.arange(PIDS)  # PID
_ALWAYS_TABLES = _EVERY < _RESERVED
_CLOCK = PCR | DISCONTINUITY


class PmtEntry(NamedTuple):
    """A stream as a PMT announces it (2.4.4.8)."""

    pid: int
    stream_type: int
    descriptors: bytes


class Program(NamedTuple):
    """What a PMT says."""

    clock: int  # PCR_PID
    entries: tuple[PmtEntry, ...]


class KnownPids(NamedTuple):
    """What tables have said of PIDs, up to some packet."""

    tables: Marks  # by PID: carries tables
    clocks: set[int]  # PIDs whose PCR is that of a program
    streams: list[PmtEntry]  # of all PMTs in the order they came, no PID twice, at most `MOST_STREAMS`


_NEWS = tuple[int, int, bool]  # row of a packet that says something new, its PID, whether one is missing before it


class Tables:
    """PAT and PMT as far as they were read."""

    def __init__(self) -> None:
        """None were read."""
        self.is_table = _ALWAYS_TABLES  # by PID; replaced when it changes
        self.programs: dict[int, int] = {}  # PID of the PMT by program_number, network information left out
        self.read: dict[int, Program] = {}  # by program_number, as it stands
        self._named: dict[int, PmtEntry] = {}  # every stream that was ever announced
        self.complete: int | None = None  # number of the packet with which PAT and a PMT were there
        self.complete_for: list[int] = []  # PIDs that were announced by then
        self.broken: set[int] = set()  # PIDs of tables with a wrong CRC
        self.has_pat = False
        self._sections: dict[int, SectionAssembler] = {_PAT: SectionAssembler()}
        self._several = False
        self._changes = 0  # of what is known of PIDs

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        for sections in self._sections.values():
            sections.drop()

    def entries(self) -> list[PmtEntry]:
        """The streams of all PMTs in the order they came, no PID twice, at most `MOST_STREAMS`."""
        return list(self._named.values())

    def clocks(self) -> set[int]:
        """The PIDs whose PCR is that of a program."""
        return {program.clock for program in self.read.values()}

    def known(self) -> KnownPids:
        """What is known now."""
        return KnownPids(self.is_table, self.clocks(), self.entries())

    def follow(self, packets: Packets) -> tuple[list[Fault], int, KnownPids]:
        """Read the tables of a batch, as far as all its packets are to be seen with the same knowledge.

        Gives how far that is, and the knowledge; what comes behind must be given again.
        """
        known, changes = self.known(), self._changes
        events: list[Fault] = []
        rows: dict[int, Rows] = {}
        news = self._find_news(packets, rows, 0)
        end = len(packets.pid)
        while news:
            row, pid, jumps = news.pop()
            events += self._take(packets, row, pid, jumps)
            if self._changes > changes:
                if self._concerns(packets, row + 1, known, rows.keys()):
                    end = row + 1
                    break
                known, changes = self.known(), self._changes
                news = sorted(news + self._find_news(packets, rows, row + 1), reverse=True)
        for pid, own in rows.items():
            passed = int(own.searchsorted(end))
            if passed:
                last = int(own[passed - 1])
                self._sections[pid].last = _but_counter(packets.data[last])
                self._sections[pid].counter = int(packets.header[last]) & COUNTER
        return events, end, known

    def _find_news(self, packets: Packets, rows: dict[int, Rows], begin: int) -> list[_NEWS]:
        """Find the packets of tables that are not among *rows* yet, from *begin* on; gives their news, last first."""
        news: list[_NEWS] = []
        for pid in self._sections:
            if pid not in rows:
                own = _readable(packets, pid)
                rows[pid] = own[int(own.searchsorted(begin)) :]
                news += self._news(packets, pid, rows[pid])
        return sorted(news, reverse=True)

    def _concerns(self, packets: Packets, end: int, known: KnownPids, old: Set[int]) -> bool:
        """Whether what became known just now, and was not *known* before, may concern a packet before the row *end*.

        It does not if only tables have come, without a clock, and no PID got a second meaning; the sections of *old*
        PIDs were gathered before. So where the tables stand first, as they should, all is seen with them at once.
        """
        if not known.tables[packets.pid[:end]].all() or (packets.flags[:end] & _CLOCK).any():
            return True
        if self.entries()[: len(known.streams)] != known.streams:
            return True
        return any(known.tables[pid] for pid in self._named.keys() | (self._sections.keys() - old))

    def _news(self, packets: Packets, pid: int, rows: Rows) -> list[_NEWS]:
        """Packets that are not as the one before, for only they say something new; with PID, and if one is missing."""
        if not len(rows):
            return []
        sections, data = self._sections[pid], packets.data[rows]
        new = [] if sections.last == _but_counter(data[0]) else [0]
        if len(rows) > 1:
            new += (places(~_same_as_before(data)) + 1).tolist()
        counters = packets.header[rows] & COUNTER if new else ()
        found = []
        for at in new:
            before = int(counters[at - 1]) if at else sections.counter
            found.append((int(rows[at]), pid, int(counters[at]) - before & COUNTER > 1))
        return found

    def _take(self, packets: Packets, row: int, pid: int, jumps: bool) -> Iterator[Fault]:
        """One packet of a table."""
        sections = self._sections[pid]
        if jumps:
            sections.drop()
        payload = packets.data[row, packets.payload[row] :].tobytes()
        number = packets.first + row
        for begun, section in sections.take(number, payload, bool(packets.header[row] & START)):
            yield from self._read(pid, section, begun, number)

    def _read(self, pid: int, section: bytes, begun: int, number: int) -> Iterator[Fault]:
        """One section: a PAT on PID 0, a PMT elsewhere; others are passed over."""
        if section[0] != (_PAT if pid == _PAT else _PMT) or len(section) < _LEAST:
            return
        if not has_valid_crc(section):
            self.broken.add(pid)
            yield Fault("TS343", begun, pid, detail="PAT" if pid == _PAT else f"PMT on PID {pid}")
        elif section[5] & 1:  # current_next_indicator
            yield from self._pat(section, begun) if pid == _PAT else self._pmt(section, begun)
            if self.complete is None and self.has_pat and self.read:
                self.complete, self.complete_for = number, list(self._named)
                self._changes += 1

    def _pat(self, section: bytes, begun: int) -> Iterator[Fault]:
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
                    self._sections[pid] = SectionAssembler()
                    self._changes += 1
                    self.is_table = self.is_table | (pid == _EVERY)
        if len(self.programs) > 1 and not self._several:
            self._several = True
            yield Fault("TS344", begun, _PAT, detail=f"{len(self.programs)} programs")

    def _pmt(self, section: bytes, begun: int) -> Iterator[Fault]:
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
            yield Fault("TS361", begun, None, detail=_difference(before, program))


def _readable(packets: Packets, pid: int) -> Rows:
    """The packets of a PID whose payload can be read."""
    rows = places(packets.pid == pid)
    readable: Rows = rows[(packets.header[rows] & (ERROR | SCRAMBLED | PAYLOAD)) == PAYLOAD]
    return readable


def _same_as_before(rows: Bytes) -> Marks:
    """Which rows from the second on are the row before it again, but for the counter and what stands beside it."""
    same = rows[1:] == rows[:-1]
    same[:, 3] = True
    found: Marks = np.logical_and.reduce(same, axis=1)
    return found


def _but_counter(row: Bytes) -> bytes:
    """A packet without its continuity counter and what stands beside it."""
    whole = row.tobytes()
    return whole[:3] + whole[4:]


def _parse(section: bytes) -> Program:
    """A PMT section whose CRC is right; entries that do not fit end the list."""
    end = len(section) - 4
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    entries = []
    while at + 5 <= end:
        length = (section[at + 3] & 0x0F) << 8 | section[at + 4]
        pid = (section[at + 1] << 8 | section[at + 2]) & NULL
        entries.append(PmtEntry(pid, section[at], section[at + 5 : min(at + 5 + length, end)]))
        at += 5 + length
    return Program((section[8] << 8 | section[9]) & NULL, tuple(entries))


def _difference(before: Program, after: Program) -> str:
    """What one PMT has that the other has not."""
    old = {(entry.pid, entry.stream_type) for entry in before.entries}
    new = {(entry.pid, entry.stream_type) for entry in after.entries}
    parts = [f"PID {pid} (0x{kind:02x}) added" for pid, kind in sorted(new - old)[:3]]
    parts += [f"PID {pid} (0x{kind:02x}) removed" for pid, kind in sorted(old - new)[:3]]
    return ", ".join(parts) or "descriptors or PCR PID changed"
