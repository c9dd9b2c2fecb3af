"""Picture size, headers and key frames of MPEG-1 and MPEG-2 video (ISO/IEC 11172-2, ITU-T H.262)."""

from collections.abc import Iterator

from ossrec.mpegts.codecs.bits import Bits, BitsEnded
from ossrec.mpegts.codecs.nal import KEY_FRAME, MAX_BYTES, SLICE, nal_units
from ossrec.mpegts.codecs.picture_size import PictureSize, plausible

_PICTURE, _SEQUENCE, _EXTENSION = 0x00, 0xB3, 0xB5  # start codes (H.262 table 6-1)
_SEQUENCE_EXTENSION = 1  # extension_start_code_identifier (table 6-2)
_INTRA = 1  # picture_coding_type (table 6-12)


def picture_size(data: bytes) -> PictureSize | None:
    """Return the picture size of the first sequence header and its extension (6.2.2.1, 6.2.2.3)."""
    size = None
    for unit in nal_units(data):  # with the same start codes as NAL units
        bits = Bits(unit[1:8])
        try:
            if unit[0] == _SEQUENCE and size is None:
                size = PictureSize(bits.read(12), bits.read(12))
            elif unit[0] == _EXTENSION and size is not None and bits.read(4) == _SEQUENCE_EXTENSION:
                bits.read(11)  # profile_and_level_indication, progressive_sequence, chroma_format
                size = PictureSize(size.width | bits.read(2) << 12, size.height | bits.read(2) << 12)
                break
            elif unit[0] == _PICTURE and size is not None:
                break
        except BitsEnded:
            break
    return plausible(size) if size else None


def units(data: bytes, most: int = MAX_BYTES) -> Iterator[str]:
    """Return "sequence header", `KEY_FRAME` for an I picture and `SLICE` for another picture (6.2.3), in order."""
    for unit in nal_units(data, most):
        if unit[0] == _PICTURE and len(unit) > 2:
            yield KEY_FRAME if unit[2] >> 3 & 0x07 == _INTRA else SLICE
        elif unit[0] == _SEQUENCE:
            yield "sequence header"
