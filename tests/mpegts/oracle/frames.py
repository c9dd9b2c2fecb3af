"""PES packets and their frames: ISO/IEC 13818-1 2.4.3.6, 2.4.3.7."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from tests.mpegts.material.streams import read_packet, read_stamp
from tests.mpegts.oracle.counters import possible_losses
from tests.mpegts.oracle.fact import Fact

VIDEO_TYPES = {
    0x1B: (lambda head: head & 0x1F, {5}, {1, 2}),
    0x24: (lambda head: head >> 1 & 0x3F, set(range(16, 24)), set(range(10))),
}


class Pes(NamedTuple):
    """A PES packet as far as it is present."""

    packet: int  # it starts in
    raw: bytes
    end: int  # packet the next one starts in

    @property
    def length(self) -> int:
        """The declared bytes; 0: unknown."""
        told = int.from_bytes(self.raw[4:6])
        return told + 6 if told else 0

    @property
    def pts(self) -> int | None:
        has = len(self.raw) >= 14 and self.raw[6] & 0xC0 == 0x80 and self.raw[7] & 0x80
        return read_stamp(self.raw[9:14]) if has else None

    @property
    def dts(self) -> int | None:
        has = self.pts is not None and len(self.raw) >= 19 and self.raw[7] & 0x40
        return read_stamp(self.raw[14:19]) if has else self.pts

    @property
    def body(self) -> bytes:
        return self.raw[9 + self.raw[8] :] if len(self.raw) > 8 else b""


def gather(packets: list[bytes], pid: int) -> list[Pes]:
    """Return the PES packets of a PID, without the packets before the first and without repetitions."""
    found: list[Pes] = []
    before = b""
    for number, raw in enumerate(packets):
        packet = read_packet(raw)
        if packet.pid != pid or packet.broken or packet.scrambled or not packet.has_payload or raw == before:
            continue
        before = raw
        if packet.starts:
            if found:
                found[-1] = found[-1]._replace(end=number)
            found.append(Pes(number, packet.payload, len(packets)))
        elif found:
            found[-1] = found[-1]._replace(raw=found[-1].raw + packet.payload)
    return [pes for pes in found if pes.raw.startswith(b"\x00\x00\x01")]


def first(packets: list[bytes], pid: int) -> int:
    """Return the number of the first packet of a PID."""
    read = (read_packet(raw) for raw in packets)
    return next(number for number, packet in enumerate(read) if packet.pid == pid and packet.control)


def is_key(pes: Pes, stream_type: int) -> bool | None:
    """Return whether decoding can start with the first slice of a picture."""
    kind, keys, others = VIDEO_TYPES[stream_type]
    body = pes.body
    for at in range(len(body) - 3):
        if body[at : at + 3] == b"\x00\x00\x01":
            number = kind(body[at + 3])
            if number in keys | others:
                return number in keys
    return None


def check_frames(packets: list[bytes], streams: dict[int, int], tables: dict[int, int]) -> Iterator[Fact]:
    """Return missing key frames, truncated PES packets and gaps between frames."""
    for pid, stream_type in streams.items():
        found = gather(packets, pid)
        losses = possible_losses(packets, pid, tables)
        yield from check_pes_lengths(found, losses)
        yield from check_gaps(found, losses, 4 if stream_type in VIDEO_TYPES else 2)
        if stream_type not in VIDEO_TYPES or not found:
            continue
        keys = [is_key(pes, stream_type) for pes in found]
        if None in keys:
            continue
        if not any(keys):
            yield Fact("TS400", first(packets, pid))
        elif not keys[0]:
            yield Fact("TS401", first(packets, pid))


def check_pes_lengths(found: list[Pes], possible_losses: list[int]) -> Iterator[Fact]:
    """Return PES packets of a wrong length without another fault: 16 packets or a multiple are lost."""

    def sound(pes: Pes) -> bool:
        return not any(pes.packet < number <= pes.end for number in possible_losses)

    told = [pes for pes in found[:-1] if pes.length]
    wrong = [pes for pes in told if pes.length != len(pes.raw) and sound(pes)]
    if len(wrong) > 2 and len(wrong) * 4 > len(told):  # the muxer's lengths say nothing
        return
    for pes in wrong:
        missing = pes.length - len(pes.raw)
        yield Fact("TS350", pes.end, max(16, round(missing / 184 / 16) * 16))
    if found and found[-1].length > len(found[-1].raw) and sound(found[-1]):
        yield Fact("TS430", found[-1].packet)


def check_gaps(found: list[Pes], possible_losses: list[int], times: int) -> Iterator[Fact]:
    """Return gaps of more than 0.7 s (TR 101 290 2.5) that are much longer than the usual distance."""
    timed = [pes for pes in found if pes.dts is not None]
    steps = [(signed((b.dts or 0) - (a.dts or 0)), a, b) for a, b in pairwise(timed)]
    positive = [step for step, _, _ in steps if step > 0]
    if len(positive) < 8:
        return
    for step, before, after in steps:
        told = any(before.packet < number <= after.packet for number in possible_losses)
        if step > 63_000 and step > times * usual(positive) and not told:
            yield Fact("TS371", after.packet)


def usual(steps: list[int]) -> int:
    """Return the 90th percentile of steps, rounded up to a quarter of an octave."""
    bins = sorted(int(4 * math.log2(step)) for step in steps)
    return int(2 ** ((bins[math.ceil(0.9 * len(bins)) - 1] + 1) / 4))


def signed(ticks: int) -> int:
    """Return the difference of two 33-bit timestamps as the smallest step."""
    return (ticks + (1 << 32)) % (1 << 33) - (1 << 32)
