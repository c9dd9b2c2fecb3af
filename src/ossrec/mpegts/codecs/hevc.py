"""Picture size, parameter sets and key frames of H.265 (ITU-T H.265)."""

from collections.abc import Iterator

from ossrec.mpegts.codecs.bits import Bits, BitsEnded
from ossrec.mpegts.codecs.nal import KEY_FRAME, MAX_BYTES, SLICE, nal_units, unescape
from ossrec.mpegts.codecs.picture_size import PictureSize, cropped

_FIRST_IRAP, _LAST_IRAP, _LAST_SLICE, _SPS = 16, 23, 31, 33  # nal_unit_type (table 7-1)
_SETS = {32: "VPS", _SPS: "SPS", 34: "PPS"}
_HEADER = 2  # bytes
_PROFILE = 88  # bits of profile and tier, of the whole stream or of a sub-layer (7.3.3)
_LEVEL = 8


def picture_size(data: bytes) -> PictureSize | None:
    """Return the cropped picture size of the first complete SPS of the base layer in *data* (7.3.2.2.1)."""
    for unit in nal_units(data):
        if _kind(unit) == _SPS and _is_base(unit):
            try:
                return _read_sps(Bits(unescape(unit[_HEADER:])))
            except BitsEnded:
                continue
    return None


def units(data: bytes, most: int = MAX_BYTES) -> Iterator[str]:
    """Return "VPS", "SPS", "PPS", `KEY_FRAME` and `SLICE` for the NAL units of the base layer, in order.

    Decoding can start with an IRAP picture (IDR, BLA, CRA). Only the first *most* bytes are read.
    """
    for unit in nal_units(data, most):
        if _is_base(unit):
            kind = _kind(unit)
            if kind <= _LAST_SLICE:
                yield KEY_FRAME if _FIRST_IRAP <= kind <= _LAST_IRAP else SLICE
            elif kind in _SETS:
                yield _SETS[kind]


def _kind(unit: bytes) -> int:
    """Return the nal_unit_type (7.3.1.2)."""
    return unit[0] >> 1 & 0x3F


def _is_base(unit: bytes) -> bool:
    """Return whether nuh_layer_id is 0: other layers refine the picture, and HLS players ignore them."""
    return len(unit) >= _HEADER and not unit[0] & 1 and not unit[1] >> 3


def _read_sps(bits: Bits) -> PictureSize | None:
    """Read a sequence parameter set (7.3.2.2.1) up to the conformance window; raises `BitsEnded`."""
    bits.read(4)  # sps_video_parameter_set_id
    layers = bits.read(3)  # sps_max_sub_layers_minus1
    bits.flag()  # sps_temporal_id_nesting_flag
    _skip_levels(bits, layers)
    bits.unsigned()  # sps_seq_parameter_set_id
    chroma = bits.unsigned()
    if chroma == 3:
        bits.flag()  # separate_colour_plane_flag
    return cropped(PictureSize(bits.unsigned(), bits.unsigned()), bits, chroma)


def _skip_levels(bits: Bits, layers: int) -> None:
    """Skip profile_tier_level( 1, layers ) (7.3.3)."""
    bits.read(_PROFILE + _LEVEL)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.read(2 * (8 - layers))  # reserved_zero_2bits
    for has_profile, has_level in present:
        bits.read(_PROFILE * has_profile + _LEVEL * has_level)
