"""Edit the payload of PES packets, as a recorder with other ideas of a codec would write it."""

import re
from collections.abc import Callable
from itertools import accumulate
from random import Random

from tests.mpegts.material.breaking import Change, count_on, stream_of
from tests.mpegts.material.streams import SIZE, Packet, read_packet, split, write_packet

Edit = Callable[[int, bytes], bytes | None]  # from number and payload of a PES packet; None: without it
_START = re.compile(b"\x00?\x00\x00\x01")
_SETS = {"h264": (7, 8), "hevc": (32, 33, 34)}  # nal_unit_type of parameter sets
_SEQUENCE = (0xB3, 0xB5, 0xB8)  # sequence header, extension, group of pictures


def edit_payloads(kind: str, edit: Edit, *, random: bool = False) -> Change:
    """Edit the payload of each PES packet of the first stream of a kind; the counters jump if a payload grows much."""

    def change(data: bytes) -> bytes:
        pid = stream_of(data, kind)
        out: list[bytes | list[Packet]] = []
        for raw in split(data):
            packet = read_packet(raw)
            if packet.pid != pid:
                out.append(raw)
            elif packet.starts:
                out.append([packet])
            elif packet.payload:
                next(one for one in reversed(out) if isinstance(one, list)).append(packet)
        written, number = [], 0
        for one in out:
            if isinstance(one, bytes):
                written.append(one)
                continue
            whole = b"".join(packet.payload for packet in one)
            body = edit(number, whole[9 + whole[8] :])
            number += 1
            if random:
                one[0] = one[0]._replace(random=True)
            if body is not None:
                written += _packets(one, _with_body(whole, body))
        return b"".join(written)

    return change


def nal_units(payload: bytes) -> list[bytes]:
    """Return the NAL units of a payload, without start codes."""
    return [unit for unit in _START.split(payload)[1:] if unit]


def join_units(units: list[bytes]) -> bytes:
    """Return NAL units as a byte stream (annex B)."""
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def without_parameter_sets(codec: str = "h264", kept: frozenset[int] = frozenset()) -> Change:
    """Remove parameter sets from all PES packets of video but the *kept* ones."""

    def edit(number: int, payload: bytes) -> bytes:
        if number in kept:
            return payload
        return join_units([unit for unit in nal_units(payload) if not _is_set(codec, unit)])

    return edit_payloads("video", edit)


def marked(data: bytes) -> bytes:
    """Set the random_access_indicator at every start of a PES packet of video."""
    return count_on(edit_payloads("video", lambda _, payload: payload, random=True)(data))


def unmarked(data: bytes) -> bytes:
    """Clear the random_access_indicator everywhere."""
    return b"".join(
        raw[:5] + bytes([raw[5] & ~0x40]) + raw[6:] if raw[3] & 0x20 and raw[4] else raw for raw in split(data)
    )


def grouped(size: int) -> Change:
    """Put several pictures into one PES packet of video, the first of them where the first picture was."""

    def change(data: bytes) -> bytes:
        payloads: list[bytes] = []
        edit_payloads("video", lambda _, payload: payloads.append(payload))(data)

        def edit(number: int, _: bytes) -> bytes | None:
            return None if number % size else b"".join(payloads[number : number + size])

        return count_on(edit_payloads("video", edit)(data))

    return change


def length_prefixed(data: bytes) -> bytes:
    """Write the length of NAL units in place of their start codes, as in MP4."""

    def edit(_: int, payload: bytes) -> bytes:
        return b"".join(len(unit).to_bytes(4) + unit for unit in nal_units(payload))

    return edit_payloads("video", edit)(data)


def noise(kind: str) -> Change:
    """Replace payloads by bytes that are no codec."""
    return edit_payloads(
        kind, lambda number, payload: Random(number).randbytes(len(payload)).replace(b"\0\0\1", b"abc")
    )


def without_frame_headers(data: bytes) -> bytes:
    """Remove the headers of audio frames: raw AAC after ADTS, and else the syncword."""

    def edit(_: int, payload: bytes) -> bytes:
        frames, at = [], 0
        while at + 7 < len(payload):
            size = (payload[at + 3] & 3) << 11 | payload[at + 4] << 3 | payload[at + 5] >> 5
            is_adts = payload[at] == 0xFF and payload[at + 1] & 0xF6 == 0xF0 and size > 7
            frames.append(payload[at + 7 : at + size] if is_adts else payload[at + 2 :])
            at += size if is_adts else len(payload)
        return b"".join(frames)

    return edit_payloads("audio", edit)(data)


def unaligned(kind: str) -> Change:
    """Start each PES packet in the middle of a frame, as muxers may (ISO/IEC 13818-1 2.4.3.7)."""

    def change(data: bytes) -> bytes:
        payloads: list[bytes] = []
        edit_payloads(kind, lambda _, payload: payloads.append(payload))(data)
        whole, ends = b"".join(payloads), list(accumulate(map(len, payloads)))
        shift = min(map(len, payloads)) // 2
        starts = [0, *(end - shift for end in ends[:-1])]
        parts = [whole[a:b] for a, b in zip(starts, [*starts[1:], len(whole)], strict=True)]
        return edit_payloads(kind, lambda number, _: parts[number])(data)

    return change


def _is_set(codec: str, unit: bytes) -> bool:
    if codec == "mpeg2video":
        return unit[0] in _SEQUENCE
    return (unit[0] >> 1 & 0x3F if codec == "hevc" else unit[0] & 0x1F) in _SETS[codec]


def _with_body(whole: bytes, body: bytes) -> bytes:
    """Return a PES packet with another payload."""
    head = whole[: 9 + whole[8]]
    size = len(head) - 6 + len(body) if any(whole[4:6]) else 0
    return head[:4] + (size if size <= 0xFFFF else 0).to_bytes(2) + head[6:] + body


def _packets(before: list[Packet], payload: bytes) -> list[bytes]:
    """Return a PES packet in as many packets as *before*, so that the counters continue; in more if it needs them."""
    made, at = [], 0
    for number, packet in enumerate(before):
        used = 8 if packet.pcr is not None else 2 if packet.random else 0
        size = min(SIZE - 4 - used, len(payload) - at - (len(before) - 1 - number))
        made.append(packet._replace(payload=payload[at : at + size], control=1))
        at += size
    while at < len(payload):
        made.append(Packet(before[0].pid, (made[-1].cc + 1) & 15, payload[at : at + SIZE - 4]))
        at += SIZE - 4
    return [write_packet(packet) for packet in made]
