"""Decompress a playlist that is stored with Content-Encoding, in bounded memory."""

import zlib

_FORMATS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # the window bits of zlib: gzip or zlib header
_STEP = 64 * 1024  # bytes of output at a time


class TooLong(Exception):
    """The decompressed data is longer than the limit."""


def decompress(data: bytes, encoding: str, limit: int) -> bytes:
    """Return *data* as a player receives it, for the value *encoding* of Content-Encoding (RFC 9110 8.4).

    Data that is not compressed in a known way, or whose compression is damaged, is returned as stored: players cannot
    read it either. Raises TooLong as soon as the output exceeds *limit* bytes, whatever would follow.
    """
    bits = _FORMATS.get(encoding.strip().lower())
    if bits is None:
        return data
    found, size, rest = [], 0, data
    try:
        while rest:  # a gzip file may have several members (RFC 1952 2.2)
            member = zlib.decompressobj(bits)
            while not member.eof:
                piece = member.decompress(rest, _STEP)
                rest = member.unconsumed_tail
                if not piece and not rest and not member.eof:
                    return data  # truncated
                found.append(piece)
                size += len(piece)
                if size > limit:
                    raise TooLong
            rest = member.unused_data.lstrip(b"\x00")  # padding
    except zlib.error:
        return data
    return b"".join(found)
