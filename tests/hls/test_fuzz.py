"""Whatever the bytes, the parser never raises, and its memory and findings are bounded; fuzz.py tries many more."""

import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.hls.collector import REPEATS
from ossrec.hls.parser.parse import read_playlist
from tests.hls.fuzz import mutants, survive
from tests.hls.mutations import JUNK, NUMBERS, TAGS

FLOOD = 256 * 1024  # bytes; the parser's limit is 64 times that, and its memory grows in proportion


def test_mutated_playlists_give_findings() -> None:
    random = Random(7)
    for data in mutants(1500, seed=7):
        survive(data, random)


LINE = st.sampled_from([*TAGS, b"a.ts", b"", b"#EXT-X-KEY:", b"#EXT-X-BYTERANGE:", b"#EXTINF:"])
TAIL = st.sampled_from([*(junk for junk in (*JUNK, *NUMBERS) if len(junk) < 30), b'URI="k"', b",", b""])


@given(st.lists(st.tuples(LINE, TAIL).map(b"".join), max_size=20).map(b"\n".join), st.integers(0, 9))
def test_lines_in_any_order_give_findings(data: bytes, seed: int) -> None:
    survive(b"#EXTM3U\n" + data, Random(seed))


@given(st.binary(max_size=200))
def test_any_bytes_give_findings(data: bytes) -> None:
    survive(data, Random(0))


FLOODS = {
    "short URIs": b"#EXTM3U\n" + b"a\n" * (FLOOD // 2),
    "line feeds": b"#EXTM3U\n" + b"\n" * FLOOD,
    "one long line": b"#EXTM3U\n#EXT-X-KEY:" + b'A="' * (FLOOD // 3),
    "one long URI": b"#EXTM3U\n#EXTINF:6,\n" + b"%2e./" * (FLOOD // 5),
    "digits": b"#EXTM3U\n#EXTINF:" + b"9" * FLOOD,
    "different tags": b"#EXTM3U\n" + b"".join(b"#EXT%d\n" % number for number in range(FLOOD // 12)),
    "control characters": b"#EXTM3U\n" + b"#\x00\n" * (FLOOD // 3),
    "bytes that are not text": b"#EXTM3U\n" + b"\xff" * FLOOD,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_read_in_memory_bounded_by_its_size(flood: str) -> None:
    data = FLOODS[flood]
    tracemalloc.start()
    try:
        playlist = read_playlist(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(playlist.findings) <= 10 * (REPEATS + 1)
    assert peak < 250 * FLOOD
