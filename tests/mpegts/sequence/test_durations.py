"""Durations of segments, measured by their timestamps."""

import pytest

from ossrec.mpegts.inspection import WRAP, Inspection, StreamFormat, StreamSummary, signed
from ossrec.mpegts.sequence.durations import measured_durations, start_to_start, tolerance

PICTURE = StreamFormat("video", "h264", 640, 360)
SOUND = StreamFormat("audio", "aac", sample_rate=48_000, channels=2)


def seen(start: float, length: float, *, audio: tuple[float, float] | None = None, video: bool = True) -> Inspection:
    """Return a segment with start and duration of its video, and of its audio in *audio*."""
    streams = []
    if video:
        streams.append(StreamSummary(256, PICTURE, 1, round(start * 90_000) % WRAP, round(length * 90_000)))
    if audio is not None:
        streams.append(StreamSummary(257, SOUND, 1, round(audio[0] * 90_000) % WRAP, round(audio[1] * 90_000)))
    return Inspection("full", 188, 188, 188, 1, tuple(streams))


@pytest.mark.parametrize(
    ("segments", "found"),
    [
        pytest.param([seen(1, 9.96), seen(11, 10)], [10.0, 10.0], id="until the next segment starts"),
        pytest.param([seen(1, 9.96)], [9.96], id="by itself at the end"),
        pytest.param([seen(1, 9.96), seen(40, 10)], [9.96, 10.0], id="by itself before a jump"),
        pytest.param([seen(1, 9.96), None, seen(21, 10)], [9.96, None, 10.0], id="a segment that was not inspected"),
        pytest.param([seen(11, 9.96), seen(1, 10)], [9.96, 10.0], id="timestamps that go back"),
        pytest.param([seen(WRAP / 90_000 - 4, 10), seen(6, 10)], [10.0, 10.0], id="over the PTS wrap"),
        pytest.param([seen(1, 9, audio=(1.5, 10))], [10.5], id="audio lasts longer than video"),
        pytest.param(
            [seen(2, 2, audio=(1, 2.9)), seen(4, 2, audio=(3, 2.9))],
            [2.0, 2.0],
            id="audio that belongs to the previous segment",
        ),
        pytest.param([seen(0, 0, video=False)], [None], id="no timestamps"),
    ],
)
def test_measured_durations(segments: list[Inspection | None], found: list[float | None]) -> None:
    assert measured_durations(segments) == found


def test_segments_are_measured_by_video_or_else_by_audio() -> None:
    assert start_to_start(seen(1, 10, audio=(1.2, 10)), seen(11, 10, audio=(11.4, 10))) == 10.0
    assert start_to_start(seen(0, 0, video=False, audio=(1, 10)), seen(0, 0, video=False, audio=(11.5, 10))) == 10.5
    assert start_to_start(seen(1, 10), seen(0, 0, video=False, audio=(11, 10))) is None


def test_a_tenth_or_half_a_second_is_tolerated() -> None:
    assert (tolerance(2.0), tolerance(15.0)) == (0.5, 1.5)


def test_a_difference_of_times_is_the_shorter_way() -> None:
    assert (signed(WRAP - 1), signed(50 - (WRAP - 100)), signed(5)) == (-1, 150, 5)
