"""Recordings with streams that no decoder can start, or that players do not decode."""

from pathlib import Path

import pytest

from fixtures.making.recorder import clips
from ossrec.findings import Severity
from ossrec.rules import RULES
from tests.mpegts.material.breaking_tables import as_type, as_types
from tests.mpegts.material.media import Recipe, cut_and_listed
from tests.mpegts.material.payloads import length_prefixed, without_frame_headers, without_parameter_sets
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

CAMERA = [(clip.data, clip.seconds) for clip in clips("camera")[:4]]
HEVC = [(data, seconds) for seconds, data in cut_and_listed(Recipe(video="libx265", seconds=4, group=50), seconds=2)]
MPEG2 = [(data, seconds) for seconds, data in cut_and_listed(Recipe(video="mpeg2video", audio="mp2", seconds=4))]
MEDIA = {"h264": CAMERA, "hevc": HEVC, "mpeg2video": MPEG2}


def alarms(situation: Situation) -> set[str]:
    """Return the codes above info."""
    return {code for code in situation.codes() if RULES[code].severity > Severity.INFO}


def segments_with(situation: Situation, code: str) -> list[int | None]:
    """Return the numbers of the segments with a finding."""
    return [finding.segment for finding in situation.findings() if finding.code == code]


@pytest.mark.parametrize("codec", MEDIA)
def test_parameter_sets_only_in_the_first_segment(codec: str, tmp_path: Path) -> None:
    (first, *later), strip = MEDIA[codec], without_parameter_sets(codec)
    situation = Situation(
        tmp_path, objects_of(recording([first, *((strip(data), seconds) for data, seconds in later)]))
    )

    assert situation.verdict() == "flawed"
    assert alarms(situation) == {"TS402"}
    assert segments_with(situation, "TS402") == list(range(1, len(MEDIA[codec])))
    assert_rebuilt_plays(situation, segments=len(MEDIA[codec]))


def test_parameter_sets_in_all_segments_but_the_first(tmp_path: Path) -> None:
    (data, seconds), *later = CAMERA
    situation = Situation(tmp_path, objects_of(recording([(without_parameter_sets()(data), seconds), *later])))

    assert situation.verdict() == "flawed"
    assert segments_with(situation, "TS402") == [0]


@pytest.mark.parametrize("codec", MEDIA)
def test_no_parameter_sets_in_the_whole_recording(codec: str, tmp_path: Path) -> None:
    strip = without_parameter_sets(codec)
    situation = Situation(tmp_path, objects_of(recording([(strip(data), seconds) for data, seconds in MEDIA[codec]])))

    assert situation.verdict() == "damaged"
    assert alarms(situation) == {"TS403"}


@pytest.mark.parametrize("audio", ["aac", "mp2", "libmp3lame", "ac3"])
def test_audio_without_frame_headers(audio: str, tmp_path: Path) -> None:
    recipe = Recipe(audio=audio, sample_rate=48_000, seconds=4)
    media = [(without_frame_headers(data), seconds) for seconds, data in cut_and_listed(recipe, seconds=2)]
    situation = Situation(tmp_path, objects_of(recording(media)))

    assert situation.verdict() == "damaged"
    assert segments_with(situation, "TS405") == list(range(len(media)))


def test_audio_without_frame_headers_in_one_segment(tmp_path: Path) -> None:
    media = [(without_frame_headers(data) if n == 2 else data, seconds) for n, (data, seconds) in enumerate(CAMERA)]
    situation = Situation(tmp_path, objects_of(recording(media)))

    assert situation.verdict() == "damaged"
    assert segments_with(situation, "TS405") == [2]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_lengths_in_place_of_start_codes(codec: str, tmp_path: Path) -> None:
    media = [(length_prefixed(data), seconds) for data, seconds in MEDIA[codec]]
    situation = Situation(tmp_path, objects_of(recording(media)))

    assert situation.verdict() == "damaged"
    assert alarms(situation) == {"TS404"}


@pytest.mark.parametrize(("number", "name"), [(0x90, "pcm_alaw"), (0x91, "pcm_mulaw"), (0xA5, "0xa5")])
def test_audio_that_players_do_not_decode(number: int, name: str, tmp_path: Path) -> None:
    change = as_type("audio", number)
    situation = Situation(tmp_path, objects_of(recording([(change(data), seconds) for data, seconds in CAMERA])))

    assert situation.verdict() == "flawed"
    assert alarms(situation) == {"TS363"}
    assert segments_with(situation, "TS363") == [0, 1, 2, 3]
    assert all(f"({name})" in one.detail for one in situation.findings() if one.code == "TS363")


def test_nothing_but_streams_that_players_do_not_decode(tmp_path: Path) -> None:
    change = as_types(0x90)
    situation = Situation(tmp_path, objects_of(recording([(change(data), seconds) for data, seconds in CAMERA])))

    assert situation.verdict() == "damaged"
    assert alarms(situation) == {"TS364"}
