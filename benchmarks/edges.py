"""Measure the size of head and tail that an inspection at depth `edges` needs, and their share of the bytes.

    python benchmarks/edges.py [--seconds 2 15]

Makes segments as recorders do (H.264 and AAC, several sizes and bit rates, a shared screen, audio only), each starting
with a key frame, and inspects them as a whole and by their edges. Each kind is made by a muxer that writes each frame
as it arrives, and by ffmpeg's hls muxer, which buffers audio for up to 0.35 s. Needs the extra [fixtures].
"""

import argparse
import io
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_edges
from ossrec.mpegts.inspection import Inspection, StreamSummary

KIB = 1024
SIZES = (16, 32, 64, 128, 256, 512)  # KiB of head, and of tail
RATE, AUDIO_RATE, SAMPLES = 25, 48_000, 1024
LATE = 0.1  # seconds, so that the complete key frame comes before the first audio, as with some recorders
DELAY = 700_000  # µs, the default of the command ffmpeg: audio is held back for half of it
FIXTURES = Path(__file__).parents[1] / "fixtures" / "segments"


class Kind(NamedTuple):
    """The content of a recording."""

    name: str
    size: tuple[int, int] | None  # pixels; None: audio only
    rate: int  # kbit/s of the video
    moves: bool = True
    audio: int = 64  # kbit/s


KINDS = (
    Kind("audio only, 32 kbit/s", None, 0, audio=32),
    Kind("audio only, 128 kbit/s", None, 0, audio=128),
    Kind("360p, 0.3 Mbit/s", (640, 360), 300),
    Kind("360p, 0.8 Mbit/s", (640, 360), 800),
    Kind("720p, 1.5 Mbit/s", (1280, 720), 1500),
    Kind("720p, 3 Mbit/s", (1280, 720), 3000),
    Kind("1080p, 4 Mbit/s", (1920, 1080), 4000),
    Kind("1080p, 8 Mbit/s", (1920, 1080), 8000),
    Kind("shared screen, 1080p", (1920, 1080), 400, moves=False),
)


def record(kind: Kind, seconds: float) -> bytes:
    """Return a segment of a muxer that writes each frame as it arrives."""
    target = io.BytesIO()
    with av.open(target, "w", format="mpegts") as output:
        _mux(kind, output, seconds, 1000, LATE if kind.size else 0.0)
    return target.getvalue()


def cut(kind: Kind, seconds: float) -> bytes:
    """Return the second segment of ffmpeg's hls muxer."""
    with tempfile.TemporaryDirectory() as scratch:
        options = {"hls_time": str(seconds), "hls_list_size": "0", "max_delay": str(DELAY)}
        options["hls_segment_filename"] = f"{scratch}/%d.ts"
        with av.open(f"{scratch}/index.m3u8", "w", format="hls", options=options) as output:
            _mux(kind, output, 2 * seconds + 1, round(seconds * RATE), 0.0)
        return Path(scratch, "1.ts").read_bytes()


def _mux(kind: Kind, output: av.container.OutputContainer, seconds: float, group: int, late: float) -> None:
    """Encode video and audio side by side; *group* is the number of pictures from one key frame to the next."""
    sources = [_audio_packets(kind, output, seconds, late)]
    if kind.size is not None:
        sources.insert(0, _video_packets(kind, output, seconds, group))
    output.start_encoding()
    ready = [(next(source, None), source) for source in sources]
    while any(item for item, _ in ready):
        at = min((n for n, (item, _) in enumerate(ready) if item), key=lambda n: ready[n][0][0])
        item, source = ready[at]
        output.mux(item[1])
        ready[at] = next(source, None), source


