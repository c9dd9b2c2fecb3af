"""Start recordings without recording a room twice, and find the task that a command names."""

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

_OPEN_MS = 24 * 3_600_000  # an unanswered start prevents another start of its room for so long


class StartedRecording(NamedTuple):
    """A recording that was started, and other starts of the same room."""

    started: RecordingStarted
    resumed: CallRow | None  # an earlier unanswered start, which was repeated
    running: CallRow | None  # a start of the same room and stream that is still recording, as far as is known


class TaskIdentity(NamedTuple):
    """A task, and the AppID that started it if ossrec did."""

    task: TaskHandle
    app_id: int | None


def start_recording(
    conn: sqlite3.Connection,
    client: RecorderClient,
    request: RecordingRequest,
    app_id: int,
    now_ms: int,
    *,
    force_new: bool,
) -> StartedRecording:
    """Apply for a resid and start a recording with it.

    If an earlier start of the same room was not answered, it is repeated with its own resid: if it had arrived, the
    service refuses the repetition, and the room is not recorded twice. Raises RecorderUnanswered if that resid is no
    longer valid. With *force_new*, starts another recording in any case.
    """
    check_layout(request.layout)  # before a resid is applied for
    room, stream, since_ms = request.room_id, request.stream, now_ms - _OPEN_MS
    earlier = None if force_new else open_start_in_room(conn, app_id, room, stream, since_ms)
    if earlier is None:
        running = running_start(conn, app_id, room, stream, since_ms)
        return StartedRecording(client.start(client.apply(room), request), None, running)
    resid = _usable_resid(conn, earlier, now_ms)
    if resid is None:
        raise RecorderUnanswered(_open_start_message(earlier, possible_recordids(conn, earlier)))
    return StartedRecording(client.start(resid, request), earlier, None)


def find_task(conn: sqlite3.Connection, recordid: str, room_id: str | None) -> TaskIdentity:
    """Return the task *recordid* in *room_id*, or in its room according to the catalog.

    Raises UsageProblem if its room is unknown, or is not *room_id*.
    """
    start = start_call(conn, recordid)
    known = start.roomid if start is not None else room_of_task(conn, recordid)
    room = room_id or known
    if room is None:
        raise UsageProblem(f"the catalog does not know the room of {brief(recordid)}: give it with --room")
    if start is None:
        return TaskIdentity(TaskHandle(recordid, room), None)
    if room != start.roomid:
        raise UsageProblem(f"{brief(recordid)} was started in room {brief(start.roomid)}: omit --room")
    return TaskIdentity(TaskHandle(recordid, room, start.resid, start.stream), int(start.appid))


def _usable_resid(conn: sqlite3.Connection, start: CallRow, now_ms: int) -> Resid | None:
    """Return the resid of *start* if it is still valid and no start with it was answered."""
    applied = None if start.resid is None else apply_call(conn, start.resid)
    if start.resid is None or applied is None or answered_start(conn, start.resid) is not None:
        return None
    resid = Resid(start.resid, applied.sent_ms)
    return resid if resid.is_valid(now_ms) else None


def _open_start_message(start: CallRow, candidates: list[str]) -> str:
    fact = f"a start of room {brief(repr(start.roomid))} at {iso(start.sent_ms)} was not answered and may be recording"
    likely = f", most likely as {brief(candidates[0])}" if len(candidates) == 1 else ""
    return f"{fact}{likely}: see `ossrec record status`, or start another recording with --force-new"
