"""PAT and PMT: ISO/IEC 13818-1 2.4.4, RFC 8216 3.2."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.mpegts.material.streams import PAT, Packet, crc32, read_packet
from tests.mpegts.oracle.fact import Fact

DATA_TYPES = frozenset((0x05, 0x06, 0x0B, 0x0C, 0x0D, 0x14, 0x15, 0x16, 0x86))  # streams that may be silent for long


class Section(NamedTuple):
    """A complete section."""

    first: int  # packet it starts in
    last: int  # packet it ends in
    raw: bytes


class SectionReader:
    """Assembles the sections of one PID, byte by byte."""

    def __init__(self) -> None:
        self.raw: bytes | None = None  # of a section that has begun
        self.first = 0

    def take(self, number: int, packet: Packet) -> Iterator[Section]:
        """Return the sections that end in the next packet of this PID."""
        payload = packet.payload
        if packet.starts:
            pointer = payload[0] if payload else 0
            yield from self._add(number, payload[1 : 1 + pointer], fresh=False)
            self.raw, self.first = b"", number
            payload = payload[1 + pointer :]
        yield from self._add(number, payload, fresh=packet.starts)

    def _add(self, number: int, more: bytes, *, fresh: bool) -> Iterator[Section]:
        for byte in more:
            if self.raw is None:
                return
            if not self.raw:
                if byte == 0xFF:  # stuffing until the next section starts
                    self.raw = None
                    return
                self.first = number
            self.raw += bytes([byte])
            if len(self.raw) >= 3 and len(self.raw) == 3 + ((self.raw[1] & 0x0F) << 8 | self.raw[2]):
                yield Section(self.first, number, self.raw)
                self.raw = b""


class Tables:
    """PAT and PMT as read so far."""

    def __init__(self) -> None:
        self.gatherers = {PAT: SectionReader()}
        self.since = dict.fromkeys(range(0x20), -1)  # packet with which a PID is known to carry tables
        self.pmts: dict[int, bytes] = {}  # clock and streams of the last PMT of each PID
        self.before: dict[int, bytes] = {}  # last packet of each PID, without its counter
        self.named: dict[int, int] = {}  # stream_type by PID, of any PMT
        self.several = False  # programs were told of
        self.seen: dict[str, int | None] = {"TS340": None, "TS341": None}  # packet that ends the first PAT, PMT

    def take(self, number: int, raw: bytes) -> Iterator[Fact]:
        """Return the faults of the next packet."""
        packet = read_packet(raw)
        if packet.broken or packet.scrambled or not packet.has_payload or packet.pid not in self.gatherers:
            return
        before, self.before[packet.pid] = self.before.get(packet.pid), raw[:3] + raw[4:]
        if before == self.before[packet.pid]:  # the same table again says nothing new
            return
        for section in self.gatherers[packet.pid].take(number, packet):
            if section.raw[0] != (0x00 if packet.pid == PAT else 0x02):
                continue
            if crc32(section.raw):
                yield Fact("TS343", section.first)
            elif section.raw[5] & 1:  # current_next_indicator
                yield from self._pat(section) if packet.pid == PAT else self._pmt(packet.pid, section)

    def _pat(self, section: Section) -> Iterator[Fact]:
        self.seen["TS340"] = section.last if self.seen["TS340"] is None else self.seen["TS340"]
        entries = section.raw[8:-4]
        pids = [
            int.from_bytes(entries[at + 2 : at + 4]) & 0x1FFF
            for at in range(0, len(entries) - 3, 4)
            if entries[at : at + 2] != b"\x00\x00"
        ]
        if len(pids) > 1 and not self.several:
            self.several = True
            yield Fact("TS344", section.first)
        for pid in pids[:1]:
            self.gatherers.setdefault(pid, SectionReader())
            self.since.setdefault(pid, section.last)

    def _pmt(self, pid: int, section: Section) -> Iterator[Fact]:
        self.seen["TS341"] = section.last if self.seen["TS341"] is None else self.seen["TS341"]
        said = section.raw[8:10] + section.raw[12 + ((section.raw[10] & 0x0F) << 8 | section.raw[11]) : -4]
        if self.pmts.get(pid, said) != said:
            yield Fact("TS361", section.first)
        self.pmts[pid] = said
        self.named |= streams(section.raw)


def streams(raw: bytes) -> dict[int, int]:
    """Return the stream_type of each elementary PID of a PMT."""
    at, end = 12 + ((raw[10] & 0x0F) << 8 | raw[11]), len(raw) - 4
    found = {}
    while at + 5 <= end:
        found[(raw[at + 1] & 0x1F) << 8 | raw[at + 2]] = raw[at]
        at += 5 + ((raw[at + 3] & 0x0F) << 8 | raw[at + 4])
    return found


def check_tables(packets: list[bytes]) -> tuple[list[Fact], Tables]:
    """Return missing, late, invalid and changing tables, and streams without packets."""
    tables = Tables()
    facts = [fact for number, raw in enumerate(packets) for fact in tables.take(number, raw)]
    is_broken = any(fact.code == "TS343" for fact in facts)  # which says enough
    missing = next((code for code, at in tables.seen.items() if at is None), None)
    if missing is None and not tables.named:  # a PMT without streams is none
        missing = "TS341"
    if missing and not is_broken:
        facts.append(Fact(missing, 0))
    pids = [packet.pid if packet.control else None for packet in map(read_packet, packets)]  # 0: reserved, discarded
    media = [pid for pid, kind in tables.named.items() if kind not in DATA_TYPES]
    absent = [pid for pid in media if pid not in pids]
    facts += [Fact("TS360", 0, pid=pid) for pid in absent if absent != media]
    facts += [Fact("TS362", 0)] * bool(absent == media and media)
    first = min((pids.index(pid) for pid in tables.named if pid in pids), default=None)
    complete = max((at for at in tables.seen.values() if at is not None), default=0)
    if not missing and first is not None and first < complete:
        facts.append(Fact("TS342", first))
    return facts, tables
