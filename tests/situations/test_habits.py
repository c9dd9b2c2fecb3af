"""What a recorder does in all of a recording is its habit, an info; the same as an exception is a warning."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from fixtures.making.recorder import write_playlist
from ossrec.findings import Finding, Severity
from tests.mpegts.material.breaking import count_on, lose
from tests.mpegts.material.breaking_times import move
from tests.mpegts.material.media import Recipe, cut_and_listed
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

Media = list[tuple[bytes, float]]

SECONDS = 12  # and as many segments: of eleven boundaries, one exception leaves a habit, two do not
CODECS = {
    "H.264 and AAC": Recipe(seconds=SECONDS),
    "H.265 and AAC": Recipe(video="libx265", seconds=SECONDS),
    "audio only": Recipe(video=None, seconds=SECONDS),
    "video only": Recipe(audio=None, seconds=SECONDS),
    "two segments": Recipe(seconds=2),
}


def segments_of(recipe: Recipe, restarts: Collection[int]) -> Media:
    """Return contiguous segments of a second; the counters restart before the segments with these numbers."""
    listed = cut_and_listed(recipe, "hls")
    made: list[bytes] = []
    group: list[bytes] = []
    for number, (_, data) in enumerate([*listed, (0.0, b"")]):
        if group and (number in restarts or number == len(listed)):
            made += _continued(group)
            group = []
        group.append(data)
    return [(data, seconds) for data, (seconds, _) in zip(made, listed, strict=True)]


def _continued(group: Sequence[bytes]) -> list[bytes]:
    joined = count_on(b"".join(group))
    starts = [sum(map(len, group[:number])) for number in range(len(group))]
    return [joined[start : start + len(data)] for start, data in zip(starts, group, strict=True)]


def found(situation: Situation, code: str) -> list[Finding]:
    return [finding for finding in situation.findings() if finding.code == code]


@pytest.mark.parametrize("codec", CODECS)
def test_counters_that_restart_in_each_segment_lose_nothing(codec: str, tmp_path: Path) -> None:
    media = segments_of(CODECS[codec], range(SECONDS))

    situation = Situation(tmp_path, objects_of(recording(media)))

    boundaries = len(media) - 1
    (restarts,) = found(situation, "TS353")
    assert situation.verdict() == "complete"
    assert (restarts.severity, restarts.segment) == (Severity.INFO, None)
    assert f"restart at {boundaries} of {boundaries} boundaries" in restarts.detail
    made = assert_rebuilt_plays(situation, segments=len(media))
    assert not any(segment.discontinuity for segment in made.playlist.segments[1:])


def test_one_boundary_without_a_restart_is_an_exception_to_the_habit(tmp_path: Path) -> None:
    media = segments_of(CODECS["H.264 and AAC"], set(range(SECONDS)) - {5})

    situation = Situation(tmp_path, objects_of(recording(media)))

    (restarts,) = found(situation, "TS353")
    assert situation.verdict() == "complete"
    assert f"restart at {len(media) - 2} of {len(media) - 1} boundaries" in restarts.detail


@pytest.mark.parametrize(
    "kept", [pytest.param({5, 8}, id="two boundaries continue"), pytest.param(set(range(12)) - {6}, id="one restarts")]
)
def test_below_the_threshold_each_restart_is_a_warning(kept: set[int], tmp_path: Path) -> None:
    restarts = set(range(SECONDS)) - kept
    media = segments_of(CODECS["H.264 and AAC"], restarts)

    situation = Situation(tmp_path, objects_of(recording(media)))

    warnings = found(situation, "TS353")
    assert situation.verdict() == "flawed"
    assert {finding.segment for finding in warnings} == {number for number in restarts if 0 < number < len(media)}
    assert {finding.severity for finding in warnings} == {Severity.WARNING}
    made = assert_rebuilt_plays(situation, segments=len(media))
    assert {one.number for one in made.playlist.segments[1:] if one.discontinuity} == set(restarts) & set(
        range(1, len(media))
    )


def test_a_loss_remains_a_warning_beside_the_habit(tmp_path: Path) -> None:
    media = segments_of(CODECS["H.264 and AAC"], range(SECONDS))
    late = [(move("video", 0.3)(move("audio", 0.3)(data)), seconds) for data, seconds in media[5:]]

    situation = Situation(tmp_path, objects_of(recording([*media[:5], *late])))

    findings = {finding.segment: finding.severity for finding in found(situation, "TS353")}
    assert findings == {None: Severity.INFO, 5: Severity.WARNING}
    assert situation.verdict() == "flawed"


def test_a_loss_at_each_boundary_is_no_habit(tmp_path: Path) -> None:
    media = segments_of(CODECS["H.264 and AAC"], range(SECONDS))
    lossy = [(lose("audio", 400, 0.7)(data), seconds) for data, seconds in media]

    situation = Situation(tmp_path, objects_of(recording(lossy)))

    assert situation.verdict() != "complete"
    assert Severity.INFO not in {finding.severity for finding in found(situation, "TS353")}


def joined(lengths: Sequence[int]) -> Media:
    """Return contiguous segments of the given whole seconds."""
    pieces = iter(segments_of(Recipe(seconds=sum(lengths)), ()))
    made: Media = []
    for length in lengths:
        some = [next(pieces) for _ in range(length)]
        made.append((b"".join(data for data, _ in some), round(sum(seconds for _, seconds in some), 6)))
    return made


@pytest.mark.parametrize(
    ("lengths", "verdict"),
    [
        pytest.param([2] * 9 + [1], "complete", id="all but the rest of the recording"),
        pytest.param([1] + [2] * 9, "complete", id="nine of ten"),
        pytest.param([1, 1] + [2] * 8, "flawed", id="eight of ten"),
        pytest.param([1] * 4 + [2] + [1] * 5, "flawed", id="one of ten"),
        pytest.param([1, 2, 1], "flawed", id="one of three"),
    ],
)
def test_segments_longer_than_the_target(lengths: list[int], verdict: str, tmp_path: Path) -> None:
    some = recording(joined(lengths))

    situation = Situation(tmp_path, objects_of(some, write_playlist(some.segments, target=1)))

    findings = found(situation, "HLS090")
    assert situation.verdict() == verdict
    assert len(findings) == (1 if verdict == "complete" else lengths.count(2))
    assert {finding.severity for finding in findings} == {Severity.INFO if verdict == "complete" else Severity.WARNING}
    assert_rebuilt_plays(situation, segments=len(lengths), max_extinf=2.1)


@pytest.mark.parametrize("version", ["", "#EXT-X-VERSION:2\n"], ids=["no version", "too low a version"])
def test_decimal_durations_need_no_version(version: str, tmp_path: Path) -> None:
    some = recording(joined([1, 1, 1]))
    text = write_playlist(some.segments).replace("#EXT-X-VERSION:3\n", version)

    situation = Situation(tmp_path, objects_of(some, text))

    (finding,) = found(situation, "HLS072")
    assert finding.severity == Severity.INFO
    assert situation.verdict() == "complete"


def test_durations_without_a_comma_are_one_info(tmp_path: Path) -> None:
    some = recording(joined([1, 1, 1]))
    text = write_playlist(some.segments)
    assert "#EXTINF:1.0\n" in text

    situation = Situation(tmp_path, objects_of(some, text))

    (finding,) = found(situation, "HLS162")
    assert finding.detail == "on 3 lines"
    assert situation.verdict() == "complete"
