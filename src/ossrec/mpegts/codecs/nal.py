"""Find the NAL units in a byte stream (ITU-T H.264 and H.265, Annex B of both)."""

from collections.abc import Iterator

KEY_FRAME, SLICE = "key frame", "slice"  # a slice with which decoding can start, another slice
MAX_BYTES = 64 * 1024  # of a payload: parameter sets and the first slice come earlier
_MAX_UNIT = 1024  # bytes of a unit that are returned: the longest SPS with all scaling lists is shorter
_START = b"\x00\x00\x01"


def nal_units(data: bytes, most: int = MAX_BYTES) -> Iterator[bytes]:
    """Return the NAL units in the first *most* bytes of *data*, header first, with emulation prevention bytes.

    At most 1 KiB of each unit is returned.
    """
    start = data[:most]
    at = start.find(_START)
    while at >= 0:
        begin = at + len(_START)
        at = start.find(_START, begin, begin + _MAX_UNIT + len(_START))
        end = begin + _MAX_UNIT if at < 0 else at
        if unit := start[begin:end]:
            yield unit
        if at < 0:  # only if a further unit is needed: the first slice is long, and usually the last unit
            at = start.find(_START, end)


def unescape(unit: bytes) -> bytes:
    """Return the RBSP of a unit, without the emulation_prevention_three_bytes (H.264 7.3.1, H.265 7.3.1.1)."""
    return unit.replace(b"\x00\x00\x03", b"\x00\x00")
