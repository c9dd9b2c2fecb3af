"""Picture size, parameter sets and key frames of H.264 (ITU-T H.264)."""

from collections.abc import Iterator
from functools import lru_cache

from ossrec.mpegts.codecs.bits import Bits, BitsEnded
from ossrec.mpegts.codecs.nal import KEY_FRAME, MAX_BYTES, SLICE, nal_units, unescape
from ossrec.mpegts.codecs.picture_size import PictureSize, cropped

_SLICE, _PARTITION, _IDR, _SEI = 1, 2, 5, 6  # nal_unit_type (table 7-1)
_SPS, _PPS, _SUBSET_SPS = 7, 8, 15
_RECOVERY_POINT = 6  # payloadType (D.1)
_INTRA = (2, 4, 7, 9)  # slice_type: I and SI, of the slice or of the whole picture (table 7-6)
_HIGH = frozenset(
    (44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244)
)  # profiles with chroma_format_idc


def picture_size(data: bytes) -> PictureSize | None:
    """Return the cropped picture size of the first complete SPS in *data* (7.3.2.1.1)."""
    for unit in nal_units(data):
        if unit[0] & 0x1F == _SPS:
            try:
                return _size(unit)
            except BitsEnded:
                continue
    return None


def units(data: bytes, most: int = MAX_BYTES) -> Iterator[str]:
    """Return "SPS", "PPS", `KEY_FRAME` and `SLICE` for the NAL units in the first *most* bytes, in order.

    Decoding can start with an IDR picture, or with an I picture after a recovery point SEI with recovery_frame_cnt 0
    (D.2.8), which encoders with open GOPs write in place of all IDR pictures but the first. It cannot with a recovery
    point that takes some frames (gradual refresh): until then, players show a broken picture.
    """
    recovers = False
    for unit in nal_units(data, most):
        kind = unit[0] & 0x1F
        if kind == _IDR:
            yield KEY_FRAME
        elif kind in (_SLICE, _PARTITION):
            yield KEY_FRAME if recovers and _is_intra(unit) else SLICE
            recovers = False
        elif kind == _SEI:
            recovers = recovers or _recovers_at_once(unescape(unit[1:]))
        elif kind in (_SPS, _SUBSET_SPS):
            yield "SPS"
        elif kind == _PPS:
            yield "PPS"


@lru_cache(maxsize=64)
def _size(unit: bytes) -> PictureSize | None:
    """Return the picture size of an SPS, cached because every segment repeats the SPS; raises `BitsEnded`."""
    return _read_sps(Bits(unescape(unit[1:])))


def _read_sps(bits: Bits) -> PictureSize | None:
    """Read sequence parameter set data (7.3.2.1.1) up to the cropping window; raises `BitsEnded`."""
    profile = bits.read(8)
    bits.read(16)  # constraint flags, level_idc
    bits.unsigned()  # seq_parameter_set_id
    chroma = _read_chroma(bits) if profile in _HIGH else 1
    bits.unsigned()  # log2_max_frame_num_minus4
    _skip_order_count(bits)
    bits.unsigned()  # max_num_ref_frames
    bits.flag()  # gaps_in_frame_num_value_allowed_flag
    columns, rows = bits.unsigned() + 1, bits.unsigned() + 1
    fields = 1 if bits.flag() else 2  # frame_mbs_only_flag
    if fields == 2:
        bits.flag()  # mb_adaptive_frame_field_flag
    bits.flag()  # direct_8x8_inference_flag
    return cropped(PictureSize(columns * 16, rows * 16 * fields), bits, chroma, lines=fields)


def _read_chroma(bits: Bits) -> int:
    """Read ChromaArrayType of the high profiles, and skip bit depths and scaling lists."""
    chroma = bits.unsigned()
    separate = chroma == 3 and bits.flag()  # separate_colour_plane_flag
    bits.unsigned()  # bit_depth_luma_minus8
    bits.unsigned()  # bit_depth_chroma_minus8
    bits.flag()  # qpprime_y_zero_transform_bypass_flag
    if bits.flag():  # seq_scaling_matrix_present_flag
        for number in range(12 if chroma == 3 else 8):
            if bits.flag():
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return 0 if separate else chroma


def _skip_scaling_list(bits: Bits, size: int) -> None:
    """Skip a scaling_list (7.3.2.1.1.1), which has a length that depends on its content."""
    last = 8
    for _ in range(size):
        last = (last + bits.signed()) % 256
        if last == 0:
            return


def _skip_order_count(bits: Bits) -> None:
    """Skip the fields of the picture order count."""
    kind = bits.unsigned()  # pic_order_cnt_type
    if kind == 0:
        bits.unsigned()  # log2_max_pic_order_cnt_lsb_minus4
    elif kind == 1:
        bits.flag()  # delta_pic_order_always_zero_flag
        bits.signed()  # offset_for_non_ref_pic
        bits.signed()  # offset_for_top_to_bottom_field
        for _ in range(bits.unsigned()):  # a wrong number ends with the bits
            bits.signed()  # offset_for_ref_frame


def _is_intra(unit: bytes) -> bool:
    """Return whether the slice has an I or SI slice_type (7.3.3)."""
    bits = Bits(unescape(unit[1:16]))
    try:
        bits.unsigned()  # first_mb_in_slice
        return bits.unsigned() in _INTRA
    except BitsEnded:
        return False


def _recovers_at_once(message: bytes) -> bool:
    """Return whether SEI messages (7.3.2.3.1) have a recovery point that takes no frames to recover."""
    at = 0
    while at + 1 < len(message):
        kind, at = _read_sum(message, at)
        size, at = _read_sum(message, at)
        if kind == _RECOVERY_POINT:
            return message[at : at + 1] >= b"\x80"  # recovery_frame_cnt is ue(v): 0 is a single 1 bit
        at += size
    return False


def _read_sum(message: bytes, at: int) -> tuple[int, int]:
    """Read a number of bytes of 255 and a last byte; return the number and the offset after it."""
    total = 0
    while at < len(message) and message[at] == 0xFF:
        total, at = total + 0xFF, at + 1
    return total + (message[at] if at < len(message) else 0), at + 1
