"""Playlists whose text differs from the RFC, with intact media: the verdict follows what happens to the viewer."""

from pathlib import Path

import pytest

from fixtures.making.recorder import clips, write_playlist
from ossrec.findings import Severity
from ossrec.rules import RULES
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

CAMERA = [(clip.data, clip.seconds) for clip in clips("camera")[:3]]
SOME = recording(CAMERA)
TEXT = write_playlist(SOME.segments, target=3)


def with_header(*lines: str) -> str:
    """Return the playlist with *lines* before the first segment."""
    return TEXT.replace("#EXT-X-DISCONTINUITY", "\n".join((*lines, "#EXT-X-DISCONTINUITY")), 1)


@pytest.mark.parametrize(
    ("text", "verdict", "codes"),
    [
        pytest.param(
            TEXT.replace("VERSION:", "VERSION: ").replace("DURATION:", "DURATION: ").replace("EXTINF:", "EXTINF: "),
            "complete",
            {"HLS025"},
            id="a space after the colon",
        ),
        pytest.param(TEXT.replace("SEQUENCE:", "SEQUENCE:\t"), "complete", {"HLS025"}, id="a tab after the colon"),
        pytest.param(TEXT.replace("DURATION:3", "DURATION:3.0"), "complete", {"HLS026"}, id="a fraction of zero"),
        pytest.param(
            with_header("#EXT-X-PLAYLIST-TYPE:LIVE"), "flawed", {"HLS121"}, id="a playlist type that does not exist"
        ),
        pytest.param(
            with_header("#EXT-X-MEDIA-SEQUENCE:0"), "flawed", {"HLS120"}, id="a second sequence number like the first"
        ),
        pytest.param(
            TEXT.replace("SEQUENCE:0", "SEQUENCE:1795161600"),
            "complete",
            {"HLS104"},
            id="a sequence number from a clock",
        ),
        pytest.param(with_header("#EXT-X-KEY:METHOD=NONE,"), "complete", {"HLS053"}, id="a comma at the end of a list"),
        pytest.param(with_header("#EXT-X-KEY: METHOD=NONE"), "complete", {"HLS053"}, id="a space before an attribute"),
        pytest.param(with_header("#EXT-X-KEY:METHOD = NONE"), "flawed", {"HLS054"}, id="spaces around an equals sign"),
        pytest.param(
            with_header('#EXT-X-DATERANGE:ID="a,START-DATE=x,,ID=b c'), "complete", {"HLS055"}, id="a broken date range"
        ),
        pytest.param(
            TEXT.replace("EXTINF:2.08", 'EXTINF:2.08 key="v",'), "complete", {"HLS163"}, id="text before a comma"
        ),
        pytest.param(TEXT.replace("EXTINF:2.08", "EXTINF:2.08,\t"), "complete", set(), id="a tab after a comma"),
        pytest.param(TEXT.replace("EXTINF:2.08", "EXTINF:2.08,\tone"), "complete", {"HLS025"}, id="a tab in a title"),
        pytest.param(
            with_header('#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.com/?kid=17"', "#EXT-X-KEY:METHOD=NONE"),
            "complete",
            {"HLS205"},
            id="a key on another server",
        ),
    ],
)
def test_what_players_accept_is_no_damage(text: str, verdict: str, codes: set[str], tmp_path: Path) -> None:
    assert text != TEXT

    situation = Situation(tmp_path, objects_of(SOME, text))

    assert codes <= situation.codes()
    worse = {code for code in situation.codes() - codes if RULES[code].severity > Severity.INFO}
    assert worse == set()
    assert situation.verdict() == verdict
    assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)


def test_a_decimal_comma_is_reported_and_corrected(tmp_path: Path) -> None:
    text = TEXT.replace("EXTINF:2.08", "EXTINF:2,080000,").replace("EXTINF:2.32", "EXTINF:2,320000,")
    situation = Situation(tmp_path, objects_of(SOME, text))

    assert situation.verdict() == "flawed"
    assert {code for code in situation.codes() if RULES[code].severity > Severity.INFO} == {"HLS164"}
    assert situation.row()["duration"] == pytest.approx(6.4, abs=0.05)
    made = assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)
    assert b"#EXTINF:2.080000,\n" in made.data
    assert b"#EXTINF:2.320000,\n" in made.data


def test_a_decimal_comma_below_one_second_is_not_zero(tmp_path: Path) -> None:
    text = TEXT.replace("EXTINF:2.08", "EXTINF:0,500000,title, long")
    situation = Situation(tmp_path, objects_of(SOME, text))

    assert "HLS164" in situation.codes()
    assert "HLS161" not in situation.codes()
    assert b"#EXTINF:2.080,title, long\n" in situation.rebuild().data  # the measured duration


def test_a_second_different_sequence_number_is_damage(tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(SOME, with_header("#EXT-X-MEDIA-SEQUENCE:9")))

    assert situation.verdict() == "damaged"
    assert "HLS100" in situation.codes()
