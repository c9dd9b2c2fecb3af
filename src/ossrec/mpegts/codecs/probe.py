"""Asks the payload of a PES packet what it holds, whatever its codec: formats, audio frames, key frames."""

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
    """What a payload says of its stream; None: it does not say."""

    width: int | None = None  # pixels, as shown
    height: int | None = None
    sample_rate: int | None = None  # Hz; of AAC that of the core, which SBR may double
    channels: int | None = None
    frame_samples: int | None = None  # of one audio frame, per channel, at that rate
    codec: str | None = None  # audio: mp2 or mp3, ac3 or eac3, where the PMT may not tell


class _VideoCodec(NamedTuple):
    """What is asked of a video codec."""

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
    """What the start of a PES payload, or of some in a row, says of its stream; None: nothing.

    Of video the first 64 KiB are looked at for a sequence parameter set or sequence header, of audio the
    first 8 KiB for a header that another one follows, or that stands at the very start.
    """
    if codec in _VIDEO:
        size = _VIDEO[codec].picture_size(data)
        return ProbeResult(size.width, size.height) if size else None
    frame = first_frame(data, _AUDIO[codec]) if codec in _AUDIO else None
    return ProbeResult(None, None, frame.sample_rate, frame.channels, frame.samples, frame.codec) if frame else None


def audio_frames(codec: str, data: bytes) -> int | None:
    """Count the audio frames that start in a PES payload; None if it is not audio or has no frame header."""
    return count_frames(data, _AUDIO[codec]) if codec in _AUDIO else None


def is_key_frame(codec: str, data: bytes) -> bool | None:
    """Whether decoding can start with the first picture of a PES payload; None: these bytes do not tell.

    H.264: IDR, or I behind a recovery point that is exact at once; H.265: IRAP; MPEG-1 and MPEG-2: I picture.
    """
    return _VIDEO[codec].is_key_frame(data) if codec in _VIDEO else None
