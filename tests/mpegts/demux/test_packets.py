"""Packet sync, packet headers, and the formats of bytes without packets."""

import numpy as np
import pytest

from ossrec.mpegts.demux.detect import detect_format
from ossrec.mpegts.demux.packets import read_packets, read_pcr
from ossrec.mpegts.demux.sync import PacketFramer, SyncLoss
from tests.mpegts.material.streams import NULL, SIZE, VIDEO, Packet, write_packet

ROW = [write_packet(Packet(VIDEO, number & 15, bytes([number]) * 184)) for number in range(1, 41)]
WHOLE = b"".join(ROW)


def cut(data: bytes, piece: int | None = None) -> tuple[PacketFramer, list[bytes], list[SyncLoss]]:
    """Return the packets of bytes that are given in pieces."""
    framer, found, breaks, rest = PacketFramer(), [], [], data
    while True:
        here = rest[:piece] if piece else rest
        is_last = len(here) == len(rest)
        rows, done = framer.take(np.frombuffer(here, np.uint8), is_last)
        found += [row.tobytes() for row in rows]
        breaks += framer.losses
        if is_last:
            return framer, found, breaks
        rest = rest[done:]


def test_packets_are_cut_without_a_copy() -> None:
    piece = np.frombuffer(WHOLE, np.uint8)

    rows, done = PacketFramer().take(piece, True)

    assert (rows.tobytes(), done) == (WHOLE, len(WHOLE))
    assert np.shares_memory(rows, piece)


@pytest.mark.parametrize(
    ("data", "packets", "breaks"),
    [
        pytest.param(ROW[0], 1, [], id="a packet alone"),
        pytest.param(b"junk" + WHOLE, 40, [], id="shorter than a packet before the first one"),
        pytest.param(bytes(500) + WHOLE, 40, [(0, 0, 500, False, 500)], id="more than a packet before the first one"),
        pytest.param(
            b"".join([*ROW[:20], b"\x00" + ROW[20][1:], *ROW[21:]]),
            39,
            [(20, 20 * SIZE, SIZE, False, 21 * SIZE)],
            id="one wrong sync byte",
        ),
        pytest.param(
            b"".join([*ROW[:20], b"junk", *ROW[20:]]),
            40,
            [(20, 20 * SIZE, 4, False, 20 * SIZE + 4)],
            id="bytes between packets",
        ),
        pytest.param(
            b"".join([*ROW[:20], ROW[20][:50], ROW[21][60:], *ROW[22:]]),
            38,
            [(20, 20 * SIZE, 178, True, 20 * SIZE + 178)],
            id="bytes cut out of the middle of a packet",
        ),
        pytest.param(
            b"".join([*ROW[:20], bytes(1000)]),
            20,
            [(20, 20 * SIZE, 1000, False, None)],
            id="nothing but zeros at the end",
        ),
        pytest.param(
            b"".join([*ROW[:37], bytes(SIZE), *ROW[38:]]),
            39,
            [(37, 37 * SIZE, SIZE, False, 38 * SIZE)],
            id="near the end as many sync bytes as fit are enough",
        ),
    ],
)
def test_sync_is_found_again(data: bytes, packets: int, breaks: list[tuple[object, ...]]) -> None:
    for piece in (None, 1900, 2500):
        framer, rows, found = cut(data, piece)

        assert (framer.packets, len(rows)) == (packets, packets)
        assert [tuple(one) for one in found] == breaks


@pytest.mark.parametrize(("before", "after", "size"), [(4, 0, 192), (0, 16, 204)])
def test_wider_packets_are_known_by_their_distance(before: int, after: int, size: int) -> None:
    framer, rows, breaks = cut(b"".join(bytes(before) + row + bytes(after) for row in ROW), 3000)

    assert (framer.size, rows, breaks, framer.trailing) == (size, ROW, [], 0)


def test_a_packet_that_is_cut_by_the_end_is_counted_by_its_bytes() -> None:
    framer, rows, breaks = cut(WHOLE + ROW[0][:100])

    assert (len(rows), breaks, framer.trailing) == (40, [], 100)


@pytest.mark.parametrize("data", [b"", b"\x47", bytes(5000), b"\x47" + bytes(5000), WHOLE[:187]])
def test_nothing_is_found_where_no_packets_are(data: bytes) -> None:
    framer, rows, breaks = cut(data)

    assert (framer.size, rows, breaks) == (None, [], [])


def test_headers_and_fields_are_read() -> None:
    told = Packet(VIDEO, 7, b"\x01" * 100, starts=True, jumps=True, random=True, pcr=(1 << 33) * 300 - 1)
    only_field = Packet(NULL, 3, b"", control=2)
    rows = b"".join(map(write_packet, (told, only_field, Packet(0x1ABC, 1, b"\x02" * 184))))

    packets = read_packets(np.frombuffer(rows, np.uint8).reshape(-1, SIZE), 5)

    assert packets.pid.tolist() == [VIDEO, NULL, 0x1ABC]
    assert packets.payload.tolist() == [88, 188, 4]
    assert packets.flags.tolist() == [0xD0, 0, 0]
    assert read_pcr(packets, np.array([0])).tolist() == [(1 << 33) * 300 - 1]
    assert packets.part(1, 3).first == 6


def test_a_field_that_is_longer_than_its_packet_leaves_no_payload() -> None:
    raw = bytearray(write_packet(Packet(VIDEO, 0, b"\x01" * 100)))
    raw[4] = 255

    assert read_packets(np.frombuffer(bytes(raw), np.uint8).reshape(1, SIZE), 0).payload.tolist() == [188]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        pytest.param(b"<!DOCTYPE html><html>", "HTML", id="a page"),
        pytest.param(
            b"\xef\xbb\xbf\n <?xml?><Error><Code>NoSuchKey</Code>", "error code NoSuchKey", id="an answer of OSS"
        ),
        pytest.param(b"\x00\x00\x00\x18ftypmp42" + bytes(200), "MP4", id="MP4"),
        pytest.param(b"\x00\x00\x00\x18styp" + bytes(200), "MP4", id="a fragment of MP4"),
        pytest.param(b"\x1a\x45\xdf\xa3", "WebM", id="WebM"),
        pytest.param(b"\xff\xf1\x50\x80" + bytes(200), "ADTS", id="packed AAC"),
        pytest.param(b"\xff\xfb\x50\x80" + bytes(200), "MPEG audio", id="MP3"),
        pytest.param(b"ID3\x04" + bytes(200), "ID3", id="an ID3 tag"),
        pytest.param(b"FLV\x01" + bytes(200), "FLV", id="FLV"),
        pytest.param(b"\x1f\x8b\x08" + bytes(200), "gzip", id="gzip"),
        pytest.param(bytes(300), "zeros", id="zeros"),
        pytest.param(b"", "0 bytes", id="nothing"),
        pytest.param(b"\x47abc", "4 bytes, shorter than a packet", id="a few bytes"),
        pytest.param(b"hello world, " * 30, "text, starts with 'hello", id="text"),
        pytest.param(bytes(range(1, 200)), "it starts with 01 02 03", id="anything else"),
    ],
)
def test_other_bytes_are_called_by_name(head: bytes, said: str) -> None:
    assert said in detect_format(head, len(head))
