"""The whole life of a recording: started, recording, stopped, complete; and what becomes of it on bad days."""

from typing import Any

import pytest

from tests.record.conftest import BUCKET
from tests.recorder import Recorder
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
