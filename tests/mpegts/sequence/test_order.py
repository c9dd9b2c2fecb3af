"""Segments in the order of their PTS, and across segments that could not be inspected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.mpegts.inspection import TICKS, WRAP, Inspection, StreamFormat, StreamSummary
from ossrec.mpegts.sequence.order import continues, order_by_time

SOUND = StreamFormat("audio", "aac", sample_rate=48_000, channels=2)


def seen(first: int | None, seconds: float = 6.0, form: StreamFormat = SOUND) -> Inspection:
    length = None if first is None else round(seconds * TICKS)
    stream = StreamSummary(256, form, 10, None if first is None else first % WRAP, length)
    return Inspection("full", 1880, 1880, 188, 10, (stream,))


@given(st.integers(0, WRAP - 1), st.lists(st.floats(0.1, 400), min_size=1, max_size=20), st.randoms())
def test_the_order_does_not_depend_on_the_first_pts(start: int, lengths: list[float], random) -> None:
    ticks, made = start, []
    for seconds in lengths:
        made.append((ticks, seen(ticks, seconds)))
        ticks += round(seconds * TICKS)
    mixed = made.copy()
    random.shuffle(mixed)
    order = order_by_time([one for _, one in mixed])
    assert order is not None
    assert [mixed[number][0] for number in order] == [first for first, _ in made]


@pytest.mark.parametrize(
    "firsts",
    [
        pytest.param([0, None], id="one has no time"),
        pytest.param([0, 90_000], id="two have the same time"),
        pytest.param([], id="there are none"),
    ],
)
def test_pts_without_an_order(firsts: list[int | None]) -> None:
    assert order_by_time([seen(first) for first in firsts]) is None


def test_one_segment_is_in_order() -> None:
    assert order_by_time([seen(5)]) == [0]


@pytest.mark.parametrize(
    ("after", "between", "expected"),
    [
        pytest.param(seen(16 * TICKS), 10.0, True, id="the segments in between are as long as the gap"),
        pytest.param(seen(WRAP + 16 * TICKS), 10.0, True, id="also over the wrap"),
        pytest.param(seen(17 * TICKS), 10.0, True, id="within the tolerance of the gap"),
        pytest.param(seen(30 * TICKS), 10.0, False, id="time is missing"),
        pytest.param(seen(0), 10.0, False, id="time goes back"),
        pytest.param(seen(16 * TICKS, form=SOUND._replace(channels=1)), 10.0, False, id="another format"),
        pytest.param(seen(None), 10.0, True, id="no times write_stream nothing"),
    ],
)
def test_across_a_gap(after: Inspection, between: float, expected: bool) -> None:
    assert continues(seen(0), after, between) is expected
