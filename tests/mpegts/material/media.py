"""Real segments of libav's encoders and muxers; small, and each encoded once per run."""

import io
import math
import re
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

TICKS = 90_000
WRAP = 1 << 33
Options = tuple[tuple[str, str], ...]

_VIDEO_OPTIONS = {
    "libx264": {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1", "x264-params": "scenecut=0"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1:scenecut=0"},
    "mpeg2video": {},
}


class Recipe(NamedTuple):
    """The settings of an encoding."""

    video: str | None = "libx264"
    audio: str | None = "aac"
    size: tuple[int, int] = (160, 120)
    rate: Fraction = Fraction(25)
    seconds: int = 2
    group: int = 25  # pictures from one key frame to the next
    b_frames: int = 0
    sample_rate: int = 44_100
    channels: int = 1
    bit_rate: int = 48_000  # of the audio
    start: float = 0.0  # seconds that are added to all times
    late: float = 0.0  # seconds by which video starts after audio
    extra: Options = ()  # of the video encoder
    muxer: Options = ()
    noise: int = 0  # random shades of pixels, so that every picture is large


@cache
def encode(recipe: Recipe) -> bytes:
    """Encode one segment."""
    target = io.BytesIO()
    options = {"output_ts_offset": str(recipe.start), **dict(recipe.muxer)}
    with av.open(target, "w", format="mpegts", options=options) as output:
        _record(recipe, output)
    return target.getvalue()


@cache
def cut(recipe: Recipe, muxer: str = "hls") -> tuple[bytes, ...]:
    """Encode contiguous segments of at least a second with libav's hls or segment muxer."""
    return tuple(data for _, data in cut_and_listed(recipe, muxer))


@cache
def cut_and_listed(recipe: Recipe, muxer: str = "hls", seconds: int = 1) -> tuple[tuple[float, bytes], ...]:
    """Encode segments of at least *seconds*, each with the EXTINF of libav's hls or segment muxer."""
    with tempfile.TemporaryDirectory() as scratch:
        options = dict(recipe.muxer) | {"output_ts_offset": str(recipe.start)}
        index, names = Path(scratch, "index.m3u8"), f"{scratch}/%d.ts"
        if muxer == "hls":
            options |= {"hls_time": str(seconds), "hls_list_size": "0", "hls_segment_filename": names}
        else:
            options |= {"segment_time": str(seconds), "segment_format": "mpegts", "segment_list": str(index)}
        with av.open(str(index) if muxer == "hls" else names, "w", format=muxer, options=options) as output:
            _record(recipe, output)
        lengths = [float(number) for number in re.findall(r"#EXTINF:([\d.]+)", index.read_text())]
        return tuple((length, Path(scratch, f"{number}.ts").read_bytes()) for number, length in enumerate(lengths))


def _record(recipe: Recipe, output: av.container.OutputContainer) -> None:
    """Encode video and audio interleaved, as a recorder does."""
    pictures, sounds = _pictures(recipe, output), _sounds(recipe, output)
    output.start_encoding()
    ready = [(next(source, None), source) for source in (pictures, sounds)]
    while any(item for item, _ in ready):
        at = min((number for number in (0, 1) if ready[number][0]), key=lambda number: ready[number][0][0])
        item, source = ready[at]
        output.mux(item[1])
        ready[at] = next(source, None), source


Encoded = tuple[float, list[av.Packet]]


def _pictures(recipe: Recipe, output: av.container.OutputContainer) -> Iterator[Encoded]:
    """Return the packets of one picture after the other, with its second."""
    if recipe.video is None:
        return iter(())
    options = _VIDEO_OPTIONS[recipe.video] | {"g": str(recipe.group), "bf": str(recipe.b_frames)} | dict(recipe.extra)
    if recipe.b_frames:
        options.pop("tune", None)
    stream = output.add_stream(recipe.video, rate=recipe.rate, options=options)
    stream.width, stream.height = recipe.size
    stream.pix_fmt = "yuv420p"
    stream.codec_context.thread_count = 1
    return _encode_pictures(recipe, stream)


def _encode_pictures(recipe: Recipe, stream: av.VideoStream) -> Iterator[Encoded]:
    skipped = math.ceil(recipe.late * recipe.rate)
    for number in range(skipped, math.ceil(recipe.seconds * recipe.rate)):
        frame = av.VideoFrame.from_ndarray(_card(recipe.size, number, recipe.noise), format="yuv420p")
        frame.pts, frame.time_base = number, 1 / recipe.rate
        yield float(number / recipe.rate), stream.encode(frame)
    yield float(recipe.seconds), stream.encode(None)


def _card(size: tuple[int, int], number: int, noise: int) -> np.ndarray:
    """Return a moving gray ramp, so that no picture is empty."""
    width, height = size[0] & ~1, size[1] & ~1
    card = np.full((height * 3 // 2, width), 128, np.uint8)
    card[:height] = ((np.arange(width) * 3 + number * 5)[None, :] + np.arange(height)[:, None] * 2) % 220 + 16
    if noise:
        chance = np.random.default_rng(number).integers(0, noise, (height, width))
        card[:height] = np.clip(card[:height] + chance, 16, 235)
    return card


def _sounds(recipe: Recipe, output: av.container.OutputContainer) -> Iterator[Encoded]:
    """Return the packets of one audio frame after the other, with its second."""
    if recipe.audio is None:
        return iter(())
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[recipe.channels]
    stream = output.add_stream(recipe.audio, rate=recipe.sample_rate, layout=layout, bit_rate=recipe.bit_rate)
    stream.codec_context.thread_count = 1
    return _encode_sounds(recipe, stream)


def _encode_sounds(recipe: Recipe, stream: av.AudioStream) -> Iterator[Encoded]:
    resampler = av.AudioResampler(stream.codec_context.format, stream.layout, recipe.sample_rate, frame_size=1024)
    chunk = recipe.sample_rate // 10
    for number in range(recipe.seconds * 10):
        at = np.arange(number * chunk, (number + 1) * chunk)
        tone = (np.sin(at * 440 * math.tau / recipe.sample_rate) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = (
            recipe.sample_rate,
            number * chunk,
            Fraction(1, recipe.sample_rate),
        )
        yield number / 10, [packet for part in resampler.resample(frame) for packet in stream.encode(part)]
    yield float(recipe.seconds), stream.encode(None)
