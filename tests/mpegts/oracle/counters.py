"""Continuity counters, marks of damage, scrambling: ISO/IEC 13818-1 2.4.3.3 and 2.4.3.5."""

from collections.abc import Iterator

from tests.mpegts.material.streams import NULL, Packet, read_packet
from tests.mpegts.oracle.fact import Fact

JUMP = "jump"  # no code of a rule: the counter jumps, and perhaps says so


class Counter:
    """The packets of one PID as read so far."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.tables = False  # the PID is known to carry PAT or PMT
        self.before: tuple[int, bytes] | None = None  # counter of the packet before, and that packet without PCR
        self.copies = 0  # of the packet before, beyond the first

    def take(self, number: int, raw: bytes) -> Iterator[Fact]:
        """Return the faults of the next packet of this PID."""
        packet = read_packet(raw)
        before, self.before = self.before, (packet.cc, without_pcr(raw, packet))
        if before is None:
            return
        if packet.has_payload and packet.cc == before[0] and self.before[1] == before[1]:
            self.copies += 1
            yield from self._copy(number)
            return
        self.copies = 0
        expected = (before[0] + packet.has_payload) & 15
        if packet.cc == expected:
            return
        yield Fact(JUMP, number, pid=self.pid)
        stands = self.tables and packet.has_payload and packet.cc == before[0]
        if not packet.jumps and not stands:  # a table that stands is by a muxer that does not count
            yield Fact("TS350", number, (packet.cc - expected) & 15)

    def _copy(self, number: int) -> Iterator[Fact]:
        """Return the fault of a packet that is sent more than twice."""
        if self.copies >= 2 and not self.tables:
            yield Fact("TS351", number, pid=self.pid)
        if self.copies >= 2 and self.tables:
            yield Fact("TS352", number)


def without_pcr(raw: bytes, packet: Packet) -> bytes:
    """Return a packet without its PCR, which differs in a repetition."""
    return raw if packet.pcr is None else raw[:6] + bytes(6) + raw[12:]


def check_counters(packets: list[bytes], tables: dict[int, int]) -> Iterator[Fact]:
    """Return losses, repetitions, damage and scrambling; *tables* are PIDs, with the packet that lists them."""
    counters: dict[int, Counter] = {}
    for number, raw in enumerate(packets):
        packet = read_packet(raw)
        if packet.pid == NULL:
            continue
        if packet.broken:
            yield Fact("TS330", number, 1, packet.pid)
        elif packet.scrambled:
            yield Fact("TS331", number, 1, packet.pid)
        if packet.control == 0:  # reserved: decoders shall discard it
            continue
        counter = counters.setdefault(packet.pid, Counter(packet.pid))
        counter.tables = number > tables.get(packet.pid, number)
        yield from counter.take(number, raw)


def possible_losses(packets: list[bytes], pid: int, tables: dict[int, int]) -> list[int]:
    """Return the packets of a PID that are unusable, or before which packets may be lost."""
    facts = check_counters(packets, tables)
    return [fact.packet or 0 for fact in facts if fact.pid == pid and fact.code in (JUMP, "TS330", "TS331")]
