"""`ossrec record`: its options, its messages, and how it resumes an unanswered start."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.recorder import Recorder, Trouble
from tests.running import Ossrec

UNSEEN = Trouble("start", times=1, reset=True)


def calls(recorder: Recorder) -> list[str]:
    return [one.call for one in recorder.calls]


def started(ossrec: Ossrec, *arguments: str) -> str:
    recordid: str = ossrec("record", "start", "--room", "lobby", *arguments, "--format", "json").json["recordid"]
    return recordid


def test_start_tells_what_it_started(recorder: Recorder, ossrec: Ossrec) -> None:
    ran = ossrec("record", "start", "--room", "lobby", "--source", "--format", "json")
    assert ran.code == 0
    assert ran.json == {
        "recordid": recorder.takes[0].recordid,
        "roomid": "lobby",
        "stream": "source",
        "appid": recorder.app_id,
        "resid": recorder.calls[1].body["resid"],
        "traceid": recorder.calls[1].trace_id,
    }
    lines = ossrec("record", "start", "--room", "hall").out.splitlines()
    assert lines[0] == f"recordid  {recorder.takes[1].recordid}"


def test_start_sends_what_it_was_given(
    recorder: Recorder, ossrec: Ossrec, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "grid.json").write_text('{"layout": {"mode": 2}}')
    monkeypatch.setenv("OSSREC_CALLBACK", "http://127.0.0.1:9/told")
    started(ossrec, "--media", "video", "--layout", "grid.json")
    body = recorder.calls[1].body
    assert (body["recordtype"], body["streamtype"]) == (1, 1)
    assert (body["callbackurl"], body["layout"]) == ("http://127.0.0.1:9/told", {"mode": 2})


def test_layout_and_stop_know_the_room_from_the_catalog(recorder: Recorder, ossrec: Ossrec, alone: Path) -> None:
    recordid = started(ossrec)
    (alone / "grid.json").write_text('{"layout": 1}')
    assert ossrec("record", "layout", recordid, "grid.json") == (0, "", "")
    assert ossrec("record", "stop", recordid) == (0, "", "")
    assert ossrec("record", "stop", recordid) == (0, "", "")
    take = recorder.takes[0]
    assert (take.ended, [one["layout"] for one in take.layouts]) == ("stopped", [1])


def test_what_was_started_elsewhere_is_stopped_with_its_room(recorder: Recorder, ossrec: Ossrec) -> None:
    recordid = started(ossrec)
    elsewhere = ("--catalog", "other.db")
    ran = ossrec("record", "stop", recordid, *elsewhere)
    assert (ran.code, "--room" in ran.err) == (2, True)
    assert ossrec("record", "stop", recordid, "--room", "lobby", *elsewhere).code == 0
    assert ossrec("record", "stop", recordid, "--room", "hall").code == 2
    assert [take.ended for take in recorder.takes] == ["stopped"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--room", ""], "not a valid room name", id="an empty room"),
        pytest.param(["--room", "a/b"], "not a valid room name", id="a room with a slash"),
        pytest.param(["--room", "lobby", "--callback", "example.com"], "not a URL", id="a callback without a scheme"),
        pytest.param(["--room", "lobby", "--appid", "seven"], "AppID", id="an AppID that is no number"),
        pytest.param(["--room", "lobby", "--recorder", "http://example.com"], "https", id="plain http"),
        pytest.param(["--room", "lobby", "--layout", "none.json"], "none.json", id="a layout that is not there"),
        pytest.param(["--room", "lobby", "--layout", "list.json"], "not a JSON object", id="a layout that is a list"),
        pytest.param(["--room", "lobby", "--layout", "own.json"], "roomid", id="a layout that names the room"),
        pytest.param(["--room", "lobby", "--layout", "big.json"], "1 MiB", id="a layout beyond measure"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    recorder: Recorder, ossrec: Ossrec, alone: Path, arguments: list[str], says: str
) -> None:
    (alone / "list.json").write_text("[1]")
    (alone / "own.json").write_text('{"roomid": "hall"}')
    (alone / "big.json").write_text(" " * (1 << 20) + "{}")
    ran = ossrec("record", "start", *arguments)
    assert (ran.code, says in ran.err, recorder.calls) == (2, True, [])


def test_without_a_certificate_nothing_is_asked_and_no_catalog_made(
    recorder: Recorder, ossrec: Ossrec, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OSSREC_CERTIFICATE_KEY")
    ran = ossrec("record", "start", "--room", "lobby")
    assert (ran.code, "OSSREC_CERTIFICATE_KEY" in ran.err) == (12, True)
    assert list(alone.iterdir()) == []


# A start without an answer.


def test_a_start_that_arrived_unseen_is_told_as_open(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(UNSEEN)
    ran = ossrec("record", "start", "--room", "lobby")
    assert (ran.code, ran.out) == (3, "")
    assert "most likely arrived" in ran.err
    status = ossrec("record", "status", "--format", "json")
    assert status.code == 1
    (row,) = status.json
    assert (row["call"], row["outcome"], row["roomid"]) == ("start", "unanswered", "lobby")
    assert row["resid"] == recorder.calls[1].body["resid"]


def test_a_room_is_not_started_again_while_a_start_is_open(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(UNSEEN)
    ossrec("record", "start", "--room", "lobby")
    ran = ossrec("record", "start", "--room", "lobby")
    assert (ran.code, "record status" in ran.err) == (3, True)
    assert len(recorder.takes) == 1
    recorder.advance(1)
    assert ossrec("record", "start", "--room", "lobby", "--source").code == 0
    assert ossrec("record", "start", "--room", "hall").code == 0
    assert ossrec("record", "start", "--room", "lobby", "--force-new").code == 0
    assert ossrec("record", "start", "--room", "lobby").code == 0
    assert len(recorder.takes) == 5


def test_a_start_that_never_arrived_is_completed_by_the_same_command(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(Trouble("start", times=3, done=False, reset=True))
    assert ossrec("record", "start", "--room", "lobby").code == 3
    status = ossrec("record", "status", "--format", "json")
    assert "ossrec record start --room lobby" in status.json[0]["next"]
    ran = ossrec("record", "start", "--room", "lobby", "--format", "json")
    assert (ran.code, ran.json["recordid"]) == (0, recorder.takes[0].recordid)
    assert "same resid" in ran.err
    assert calls(recorder) == ["apply", *["start"] * 4]
    assert ossrec("record", "status").code == 0


def test_a_resid_that_was_never_used_is_told_and_harmless(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(Trouble("apply", times=3, status=500))
    assert ossrec("record", "start", "--room", "lobby").code == 3
    status = ossrec("record", "status", "--format", "json")
    assert (status.code, {row["call"] for row in status.json}) == (0, {"apply"})
    assert ossrec("record", "start", "--room", "lobby").code == 0


def status(ossrec: Ossrec) -> tuple[int, list[str]]:
    ran = ossrec("record", "status", "--format", "json")
    return ran.code, sorted(row["call"] for row in ran.json)


def test_an_apply_is_told_as_long_as_its_resid_is_good_and_a_start_for_a_day(
    recorder: Recorder, ossrec: Ossrec
) -> None:
    recorder.troubles.add(Trouble("apply", times=3, status=500), UNSEEN)
    assert ossrec("record", "start", "--room", "hall").code == 3
    assert ossrec("record", "start", "--room", "lobby").code == 3
    assert status(ossrec) == (1, ["apply", "start"])  # of three requests for a resid, the last
    assert sorted(row["roomid"] for row in ossrec("tasks", "list", "--format", "json").json) == ["hall", "lobby"]
    recorder.advance(301)
    assert status(ossrec) == (1, ["start"])
    recorder.advance(86_400)
    assert status(ossrec) == (0, [])
    assert ossrec("record", "start", "--room", "lobby").code == 0


def test_an_open_start_is_over_when_what_it_started_has_ended(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recorder.troubles.add(UNSEEN)
    ossrec("record", "start", "--room", "lobby")
    recorder.advance(310)
    ossrec("scan", "oss://recordings/", "-q")
    assert status(ossrec) == (1, ["start"])
    assert ossrec("record", "stop", recorder.takes[0].recordid).code == 0
    ran = ossrec("record", "status", "--format", "json")
    assert (ran.code, ran.json[0]["is_over"]) == (0, True)
    assert ran.json[0]["next"] == f"No action needed: it was most likely {recorder.takes[0].recordid}, which has ended"


def test_who_records_a_room_twice_is_warned(recorder: Recorder, ossrec: Ossrec) -> None:
    first = started(ossrec)
    ran = ossrec("record", "start", "--room", "lobby")
    assert ran.code == 0
    assert f"warning: lobby is already recorded, as {first} since " in ran.err
    assert ossrec("record", "start", "--room", "lobby", "--source").err == ""
    for take in recorder.takes[:2]:
        ossrec("record", "stop", take.recordid)
    assert ossrec("record", "start", "--room", "lobby").err == ""


def test_another_project_s_app_id_is_told(recorder: Recorder, ossrec: Ossrec) -> None:
    ran = ossrec("record", "start", "--room", "lobby", "--appid", "999")
    assert (ran.code, "OSSREC_CERTIFICATE_KEY and the AppID" in ran.err) == (12, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "a kill"])
def test_who_stops_a_start_in_the_middle_is_told_what_is_open(recorder: Recorder, ossrec: Ossrec, number: int) -> None:
    recorder.clock.now_ms = time.time_ns() // 1_000_000  # the other process has the clock of this machine
    recorder.troubles.add(Trouble("start", silent=True))
    with subprocess.Popen(
        [sys.executable, "-m", "ossrec", "record", "start", "--room", "lobby"],
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, text=True,
    ) as starting:  # fmt: skip
        recorder.await_call("start")
        starting.send_signal(number)
        _, said = starting.communicate()
    row, *others = ossrec("record", "status", "--format", "json").json
    assert (others, row["call"], row["outcome"]) == ([], "start", "pending")
    if number == signal.SIGINT:
        assert starting.returncode == 130
        assert (
            said
            == "ossrec: interrupted, perhaps before a reply: `ossrec record status` lists calls with unknown outcome\n"
        )


def test_a_refused_start_is_over(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(Trouble("start", code=2001, message="room is closed"))
    ran = ossrec("record", "start", "--room", "lobby")
    assert (ran.code, "2001" in ran.err, "room is closed" in ran.err) == (3, True, True)
    assert ossrec("record", "status", "--format", "json").json == []
    assert ossrec("record", "start", "--room", "lobby").code == 0


def test_status_shows_all_that_is_known_of_a_task(recorder: Recorder, ossrec: Ossrec) -> None:
    recordid = started(ossrec)
    ossrec("record", "stop", recordid)
    known = ossrec("record", "status", recordid, "--format", "json").json
    assert known["recordid"] == recordid
    assert [(one["call"], one["outcome"]) for one in known["calls"]] == [
        (call, "done") for call in ("apply", "start", "stop")
    ]
    assert (known["task"]["state"], known["task"]["state_from"]) == ("stopped", "rest")
    text = ossrec("record", "status", recordid).out
    assert "stopped" in text
    assert "none in the catalog" in text


def test_status_of_what_nobody_knows_is_wrong_use(recorder: Recorder, ossrec: Ossrec) -> None:
    started(ossrec)
    assert ossrec("record", "status", "ba00").code == 2
    assert json.loads(ossrec("record", "status", "--format", "json").out) == []


def test_no_secret_is_in_the_catalog_or_in_what_is_said(recorder: Recorder, ossrec: Ossrec, alone: Path) -> None:
    recorder.troubles.add(Trouble("start", code=1, message=f"token {recorder.certificate_key}"))
    ran = ossrec("record", "start", "--room", "lobby")
    assert recorder.certificate_key not in ran.out + ran.err
    for file in alone.iterdir():
        assert recorder.certificate_key.encode() not in file.read_bytes()
