"""No bytes make the reader raise, run away or flood; fuzz.py does the same at full size."""

import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.hls.notes import REPEATS
from ossrec.hls.playlist import MAX_PLAYLIST
from ossrec.hls.reader import read_playlist
from tests.hls.fuzz import mutants, survive
from tests.hls.mutating import JUNK, NUMBERS, TAGS

MIB = 1024 * 1024


def test_mutated_playlists_give_findings() -> None:
    random = Random(7)
    for data in mutants(3000, seed=7):
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
    "short URIs": b"#EXTM3U\n" + b"a\n" * (MAX_PLAYLIST // 2),
    "line feeds": b"#EXTM3U\n" + b"\n" * MAX_PLAYLIST,
    "one long line": b"#EXTM3U\n#EXT-X-KEY:" + b'A="' * (MAX_PLAYLIST // 3),
    "one long URI": b"#EXTM3U\n#EXTINF:6,\n" + b"%2e./" * (MAX_PLAYLIST // 5),
    "digits": b"#EXTM3U\n#EXTINF:" + b"9" * MAX_PLAYLIST,
    "different tags": b"#EXTM3U\n" + b"".join(b"#EXT%d\n" % number for number in range(MAX_PLAYLIST // 12)),
    "control characters": b"#EXTM3U\n" + b"#\x00\n" * (MAX_PLAYLIST // 3),
    "bytes that are no text": b"#EXTM3U\n" + b"\xff" * MAX_PLAYLIST,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_the_largest_playlist_is_read_in_bounded_memory(flood: str) -> None:
    data = FLOODS[flood]
    tracemalloc.start()
    try:
        playlist = read_playlist(data[:MAX_PLAYLIST])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(playlist.findings) <= 10 * (REPEATS + 1)
    assert peak < 40 * MAX_PLAYLIST
