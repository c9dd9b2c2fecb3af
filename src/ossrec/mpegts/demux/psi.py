"""The tables that list the elementary streams: PAT and PMT, with their CRC-32 (ISO/IEC 13818-1 2.4.4)."""

from collections.abc import Iterator, Set
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.demux.columns import indices
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
from ossrec.mpegts.demux.pmt import PmtEntry, Program, parse_pmt, pmt_changes
from ossrec.mpegts.demux.sections import SectionAssembler, has_valid_crc
from ossrec.mpegts.faults import Fault

MAX_STREAMS = 64  # in a segment; a PMT has room for about 200
_MAX_PROGRAMS = 16  # with a PMT that is read
_MAX_CHANGES = 256  # of streams that are applied; each one inspects a batch again
_PAT = 0  # PID, and table_id
_PMT = 2  # table_id
_RESERVED = 0x20  # lower PIDs carry tables (table 2-3, ETSI EN 300 468 5.1.3)
_MIN_SECTION = 12  # bytes of a section without content
_ALL_PIDS = np.arange(PIDS)
_ALWAYS_TABLES = _ALL_PIDS < _RESERVED
_CLOCK = PCR | DISCONTINUITY


class KnownPids(NamedTuple):
    """The PIDs that tables have listed, up to a packet."""

    tables: Marks  # by PID: carries tables
    pcr_pids: set[int]  # PCR_PID of each program
    streams: list[PmtEntry]  # of all PMTs in the order of their arrival, no PID twice, at most `MAX_STREAMS`


_Update = tuple[int, int, bool]  # row of a packet with new content, its PID, whether a packet is lost before it


