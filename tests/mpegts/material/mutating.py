"""Break segments at random, as disks, networks, muxers and attackers do; the same for the same seed."""

from random import Random

from tests import mutations
from tests.mpegts.material.breaking import widen
from tests.mpegts.material.streams import AUDIO, PAT, PMT, SIZE, VIDEO, crc32, pat, pmt, section
from tests.mutations import Mutation

JUNK = (
    *(
        b"\x47",
        b"\x00",
        b"\xff",
        b"\x47\x40\x00\x10",
        b"\x47\x1f\xff\x10",
        b"\x00\x00\x01",
        b"\x00\x00\x01\xe0\x00\x00",
    ),
    *(b"\x00\x00\x01\x67", b"\xff\xf1", b"<html>", b"\x0b\x77", b"ID3", bytes(188), b"\x47" * 188),
)
TABLES = (
    (PAT, pat()),
    (PAT, pat([])),
    (PAT, pat([(0, 0x10)])),
    (PAT, pat([(1, PAT)])),
    (PAT, pat([(1, 0x1FFF), (2, VIDEO)])),
    (PAT, pat([(number, 0x100 + number) for number in range(1, 40)])),
    (PAT, pat(version=31)),
    (PMT, pmt([])),
    (PMT, pmt([(0x1B, PAT), (0x0F, PMT)])),
    (PMT, pmt([(0x1B, VIDEO), (0x1B, VIDEO)])),
    (PMT, pmt([(0x0F, VIDEO), (0x1B, AUDIO)], version=3)),
    (PMT, pmt([(0x06, 0x1000 + number) for number in range(34)], version=7)),
    (PMT, pmt(clock=0x1FFF)),
    (PMT, section(0x02, 1, b"\xe1\x00\xff\xff" + b"\x1b\xe1\x00\xff\xff")),
    (PMT, b"\xff" + bytes(183)),
    (PMT, b"\x00\x02\xbf\xff" + bytes(180)),
    (PMT, b"\x00\x02\xb0\x00\x00\x01" + bytes(178)),
    (PAT, b""),
)
EDGE_VALUES = (0x00, 0x01, 0x07, 0x10, 0x40, 0x47, 0x7F, 0x80, 0xB7, 0xB8, 0xC0, 0xE0, 0xFE, 0xFF)


def mutate(data: bytes, random: Random) -> bytes:
    """Apply one to four mutations to *data*."""
    return mutations.mutate(data, random, MUTATIONS)


def _somewhere(data: bytes, random: Random) -> int:
    """Return the start of a random packet."""
    return random.randrange(len(data) // SIZE + 1) * SIZE


def _flip_bytes(data: bytes, random: Random) -> bytes:
    return mutations.flip_bytes(data, random, (1, 2, 8, 60))


def _change_heads(data: bytes, random: Random) -> bytes:
    """Change values in packet headers, adaptation fields, section and PES headers."""
    raw = bytearray(data)
    for _ in range(random.choice((1, 3, 20))):
        at = _somewhere(data, random) + random.randrange(30)
        if at < len(raw):
            raw[at] = random.choice(EDGE_VALUES) if random.random() < 0.7 else raw[at] ^ 1 << random.randrange(8)
    return bytes(raw)


def _same_byte_everywhere(data: bytes, random: Random) -> bytes:
    """Set one field of all packets to the same value."""
    raw = bytearray(data)
    value = random.choice(EDGE_VALUES)
    for at in range(random.choice((0, 1, 1, 2, 3, 3, 4, 5, 10)), len(raw), SIZE):
        raw[at] = value
    return bytes(raw)


def _drop_packets(data: bytes, random: Random) -> bytes:
    at = _somewhere(data, random)
    return data[:at] + data[at + SIZE * random.choice((1, 2, 16, 100)) :]


def _repeat_packets(data: bytes, random: Random) -> bytes:
    at = _somewhere(data, random)
    return data[:at] + data[at : at + SIZE * random.choice((1, 5))] * random.choice((2, 3, 30)) + data[at:]


def _swap_packets(data: bytes, random: Random) -> bytes:
    packets = [data[at : at + SIZE] for at in range(0, len(data), SIZE)]
    if packets:
        here, there = random.randrange(len(packets)), random.randrange(len(packets))
        packets[here], packets[there] = packets[there], packets[here]
    return b"".join(packets)


def _write_table(data: bytes, random: Random) -> bytes:
    pid, payload = random.choice(TABLES)
    at = random.choice((0, SIZE, _somewhere(data, random)))
    raw = bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10 | random.randrange(16)]) + payload[: SIZE - 4]
    return data[:at] + raw.ljust(SIZE, b"\xff") + data[at + random.choice((0, SIZE)) :]


def _mend_tables(data: bytes, random: Random) -> bytes:
    """Change bytes of a table, with a valid CRC."""
    raw = bytearray(data)
    for at in range(0, min(len(raw) - SIZE, SIZE * 8) + 1, SIZE):
        length = (raw[at + 6] & 0x0F) << 8 | raw[at + 7]
        if raw[at + 1] & 0x40 and raw[at + 4] == 0 and 9 < length < 170:
            raw[at + 10 + random.randrange(length - 6)] = random.choice(EDGE_VALUES)
            end = at + 8 + length - 4
            raw[end : end + 4] = crc32(bytes(raw[at + 5 : end])).to_bytes(4)
    return bytes(raw)


def _insert_junk(data: bytes, random: Random) -> bytes:
    at = random.choice((_somewhere(data, random), random.randrange(len(data) + 1)))
    return data[:at] + random.choice(JUNK) * random.choice((1, 1, 7, 100)) + data[at:]


def _overwrite(data: bytes, random: Random) -> bytes:
    at, count = random.randrange(len(data) + 1), random.choice((1, 100, 188, 1000, 5000))
    return data[:at] + (random.choice(JUNK) * count)[:count] + data[at + count :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.choice((random.randrange(len(data) + 1), _somewhere(data, random)))]


def _cut_head(data: bytes, random: Random) -> bytes:
    return data[random.choice((random.randrange(len(data) + 1), _somewhere(data, random))) :]


def _delete(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.choice((1, 4, 187, 189, 300)) :]


def _widen(data: bytes, random: Random) -> bytes:
    return widen(random.choice((192, 204)))(data)


def _again(data: bytes, random: Random) -> bytes:
    return data + data if len(data) < 60_000 else data


def _still(data: bytes, random: Random) -> bytes:
    """Set the counters of all packets to the same value."""
    raw = bytearray(data)
    for at in range(3, len(raw), SIZE):
        raw[at] &= 0xF0
    return bytes(raw)


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip_bytes, _change_heads, _change_heads, _same_byte_everywhere, _drop_packets, _repeat_packets, _swap_packets),
    *(_write_table, _mend_tables, _insert_junk, _overwrite, _cut, _cut_head, _delete, _widen, _again, _still),
)
