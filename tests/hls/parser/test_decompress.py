"""Compressed playlists are read as players read them, in bounded memory."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.hls.parser.decompress import TooLong, decompress
from tests.hls.playlists import INTACT

TEXT = INTACT.encode()


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        pytest.param(gzip.compress(TEXT), "gzip", TEXT, id="gzip"),
        pytest.param(gzip.compress(TEXT), " X-GZIP", TEXT, id="an old name of gzip"),
        pytest.param(gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:]), "gzip", TEXT, id="two members"),
        pytest.param(gzip.compress(TEXT) + bytes(9), "gzip", TEXT, id="padding"),
        pytest.param(zlib.compress(TEXT), "deflate", TEXT, id="deflate"),
        pytest.param(TEXT, "", TEXT, id="not compressed"),
        pytest.param(TEXT, "gzip", TEXT, id="not compressed, although the header says so"),
        pytest.param(TEXT, "br", TEXT, id="an encoding that is not read"),
        pytest.param(gzip.compress(TEXT)[:-9], "gzip", gzip.compress(TEXT)[:-9], id="truncated"),
        pytest.param(b"", "gzip", b"", id="no bytes"),
    ],
)
def test_decompress(data: bytes, encoding: str, expected: bytes) -> None:
    assert decompress(data, encoding, len(TEXT)) == expected


def test_a_byte_more_than_the_limit_is_refused() -> None:
    with pytest.raises(TooLong):
        decompress(gzip.compress(TEXT), "gzip", len(TEXT) - 1)


def test_a_bomb_is_refused_in_bounded_memory() -> None:
    bomb = gzip.compress(bytes(256 * 1024 * 1024), 9)
    tracemalloc.start()
    try:
        with pytest.raises(TooLong):
            decompress(bomb, "gzip", 1024 * 1024)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


@given(st.binary(), st.binary())
def test_any_bytes_are_decompressed_or_returned(data: bytes, tail: bytes) -> None:
    assert decompress(gzip.compress(data), "gzip", 1000) == data
    decompress(data, "gzip", 1000)
    decompress(gzip.compress(data) + tail, "gzip", 1000)
