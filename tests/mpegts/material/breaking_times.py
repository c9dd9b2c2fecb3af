"""Break the timestamps of an intact segment: PCR, PTS and DTS."""

from tests.mpegts.material.breaking import Change, places, stream_of
from tests.mpegts.material.breaking_tables import replace_table
from tests.mpegts.material.streams import (
    SIZE,
    Packet,
    pid_of,
    pmt,
    read_packet,
    read_stamp,
    split,
    stamp,
    tables,
    write_packet,
)

OWN = 0x1FF  # PID of a PCR that has one


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


def without_pcr(data: bytes) -> bytes:
    """Replace all PCRs by stuffing."""
    packets = [bytearray(raw) for raw in split(data)]
    for raw in packets:
        if read_packet(bytes(raw)).pcr is not None:
            raw[5] &= ~0x10
            raw[6:12] = b"\xff" * 6
    return b"".join(packets)


def pcr_on_own_pid(every: int = 3600) -> Change:
    """Move the PCR to a PID of its own: packets without payload, *every* so many ticks of 90 kHz."""

    def change(data: bytes) -> bytes:
        named = tables(data)[1]
        data = replace_table("PMT", lambda _: pmt([(kind, pid) for pid, kind in named.items()], clock=OWN), 0)(data)
        packets: list[bytes] = []
        due = -1
        for old, raw in zip(split(data), split(without_pcr(data)), strict=True):
            pcr = read_packet(old).pcr
            while pcr is not None and pcr // 300 >= due:
                due = pcr // 300 if due < 0 else due
                packets.append(write_packet(Packet(OWN, 0, control=2, pcr=due * 300)))
                due += every
            packets.append(raw)
        return b"".join(packets)

    return change


def lose_end(kind: str, seconds: float) -> Change:
    """Remove the frames of a stream in the last seconds; the counters of what is left still continue."""

    def change(data: bytes) -> bytes:
        own, packets = _frames(data, kind), split(data)
        last = _pts(packets[own[-1]])
        cut = next(number for number in own if _pts(packets[number]) > last - seconds * 90_000)
        gone = {number for number in places(data, stream_of(data, kind)) if number >= cut}
        return b"".join(raw for number, raw in enumerate(packets) if number not in gone)

    return change


def count_again(segments: list[bytes]) -> list[bytes]:
    """Set the continuity counters of all packets, so that they continue through all segments."""
    next_counter: dict[int, int] = {}
    changed = []
    for data in segments:
        packets = [bytearray(raw) for raw in split(data)]
        for raw in packets:
            pid, has_payload = pid_of(bytes(raw)), raw[3] >> 4 & 1
            counter = next_counter.get(pid, 0)
            raw[3] = raw[3] & 0xF0 | (counter if has_payload else counter - 1) & 15
            next_counter[pid] = counter + has_payload
        changed.append(b"".join(packets))
    return changed


def renumber(by: int) -> Change:
    """Move all streams, and the PMT with them, to other PIDs."""

    def change(data: bytes) -> bytes:
        named = tables(data)[1]
        other = [(kind, pid + by) for pid, kind in named.items()]
        data = replace_table("PMT", lambda _: pmt(other, clock=other[0][1]), 0)(data)
        return b"".join(
            bytes([raw[0], raw[1] & 0xE0 | pid + by >> 8, pid + by & 0xFF, *raw[3:]])
            if (pid := pid_of(raw)) in named
            else raw
            for raw in split(data)
        )

    return change


def _pts(raw: bytes) -> int:
    payload = read_packet(raw).payload
    return read_stamp(payload[9:14])


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
