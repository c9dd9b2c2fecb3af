"""Real segments in sequence: changes, gaps and overlaps are reported at their position."""

from fractions import Fraction

import pytest

from ossrec.findings import Finding
from ossrec.mpegts.inspect_segment import inspect_blocks
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from tests.mpegts.material.breaking import count_on, lose, places, stream_of, without_stream
from tests.mpegts.material.breaking_times import move
from tests.mpegts.material.healthy import RESTARTED, healthy, series
from tests.mpegts.material.media import TICKS, WRAP, Recipe, cut, encode
from tests.mpegts.material.streams import split

FOUR = "segments of libav's HLS muxer"


def rows(
    segments: list[bytes], durations: list[float] | None = None, marked: frozenset[int] = frozenset()
) -> list[SegmentInSequence]:
    """Return consecutive segments of a playlist; *marked* ones have an EXT-X-DISCONTINUITY before them."""
    start, found = 0.0, []
    for number, data in enumerate(segments):
        one = inspect_blocks([data])
        seconds = durations[number] if durations else one.duration or 0.0
        found.append(SegmentInSequence(number, f"room/{number}.ts", start, seconds, number in marked, number > 0, one))
        start += seconds
    return found


def found(placed: list[SegmentInSequence]) -> dict[str, list[int | None]]:
    """Return the numbers of segments by code."""
    codes: dict[str, list[int | None]] = {}
    for finding in check_segments("room/a.m3u8", placed):
        codes.setdefault(finding.code, []).append(finding.segment)
    return codes


def test_a_missing_segment_leaves_a_gap() -> None:
    first, _, third, fourth = series(FOUR)

    codes = found(rows([first, third, fourth]))

    assert codes["TS380"] == [1]


def test_a_repeated_segment_overlaps() -> None:
    first, second, third, fourth = series(FOUR)

    assert 2 in found(rows([first, second, second, third, fourth]))["TS380"]


def leaps(placed: list[SegmentInSequence]) -> list[Finding]:
    return [one for one in check_segments("room/a.m3u8", placed) if one.code == "TS380"]


@pytest.mark.parametrize(("first", "then"), [(3600.0, 0.0), (0.0, 3600.0)], ids=["back", "on"])
def test_a_pts_jump_takes_no_time_from_the_recording(first: float, then: float) -> None:
    segments = [*cut(Recipe(start=first, seconds=4)), *cut(Recipe(start=then, seconds=4))]

    (leap,) = leaps(rows(segments))

    assert (leap.segment, leap.start, leap.length) == (4, pytest.approx(4.0, abs=0.1), None)


def test_a_segment_that_is_too_short_is_damaged_at_its_end() -> None:
    segments = [after(Recipe(seconds=4), 4.0 * number) for number in range(3)]
    half = len(segments[1]) // 2 // 188 * 188
    placed = rows([segments[0], segments[1][:half], segments[2]], [4.0, 4.0, 4.0])
    there = placed[1].inspection.duration

    findings = {one.code: one for one in check_segments("room/a.m3u8", placed)}

    assert there is not None
    assert 1.0 < there < 3.0
    for code in ("TS380", "TS390"):
        one = findings[code]
        assert one.start is not None
        assert one.length is not None
        assert (one.segment, one.start) == (1, pytest.approx(4.0 + there, abs=0.1)), code
        assert one.start + one.length == pytest.approx(8.0), code


def test_a_segment_longer_than_its_extinf_has_no_missing_end() -> None:
    (finding,) = check_segments("room/a.m3u8", rows(list(series(FOUR)), [1.0, 1.0, 0.2, 1.0]))

    assert (finding.code, finding.segment, finding.start, finding.length) == ("TS390", 2, 2.0, None)


def test_no_finding_reaches_past_the_end_of_its_segment() -> None:
    segments = list(series(FOUR))
    segments[2] = lose("video", 3, 0.9)(segments[2])
    placed = rows(segments, [1.0, 1.0, 0.3, 1.0])

    (finding,) = (one for one in check_segments("room/a.m3u8", placed) if one.code == "TS350")

    assert (finding.start, finding.length) == (2.3, 0.0)


def test_a_gap_at_a_discontinuity_is_not_reported() -> None:
    first, _, third, fourth = series(FOUR)

    assert found(rows([first, third, fourth], marked=frozenset([1]))) == {}


def test_a_wrong_duration_is_reported_at_its_segment() -> None:
    segments = list(series(FOUR))

    assert found(rows(segments, [1.0, 1.0, 3.0, 1.0]))["TS390"] == [2]