def _video_packets(
    kind: Kind, output: av.container.OutputContainer, seconds: float, group: int
) -> Iterator[tuple[float, av.Packet]]:
    width, height = kind.size or (0, 0)
    rate = f"{kind.rate}k"
    options = {"preset": "ultrafast", "g": str(group), "bf": "0", "maxrate": rate, "bufsize": rate}
    stream = output.add_stream("libx264", rate=RATE, options=options | {"x264-params": "scenecut=0"})
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", kind.rate * 1000
    draw = np.random.default_rng(1)
    scene = np.kron(draw.integers(16, 235, (height // 8 + 1, width // 8 + 1)), np.ones((8, 8)))[:height, :width]
    scene = scene.astype(np.uint8)

    def frames() -> Iterator[av.VideoFrame]:
        for number in range(round(seconds * RATE)):
            luma = np.roll(scene, 3 * number, axis=1) if kind.moves else scene.copy()
            if kind.moves:
                luma[::2, ::2] += draw.integers(0, 6, luma[::2, ::2].shape, dtype=np.uint8)
            else:  # a line of text grows
                luma[40:56, 8 * number % width :][:, :16] = 235
            card = np.full((height * 3 // 2, width), 128, np.uint8)
            card[:height] = luma
            frame = av.VideoFrame.from_ndarray(card, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            yield frame

    return _encode(stream, frames())


def _audio_packets(
    kind: Kind, output: av.container.OutputContainer, seconds: float, late: float
) -> Iterator[tuple[float, av.Packet]]:
    stream = output.add_stream("aac", rate=AUDIO_RATE, layout="mono")
    stream.bit_rate = kind.audio * 1000
    draw = np.random.default_rng(2)

    def frames() -> Iterator[av.AudioFrame]:
        for number in range(round(seconds * AUDIO_RATE / SAMPLES)):
            tone = draw.normal(0, 0.2, (1, SAMPLES)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = AUDIO_RATE, round(late * AUDIO_RATE) + number * SAMPLES
            frame.time_base = Fraction(1, AUDIO_RATE)
            yield frame

    return _encode(stream, frames())


def _encode(stream: av.stream.Stream, frames: Iterator[av.frame.Frame]) -> Iterator[tuple[float, av.Packet]]:
    for frame in chain(frames, [None]):
        for packet in stream.encode(frame):
            yield float(packet.dts * packet.time_base), packet


def edges(data: bytes, head: int, tail: int) -> Inspection | None:
    """Inspect the edges; return None if they are the whole segment."""
    if len(data) <= head + tail:
        return None
    return inspect_edges(data[:head], data[len(data) - tail :], len(data))


def shows_start(seen: Inspection, whole: Inspection) -> bool:
    """Return whether the edges show the format, first timestamp and first key frame of every stream."""
    return [_start(one) for one in seen.streams] == [_start(one) for one in whole.streams]


def shows_end(seen: Inspection, whole: Inspection) -> bool:
    """Return whether the edges show the end of every stream."""
    return [one.length for one in seen.streams] == [one.length for one in whole.streams]


def _start(one: StreamSummary) -> tuple[object, ...]:
    return one.pid, one.format, one.first_pts, one.starts_with_key


def least_sizes(data: bytes, whole: Inspection) -> tuple[str, str]:
    """Return the smallest sufficient head and tail, each with the other one large."""
    heads = (size for size in SIZES if (seen := edges(data, size * KIB, 0)) is None or shows_start(seen, whole))
    tails = (size for size in SIZES if (seen := edges(data, 512 * KIB, size * KIB)) is None or shows_end(seen, whole))
    return tuple(f"{found} KiB" if (found := next(sizes, None)) else "more" for sizes in (heads, tails))  # type: ignore


def main() -> None:
    """Print the table."""
    from ossrec.jobs.workers.inspect_object import HEAD, TAIL

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, nargs="+", default=[2, 15])
    given = parser.parse_args()
    ends = f"{HEAD // KIB} + {TAIL // KIB}"
    print(f"| segment | seconds | KiB | head needed | tail needed | read at {ends} KiB | complete |")
    print("|---|---|---|---|---|---|---|")
    made = [(kind, seconds) for kind in KINDS for seconds in given.seconds]
    clips = [(kind.name, f"{seconds:g}", record(kind, seconds)) for kind, seconds in made]
    clips += [(f"{kind.name}, hls muxer", f"{seconds:g}", cut(kind, seconds)) for kind, seconds in made]
    clips += [(f"fixtures/segments/{name}", "2", (FIXTURES / name / "0.ts").read_bytes()) for name in ("mix", "screen")]
    for name, seconds, data in clips:
        whole = inspect_blocks([data])
        seen = edges(data, HEAD, TAIL)
        sure = seen is None or (shows_start(seen, whole) and shows_end(seen, whole))
        share = min(1.0, (HEAD + TAIL) / len(data))
        head, tail = least_sizes(data, whole)
        answer = "yes" if sure else "no"
        print(f"| {name} | {seconds} | {len(data) // KIB:,} | {head} | {tail} | {share:.0%} | {answer} |", flush=True)


if __name__ == "__main__":
    main()
