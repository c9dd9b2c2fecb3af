"""Probe the payload of a PES packet of any codec: format, audio frames, key frames."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ossrec.mpegts.codecs import h264, hevc
from ossrec.mpegts.codecs import mpeg_video as mpeg2
from ossrec.mpegts.codecs.aac import ADTS, LOAS
from ossrec.mpegts.codecs.ac3 import AC3
from ossrec.mpegts.codecs.audio_frames import AudioFraming, count_frames, first_frame
from ossrec.mpegts.codecs.mpeg_audio import MPA
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
    is_key_frame: Callable[[bytes], bool | None]


_VIDEO: Mapping[str, _VideoCodec] = MappingProxyType(
    {
        "h264": _VideoCodec(h264.picture_size, h264.is_key_frame),
        "hevc": _VideoCodec(hevc.picture_size, hevc.is_key_frame),
        "mpeg1video": _VideoCodec(mpeg2.picture_size, mpeg2.is_key_frame),
        "mpeg2video": _VideoCodec(mpeg2.picture_size, mpeg2.is_key_frame),
    }
)
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


def is_key_frame(codec: str, data: bytes) -> bool | None:
    """Return whether decoding can start with the first picture of a PES payload; None: unknown.

    H.264: IDR, or I after a recovery point that is exact at once; H.265: IRAP; MPEG-1 and MPEG-2: I picture.
    """
    return _VIDEO[codec].is_key_frame(data) if codec in _VIDEO else None
