"""The picture size of an SPS: coded in blocks, cropped in chroma samples."""

from typing import NamedTuple

from ossrec.mpegts.codecs.bits import Bits

_LIMIT = 1 << 16  # pixels on a side; every level allows less
_CHROMA = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}  # SubWidthC, SubHeightC of chroma_format_idc (H.264 table 6-1)


class PictureSize(NamedTuple):
    """Displayed pixels of a picture, before scaling to the pixel aspect ratio."""

    width: int
    height: int


def cropped(coded: PictureSize, bits: Bits, chroma: int, *, lines: int = 1) -> PictureSize | None:
    """Read the cropping window, and return the size of *coded* without it; *lines* is 2 for fields.

    H.264 7.4.2.1.1 and H.265 7.4.3.2.1; None for an impossible size; raises `BitsEnded`.
    """
    across, down = _CHROMA.get(chroma, (1, 1))
    left, right, top, bottom = (bits.unsigned() for _ in range(4)) if bits.flag() else (0, 0, 0, 0)
    size = PictureSize(coded.width - (left + right) * across, coded.height - (top + bottom) * down * lines)
    return plausible(size)


def plausible(size: PictureSize) -> PictureSize | None:
    """Return *size*, or None for an impossible size, which shows that the bytes are not an SPS."""
    return size if 0 < size.width < _LIMIT and 0 < size.height < _LIMIT else None