def after(recipe: Recipe, seconds: float) -> bytes:
    """Return a segment that starts where a segment of that duration ends."""
    return encode(recipe._replace(start=seconds))


CHANGES = {
    "the picture size changes": Recipe(size=(320, 180)),
    "the video codec changes": Recipe(video="libx265"),
    "the audio codec changes": Recipe(audio="mp2"),
    "the sample rate changes": Recipe(sample_rate=48_000),
    "the number of channels changes": Recipe(channels=2),
}


@pytest.mark.parametrize("other", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_format_is_reported_unless_declared(other: Recipe) -> None:
    segments = [encode(Recipe()), after(other, 2.0)]

    assert found(rows(segments))["TS420"] == [1]
    assert "TS420" not in found(rows(segments, marked=frozenset([1])))


def test_a_wrap_is_reported_once() -> None:
    segments = list(cut(Recipe(start=WRAP / TICKS - 1.5, seconds=4)))

    codes = found(rows(segments))

    assert list(codes) == ["TS381"]
    assert len(codes["TS381"]) == 1


def test_video_that_starts_late_is_reported() -> None:
    assert found(rows([encode(Recipe(late=1.2, seconds=3))]))["TS410"] == [0]


def test_video_that_starts_a_little_late_is_not_reported() -> None:
    assert found(rows([encode(Recipe(late=0.4, seconds=3))])) == {}


def test_audio_that_drifts_from_video_is_reported() -> None:
    segments = [_drifting(number) for number in range(20)]

    assert "TS411" in found(rows(segments))


def _drifting(number: int) -> bytes:
    """Return a second with audio 50 ms later than in the previous second."""
    return move("audio", number * 0.05)(after(Recipe(seconds=1), float(number)))


def test_losses_are_reported_in_seconds_of_the_recording() -> None:
    segments = list(series(FOUR))
    segments[2] = lose("video", 3)(segments[2])

    findings = [one for one in check_segments("room/a.m3u8", rows(segments)) if one.code == "TS350"]

    assert len(findings) == 1
    _at_its_place(findings[0])


def _at_its_place(finding: Finding) -> None:
    assert (finding.subject, finding.segment, finding.lost) == ("room/a.m3u8", 2, 3)
    assert finding.packet is not None
    assert finding.start is not None
    assert 2.0 < finding.start < 3.2
    assert finding.length is not None
    assert 0 < finding.length < 1


def test_counters_are_not_compared_over_a_missing_segment() -> None:
    first, _, third = series(FOUR)[:3]
    placed = rows([first, third])
    placed[1] = placed[1]._replace(follows=False, number=2)

    assert found(placed) == {}


def test_a_single_segment_has_no_boundary() -> None:
    assert found(rows([healthy("H.264 and AAC")])) == {}


def test_a_camera_switched_on_between_two_segments_is_reported() -> None:
    sound_only = without_stream("video")(encode(Recipe()))
    segments = [sound_only, after(Recipe(late=1.2, seconds=3), 2.0), after(Recipe(), 5.0)]

    codes = found(rows(segments))

    assert (codes["TS360"], codes["TS410"]) == ([0], [1])


def test_counters_restart_although_one_continues_by_chance() -> None:
    first, second = cut(*RESTARTED)[:2]
    pid = stream_of(first, "audio")
    own = len(places(first, pid))
    lost = own % 16  # so many less, and the audio counter ends at 15
    segments = [lose("audio", lost, (own - lost) / own)(first), second]

    (finding,) = (one for one in check_segments("room/a.m3u8", rows(segments)) if one.code == "TS353")

    assert "all continuity counters restart" in finding.detail
    assert finding.lost is None


def test_a_single_picture_lasts_until_the_next_one() -> None:
    screen = Recipe(audio=None, rate=Fraction(1), group=1)
    picture = encode(screen._replace(seconds=1))
    whole = count_on(picture + after(screen._replace(seconds=4), 2.0))
    picture, later = whole[: len(picture)], whole[len(picture) :]

    assert "TS380" not in found(rows([picture, later], [3.0, 4.0]))
    assert "TS380" in found(rows([picture, later], [1.0, 4.0]))


def test_fifteen_packets_lost_before_a_frame_are_not_a_repetition() -> None:
    first, second = cut(Recipe(video=None, seconds=12))[1:3]
    begins = split(second)[places(second, stream_of(second, "audio"))[15]][1] & 0x40
    segments = [first, lose("audio", 15, 0)(second)]

    found = [one.lost for one in check_segments("room/a.m3u8", rows(segments)) if one.code == "TS353"]

    assert begins
    assert found == [15]
