"""Read the frames of an audio stream: each starts with a header that contains its length."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

_SEARCH = 8 * 1024  # bytes that must contain a first header: no frame of these codecs is longer
_MAX_BYTES = 128 * 1024  # of data: an audio PES packet has at most 64 KiB (ISO/IEC 13818-1 2.4.3.7)
_MAX_FRAMES = 64  # that are searched for a config: LATM need not repeat it in each frame


class AudioFrame(NamedTuple):
    """The header of an audio frame."""

    size: int  # bytes, including the header
    samples: int  # after decoding, per channel
    sample_rate: int | None  # Hz
    channels: int | None
    codec: str  # mp2 or mp3, which the PMT does not distinguish
    frames: int = 1  # of as many samples after this header


class AudioFraming(NamedTuple):
    """The frame headers of a codec."""

    sync: bytes  # bytes at the start of each header
    header: int  # bytes that `read` needs
    read: Callable[[bytes], AudioFrame | None]  # reads a header from at most so many bytes; None: not a header


def first_frame(data: bytes, framing: AudioFraming) -> AudioFrame | None:
    """Return the first frame of *data* with a sample rate, else the first frame."""
    first = None
    for frame in islice(_frames(data, framing), _MAX_FRAMES):
        if frame.sample_rate:
            return frame
        first = first or frame
    return first


def count_frames(data: bytes, framing: AudioFraming) -> int | None:
    """Return how many frames start in *data*, including a truncated last one; None: no frame."""
    return sum(frame.frames for frame in _frames(data, framing)) or None


def _frames(data: bytes, framing: AudioFraming) -> Iterator[AudioFrame]:
    """Return consecutive frames, up to the first bytes that are not a frame header."""
    data = data[:_MAX_BYTES]
    at = _find(data, framing)
    while at is not None and (frame := _read(data, at, framing)):
        yield frame
        at += frame.size


def _find(data: bytes, framing: AudioFraming) -> int | None:
    """Return the offset of the first header: another one follows its frame; at 0 the end of the data may follow."""
    at = data.find(framing.sync, 0, _SEARCH)
    while at >= 0:
        frame = _read(data, at, framing)
        if frame:
            end = at + frame.size
            if _read(data, end, framing) or (at == 0 and end + framing.header > len(data)):
                return at
        at = data.find(framing.sync, at + 1, _SEARCH)
    return None


def _read(data: bytes, at: int, framing: AudioFraming) -> AudioFrame | None:
    """Read the header at an offset."""
    return framing.read(data[at : at + framing.header])
