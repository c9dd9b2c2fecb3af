"""Break packets of an intact segment: remove, repeat, damage or move them."""

from collections.abc import Callable

from tests.mpegts.material.streams import NULL, SIZE, pid_of, read_packet, split, tables

VIDEO_TYPES = frozenset((0x01, 0x02, 0x1B, 0x24))
Change = Callable[[bytes], bytes]


def stream_of(data: bytes, kind: str) -> int:
    """Return the PID of the first stream of a kind."""
    streams = tables(data)[1]
    return next(pid for pid, number in streams.items() if (number in VIDEO_TYPES) == (kind == "video"))


def kinds(data: bytes) -> frozenset[str]:
    """Return the kinds of streams in an intact segment."""
    return frozenset("video" if number in VIDEO_TYPES else "audio" for number in tables(data)[1].values())


def places(data: bytes, pid: int) -> list[int]:
    """Return the numbers of the packets with a PID."""
    return [number for number, raw in enumerate(split(data)) if pid_of(raw) == pid]


def lose(kind: str, count: int, share: float = 0.5) -> Change:
    """Remove packets of a stream, from a share of its packets on."""

    def change(data: bytes) -> bytes:
        own = places(data, stream_of(data, kind))
        first = int(len(own) * share)
        gone = set(own[first : first + count])
        return b"".join(raw for number, raw in enumerate(split(data)) if number not in gone)

    return change


def again(kind: str, times: int) -> Change:
    """Repeat one packet *times* times."""

    def change(data: bytes) -> bytes:
        own = places(data, stream_of(data, kind))
        packets = split(data)
        packets[own[len(own) // 2]] *= times + 1
        return b"".join(packets)

    return change


def on_packet(kind: str, edit: Callable[[bytearray], object], share: float = 0.5) -> Change:
    """Edit one packet of a stream in place."""

    def change(data: bytes) -> bytes:
        own = places(data, stream_of(data, kind))
        packets = [bytearray(raw) for raw in split(data)]
        edit(packets[own[int(len(own) * share)]])
        return b"".join(packets)

    return change


def set_byte(at: int, bits: int) -> Callable[[bytearray], object]:
    """Flip bits of one byte."""

    def edit(raw: bytearray) -> None:
        raw[at] ^= bits

    return edit


def at_packet(edit: Callable[[bytes, int], bytes], share: float = 0.5) -> Change:
    """Edit the bytes at the start of a packet in the middle."""
    return lambda data: edit(data, int(len(data) // SIZE * share) * SIZE)


def insert(count: int) -> Change:
    return at_packet(lambda data, at: data[:at] + bytes([0xAB]) * count + data[at:])


def delete(count: int) -> Change:
    return at_packet(lambda data, at: data[: at + 60] + data[at + 60 + count :])


def zero(count: int) -> Change:
    return at_packet(lambda data, at: data[: at + 30] + bytes(count) + data[at + 30 + count :])


def without_stream(kind: str) -> Change:
    """Remove all packets of a stream."""

    def change(data: bytes) -> bytes:
        pid = stream_of(data, kind)
        return b"".join(raw for raw in split(data) if pid_of(raw) != pid)

    return change


def without_streams(data: bytes) -> bytes:
    """Remove all packets but the tables."""
    named = tables(data)[1]
    return b"".join(raw for raw in split(data) if pid_of(raw) not in named)


def on_other_pids(data: bytes) -> bytes:
    """Move all streams to PIDs that the PMT does not list."""
    named = tables(data)[1]
    moved = [(raw, pid_of(raw) ^ 0x400) for raw in split(data)]
    return b"".join(
        bytes([raw[0], raw[1] & 0xE0 | pid >> 8, pid & 0xFF, *raw[3:]]) if pid_of(raw) in named else raw
        for raw, pid in moved
    )


def cut_last(kind: str) -> Change:
    """Remove the last packet of a stream: the end of its last PES packet."""
    return lambda data: lose(kind, 1, 1 - 0.5 / len(places(data, stream_of(data, kind))))(data)


def without_first_picture(data: bytes) -> bytes:
    """Remove the packets of the first picture, a key frame; the counter shows the loss."""
    pid = stream_of(data, "video")
    packets = split(data)
    own = places(data, pid)
    second = [number for number in own if read_packet(packets[number]).starts][1]
    return b"".join(raw for number, raw in enumerate(packets) if not (number < second and pid_of(raw) == pid))


def without_key_frames(data: bytes) -> bytes:
    """Remove the packets of all key frames, and make the counters continuous."""
    pid = stream_of(data, "video")
    kept, keep, cc = [], True, 0
    for raw in split(data):
        packet = read_packet(raw)
        if packet.pid == pid:
            keep = not packet.random if packet.starts else keep
            if not keep:
                continue
            raw = bytes([*raw[:3], raw[3] & 0xF0 | cc, *raw[4:]])
            cc = (cc + 1) & 15
        kept.append(raw)
    return b"".join(kept)


def twice_with_jump(kind: str) -> Change:
    """Lose packets, and declare it by the discontinuity_indicator of the next packet with an adaptation field."""

    def change(data: bytes) -> bytes:
        pid = stream_of(data, kind)
        packets = split(data)
        number = next(
            n
            for n in places(data, pid)[3:]
            if packets[n][3] & 0x20 and packets[n][4] and read_packet(packets[n]).starts
        )
        flagged = bytearray(packets[number])
        flagged[5] |= 0x80
        counted = 0
        for n in places(data, pid):
            if n >= number:
                raw = flagged if n == number else bytearray(packets[n])
                raw[3] = raw[3] & 0xF0 | (raw[3] + 5) & 15
                packets[n] = bytes(raw)
                counted += 1
        return b"".join(packets)

    return change


def with_nulls(data: bytes) -> bytes:
    """Put null packets with any counters between all others (2.4.1: null packets are exempt)."""
    null = [bytes([0x47, NULL >> 8, NULL & 0xFF, 0x10 | cc]) + b"\xff" * 184 for cc in (3, 3, 9, 3)]
    return b"".join(raw + null[number % 4] for number, raw in enumerate(split(data)))


def other_format(content: bytes) -> Change:
    """Replace the segment by other bytes of the same size."""
    return lambda data: (content * (len(data) // len(content) + 1))[: len(data)]


def widen(size: int) -> Change:
    """Write packets of 192 bytes, with an arrival time before each, or of 204, with check bytes after each."""

    def change(data: bytes) -> bytes:
        if size == 192:
            return b"".join((number * 900).to_bytes(4) + raw for number, raw in enumerate(split(data)))
        return b"".join(raw + bytes(range(16)) for raw in split(data))

    return change


def count_on(data: bytes) -> bytes:
    """Make the counters continuous, as if one muxer had written all packets."""
    counters: dict[int, int] = {}
    packets = []
    for raw in split(data):
        pid, step = pid_of(raw), raw[3] >> 4 & 1
        counters[pid] = (counters.get(pid, 15) + step) & 15
        packets.append(bytes([*raw[:3], raw[3] & 0xF0 | counters[pid], *raw[4:]]))
    return b"".join(packets)
