"""The Program Map Table (PMT): the elementary streams and the PCR of a program (ISO/IEC 13818-1 2.4.4.8)."""

from typing import NamedTuple

from ossrec.mpegts.demux.packets import NULL


class PmtEntry(NamedTuple):
    """An elementary stream in a PMT (2.4.4.8)."""

    pid: int
    stream_type: int
    descriptors: bytes


class Program(NamedTuple):
    """The content of a PMT."""

    pcr_pid: int  # PCR_PID
    entries: tuple[PmtEntry, ...]


def parse_pmt(section: bytes) -> Program:
    """Parse a PMT section with a valid CRC; an entry that does not fit ends the list."""
    end = len(section) - 4
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    entries = []
    while at + 5 <= end:
        length = (section[at + 3] & 0x0F) << 8 | section[at + 4]
        pid = (section[at + 1] << 8 | section[at + 2]) & NULL
        entries.append(PmtEntry(pid, section[at], section[at + 5 : min(at + 5 + length, end)]))
        at += 5 + length
    return Program((section[8] << 8 | section[9]) & NULL, tuple(entries))


def pmt_changes(before: Program, after: Program) -> str:
    """Return the differences of two PMTs for a detail."""
    old = {(entry.pid, entry.stream_type) for entry in before.entries}
    new = {(entry.pid, entry.stream_type) for entry in after.entries}
    parts = [f"PID {pid} (0x{kind:02x}) added" for pid, kind in sorted(new - old)[:3]]
    parts += [f"PID {pid} (0x{kind:02x}) removed" for pid, kind in sorted(old - new)[:3]]
    return ", ".join(parts) or "descriptors or PCR PID changed"
