"""Segments with another time than their names say."""

import pytest

from ossrec.mpegts.inspection import WRAP, Inspection, StreamFormat, StreamSummary
from ossrec.mpegts.sequence.check import SegmentInSequence
from ossrec.mpegts.sequence.misplaced import MAX_FINDINGS, OUT_OF_PLACE, misplaced_segments
from ossrec.naming import parse_name

SECOND = 90_000
SOUND = StreamFormat("audio", "aac", sample_rate=48_000, channels=2)
NAME = "day/rid_ba111120000012e4ab25e635aef1e5ea69e1c_theatre_20261120{:02d}{:02d}{:02d}120.ts"


def rows(*held: tuple[float, float, float], wrap: int = 0) -> list[SegmentInSequence]:
    """Return segments of 4 s by EXTINF, each from the time in its name, its first PTS, and its measured duration."""
    found = []
    for number, (named, pts, length) in enumerate(held):
        stream = StreamSummary(257, SOUND, 90, round(pts * SECOND + wrap) % WRAP, round(length * SECOND))
        key = NAME.format(*divmod(int(named) // 60, 60), int(named) % 60)
        seen = Inspection("full", 1880, 1880, 188, 10, (stream,))
        found.append(SegmentInSequence(number, key, 4.0 * number, 4.0, True, True, seen))
    return found


def whole(*times: float) -> list[tuple[float, float, float]]:
    """Return the values of segments of 4 s, named every 4 s, with frames that start at these times."""
    return [(4.0 * number, time, 4.0) for number, time in enumerate(times)]


def test_the_names_are_names() -> None:
    assert parse_name(NAME.format(0, 0, 4)) is not None


@pytest.mark.parametrize("wrap", [0, WRAP - 10 * SECOND], ids=["", "also where times wrap"])
@pytest.mark.parametrize(
    ("held", "expected"),
    [
        pytest.param(whole(0, 4, 8, 12, 16), [], id="in their order"),
        pytest.param(whole(0, 4, 12, 8, 16), [2, 3], id="two were swapped"),
        pytest.param(whole(0, 4, 16, 12, 16), [2], id="one was written over another"),
        pytest.param(whole(0, 4, 16, 12, 24, 20, 24), [2, 4], id="twice"),
        pytest.param(whole(100, 104, 108, 0, 4, 8), [], id="the clock restarted"),
        pytest.param(whole(0, 4, 8, 0, 4, 8), [], id="the clock restarted at its first value"),
        pytest.param([(0, 0, 4), (4, 4, 4), (44, 44, 4), (48, 48, 4)], [], id="a user was away"),
        pytest.param([(0, 0, 4), (4, 4, 4), (44, 8, 4), (48, 12, 4)], [], id="away, and the clock stopped"),
        pytest.param([(0, 0, 4), (4, 7, 1), (8, 8, 4)], [], id="a stream that begins late in its segment"),
        pytest.param([(0, 0, 4), (4, 4.9, 4), (8, 8.8, 4), (12, 12, 4)], [], id="names that are not exact"),
        pytest.param([(n * 4, n * 4.05, 4) for n in range(60)], [], id="clocks that drift"),
    ],
)
def test_segments_with_another_time_than_their_name(
    held: list[tuple[float, float, float]], expected: list[int], wrap: int
) -> None:
    found = misplaced_segments("a.m3u8", rows(*held, wrap=wrap))
    assert [(one.code, one.segment, one.start, one.length) for one in found] == [
        (OUT_OF_PLACE, number, 4.0 * number, 4.0) for number in expected
    ]


def test_the_detail_says_earlier_or_later() -> None:
    found = misplaced_segments("a.m3u8", rows(*whole(0, 4, 12, 8, 16)))
    assert [one.detail.partition(": ")[2] for one in found] == [
        "its media is 4.0 s later than its name says",
        "its media is 4.0 s earlier than its name says",
    ]


def test_names_without_a_time_are_ignored() -> None:
    held = rows(*whole(0, 4, 12, 8, 16))
    assert misplaced_segments("a.m3u8", [one._replace(key=f"s{one.number}.ts") for one in held]) == []


def test_findings_above_the_limit_are_counted() -> None:
    held = rows(
        *(one for n in range(MAX_FINDINGS + 3) for one in ((8.0 * n, 8.0 * n, 4), (8.0 * n + 4, 8.0 * n + 40, 4)))
    )
    found = misplaced_segments("a.m3u8", [*held, *rows((8.0 * (MAX_FINDINGS + 3), 8.0 * (MAX_FINDINGS + 3), 4))])
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1].detail == "and 3 more of the same"