class Tables:
    """PAT and PMT as read so far."""

    def __init__(self) -> None:
        """Start without tables."""
        self.is_table = _ALWAYS_TABLES  # by PID; replaced when it changes
        self.programs: dict[int, int] = {}  # PID of the PMT by program_number, without network information
        self.pmts: dict[int, Program] = {}  # the current PMT by program_number
        self._streams: dict[int, PmtEntry] = {}  # every stream of any PMT so far
        self.complete: int | None = None  # number of the packet that completes a PAT and a PMT
        self.complete_pids: list[int] = []  # PIDs of the streams listed by then
        self.invalid: set[int] = set()  # PIDs of tables with a wrong CRC
        self.has_pat = False
        self._sections: dict[int, SectionAssembler] = {_PAT: SectionAssembler()}
        self._has_reported_programs = False
        self._changes = 0  # number of changes of the known PIDs

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        for sections in self._sections.values():
            sections.drop()

    def entries(self) -> list[PmtEntry]:
        """Return the streams of all PMTs in the order of their arrival, no PID twice, at most `MAX_STREAMS`."""
        return list(self._streams.values())

    def pcr_pids(self) -> set[int]:
        """Return the PCR_PID of each program."""
        return {program.pcr_pid for program in self.pmts.values()}

    def known(self) -> KnownPids:
        """Return the PIDs that are known now."""
        return KnownPids(self.is_table, self.pcr_pids(), self.entries())

    def follow(self, packets: Packets) -> tuple[list[Fault], int, KnownPids]:
        """Read the tables of a batch, up to a table that changes the meaning of packets before it.

        Returns the faults, the number of packets up to there, and the PIDs known for them. Later packets must be given
        again.
        """
        known, changes = self.known(), self._changes
        faults: list[Fault] = []
        rows: dict[int, Rows] = {}
        updates = self._find_updates(packets, rows, 0)
        end = len(packets.pid)
        while updates:
            row, pid, jumps = updates.pop()
            faults += self._read_packet(packets, row, pid, jumps)
            if self._changes > changes:
                if self._affects_earlier_packets(packets, row + 1, known, rows.keys()):
                    end = row + 1
                    break
                known, changes = self.known(), self._changes
                updates = sorted(updates + self._find_updates(packets, rows, row + 1), reverse=True)
        for pid, own in rows.items():
            passed = int(own.searchsorted(end))
            if passed:
                last = int(own[passed - 1])
                self._sections[pid].last = _without_counter(packets.data[last])
                self._sections[pid].counter = int(packets.header[last]) & COUNTER
        return faults, end, known

    def _find_updates(self, packets: Packets, rows: dict[int, Rows], begin: int) -> list[_Update]:
        """Add table packets of new PIDs from *begin* on to *rows*; return those with new content, the last first."""
        updates: list[_Update] = []
        for pid in self._sections:
            if pid not in rows:
                own = _readable(packets, pid)
                rows[pid] = own[int(own.searchsorted(begin)) :]
                updates += self._updates(packets, pid, rows[pid])
        return sorted(updates, reverse=True)

    def _affects_earlier_packets(self, packets: Packets, end: int, known: KnownPids, old: Set[int]) -> bool:
        """Return whether the latest changes, which are not in *known*, may affect packets before the row *end*.

        They do not if all these packets are tables without a PCR, and no PID got a second meaning; *old* are the PIDs
        with sections that were read before. So a segment that starts with its tables is inspected in one pass.
        """
        if not known.tables[packets.pid[:end]].all() or (packets.flags[:end] & _CLOCK).any():
            return True
        if self.entries()[: len(known.streams)] != known.streams:
            return True
        return any(known.tables[pid] for pid in self._streams.keys() | (self._sections.keys() - old))

    def _updates(self, packets: Packets, pid: int, rows: Rows) -> list[_Update]:
        """Return the packets that differ from the previous one, as only these have new content."""
        if not len(rows):
            return []
        sections, data = self._sections[pid], packets.data[rows]
        new = [] if sections.last == _without_counter(data[0]) else [0]
        if len(rows) > 1:
            new += (indices(~_same_as_before(data)) + 1).tolist()
        counters = packets.header[rows] & COUNTER if new else ()
        found = []
        for at in new:
            before = int(counters[at - 1]) if at else sections.counter
            found.append((int(rows[at]), pid, int(counters[at]) - before & COUNTER > 1))
        return found

    def _read_packet(self, packets: Packets, row: int, pid: int, jumps: bool) -> Iterator[Fault]:
        """Read one packet of a table."""
        sections = self._sections[pid]
        if jumps:
            sections.drop()
        payload = packets.data[row, packets.payload[row] :].tobytes()
        number = packets.first + row
        for first_packet, section in sections.take(number, payload, bool(packets.header[row] & START)):
            yield from self._read_section(pid, section, first_packet, number)

    def _read_section(self, pid: int, section: bytes, first_packet: int, number: int) -> Iterator[Fault]:
        """Read one section: a PAT on PID 0, a PMT on other PIDs; other sections are ignored."""
        if section[0] != (_PAT if pid == _PAT else _PMT) or len(section) < _MIN_SECTION:
            return
        if not has_valid_crc(section):
            self.invalid.add(pid)
            yield Fault("TS343", first_packet, pid, detail="PAT" if pid == _PAT else f"PMT on PID {pid}")
        elif section[5] & 1:  # current_next_indicator
            yield from self._read_pat(section, first_packet) if pid == _PAT else self._read_pmt(section, first_packet)
            if self.complete is None and self.has_pat and self.pmts:
                self.complete, self.complete_pids = number, list(self._streams)
                self._changes += 1

    def _read_pat(self, section: bytes, first_packet: int) -> Iterator[Fault]:
        """Read the programs of a PAT (2.4.4.3)."""
        self.has_pat = True
        if section[6] == 0:  # section_number: the first section of the table
            self.programs.clear()
        for at in range(8, len(section) - 7, 4):
            program = section[at] << 8 | section[at + 1]
            pid = (section[at + 2] << 8 | section[at + 3]) & NULL
            if program:
                self.programs[program] = pid
                if pid not in self._sections and len(self._sections) <= _MAX_PROGRAMS:
                    self._sections[pid] = SectionAssembler()
                    self._changes += 1
                    self.is_table = self.is_table | (pid == _ALL_PIDS)
        if len(self.programs) > 1 and not self._has_reported_programs:
            self._has_reported_programs = True
            yield Fault("TS344", first_packet, _PAT, detail=f"{len(self.programs)} programs")

    def _read_pmt(self, section: bytes, first_packet: int) -> Iterator[Fault]:
        """Read the streams of a PMT (2.4.4.8)."""
        number = section[3] << 8 | section[4]
        program = parse_pmt(section)
        before = self.pmts.get(number)
        if before is None and len(self.pmts) >= _MAX_PROGRAMS:
            return
        self.pmts[number] = program
        for entry in program.entries:
            is_new = self._streams.get(entry.pid) != entry
            if (
                is_new
                and (entry.pid in self._streams or len(self._streams) < MAX_STREAMS)
                and self._changes < _MAX_CHANGES
            ):
                self._streams[entry.pid] = entry
                self._changes += 1
        if before is not None and before != program:
            yield Fault("TS361", first_packet, None, detail=pmt_changes(before, program))


def _readable(packets: Packets, pid: int) -> Rows:
    """Return the packets of a PID with a readable payload."""
    rows = indices(packets.pid == pid)
    readable: Rows = rows[(packets.header[rows] & (ERROR | SCRAMBLED | PAYLOAD)) == PAYLOAD]
    return readable


def _same_as_before(rows: Bytes) -> Marks:
    """Return which rows from the second on repeat the previous row, except for the byte of the continuity counter."""
    same = rows[1:] == rows[:-1]
    same[:, 3] = True
    found: Marks = np.logical_and.reduce(same, axis=1)
    return found


def _without_counter(row: Bytes) -> bytes:
    """Return a packet without the byte of its continuity counter."""
    whole = row.tobytes()
    return whole[:3] + whole[4:]
