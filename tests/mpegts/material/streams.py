"""Read and write transport streams one packet at a time, in plain Python."""

from collections.abc import Iterable
from typing import NamedTuple

SIZE = 188
SYNC = 0x47
PAT, NULL = 0x0000, 0x1FFF  # PIDs
VIDEO, AUDIO, PMT = 0x100, 0x101, 0x1000  # PIDs that libav gives
H264, AAC, MPEG_AUDIO = 0x1B, 0x0F, 0x03  # stream_type
VIDEO_ID, AUDIO_ID = 0xE0, 0xC0  # stream_id


class Packet(NamedTuple):
    """The header and adaptation field of a packet (ISO/IEC 13818-1 2.4.3.2, 2.4.3.4)."""

    pid: int
    cc: int
    payload: bytes = b""
    starts: bool = False  # payload_unit_start_indicator
    broken: bool = False  # transport_error_indicator
    scrambled: int = 0  # transport_scrambling_control
    control: int = 1  # adaptation_field_control: 1 payload, 2 adaptation field, 3 both
    jumps: bool = False  # discontinuity_indicator
    random: bool = False  # random_access_indicator
    pcr: int | None = None  # 27 MHz

    @property
    def has_payload(self) -> bool:
        return bool(self.control & 1)


def read_packet(raw: bytes) -> Packet:
    """Read a packet of 188 bytes."""
    control = raw[3] >> 4 & 3
    length = raw[4] if control & 2 else -1
    field = raw[5 : 5 + length] if length > 0 else b""
    flags = field[0] if field else 0
    pcr = None
    if flags & 0x10 and len(field) >= 7:
        number = int.from_bytes(field[1:7])
        pcr = (number >> 15) * 300 + (number & 0x1FF)
    return Packet(
        (raw[1] & 0x1F) << 8 | raw[2],
        raw[3] & 0x0F,
        raw[5 + length :] if control & 1 else b"",
        bool(raw[1] & 0x40),
        bool(raw[1] & 0x80),
        raw[3] >> 6,
        control,
        bool(flags & 0x80),
        bool(flags & 0x40),
        pcr,
    )


def write_packet(packet: Packet) -> bytes:
    """Return a packet as 188 bytes, with stuffing if the payload is short; PSI is padded after its section."""
    first = packet.broken << 7 | packet.starts << 6 | packet.pid >> 8
    flags = packet.jumps << 7 | packet.random << 6 | (packet.pcr is not None) << 4
    body = bytes([flags]) if flags else b""
    if packet.pcr is not None:
        body += ((packet.pcr // 300 % (1 << 33)) << 15 | 0x3F << 9 | packet.pcr % 300).to_bytes(6)
    control = packet.control | 2 if body else packet.control
    room = SIZE - 4 - len(packet.payload)
    if control & 2 or (room and packet.pid not in (PAT, PMT)):
        control |= 2
        if not body and room > 1:
            body = b"\x00"
        field = bytes([max(room - 1, len(body))]) + body + b"\xff" * (room - 1 - len(body))
    else:
        field = b""
    head = bytes([SYNC, first, packet.pid & 0xFF, packet.scrambled << 6 | control << 4 | packet.cc])
    return (head + field + packet.payload).ljust(SIZE, b"\xff")[:SIZE]


def split(data: bytes) -> list[bytes]:
    """Split a stream into packets of 188 bytes."""
    return [data[at : at + SIZE] for at in range(0, len(data) - SIZE + 1, SIZE)]


def pid_of(raw: bytes) -> int:
    return (raw[1] & 0x1F) << 8 | raw[2]


def crc32(data: bytes) -> int:
    """Return the CRC-32 of a section (annex A): polynomial 0x04C11DB7, from all ones, not reflected; 0 with its CRC."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def section(table: int, number: int, body: bytes, version: int = 0) -> bytes:
    """Return a section with its CRC, after a pointer_field."""
    length = 5 + len(body) + 4
    whole = bytes([table, 0xB0 | length >> 8, length & 0xFF]) + number.to_bytes(2)
    whole += bytes([0xC1 | version << 1, 0, 0]) + body
    return b"\x00" + whole + crc32(whole).to_bytes(4)


def pat(programs: Iterable[tuple[int, int]] = ((1, PMT),), version: int = 0) -> bytes:
    """Return the payload of a PAT (2.4.4.3)."""
    body = b"".join(number.to_bytes(2) + (0xE000 | pid).to_bytes(2) for number, pid in programs)
    return section(0x00, 1, body, version)


def pmt(
    streams: Iterable[tuple[int, int]] = ((H264, VIDEO), (AAC, AUDIO)), version: int = 0, clock: int = VIDEO
) -> bytes:
    """Return the payload of a PMT without descriptors (2.4.4.8)."""
    body = (0xE000 | clock).to_bytes(2) + b"\xf0\x00"
    body += b"".join(bytes([kind]) + (0xE000 | pid).to_bytes(2) + b"\xf0\x00" for kind, pid in streams)
    return section(0x02, 1, body, version)


def stamp(prefix: int, ticks: int) -> bytes:
    """Return a PTS or DTS as five bytes (2.4.3.6)."""
    ticks %= 1 << 33
    return bytes(
        [
            prefix << 4 | ticks >> 29 & 0x0E | 1,
            ticks >> 22 & 0xFF,
            ticks >> 14 & 0xFE | 1,
            ticks >> 7 & 0xFF,
            ticks << 1 & 0xFE | 1,
        ]
    )


def read_stamp(five: bytes) -> int:
    """Return the ticks in the five bytes of a PTS or DTS."""
    return (five[0] >> 1 & 7) << 30 | five[1] << 22 | five[2] >> 1 << 15 | five[3] << 7 | five[4] >> 1


def pes(stream_id: int, body: bytes, pts: int | None, dts: int | None = None, *, length: bool = True) -> bytes:
    """Return a PES packet (2.4.3.6); without *length*, PES_packet_length is 0, which only video may have."""
    times = b"" if pts is None else stamp(2, pts) if dts is None else stamp(3, pts) + stamp(1, dts)
    flags = 0 if pts is None else 0x80 if dts is None else 0xC0
    head = bytes([0x84, flags, len(times)]) + times
    size = len(head) + len(body) if length else 0
    return b"\x00\x00\x01" + bytes([stream_id]) + size.to_bytes(2) + head + body


def tables(data: bytes) -> tuple[int | None, dict[int, int]]:
    """Return the PID of the PMT and the stream_type by PID, from the first PAT and PMT, each in one packet."""
    table, streams = None, {}
    for raw in split(data):
        packet = read_packet(raw)
        body = packet.payload[1 + packet.payload[0] :] if packet.starts and packet.payload else b""
        if packet.pid == PAT and table is None:
            entries = body[8 : 3 + (body[1] & 0x0F) * 256 + body[2] - 4]
            table = next(pid & 0x1FFF for number, pid in _pairs(entries) if number)
        elif packet.pid == table and not streams:
            streams = _streams(body)
    return table, streams


def _pairs(entries: bytes) -> Iterable[tuple[int, int]]:
    for at in range(0, len(entries), 4):
        yield int.from_bytes(entries[at : at + 2]), int.from_bytes(entries[at + 2 : at + 4])


def _streams(body: bytes) -> dict[int, int]:
    end = 3 + (body[1] & 0x0F) * 256 + body[2] - 4
    at = 12 + (body[10] & 0x0F) * 256 + body[11]
    found = {}
    while at < end:
        found[(body[at + 1] & 0x1F) << 8 | body[at + 2]] = body[at]
        at += 5 + (body[at + 3] & 0x0F) * 256 + body[at + 4]
    return found
