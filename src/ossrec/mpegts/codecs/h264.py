"""What H.264 tells of its pictures: their size, and which of them a decoder can start with (ITU-T H.264)."""

from functools import lru_cache

from ossrec.mpegts.codecs.bits import Bits, BitsEnded
from ossrec.mpegts.codecs.nal import nal_units, unescape
from ossrec.mpegts.codecs.picture_size import PictureSize, cropped

_SLICE, _PARTITION, _IDR, _SEI, _SPS = 1, 2, 5, 6, 7  # nal_unit_type (table 7-1)
_RECOVERY_POINT = 6  # payloadType (D.1)
_INTRA = (2, 4, 7, 9)  # slice_type: I and SI, and those that say so of the whole picture (table 7-6)
_HIGH = frozenset(
    (44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244)
)  # profiles with chroma_format_idc


def picture_size(data: bytes) -> PictureSize | None:
    """The size that the first whole SPS in *data* tells, cropping done (7.3.2.1.1)."""
    for unit in nal_units(data):
        if unit[0] & 0x1F == _SPS:
            try:
                return _size(unit)
            except BitsEnded:
                continue
    return None


def is_key_frame(data: bytes) -> bool | None:
    """Whether the first picture is one that decoding can start with; None: *data* ends before its first slice.

    That is an IDR picture, or an I picture behind a recovery point SEI that says that the picture is exact at once
    (recovery_frame_cnt 0, D.2.8): encoders with open groups of pictures write these in place of all IDR pictures
    but the first. A recovery point that takes some frames (gradual refresh) is none: players show rubbish until then.
    """
    recovers = False
    for unit in nal_units(data):
        kind = unit[0] & 0x1F
        if kind == _IDR:
            return True
        if kind in (_SLICE, _PARTITION):
            return recovers and _is_intra(unit)
        if kind == _SEI:
            recovers = recovers or _recovers_at_once(unescape(unit[1:]))
    return None


@lru_cache(maxsize=64)
def _size(unit: bytes) -> PictureSize | None:
    """What an SPS tells, kept: a recording repeats it in every segment; raises `BitsEnded`."""
    return _read_sps(Bits(unescape(unit[1:])))


def _read_sps(bits: Bits) -> PictureSize | None:
    """Sequence parameter set data (7.3.2.1.1), as far as the cropping; raises `BitsEnded`."""
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
    """What the high profiles add: ChromaArrayType, with bit depths and scaling lists passed over."""
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
    """Pass over a scaling_list (7.3.2.1.1.1), whose length depends on what stands in it."""
    last = 8
    for _ in range(size):
        last = (last + bits.signed()) % 256
        if last == 0:
            return


def _skip_order_count(bits: Bits) -> None:
    """Pass over what says how pictures are ordered."""
    kind = bits.unsigned()  # pic_order_cnt_type
    if kind == 0:
        bits.unsigned()  # log2_max_pic_order_cnt_lsb_minus4
    elif kind == 1:
        bits.flag()  # delta_pic_order_always_zero_flag
        bits.signed()  # offset_for_non_ref_pic
        bits.signed()  # offset_for_top_to_bottom_field
        for _ in range(bits.unsigned()):  # ends with the bits, whatever it says
            bits.signed()  # offset_for_ref_frame


def _is_intra(unit: bytes) -> bool:
    """The slice has an I or SI slice_type (7.3.3)."""
    bits = Bits(unescape(unit[1:16]))
    try:
        bits.unsigned()  # first_mb_in_slice
        return bits.unsigned() in _INTRA
    except BitsEnded:
        return False


def _recovers_at_once(message: bytes) -> bool:
    """There is a recovery point among SEI messages (7.3.2.3.1), and it takes no frames to recover."""
    at = 0
    while at + 1 < len(message):
        kind, at = _read_sum(message, at)
        size, at = _read_sum(message, at)
        if kind == _RECOVERY_POINT:
            return message[at : at + 1] >= b"\x80"  # recovery_frame_cnt is ue(v): 0 is a single one
        at += size
    return False


def _read_sum(message: bytes, at: int) -> tuple[int, int]:
    """A number written as bytes of 255 and a last one, and where it ends."""
    total = 0
    while at < len(message) and message[at] == 0xFF:
        total, at = total + 0xFF, at + 1
    return total + (message[at] if at < len(message) else 0), at + 1
