"""Starting and stopping recordings: which resid is used, whether a start before it is still open, who is meant."""

import sqlite3
from typing import NamedTuple

from ossrec.catalog.tasks.calls import (
    CallRow,
    answered_start,
    apply_call,
    open_start_in_room,
    possible_recordids,
    room_of_task,
    running_start,
    start_call,
)
from ossrec.catalog.times import iso
from ossrec.errors import RecorderUnanswered, UsageProblem
from ossrec.net.messages import brief
from ossrec.recorder.calls import Resid, TaskHandle
from ossrec.recorder.client import RecorderClient, RecordingRequest, RecordingStarted, check_layout

_CARE = 24 * 3_600_000  # ms for which a start without an answer keeps a room from being started again


class StartedRecording(NamedTuple):
    """A recording that was started, and the earlier start that it completes."""

    started: RecordingStarted
    earlier: CallRow | None
    beside: CallRow | None  # what records the same already, as far as anybody told


class TaskIdentity(NamedTuple):
    """A task as the service wants it named, and the AppID under which it was started, if we started it."""

    task: TaskHandle
    app_id: int | None


def start_recording(
    conn: sqlite3.Connection, client: RecorderClient, wish: RecordingRequest, app_id: int, now_ms: int, *, anew: bool
) -> StartedRecording:
    """Apply for a resid and start with it.

    When an earlier start of the same room got no answer, its own resid is sent once more: should it have arrived
    after all, the service refuses, and the room is not recorded twice. Raises RecorderUnanswered when that resid
    can tell no more; *anew* starts all the same.
    """
    check_layout(wish.layout)  # a resid is not applied for in vain
    earlier = None if anew else open_start_in_room(conn, app_id, wish.room_id, wish.stream, now_ms - _CARE)
    if earlier is None:
        beside = running_start(conn, app_id, wish.room_id, wish.stream, now_ms - _CARE)
        return StartedRecording(client.start(client.apply(wish.room_id), wish), None, beside)
    resid = _still_good(conn, earlier, now_ms)
    if resid is None:
        raise RecorderUnanswered(_open(earlier, possible_recordids(conn, earlier)))
    return StartedRecording(client.start(resid, wish), earlier, None)


def find_task(conn: sqlite3.Connection, recordid: str, room_id: str | None) -> TaskIdentity:
    """The task *recordid*, in the room that is given, or that the catalog knows.

    Raises UsageProblem when nobody knows its room, or another than the one that is given.
    """
    start = start_call(conn, recordid)
    known = start.roomid if start is not None else room_of_task(conn, recordid)
    room = room_id or known
    if room is None:
        raise UsageProblem(f"the catalog does not know the room of {brief(recordid)}: name it with --room")
    if start is None:
        return TaskIdentity(TaskHandle(recordid, room), None)
    if room != start.roomid:
        raise UsageProblem(f"{brief(recordid)} was started in room {brief(start.roomid)}: leave out --room")
    return TaskIdentity(TaskHandle(recordid, room, start.resid, start.stream), int(start.appid))


def _still_good(conn: sqlite3.Connection, start: CallRow, now_ms: int) -> Resid | None:
    """The resid of *start*, if sending it again can tell something."""
    applied = None if start.resid is None else apply_call(conn, start.resid)
    if start.resid is None or applied is None or answered_start(conn, start.resid) is not None:
        return None
    resid = Resid(start.resid, applied.asked_ms)
    return resid if resid.is_valid(now_ms) else None


def _open(start: CallRow, candidates: list[str]) -> str:
    said = f"a start of room {brief(repr(start.roomid))} at {iso(start.asked_ms)} got no answer and may be recording"
    found = f", most likely as {brief(candidates[0])}" if len(candidates) == 1 else ""
    return f"{said}{found}: `ossrec record status` says what to do, --anew starts another recording all the same"
