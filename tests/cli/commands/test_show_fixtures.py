"""The timeline that `ossrec show` draws and the findings of the same recording agree, over all fixtures."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fixtures.times import HOME, copy_bucket
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.details.recording import details
from ossrec.catalog.query.recording_references import resolve_recording
from ossrec.segment_rules import SegmentState
from tests.check.run_check import put_all, recording
from tests.running import Ossrec
from tests.scan.bucket_maker import playlist, stem

Row = dict[str, Any]

BUCKETS = sorted(file.stem for file in (HOME / "expected").glob("*.json"))
STATE_OF = {
    "LST260": SegmentState.MISSING,
    "LST261": SegmentState.EMPTY,
    **dict.fromkeys(("LST190", "LST202", "LST262"), SegmentState.CUT),
    "HLS230": SegmentState.DECLARED_GAP,
    **dict.fromkeys(("HLS170", "HLS171", "HLS172", "HLS173", "HLS175"), SegmentState.OUTSIDE),
    **dict.fromkeys(("LST267", "LST273", "LST268"), SegmentState.WRONG_PATH),
}


def shown(ossrec: Ossrec) -> list[Row]:
    """Every recording in the catalog, as `show` gives it in JSON."""
    rows = ossrec("find", "--format", "json").json
    return [
        ossrec("show", f"{row['bucket']}/{row['playlist'] or row['path']}", "--format", "json").json for row in rows
    ]


def states_drawn(known: Row) -> set[tuple[int, int, str]]:
    """The part, number and state of each segment that is not simply there."""
    states = set(STATE_OF.values())
    return {(one["part"], one["number"], one["state"]) for one in known["segments"] if one["state"] in states}


def states_found(known: Row) -> set[tuple[int, int, str]]:
    """The same, as the findings have it."""
    found = set()
    for finding in known["findings"]:
        state = STATE_OF.get(finding["code"])
        if state is not None and finding["counts"]:
            found |= {(one["part"], one["number"], state.value) for one in known["segments"] if is_about(finding, one)}
    located = {segment[:2] for segment in found if segment[2] == SegmentState.WRONG_PATH}
    return {segment for segment in found if segment[2] != SegmentState.OUTSIDE or segment[:2] not in located}


def is_about(finding: Row, segment: Row) -> bool:
    """Whether a finding is about a segment: by numbers and times, or by its key where no playlist names it."""
    if finding["segment"] is None:
        return bool(finding["detail"].partition(", ")[0] == segment["key"])
    passed = segment["start"] - finding["start"]
    is_then = -0.001 <= passed < max(finding["length"] - 0.001, 0.001)
    return is_then and segment["number"] in range(finding["segment"], finding["last_segment"] + 1)


def damage_drawn(known: Row) -> set[tuple[int, str]]:
    """The number of each segment that is drawn as damaged, and the codes that say so."""
    return {(one["segment"], code) for one in known["damage"] for code in one["codes"]}


def damage_found(known: Row) -> set[tuple[int, str]]:
    """The same, as the findings have it."""
    found = [one for one in known["findings"] if one["source"] == "segment" and one["severity"] != "info"]
    return {(number, one["code"]) for one in found for number in range(one["segment"], one["last_segment"] + 1)}


def gaps_drawn(known: Row) -> list[tuple[float, float]]:
    """The start and length of each timeline gap that is drawn."""
    with closing(open_catalog(Path("ossrec.db"))) as conn:
        number = resolve_recording(conn, known["path"])
        runs = details(conn, number, now=time.time(), quiet_after=0.0, as_runs=True)["runs"]
    return [(one.start, one.length) for one in runs if one.state == "timeline_gap"]


def gaps_found(known: Row) -> list[tuple[float, float]]:
    """The start and length of each timeline gap between segments that no playlist names."""
    found = [one for one in known["findings"] if one["code"] == "LST300" and one["segment"] is None]
    return sorted((one["start"], one["length"]) for one in found)


def assert_agree(known: Row) -> None:
    assert states_drawn(known) == states_found(known)
    assert damage_drawn(known) == damage_found(known)
    is_measured = all((one["inspection"] or {}).get("length") is not None for one in known["segments"])
    drawn = gaps_drawn(known)
    assert drawn == [pytest.approx(gap, abs=0.001) for gap in (gaps_found(known) if is_measured else [])]


@pytest.mark.parametrize("name", BUCKETS)
def test_the_timeline_agrees_with_the_findings(ossrec: Ossrec, alone: Path, name: str) -> None:
    copy_bucket(name, alone / "bucket")
    ossrec("scan", "bucket", "-q", "--fail-on", "never")
    for known in shown(ossrec):
        assert_agree(known)
    ossrec("check", "--depth", "full", "-q", "--fail-on", "never")
    for known in shown(ossrec):
        assert_agree(known)


SHOWN = {
    "segment-missing": SegmentState.MISSING,
    "segment-empty": SegmentState.EMPTY,
    "segment-cut": SegmentState.CUT,
    "byterange": SegmentState.CUT,
    "declared-gap": SegmentState.DECLARED_GAP,
    "hostile-uris": SegmentState.OUTSIDE,
}


@pytest.mark.parametrize(("name", "state"), SHOWN.items(), ids=SHOWN)
def test_each_state_is_drawn_for_some_fixture(ossrec: Ossrec, alone: Path, name: str, state: SegmentState) -> None:
    copy_bucket(name, alone / "bucket")
    ossrec("scan", "bucket", "-q", "--fail-on", "never")
    assert state in {drawn for known in shown(ossrec) for _, _, drawn in states_drawn(known)}


def test_packed_audio_is_not_cut_short(ossrec: Ossrec, alone: Path) -> None:
    of = stem(1, "room", None, "")
    text = playlist(["0.aac", "1.aac"], folder="")
    put_all(alone / "bucket", {"0.aac": bytes(1001), "1.aac": bytes(1003), f"{of}.m3u8": text.encode()})
    ossrec("scan", "bucket", "-q")
    (known,) = shown(ossrec)
    assert known["verdict"] == "complete"
    assert [one["state"] for one in known["segments"]] == ["present", "present"]
    assert "cut short" not in ossrec("show", known["path"]).out


@pytest.mark.parametrize("is_listed", [True, False], ids=["in a playlist", "without a playlist"])
def test_longer_packets_are_no_truncated_packets(ossrec: Ossrec, alone: Path, *, is_listed: bool) -> None:
    of = stem(1, "room", None, "")
    objects = recording(of, 3, folder="")
    for key in [key for key in objects if key.endswith(".ts")]:
        data = objects[key]
        objects[key] = b"".join(bytes(4) + data[at : at + 188] for at in range(0, len(data), 188))
    if not is_listed:
        del objects[f"{of}.m3u8"]
    put_all(alone / "bucket", objects)
    for command in (["scan", "bucket"], ["check", "--depth", "full"]):
        ossrec(*command, "-q", "--fail-on", "never")
        (known,) = shown(ossrec)
        assert_agree(known)
        assert {one["state"] for one in known["segments"]} == {"present"}
