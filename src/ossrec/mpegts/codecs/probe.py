"""Probe the payload of a PES packet of any codec: format, audio frames, key frames."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ossrec.mpegts.codecs import h264, hevc
from ossrec.mpegts.codecs import mpeg_video as mpeg2
from ossrec.mpegts.codecs.aac import ADTS, LOAS
from ossrec.mpegts.codecs.ac3 import AC3
from ossrec.mpegts.codecs.audio_frames import AudioFraming, count_frames, first_frame
from ossrec.mpegts.codecs.mpeg_audio import MPA
from ossrec.mpegts.codecs.nal import KEY_FRAME, MAX_BYTES, SLICE
from ossrec.mpegts.codecs.opus import OPUS
from ossrec.mpegts.codecs.picture_size import PictureSize


class ProbeResult(NamedTuple):
    """The format in a payload; None: unknown."""

    width: int | None = None  # pixels, as displayed
    height: int | None = None
    sample_rate: int | None = None  # Hz; for AAC that of the core, which SBR may double
    channels: int | None = None
    frame_samples: int | None = None  # of one audio frame, per channel, at that rate
    codec: str | None = None  # audio: mp2 or mp3, ac3 or eac3, which the PMT may not distinguish


class _VideoCodec(NamedTuple):
    """The functions of a video codec."""

    picture_size: Callable[[bytes], PictureSize | None]
    units: Callable[[bytes, int], Iterator[str]]  # names of NAL units, `KEY_FRAME` or `SLICE` for those of a picture
    parameter_sets: frozenset[str]  # without which no picture can be decoded


_VIDEO: Mapping[str, _VideoCodec] = MappingProxyType(
    {
        "h264": _VideoCodec(h264.picture_size, h264.units, frozenset(("SPS", "PPS"))),
        "hevc": _VideoCodec(hevc.picture_size, hevc.units, frozenset(("VPS", "SPS", "PPS"))),
        "mpeg1video": _VideoCodec(mpeg2.picture_size, mpeg2.units, frozenset(("sequence header",))),
        "mpeg2video": _VideoCodec(mpeg2.picture_size, mpeg2.units, frozenset(("sequence header",))),
    }
)
_WITH_NAL_UNITS = frozenset(("h264", "hevc"))
_MIN_UNIT = 2  # bytes of a NAL unit: 1 would be a start code
_CONTROLLED = frozenset(("opus",))  # audio whose header is not part of the frame
_LEADING = 16  # bytes before a syncword of two bytes: some muxers put a header of their own before AC-3
_AUDIO: Mapping[str, AudioFraming] = MappingProxyType(
    {"aac": ADTS, "aac_latm": LOAS, "mp2": MPA, "mp3": MPA, "ac3": AC3, "eac3": AC3, "opus": OPUS}
)


def probe(codec: str, data: bytes) -> ProbeResult | None:
    """Return the format at the start of a PES payload, or of several in a row; None: not found.

    For video, the first 64 KiB are searched for a sequence parameter set or sequence header; for audio, the first 8 KiB
    for a frame header that is followed by another, or is at the very start.
    """
    if codec in _VIDEO:
        size = _VIDEO[codec].picture_size(data)
        return ProbeResult(size.width, size.height) if size else None
    frame = first_frame(data, _AUDIO[codec]) if codec in _AUDIO else None
    return ProbeResult(None, None, frame.sample_rate, frame.channels, frame.samples, frame.codec) if frame else None


def audio_frames(codec: str, data: bytes) -> int | None:
    """Return how many audio frames start in a PES payload; None if it is not audio or has no frame header."""
    return count_frames(data, _AUDIO[codec]) if codec in _AUDIO else None


def has_frame_headers(codec: str) -> bool:
    """Return whether each frame of an audio codec starts with a header that ossrec can read."""
    return codec in _AUDIO and codec not in _CONTROLLED


def starts_like_a_frame(codec: str, data: bytes) -> bool:
    """Return whether a PES payload starts with the syncword of its audio codec, even if the header is not readable."""
    sync = _AUDIO[codec].sync
    return sync in data[:_LEADING] if len(sync) > 1 else data.startswith(sync)


def is_key_frame(codec: str, data: bytes) -> bool | None:
    """Return whether decoding can start with the first picture of a PES payload; None: unknown.

    H.264: IDR, or I after a recovery point that is exact at once; H.265: IRAP; MPEG-1 and MPEG-2: I picture.
    """
    pictures = (name == KEY_FRAME for name in _units(codec, data, MAX_BYTES) if name in (KEY_FRAME, SLICE))
    return next(pictures, None)


def has_key_frame(codec: str, data: bytes) -> bool:
    """Return whether any picture of a PES payload is a key frame; all of *data* is read."""
    return KEY_FRAME in _units(codec, data, len(data))


def parameter_sets_of(codec: str) -> frozenset[str]:
    """Return the names of the parameter sets without which no picture of a video codec can be decoded."""
    return _VIDEO[codec].parameter_sets if codec in _VIDEO else frozenset()


def find_parameter_sets(codec: str, data: bytes) -> tuple[frozenset[str], bool]:
    """Return the names of the parameter sets before the first picture of a PES payload, and whether *data* has one."""
    found: set[str] = set()
    for name in _units(codec, data, MAX_BYTES):
        if name in (KEY_FRAME, SLICE):
            return frozenset(found), True
        found.add(name)
    return frozenset(found), False


def all_parameter_sets(codec: str, data: bytes) -> frozenset[str]:
    """Return the names of all parameter sets in a PES payload; all of *data* is read."""
    return parameter_sets_of(codec).intersection(_units(codec, data, len(data)))


def has_start_code(data: bytes) -> bool:
    """Return whether a video payload contains the start code of a NAL unit or header."""
    return b"\x00\x00\x01" in data


def is_length_prefixed(codec: str, data: bytes) -> bool:
    """Return whether a whole PES payload consists of NAL units after their length in 4 bytes, as in MP4."""
    at = 0
    while codec in _WITH_NAL_UNITS and at + 5 < len(data):
        length = int.from_bytes(data[at : at + 4])
        if length < _MIN_UNIT or data[at + 4] & 0x80:  # forbidden_zero_bit
            return False
        at += 4 + length
        if at == len(data):
            return True
    return False


def _units(codec: str, data: bytes, most: int) -> Iterator[str]:
    return _VIDEO[codec].units(data, most) if codec in _VIDEO else iter(())
