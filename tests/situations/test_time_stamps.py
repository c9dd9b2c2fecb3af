"""Recordings whose time stamps are wrong: stray frames and clocks that restart or overflow."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.making.recorder import pause
from tests.check.run_check import slice_of
from tests.mpegts.material.breaking_times import (
    count_again,
    lose_end,
    move,
    pcr_on_own_pid,
    renumber,
    restart_clock,
    stray,
    without_pcr,
)
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

SECONDS = (2.08, 2.32, 2.0, 2.0)
LONGEST = 2.4
Change = Callable[[bytes], bytes]
OVERFLOW = -(1 << 32) / 90_000  # seconds


def changed(changes: dict[int, Change], count: int = 3, kind: str = "camera") -> list[tuple[bytes, float]]:
    """Return the first segments of a source with their durations, some of them changed."""
    keep: Change = bytes
    return [(changes.get(number, keep)(slice_of(kind, number)), SECONDS[number]) for number in range(count)]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(stray("video", 37_600), id="a picture"),
        pytest.param(stray("audio", 37_600), id="audio"),
        pytest.param(stray("video", 37_600, first=0), id="the first picture"),
        pytest.param(stray("video", 37_600, first=1), id="the last picture"),
        pytest.param(stray("video", 37_600, count=3), id="three pictures"),
        pytest.param(stray("video", -37_600), id="a picture behind"),
    ],
)
def test_stray_frames_change_no_duration(change: Change, tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(recording(changed(dict.fromkeys(range(3), change)))))
    assert (situation.verdict(), situation.codes() & {"TS380", "TS390"}) == ("flawed", set())
    assert "TS373" in situation.codes()
    assert situation.row()["measured_duration"] == pytest.approx(6.4, abs=0.1)
    made = situation.rebuild()
    assert [one.duration for one in made.playlist.segments] == list(SECONDS[:3])


@pytest.mark.parametrize("seconds", [-900.0, -1.5, 37_600.0])
def test_a_clock_that_restarts_inside_a_segment_changes_no_duration(seconds: float, tmp_path: Path) -> None:
    changes: dict[int, Change] = {1: restart_clock(seconds), 2: restart_clock(seconds, share=0)}
    situation = Situation(tmp_path, objects_of(recording(changed(changes))))
    assert (situation.verdict(), situation.codes() & {"TS380", "TS390"}) == ("flawed", set())
    (at,) = {finding.segment for finding in situation.findings() if finding.code == "TS372"}
    assert at == 1
    assert_rebuilt_plays(situation, segments=3, max_extinf=LONGEST)


@pytest.mark.parametrize("inside", [True, False], ids=["inside a segment", "between two"])
def test_an_overflow_of_32_bits_has_its_name(inside: bool, tmp_path: Path) -> None:
    moved = restart_clock(OVERFLOW, share=0)
    changes = {1: restart_clock(OVERFLOW), 2: moved} if inside else {1: moved, 2: moved}
    situation = Situation(tmp_path, objects_of(recording(changed(changes))))
    assert (situation.verdict(), situation.codes() & {"TS372", "TS380", "TS390"}) == ("flawed", set())
    assert "TS383" in situation.codes()
    made = assert_rebuilt_plays(situation, segments=3, max_extinf=LONGEST)
    assert [one.discontinuity for one in made.playlist.segments[1:]] == [not inside, False]


def test_a_segment_that_was_moved_in_time_is_still_a_gap(tmp_path: Path) -> None:
    both: Change = lambda data: move("audio", 900)(move("video", 900)(data))  # noqa: E731
    situation = Situation(tmp_path, objects_of(recording(changed({1: both}))))
    assert situation.verdict() == "damaged"
    assert "TS380" in situation.codes()


@pytest.mark.parametrize(("change", "codes"), [(without_pcr, {"TS374"}), (pcr_on_own_pid(), set())])
def test_a_pcr_that_players_do_without(change: Change, codes: set[str], tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(recording(changed(dict.fromkeys(range(3), change)))))
    assert (situation.verdict(), situation.codes() & {"TS370", "TS374"}) == ("complete", codes)


@pytest.mark.parametrize("kind", ["camera", "voice"])
def test_streams_that_change_their_pids_get_a_discontinuity(kind: str, tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(recording(changed({2: renumber(16)}, kind=kind))))
    assert situation.verdict() == "flawed"
    assert [finding.segment for finding in situation.findings() if finding.code == "TS384"] == [2]
    made = situation.rebuild()  # not decoded: some versions of ffprobe crash where streams are added
    assert [one.discontinuity for one in made.playlist.segments[1:]] == [False, True]
    assert [one.duration for one in made.playlist.segments] == list(SECONDS[:3])


@pytest.mark.parametrize(("seconds", "verdict"), [(0.4, "flawed"), (0.03, "complete")])
def test_small_losses_at_each_boundary_add_up(seconds: float, verdict: str, tmp_path: Path) -> None:
    cut = [lose_end("audio", seconds)(lose_end("video", seconds)(slice_of("camera", number))) for number in range(4)]
    situation = Situation(tmp_path, objects_of(recording(list(zip(count_again(cut), SECONDS, strict=True)))))
    assert (situation.verdict(), "TS385" in situation.codes()) == (verdict, verdict == "flawed")


@pytest.mark.parametrize("kind", ["camera", "voice"])
@pytest.mark.parametrize("seconds", [37.0, -3.0])
def test_a_clock_that_was_set_is_no_gap(kind: str, seconds: float, tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(pause(recording(changed({}, 4, kind)), 2, seconds)))
    assert (situation.verdict(), situation.row()["gap_seconds"]) == ("complete", 0.0)
    (found,) = [finding for finding in situation.findings() if finding.code in ("LST300", "LST301", "LST303")]
    assert (found.code, found.segment) == ("LST303", 2)
    made = situation.rebuild()
    assert [one.discontinuity for one in made.playlist.segments[1:]] == [False, False, False]


def test_a_gap_in_names_and_media_is_a_gap(tmp_path: Path) -> None:
    both: Change = lambda data: move("audio", 37)(move("video", 37)(data))  # noqa: E731
    media = changed(dict.fromkeys((2, 3), both), 4)
    situation = Situation(tmp_path, objects_of(pause(recording(media), 2, 37.0)))
    assert situation.codes() & {"LST300", "LST303", "TS380"} == {"LST300", "TS380"}
    assert situation.row()["gap_seconds"] == pytest.approx(37.0, abs=0.2)
    assert [one.discontinuity for one in situation.rebuild().playlist.segments[1:]] == [False, True, False]


def test_a_clock_at_another_rate_is_reported_once(tmp_path: Path) -> None:
    some = recording(changed({}, 4))
    for number in range(1, 4):
        some = pause(some, number, 3.0)
    situation = Situation(tmp_path, objects_of(some))
    assert (situation.verdict(), situation.row()["gap_seconds"]) == ("flawed", 0.0)
    assert [finding.code for finding in situation.findings() if finding.code.startswith("LST")] == ["LST304"]
