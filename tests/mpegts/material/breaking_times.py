"""Break the timestamps of an intact segment: PCR, PTS and DTS."""

from tests.mpegts.material.breaking import Change, places, stream_of
from tests.mpegts.material.streams import SIZE, read_packet, read_stamp, split, stamp


def shift_pcr(seconds: float) -> Change:
    """Shift all PCRs of the second half."""

    def change(data: bytes) -> bytes:
        packets = [bytearray(raw) for raw in split(data)]
        for raw in packets[len(packets) // 2 :]:
            packet = read_packet(bytes(raw))
            if packet.pcr is not None:
                raw[6:12] = _pcr(packet.pcr + int(seconds * 27_000_000))
        return b"".join(packets)

    return change


def shift_pts(kind: str, seconds: float) -> Change:
    """Shift PTS and DTS of a stream in the second half."""

    def change(data: bytes) -> bytes:
        own = places(data, stream_of(data, kind))
        packets = [bytearray(raw) for raw in split(data)]
        for number in own[len(own) // 2 :]:
            _shift(packets[number], int(seconds * 90_000))
        return b"".join(packets)

    return change


def _frames(data: bytes, kind: str) -> list[int]:
    """Return the numbers of the packets of a stream where frames start."""
    packets = split(data)
    return [number for number in places(data, stream_of(data, kind)) if read_packet(packets[number]).starts]


def stray(kind: str, seconds: float, *, first: float = 0.5, count: int = 1) -> Change:
    """Shift PTS and DTS of *count* frames of a stream; the first one is at this share of the frames."""

    def change(data: bytes) -> bytes:
        own = _frames(data, kind)
        start = min(int(len(own) * first), len(own) - count)
        packets = [bytearray(raw) for raw in split(data)]
        for number in own[start : start + count]:
            _shift(packets[number], int(seconds * 90_000))
        return b"".join(packets)

    return change


def restart_clock(seconds: float, *, share: float = 0.5) -> Change:
    """Shift PTS, DTS and PCR of all streams from a share of the packets on."""

    def change(data: bytes) -> bytes:
        packets = [bytearray(raw) for raw in split(data)]
        for raw in packets[int(len(packets) * share) :]:
            _shift(raw, int(seconds * 90_000))
            packet = read_packet(bytes(raw))
            if packet.pcr is not None:
                raw[6:12] = _pcr(packet.pcr + int(seconds * 27_000_000))
        return b"".join(packets)

    return change


def _pcr(ticks: int) -> bytes:
    """Return a PCR as six bytes."""
    return (((ticks // 300) % (1 << 33)) << 15 | 0x3F << 9 | ticks % 300).to_bytes(6)


def _shift(raw: bytearray, ticks: int) -> None:
    packet = read_packet(bytes(raw))
    if not packet.starts or not packet.payload.startswith(b"\x00\x00\x01"):
        return
    at = SIZE - len(packet.payload)
    for bit, offset in ((0x80, 9), (0x40, 14)):
        if raw[at + 7] & bit:
            five = slice(at + offset, at + offset + 5)
            raw[five] = stamp(raw[at + offset] >> 4, read_stamp(bytes(raw[five])) + ticks)


def move(kind: str, seconds: float) -> Change:
    """Shift all PTS and DTS of a stream."""

    def change(data: bytes) -> bytes:
        pid = stream_of(data, kind)
        packets = [bytearray(raw) for raw in split(data)]
        for number in places(data, pid):
            _shift(packets[number], int(seconds * 90_000))
        return b"".join(packets)

    return change
