"""Walks over the frames of an audio stream, each of which starts with a header that tells its length."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

_SEARCH = 8 * 1024  # bytes in which a first header must stand: no frame of these codecs is longer
_MOST = 128 * 1024  # bytes that are walked over: a PES packet of sound holds 64 KiB at most (ISO/IEC 13818-1 2.4.3.7)
_MOST_ASKED = 64  # frames: LATM need not repeat in each how it is coded


class AudioFrame(NamedTuple):
    """What the header of an audio frame tells."""

    size: int  # bytes, header included
    samples: int  # that it decodes to, per channel
    sample_rate: int | None  # Hz
    channels: int | None
    codec: str  # mp2 or mp3 where the PMT cannot tell
    frames: int = 1  # with as many samples that this header stands for


class AudioFraming(NamedTuple):
    """How a codec marks its frames."""

    sync: bytes  # that each header starts with
    header: int  # bytes that `read` needs of one
    read: Callable[[bytes], AudioFrame | None]  # what a header tells, from as many bytes or less; None: it is none


def first_frame(data: bytes, framing: AudioFraming) -> AudioFrame | None:
    """The first frame of *data* that tells its sample rate, else the first of all."""
    first = None
    for frame in islice(_frames(data, framing), _MOST_ASKED):
        if frame.sample_rate:
            return frame
        first = first or frame
    return first


def count_frames(data: bytes, framing: AudioFraming) -> int | None:
    """How many frames start in *data*, a last one that is cut among them; None: not one."""
    return sum(frame.frames for frame in _frames(data, framing)) or None


def _frames(data: bytes, framing: AudioFraming) -> Iterator[AudioFrame]:
    """Frame after frame, until one does not follow from the one before."""
    data = data[:_MOST]
    at = _find(data, framing)
    while at is not None and (frame := _read(data, at, framing)):
        yield frame
        at += frame.size


def _find(data: bytes, framing: AudioFraming) -> int | None:
    """Where the first header stands: where its frame ends, the next one must be, or the data must end if it is at 0."""
    at = data.find(framing.sync, 0, _SEARCH)
    while at >= 0:
        frame = _read(data, at, framing)
        if frame:
            behind = at + frame.size
            if _read(data, behind, framing) or (at == 0 and behind + framing.header > len(data)):
                return at
        at = data.find(framing.sync, at + 1, _SEARCH)
    return None


def _read(data: bytes, at: int, framing: AudioFraming) -> AudioFrame | None:
    """The header at an offset."""
    return framing.read(data[at : at + framing.header])
