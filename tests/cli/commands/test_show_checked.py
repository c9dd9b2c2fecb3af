"""`scan`, `check` and `show` after bytes of a segment were overwritten."""

import shutil
from pathlib import Path

import pytest

from tests.running import Ossrec

FIXTURES = Path(__file__).parents[3] / "fixtures" / "buckets"
ROOM = "tandem"
PACKET = 188


@pytest.fixture
def damaged(alone: Path, ossrec: Ossrec) -> str:
    """The playlist of one of three recordings of a room, the second segment of which was overwritten in part."""
    shutil.copytree(FIXTURES / "two-users-and-a-mix", alone / "bucket")
    second = sorted((alone / "bucket").rglob("*anna_b*.ts"))[1]
    second.chmod(0o644)
    held = bytearray(second.read_bytes())
    held[20 * PACKET : 26 * PACKET] = b"\xff" * (6 * PACKET)
    second.write_bytes(held)
    assert ossrec("scan", "bucket", "-q", "--fail-on", "never").code == 0
    assert ossrec("check", "--depth", "full", "-q", "--fail-on", "never").code == 0
    return next((alone / "bucket").rglob("*anna_b*.m3u8")).relative_to(alone / "bucket").as_posix()


def test_the_damage_is_drawn_and_said(ossrec: Ossrec, damaged: str) -> None:
    known = ossrec("show", damaged, "--format", "json").json
    assert known["verdict"] == "damaged"
    assert known["depth"] == "full"
    assert {one["segment"] for one in known["damage"]} == {1}
    assert {"TS320", "TS350"} & {code for one in known["damage"] for code in one["codes"]}
    assert [bool(one["damage"]) for one in known["segments"]] == [False, True, False]
    assert all(one["inspection"]["depth"] == "full" and one["inspection"]["packets"] for one in known["segments"])
    start, length = known["segments"][1]["start"], known["segments"][1]["length"]
    assert all(start <= one["start"] <= start + length for one in known["damage"])
    out = ossrec("show", damaged).out
    assert "  ! broken" in out or "  ▚ packets lost" in out
    assert "  media     h264 160x90, aac 16 kHz mono, " in out
    assert ": every byte, " in out


def test_the_damage_is_at_its_place_on_the_rooms_clock(ossrec: Ossrec, damaged: str) -> None:
    room = ossrec("show", "--room", ROOM, "--format", "json").json
    kinds = {
        stream["uid"]: {span["kind"] for one in stream["recordings"] for span in one["spans"]}
        for stream in room["streams"]
    }
    assert kinds[None] == kinds["10266666"] == {"present"}
    assert kinds["anna_b"] > {"present"}
    (anna,) = (stream["recordings"][0] for stream in room["streams"] if stream["uid"] == "anna_b")
    spoilt = [span for span in anna["spans"] if span["kind"] != "present"]
    assert all("2026-11-20T08:00:02.200Z" <= span["from"] <= "2026-11-20T08:00:04.520Z" for span in spoilt)


def test_find_tells_what_was_measured(ossrec: Ossrec, damaged: str) -> None:
    (row,) = ossrec("find", "--verdict", "damaged", "--format", "json").json
    assert row["playlist"] == damaged
    assert (row["video_codec"], row["width"], row["height"], row["audio_codec"]) == ("h264", 160, 90, "aac")
    assert abs(row["measured_duration"] - row["duration"]) < 0.5
    assert 0 < row["damaged_seconds"] < row["duration"]
    assert row["bit_rate"] > 0
    assert row["start_pts"] >= 0
    assert "h264 160x90 aac" in ossrec("find").out
