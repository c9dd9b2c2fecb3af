"""Finds the NAL units in a byte stream (ITU-T H.264 and H.265, Annex B of both)."""

from collections.abc import Iterator

LOOK = 64 * 1024  # bytes of a payload that are looked at; parameter sets and the first slice stand before
_LONGEST = 1024  # bytes of one unit that are given: the longest SPS with all scaling lists is shorter
_START = b"\x00\x00\x01"


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of *data*, header first, at most 1 KiB of each, emulation prevention still in them."""
    look = data[:LOOK]
    at = look.find(_START)
    while at >= 0:
        begin = at + len(_START)
        at = look.find(_START, begin, begin + _LONGEST + len(_START))
        end = begin + _LONGEST if at < 0 else at
        if unit := look[begin:end]:
            yield unit
        if at < 0:  # only when more is asked for: the first slice is long, and mostly the last
            at = look.find(_START, end)


def unescape(unit: bytes) -> bytes:
    """The RBSP of a unit: without the emulation_prevention_three_bytes (H.264 7.3.1, H.265 7.3.1.1)."""
    return unit.replace(b"\x00\x00\x03", b"\x00\x00")
