"""Timeline gaps and declared gaps in `find` and `show`, before and after a rebuild."""

from pathlib import Path
from typing import Any

import pytest

from fixtures.times import copy_bucket
from tests.check.run_check import put_all, recording
from tests.running import Ossrec
from tests.scan.bucket_maker import segment, stem

LOST = (2, 3)  # of six segments


def told(ossrec: Ossrec, *wanted: str) -> dict[str, Any]:
    """The only row of `find`."""
    (row,) = ossrec("find", *wanted, "--format", "json").json
    return row


def put_six(folder: Path, uid: str | None, without: tuple[int, ...] = (), *, listed: bool) -> str:
    of = stem(1, "room", uid, "")
    objects = recording(of, 6, folder="")
    for number in without:
        del objects[segment(of, number)]
    if not listed:
        del objects[f"{of}.m3u8"]
    put_all(folder, objects)
    return of


@pytest.mark.parametrize("uid", [None, "10266666"], ids=["mixed", "of a user"])
def test_a_timeline_gap_is_reported_before_and_after_a_rebuild(ossrec: Ossrec, alone: Path, uid: str | None) -> None:
    put_six(alone / "bucket", uid, LOST, listed=False)
    ossrec("scan", "bucket", "-q", "--fail-on", "never")
    ossrec("check", "--depth", "full", "-q", "--fail-on", "never")
    row = told(ossrec)
    assert (row["verdict"], row["reasons"]) == ("unfinished", ["LST272", "LST300"])
    lost = row["gap_seconds"]
    assert 3.0 < lost < 5.0
    known = ossrec("show", row["path"], "--format", "json").json
    (hole,) = (one for one in known["findings"] if one["code"] == "LST300")
    assert hole["length"] == pytest.approx(lost, abs=0.001)
    out = ossrec("show", row["path"]).out
    assert "  gaps      0:0" in out
    assert "· nothing recorded" in out
    (absent,) = (line for line in out.splitlines() if line.endswith("nothing recorded") and " to " in line)
    room = ossrec("show", "--room", "room", "--format", "json").json
    before, after = room["streams"][0]["recordings"][0]["spans"]
    assert hole["start"] == pytest.approx(seconds(before["until"]) - seconds(before["from"]), abs=0.001)
    assert lost == pytest.approx(seconds(after["from"]) - seconds(before["until"]), abs=0.001)
    assert absent.strip().startswith("0:04")

    assert ossrec("rebuild", row["path"], "--upload", "rebuilt").code == 0
    assert ossrec("scan", "bucket", "-q").code == 0
    row = told(ossrec, "--verdict", "complete")
    assert row["reasons"] == (["LST302"] if uid is None else [])
    assert row["gap_seconds"] == pytest.approx(lost if uid is None else 0.0, abs=0.3)
    out = ossrec("show", row["playlist"]).out
    assert "info    LST302" in out
    assert ("complete (except LST302: " if uid is None else "  away      0:0") in out


def test_what_is_declared_missing_is_counted_apart(ossrec: Ossrec, alone: Path) -> None:
    of = put_six(alone / "bucket", None, (1, 2, 3, 4, 5), listed=True)
    ossrec("scan", "bucket", "-q", "--fail-on", "never")
    row = told(ossrec)
    assert (row["verdict"], row["gap_seconds"]) == ("incomplete", 0.0)
    lost = row["missing_seconds"]
    playlist = alone / "bucket" / f"{of}.m3u8"
    playlist.write_text(ossrec("rebuild", row["playlist"]).out)
    ossrec("scan", "bucket", "-q", "--fail-on", "never")
    row = told(ossrec)
    assert (row["verdict"], row["reasons"]) == ("complete", ["HLS230"])
    assert (row["missing_seconds"], row["gap_seconds"]) == (0.0, pytest.approx(lost))
    out = ossrec("show", row["playlist"]).out
    assert "complete (except HLS230: " in out
    assert "  gaps      0:1" in out
    assert "declared missing" in out
    assert "recorder" not in out


def test_a_user_who_was_away_and_came_back(ossrec: Ossrec, alone: Path) -> None:
    copy_bucket("user-comes-back", alone / "bucket")
    assert ossrec("scan", "bucket", "-q").code == 0
    row = told(ossrec)
    assert (row["verdict"], row["reasons"], row["gap_seconds"]) == ("complete", [], 0.0)
    out = ossrec("show", row["playlist"]).out
    assert "  away      1:00 without a segment" in out
    assert "at 0:04 for 1:00: " in out


def test_a_finding_about_the_complete_playlist_has_no_empty_line(ossrec: Ossrec, alone: Path) -> None:
    copy_bucket("no-endlist", alone / "bucket")
    ossrec("scan", "bucket", "-q", "--fail-on", "never")
    out = ossrec("show", told(ossrec)["playlist"]).out
    assert "HLS130" in out
    assert not any(line and not line.strip() for line in out.splitlines())
    assert "`ossrec rebuild" in out


def seconds(moment: str) -> float:
    """Of a time in the minute that the recording is in."""
    return float(moment[-7:-1])
