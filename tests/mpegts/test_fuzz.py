"""No bytes make the look at a segment raise, run away or flood; fuzz.py does the same at full size."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.mpegts.inspect_segment import inspect_blocks
from tests.mpegts.fuzz import check_boundaries, inspect_in_all_ways, mutants
from tests.mpegts.material.mutating import JUNK

FLOOD = 2 * 1024 * 1024  # bytes


def test_mutated_segments_give_findings() -> None:
    random = Random(7)
    rows = [inspect_in_all_ways(data, random) for data in mutants(600, seed=7)]
    for at in range(0, len(rows), 8):
        check_boundaries(rows[at : at + 8], random)


@given(
    st.lists(st.one_of(st.sampled_from(JUNK), st.binary(max_size=200)), max_size=12).map(b"".join), st.integers(0, 9)
)
def test_any_bytes_give_findings(data: bytes, seed: int) -> None:
    inspect_in_all_ways(data, Random(seed))


FLOODS = {
    "sync bytes only": b"\x47",
    "zeros": b"\x00",
    "a PAT that starts in each packet": b"\x47\x40\x00\x10" + b"\x00\x00\xb0\xff" + bytes(180),
    "sections of no length": b"\x47\x40\x00\x10\x00" + b"\x00\xb0\x00" * 61,
    "a thousand PIDs": b"".join(b"\x47" + (0x4000 | n).to_bytes(2) + b"\x10" + bytes(184) for n in range(1000)),
    "sync bytes that do not stay": b"\x47" + bytes(187) + b"\x47" + bytes(190),
    "PES packets that all start": b"\x47\x41\x00\x10\x00\x00\x01\xe0\x00\x00\x80\x80\x05\x21\x00\x01\x00\x01".ljust(
        188, b"\xff"
    ),
    "damaged packets": b"\x47\x81\x00\x10".ljust(188, b"\xff"),
    "scrambled packets": b"\x47\x01\x00\x90".ljust(188, b"\xff"),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_inspected(flood: str) -> None:
    data = (FLOODS[flood] * (FLOOD // len(FLOODS[flood]) + 1))[:FLOOD]

    inspect_in_all_ways(data, Random(1))
    assert inspect_blocks([data]).faults
