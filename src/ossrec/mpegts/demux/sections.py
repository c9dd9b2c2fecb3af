"""Assemble the sections in the packets of one PID (ISO/IEC 13818-1 2.4.4)."""

import zlib
from collections.abc import Iterator

from ossrec.mpegts.demux.packets import PACKET

_SHORT = 3 + 1021  # maximum bytes of a PAT or PMT section (table_id 0 to 2)
_LAST_SHORT = 2
_MIRROR = bytes(
    int(f"{byte:08b}"[::-1], 2) for byte in range(256)
)  # zlib's CRC-32 takes the bits of a byte in reverse order


def has_valid_crc(section: bytes) -> bool:
    """Return whether the CRC-32 of a complete section is right (annex A): with its CRC, it gives a constant."""
    return zlib.crc32(section.translate(_MIRROR)) == 0xFFFFFFFF


class SectionAssembler:
    """Assembles the sections in the packets of one PID."""

    def __init__(self) -> None:
        """Start before the first section."""
        self.counter = 0  # of the previous packet
        self.last = b""  # the previous packet without its counter
        self._first_packet = 0  # in which the section starts
        self._data: bytes | None = None  # of the incomplete section; None: no section has started

    def drop(self) -> None:
        """Drop the incomplete section, because packets are lost."""
        self._data = None

    def take(self, number: int, payload: bytes, starts: bool) -> Iterator[tuple[int, bytes]]:
        """Return the sections that end in the next packet, each with the packet in which it started."""
        if not starts:
            yield from self._add(number, payload)
            return
        pointer = payload[0] if payload else PACKET
        yield from self._add(number, payload[1 : 1 + pointer])
        self._data, self._first_packet = b"", number
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
            yield self._first_packet, data[:length]
            data, self._first_packet = data[length:], number
        self._data = None if data else b""
