"""How long segments are, by their times."""

import pytest

from ossrec.mpegts.inspection import WRAP, Inspection, StreamFormat, StreamSummary, signed
from ossrec.mpegts.sequence.durations import measured_durations, start_to_start, tolerance

PICTURE = StreamFormat("video", "h264", 640, 360)
SOUND = StreamFormat("audio", "aac", sample_rate=48_000, channels=2)


def seen(start: float, length: float, *, sound: tuple[float, float] | None = None, picture: bool = True) -> Inspection:
    """A segment whose picture has these seconds, and its sound those of *sound*."""
    streams = []
    if picture:
        streams.append(StreamSummary(256, PICTURE, 1, round(start * 90_000) % WRAP, round(length * 90_000)))
    if sound is not None:
        streams.append(StreamSummary(257, SOUND, 1, round(sound[0] * 90_000) % WRAP, round(sound[1] * 90_000)))
    return Inspection("full", 188, 188, 188, 1, tuple(streams))


@pytest.mark.parametrize(
    ("segments", "found"),
    [
        pytest.param([seen(1, 9.96), seen(11, 10)], [10.0, 10.0], id="until the next one starts"),
        pytest.param([seen(1, 9.96)], [9.96], id="by itself where none follows"),
        pytest.param([seen(1, 9.96), seen(40, 10)], [9.96, 10.0], id="by itself before a jump"),
        pytest.param([seen(1, 9.96), None, seen(21, 10)], [9.96, None, 10.0], id="a hole"),
        pytest.param([seen(11, 9.96), seen(1, 10)], [9.96, 10.0], id="times that go back"),
        pytest.param([seen(WRAP / 90_000 - 4, 10), seen(6, 10)], [10.0, 10.0], id="over the wrap of the clock"),
        pytest.param([seen(1, 9, sound=(1.5, 10))], [10.5], id="the sound lasts longer than the picture"),
        pytest.param(
            [seen(2, 2, sound=(1, 2.9)), seen(4, 2, sound=(3, 2.9))],
            [2.0, 2.0],
            id="sound that was left over from the segment before",
        ),
        pytest.param([seen(0, 0, picture=False)], [None], id="nothing carries a time"),
    ],
)
def test_spans(segments: list[Inspection | None], found: list[float | None]) -> None:
    assert measured_durations(segments) == found


def test_a_step_is_by_the_picture_or_else_by_the_sound() -> None:
    assert start_to_start(seen(1, 10, sound=(1.2, 10)), seen(11, 10, sound=(11.4, 10))) == 10.0
    assert start_to_start(seen(0, 0, picture=False, sound=(1, 10)), seen(0, 0, picture=False, sound=(11.5, 10))) == 10.5
    assert start_to_start(seen(1, 10), seen(0, 0, picture=False, sound=(11, 10))) is None


def test_a_tenth_or_half_a_second_is_tolerated() -> None:
    assert (tolerance(2.0), tolerance(15.0)) == (0.5, 1.5)


def test_a_difference_of_times_is_the_shorter_way() -> None:
    assert (signed(WRAP - 1), signed(50 - (WRAP - 100)), signed(5)) == (-1, 150, 5)
