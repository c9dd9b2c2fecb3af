"""The life of a recording: started, recording, stopped, complete; also with errors at each step."""

from typing import Any

import pytest

from tests.record.conftest import BUCKET
from tests.recorder import Recorder, Trouble
from tests.running import Ossrec


def begin(ossrec: Ossrec, *arguments: str) -> str:
    ran = ossrec("record", "start", "--room", "lobby", *arguments, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    recordid: str = ran.json["recordid"]
    return recordid


def scan(ossrec: Ossrec) -> None:
    ran = ossrec("scan", BUCKET, "-q", "--fail-on", "never")
    assert ran.code == 0, ran.err


def found(ossrec: Ossrec, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ossrec("find", *arguments, "--format", "json").json
    return rows


@pytest.mark.parametrize(("stream", "uids"), [("--mixed", [None]), ("--source", ["10266666", "anna"])])
def test_a_recording_is_started_seen_stopped_and_found(
    recorder: Recorder, ossrec: Ossrec, stream: str, uids: list[str | None]
) -> None:
    recorder.room("lobby").join("10266666", "anna")
    recordid = begin(ossrec, stream)
    recorder.advance(10)
    scan(ossrec)
    assert {row["verdict"] for row in found(ossrec)} == {"recording"}
    assert ossrec("record", "stop", recordid).code == 0
    recorder.advance(1)
    scan(ossrec)
    rows = found(ossrec, "--room", "lobby")
    assert sorted((row["recordid"], row["uid"], row["verdict"]) for row in rows) == [
        (recordid, uid, "complete") for uid in uids
    ]


def test_a_room_that_nobody_publishes_in_ends_its_recording(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("10266666")
    begin(ossrec)
    recorder.advance(6)
    recorder.room("lobby").leave()
    recorder.advance(29)
    scan(ossrec)
    assert [row["verdict"] for row in found(ossrec)] == ["recording"]
    recorder.advance(1)
    scan(ossrec)
    assert [row["verdict"] for row in found(ossrec)] == ["complete"]
    assert [take.ended for take in recorder.takes] == ["idle"]


def test_a_user_who_comes_back_leaves_a_gap_and_no_fault(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna", "ben")
    recordid = begin(ossrec, "--source")
    recorder.advance(5)
    recorder.room("lobby").leave("anna")
    recorder.advance(60)
    recorder.room("lobby").join("anna")
    recorder.advance(5)
    ossrec("record", "stop", recordid)
    scan(ossrec)
    rows = {row["uid"]: row for row in found(ossrec)}
    assert {uid: row["verdict"] for uid, row in rows.items()} == {"anna": "complete", "ben": "complete"}
    assert rows["anna"]["duration"] < 15 < 60 < rows["ben"]["duration"]


def test_the_media_that_it_records_are_sound(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec, "--source")
    recorder.advance(40)  # longer than the media, which begin again
    ossrec("record", "stop", recordid)
    ran = ossrec("scan", BUCKET, "-q", "--depth", "full", "--format", "json")
    assert (ran.code, ran.json["verdicts"]) == (0, {"complete": 1})


# Bad days.


def test_a_recorder_that_dies_in_the_middle_leaves_an_unfinished_recording(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    begin(ossrec)
    recorder.advance(10)
    recorder.die()
    recorder.advance(325)
    scan(ossrec)
    assert [row["verdict"] for row in found(ossrec)] == ["recording"]
    recorder.advance(10)
    assert ossrec("scan", BUCKET, "-q").code == 1
    assert [row["verdict"] for row in found(ossrec)] == ["unfinished"]


def test_a_start_whose_answer_was_lost_is_found_by_its_files_and_stopped(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recorder.troubles.add(Trouble("start", reset=True))
    assert ossrec("record", "start", "--room", "lobby").code == 3
    recorder.advance(10)
    scan(ossrec)
    (row,) = ossrec("record", "status", "--format", "json").json
    assert row["may_be"] == [recorder.takes[0].recordid]
    ran = ossrec("record", "start", "--room", "lobby")
    assert (ran.code, recorder.takes[0].recordid in ran.err) == (3, True)
    assert ossrec("record", "stop", row["may_be"][0]).code == 0
    recorder.advance(1)
    scan(ossrec)
    assert [(take.ended, take.recordid) for take in recorder.takes] == [("stopped", row["may_be"][0])]
    assert [one["verdict"] for one in found(ossrec, "--room", "lobby")] == ["complete"]


def test_a_start_that_times_out_is_not_sent_twice_for_two_recordings(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(Trouble("start", silent=True))
    ran = ossrec("record", "start", "--room", "lobby", "--timeout", "500ms")
    recorder.await_call("start")
    assert (ran.code, "no reply before the timeout" in ran.err) == (3, True)
    assert len(recorder.takes) == 1


def test_a_service_that_fails_for_a_moment_is_asked_again(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(Trouble("apply", status=500), Trouble("start", status=500, done=False))
    recordid = begin(ossrec)
    recorder.troubles.add(Trouble("stop", status=500, times=2))
    assert ossrec("record", "stop", recordid).code == 0
    assert [take.ended for take in recorder.takes] == ["stopped"]
