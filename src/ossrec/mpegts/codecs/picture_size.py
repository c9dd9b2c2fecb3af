"""The size of a picture as an SPS tells it: coded in blocks, cropped in chroma samples."""

from typing import NamedTuple

from ossrec.mpegts.codecs.bits import Bits

_LARGEST = 1 << 16  # pixels on a side; no level allows as many
_CHROMA = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}  # SubWidthC, SubHeightC of chroma_format_idc (H.264 table 6-1)


class PictureSize(NamedTuple):
    """Pixels of a picture as it is shown, before its pixels are stretched to their aspect ratio."""

    width: int
    height: int


def cropped(coded: PictureSize, bits: Bits, chroma: int, *, lines: int = 1) -> PictureSize | None:
    """*coded* without what the window that comes next cuts off; *lines* is 2 for fields.

    H.264 7.4.2.1.1 and H.265 7.4.3.2.1; None when no picture has such a size, raises `BitsEnded`.
    """
    across, down = _CHROMA.get(chroma, (1, 1))
    left, right, top, bottom = (bits.unsigned() for _ in range(4)) if bits.flag() else (0, 0, 0, 0)
    size = PictureSize(coded.width - (left + right) * across, coded.height - (top + bottom) * down * lines)
    return plausible(size)


def plausible(size: PictureSize) -> PictureSize | None:
    """*size*, or None when no picture has it: what was read was something else."""
    return size if 0 < size.width < _LARGEST and 0 < size.height < _LARGEST else None
