"""Tasks against files of a simulated recorder, with and without errors: each mismatch is listed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.record.test_life import begin, found, scan
from tests.recorder import Recorder, Trouble
from tests.running import Ossrec

NOBODY = ("--callback", "http://127.0.0.1:9/told")  # where nobody listens; what was sent stands in the recorder's log


def unmatched(ossrec: Ossrec) -> list[tuple[str, str | None]]:
    ran = ossrec("tasks", "unmatched", "--format", "json")
    assert ran.code == bool(ran.json)
    return [(row["kind"], row["recordid"]) for row in ran.json]


def state(ossrec: Ossrec, recordid: str) -> tuple[str, str]:
    task = ossrec("record", "status", recordid, "--format", "json").json["task"]
    return task["state"], task["state_from"]


def replay(ossrec: Ossrec, recorder: Recorder) -> dict[str, Any]:
    lines = [sent.body for sent in recorder.callbacks.log if sent.status is None]
    Path("callbacks.jsonl").write_bytes(b"\n".join(lines))
    ran = ossrec("tasks", "replay", "callbacks.jsonl", "--format", "json")
    assert ran.code == 0, ran.err
    told: dict[str, Any] = ran.json
    return told


def later(recorder: Recorder, ossrec: Ossrec) -> None:
    """A scan when every upload had its time."""
    recorder.advance(400)
    scan(ossrec)


def test_a_good_day_leaves_nothing_unmatched(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna", "ben")
    recordid = begin(ossrec, "--source")
    assert state(ossrec, recordid) == ("started", "rest")
    recorder.advance(10)
    scan(ossrec)
    assert state(ossrec, recordid) == ("recording", "bucket")
    ossrec("record", "stop", recordid)
    later(recorder, ossrec)
    assert state(ossrec, recordid) == ("stopped", "rest")
    assert [row["verdict"] for row in found(ossrec)] == ["complete", "complete"]
    assert unmatched(ossrec) == []


def test_the_story_has_every_source_in_order_of_time(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec, *NOBODY)
    recorder.advance(10)
    ossrec("record", "stop", recordid)
    recorder.advance(1)
    scan(ossrec)
    replay(ossrec, recorder)
    known = ossrec("record", "status", recordid, "--format", "json").json
    story = [(line["source"], line["what"]) for line in known["events"]]
    assert {source for source, _ in story} == {"rest", "callback", "bucket"}
    told = [
        what for what in (what for _, what in story) if what in ("applied", "started", "stopped", "file is complete")
    ]
    assert told[0] == "applied"
    assert [line["at"] for line in known["events"]] == sorted(line["at"] for line in known["events"])
    assert [file["verdict"] for file in known["files"]] == ["complete"]
    text = ossrec("record", "status", recordid).out
    assert all(word in text for word in ("applied (rest)", "stopped (rest)", "(callback)", "complete"))


def test_a_recorder_that_dies_before_it_writes_leaves_a_task_without_files(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec)
    recorder.die()
    later(recorder, ossrec)
    assert unmatched(ossrec) == [("task", recordid)]


def test_a_room_without_users_leaves_a_task_without_files(recorder: Recorder, ossrec: Ossrec) -> None:
    recordid = begin(ossrec)
    later(recorder, ossrec)
    assert [take.ended for take in recorder.takes] == ["idle"]
    assert unmatched(ossrec) == [("task", recordid)]


def test_a_recorder_that_dies_after_the_stop_is_unfinished_at_once(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec)
    recorder.advance(10)
    recorder.die()
    ossrec("record", "stop", recordid)
    later(recorder, ossrec)
    assert [row["verdict"] for row in found(ossrec)] == ["unfinished"]
    assert unmatched(ossrec) == []


def test_a_start_without_an_answer_is_unmatched_until_it_is_known(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recorder.troubles.add(Trouble("start", reset=True))
    ossrec("record", "start", "--room", "lobby")
    later(recorder, ossrec)
    kinds = [kind for kind, _ in unmatched(ossrec)]
    assert "start" in kinds
    assert ossrec("record", "status", "--format", "json").json[0]["may_be"] == [recorder.takes[0].recordid]


def opens(ossrec: Ossrec) -> tuple[int, list[bool]]:
    """What `record status` exits with, and which open calls are over."""
    ran = ossrec("record", "status", "--format", "json")
    return ran.code, [row["is_over"] for row in ran.json]


def test_a_start_without_an_answer_is_over_once_what_it_started_was_stopped(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recorder.troubles.add(Trouble("start", silent=True))
    assert ossrec("record", "start", "--room", "lobby", "--timeout", "500ms").code == 3
    (take,) = recorder.takes
    later(recorder, ossrec)
    assert opens(ossrec) == (1, [False])
    assert unmatched(ossrec) == [("start", None)]
    refused = ossrec("record", "start", "--room", "lobby")
    assert (refused.code, take.recordid in refused.err) == (3, True)
    assert ossrec("record", "stop", take.recordid).code == 0

    assert opens(ossrec) == (0, [True])
    assert f"it was most likely {take.recordid}, which has ended" in ossrec("record", "status").out
    assert unmatched(ossrec) == []
    begin(ossrec)
    assert len(recorder.takes) == 2


def test_a_start_without_an_answer_is_over_once_what_it_started_ended_by_itself(
    recorder: Recorder, ossrec: Ossrec
) -> None:
    recorder.room("lobby").join("anna")
    recorder.troubles.add(Trouble("start", silent=True))
    assert ossrec("record", "start", "--room", "lobby", "--timeout", "500ms").code == 3
    recorder.advance(6)
    recorder.room("lobby").leave()
    later(recorder, ossrec)

    assert [row["verdict"] for row in found(ossrec)] == ["complete"]
    assert opens(ossrec) == (0, [True])
    assert unmatched(ossrec) == []
    begin(ossrec)


def test_a_start_without_an_answer_is_over_once_another_was_answered(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.troubles.add(Trouble("start", done=False, times=3, reset=True))
    assert ossrec("record", "start", "--room", "lobby").code == 3
    recorder.advance(310)
    assert opens(ossrec) == (1, [False])
    assert ossrec("record", "start", "--room", "lobby").code == 3
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec, "--force-new")

    assert opens(ossrec) == (0, [True])
    assert f"No action needed: the room was started again since, as {recordid}" in ossrec("record", "status").out
    later(recorder, ossrec)
    assert unmatched(ossrec) == []


def test_what_records_beside_the_one_that_was_started_anew_is_no_secret(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recorder.troubles.add(Trouble("start", silent=True))
    assert ossrec("record", "start", "--room", "lobby", "--timeout", "500ms").code == 3
    begin(ossrec, "--force-new")
    later(recorder, ossrec)

    assert [take.ended for take in recorder.takes] == [None, None]
    assert opens(ossrec) == (1, [False])
    assert unmatched(ossrec) == [("start", None)]
    assert ossrec("record", "stop", recorder.takes[0].recordid).code == 0
    assert opens(ossrec) == (0, [True])
    assert unmatched(ossrec) == []


def test_lost_callbacks_change_nothing_that_the_bucket_tells(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec, *NOBODY)
    recorder.callbacks.lose = 9
    recorder.advance(10)
    ossrec("record", "stop", recordid)
    later(recorder, ossrec)
    assert [row["verdict"] for row in found(ossrec)] == ["complete"]
    assert unmatched(ossrec) == []


@pytest.mark.parametrize("repeat", [1, 3])
@pytest.mark.parametrize("backwards", [False, True])
def test_repeated_and_reordered_callbacks_say_the_same(
    recorder: Recorder, ossrec: Ossrec, repeat: int, backwards: bool
) -> None:
    recorder.room("lobby").join("anna", "ben")
    recorder.callbacks.repeat = repeat
    recorder.callbacks.held = []
    recordid = begin(ossrec, "--source", *NOBODY)
    recorder.advance(10)
    recorder.room("lobby").leave()
    recorder.advance(31)
    recorder.callbacks.release(backwards=backwards)
    later(recorder, ossrec)
    told = replay(ossrec, recorder)
    assert (told["callbacks"], told["new"]) == (4 * repeat, 4)
    scan(ossrec)
    assert [row["verdict"] for row in found(ossrec)] == ["complete", "complete"]
    assert state(ossrec, recordid)[0] in ("idle", "stopped")
    assert unmatched(ossrec) == []


def test_a_callback_whose_file_never_came_is_unmatched(recorder: Recorder, ossrec: Ossrec) -> None:
    recorder.room("lobby").join("anna")
    recordid = begin(ossrec, *NOBODY)
    recorder.advance(10)
    ossrec("record", "stop", recordid)
    bucket = recorder._service.bucket
    for key in list(bucket.keys()):
        bucket.delete(key)
    replay(ossrec, recorder)
    later(recorder, ossrec)
    kinds = unmatched(ossrec)
    assert ("callback", recordid) in kinds
    assert ("task", recordid) in kinds


# With the listener.


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """`ossrec tasks listen` in a process of its own; gives the URL to call back."""
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", "sesame-sesame-sesame")
    command = [sys.executable, "-m", "ossrec", "tasks", "listen", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = (re.search(r"listening on (http://\S+)", line) for line in iter(process.stderr.readline, ""))
        where = next(match[1] for match in said if match)
        yield f"{where.rstrip('/')}/sesame-sesame-sesame"
        process.terminate()
        process.stderr.read()


def test_callbacks_come_in_by_the_listener(recorder: Recorder, ossrec: Ossrec, listener: str) -> None:
    recorder.room("lobby").join("anna")
    recorder.callbacks.repeat = 2
    recordid = begin(ossrec, "--callback", listener)
    recorder.advance(10)
    ossrec("record", "stop", recordid)
    assert {sent.status for sent in recorder.callbacks.log} == {200}
    later(recorder, ossrec)
    known = ossrec("record", "status", recordid, "--format", "json").json
    assert "file is complete" in {line["what"] for line in known["events"] if line["source"] == "callback"}
    assert "sesame" not in json.dumps(known)
    assert unmatched(ossrec) == []
