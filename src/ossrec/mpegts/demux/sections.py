"""Puts together the sections that the packets of one PID carry (ISO/IEC 13818-1 2.4.4)."""

import zlib
from collections.abc import Iterator

from ossrec.mpegts.demux.packets import PACKET

_SHORT = 3 + 1021  # bytes at most of a section of PAT or PMT, whose table_id is 2 at most
_LAST_SHORT = 2
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))  # zlib's CRC-32 takes bits in the other order


def has_valid_crc(section: bytes) -> bool:
    """Whether the CRC-32 of a whole section is right (annex A); taken over the CRC too, it gives a constant."""
    return zlib.crc32(section.translate(_MIRROR)) == 0xFFFFFFFF


class SectionAssembler:
    """Puts together the sections that packets of one PID carry."""

    def __init__(self) -> None:
        """None has begun."""
        self.counter = 0  # of the packet before
        self.last = b""  # the packet before, but for its counter
        self._begun = 0  # packet in which the section begins
        self._data: bytes | None = None  # of the section that is not complete; None: none has begun

    def drop(self) -> None:
        """Packets are missing: what has begun cannot be completed."""
        self._data = None

    def take(self, number: int, payload: bytes, starts: bool) -> Iterator[tuple[int, bytes]]:
        """The sections that end in the next packet, each with the packet in which it began."""
        if not starts:
            yield from self._add(number, payload)
            return
        pointer = payload[0] if payload else PACKET
        yield from self._add(number, payload[1 : 1 + pointer])
        self._data, self._begun = b"", number
        yield from self._add(number, payload[1 + pointer :])

    def _add(self, number: int, more: bytes) -> Iterator[tuple[int, bytes]]:
        if self._data is None:
            return
        data = self._data + more
        while data[:1] not in (b"", b"\xff"):  # table_id; 0xFF is stuffing
            length = 3 + ((data[1] & 0x0F) << 8 | data[2]) if len(data) >= 3 else _SHORT
            if length > _SHORT and data[0] <= _LAST_SHORT:
                self._data = None
                return
            if len(data) < length:
                self._data = data
                return
            yield self._begun, data[:length]
            data, self._begun = data[length:], number
        self._data = None if data else b""
