"""Random mutations of playlists, as by damaged files, recorders and attackers; the same for the same seed."""

from random import Random

from tests import mutations
from tests.mutations import Mutation

NUMBERS = (
    *(b"1e999", b"-1", b"nan", b"inf", b"-inf", b"0x10", b"1_0", b"", b" ", b"0", b"00", b"1.", b".", b"1.5.2"),
    *(b"9" * 5000, b"9" * 19 + b"@" + b"9" * 19, b"18446744073709551616", "٣".encode(), "１".encode()),
)
JUNK = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", "\u2028".encode(), "\x85".encode(), b'"', b",", b"="),
    *(b"\\", b"%", b"%zz", b"../", b"http://", b"#", b"#EXT", b":", b" ", b"\t", b"?", b"[", b"\xed\xa0\x80", b"@"),
)
TAGS = (
    *(b"#EXTM3U", b"#EXTINF:6,", b"#EXT-X-KEY:METHOD=AES-128", b'#EXT-X-MAP:URI="i"', b"#EXT-X-ENDLIST", b"#EXT-X-GAP"),
    *(
        b"#EXT-X-BYTERANGE:1",
        b"#EXT-X-DISCONTINUITY",
        b"#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59-23:59",
        b"#EXT-X-A",
    ),
    *(b"#EXT-X-STREAM-INF:BANDWIDTH=1", b"#EXT-X-TARGETDURATION:1", b"#EXT-X-MEDIA-SEQUENCE:5", b"#EXT-X-VERSION:1"),
)


def mutate(data: bytes, random: Random) -> bytes:
    """Return *data* after one to four mutations."""
    return mutations.mutate(data, random, MUTATIONS)


def _drop_line(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    del lines[random.randrange(len(lines))]
    return b"\n".join(lines)


def _repeat_line(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    lines[at:at] = [lines[at]] * random.choice((1, 1, 2, 1500))
    return b"\n".join(lines)


def _swap_lines(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    here, there = random.randrange(len(lines)), random.randrange(len(lines))
    lines[here], lines[there] = lines[there], lines[here]
    return b"\n".join(lines)


def _insert_tag(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(random.randrange(len(lines) + 1), random.choice(TAGS))
    return b"\n".join(lines)


def _flip_bytes(data: bytes, random: Random) -> bytes:
    return mutations.flip_bytes(data, random, range(1, 9))


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _cut_head(data: bytes, random: Random) -> bytes:
    return data[random.randrange(len(data) + 1) :]


def _insert_junk(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(JUNK) * random.choice((1, 1, 3, 1000)) + data[at:]


def _change_number(data: bytes, random: Random) -> bytes:
    colon = data.find(b":", random.randrange(len(data) + 1))
    end = data.find(b"\n", colon)
    if colon < 0 or end < 0:
        return data
    return data[: colon + 1] + random.choice(NUMBERS) + random.choice((b"", b",")) + data[end:]


def _join_twice(data: bytes, random: Random) -> bytes:
    return data + data if len(data) < 100_000 else data


MUTATIONS: tuple[Mutation, ...] = (
    *(_drop_line, _repeat_line, _swap_lines, _insert_tag, _flip_bytes),
    *(_cut, _cut_head, _insert_junk, _change_number, _change_number, _join_twice),
)
