"""Calls of the recorder's service in the catalog: save each request and outcome, and resolve unanswered starts."""

import sqlite3
from typing import NamedTuple

from ossrec.model import RecorderOutcome, RecorderRequest

_COLUMNS = "call, traceid, appid, roomid, stream, resid, recordid, sent_ms, answered_ms, outcome, code, message"
_RATE = "SELECT sent_ms FROM calls WHERE appid = ? ORDER BY id DESC LIMIT 1 OFFSET ?"
_ASKED = f"INSERT INTO calls ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 'pending', NULL, NULL)"
_ENDED = """
UPDATE calls SET outcome = ?2, answered_ms = ?3, code = ?4, message = ?5, resid = coalesce(resid, ?6),
    recordid = coalesce(recordid, ?7)
WHERE traceid = ?1
"""
# One row for each resid; the index `calls_open` serves the first condition.
_OPEN = f"""
SELECT {_COLUMNS} FROM calls c WHERE outcome IN ('pending', 'unanswered') AND call = 'start' AND sent_ms >= :since
AND NOT EXISTS (SELECT 1 FROM calls d WHERE d.resid = c.resid AND d.call = 'start'
    AND (d.outcome = 'done' OR (d.outcome IN ('pending', 'unanswered') AND d.id < c.id)))
"""
_OPEN_IN_ROOM = f"""{_OPEN} AND roomid = :room AND +appid = :app AND stream = :stream
AND NOT EXISTS (SELECT 1 FROM calls e WHERE e.roomid = c.roomid AND +e.appid = c.appid AND e.stream = c.stream
    AND e.call = 'start' AND e.outcome = 'done' AND e.sent_ms > c.sent_ms)
ORDER BY id DESC
"""
# The next answered start of the same stream in the same room.
_LATER = f"""
SELECT {_COLUMNS} FROM calls WHERE roomid = ? AND sent_ms > ? AND +appid = ? AND stream = ?
AND call = 'start' AND outcome = 'done' ORDER BY sent_ms LIMIT 1
"""
_UNUSED = f"""
SELECT {_COLUMNS} FROM calls c INDEXED BY calls_of_no_task
WHERE recordid IS NULL AND call = 'apply' AND sent_ms >= ?
AND (outcome IN ('pending', 'unanswered') OR (outcome = 'done' AND NOT EXISTS (
    SELECT 1 FROM calls d WHERE d.resid = c.resid AND d.call = 'start' AND d.outcome <> 'unsent')))
AND NOT EXISTS (SELECT 1 FROM calls e WHERE e.roomid = c.roomid AND +e.appid = c.appid AND e.call = 'apply'
    AND e.sent_ms >= c.sent_ms AND e.id > c.id)
ORDER BY id
"""
# Started by ossrec; the caller checks whether the task has ended.
_RUNNING = f"""
SELECT {_COLUMNS} FROM calls c WHERE roomid = :room AND sent_ms >= :since AND +appid = :app AND stream = :stream
AND call = 'start' AND outcome = 'done' ORDER BY id DESC
"""
_HAS_ENDED = """
SELECT EXISTS (SELECT 1 FROM tasks WHERE recordid = ?1 AND state IN ('stopped', 'failed', 'idle'))
    OR (EXISTS (SELECT 1 FROM recordings WHERE recordid = ?1) AND NOT EXISTS (SELECT 1 FROM recordings
        WHERE recordid = ?1 AND (verdict IS NULL OR verdict = 'recording')))
"""
_OF_TASK = f"""
SELECT {_COLUMNS} FROM calls WHERE recordid = ?1
OR resid IN (SELECT resid FROM calls WHERE recordid = ?1 AND resid IS NOT NULL)
ORDER BY id
"""
# Recordings and tasks of the room that began at that time and do not belong to an answered start.
_POSSIBLE = """
SELECT recordid FROM (
    SELECT recordid FROM recordings
    WHERE roomid = :room AND started_ms BETWEEN :since AND :until AND stream = :stream
    UNION SELECT recordid FROM tasks
    WHERE roomid = :room AND started_ms BETWEEN :since AND :until AND coalesce(stream, :stream) = :stream
) AS known WHERE NOT EXISTS (SELECT 1 FROM calls c WHERE c.recordid = known.recordid AND c.call = 'start')
ORDER BY recordid LIMIT 20
"""
_BEFORE, _AFTER = 60_000, 600_000  # ms around a start: clocks differ, and the first publisher may join later


class CallRow(NamedTuple):
    """A row of the table `calls`."""

    call: str
    traceid: str
    appid: str
    roomid: str
    stream: str | None
    resid: str | None
    recordid: str | None
    sent_ms: int
    answered_ms: int | None
    outcome: str
    code: int | None
    message: str | None


class StartOutcome(NamedTuple):
    """The likely outcome of an unanswered start."""

    possible_recordids: list[str]  # of tasks that it may have started
    later: CallRow | None  # the next answered start of the same stream
    is_over: bool  # all these tasks have ended; or there are none, and a later start was answered


def rate_limit_wait(conn: sqlite3.Connection, app_id: int, now_ms: int, *, most: int, window_ms: int) -> int:
    """Return the ms to wait before the next call of an AppID, to allow at most *most* calls in any *window_ms*."""
    row = conn.execute(_RATE, (str(app_id), most - 1)).fetchone()
    # A call in the future: the clock was set back since.
    return 0 if row is None or row[0] > now_ms else max(0, row[0] + window_ms - now_ms)


def save_request(conn: sqlite3.Connection, call: RecorderRequest) -> None:
    """Save *call* before it is sent, with the outcome `pending`."""
    known = (call.room_id, call.stream, call.resid, call.recordid, call.sent_ms)
    conn.execute(_ASKED, (call.call, call.trace_id, str(call.app_id), *known))


def save_outcome(conn: sqlite3.Connection, trace_id: str, end: RecorderOutcome) -> None:
    """Save the outcome of a call."""
    values = (end.outcome, end.ended_ms, end.code, end.message, end.resid, end.recordid)
    conn.execute(_ENDED, (trace_id, *values))


def answered_start(conn: sqlite3.Connection, resid: str) -> CallRow | None:
    """Return the last answered start with *resid*, None if there is none."""
    sql = f"SELECT {_COLUMNS} FROM calls WHERE resid = ? AND call = 'start' AND outcome IN ('done', 'refused')"
    return _first(conn.execute(f"{sql} ORDER BY id DESC LIMIT 1", (resid,)))


def apply_call(conn: sqlite3.Connection, resid: str) -> CallRow | None:
    """Return the call that obtained *resid*."""
    sql = f"SELECT {_COLUMNS} FROM calls WHERE resid = ? AND call = 'apply' AND outcome = 'done'"
    return _first(conn.execute(f"{sql} ORDER BY id DESC LIMIT 1", (resid,)))


def start_call(conn: sqlite3.Connection, recordid: str) -> CallRow | None:
    """Return the call that started the task *recordid*."""
    sql = f"SELECT {_COLUMNS} FROM calls WHERE recordid = ? AND call = 'start' AND outcome = 'done'"
    return _first(conn.execute(f"{sql} ORDER BY id DESC LIMIT 1", (recordid,)))


def open_start_in_room(
    conn: sqlite3.Connection, app_id: int, room_id: str, stream: str, since_ms: int
) -> CallRow | None:
    """Return the last unanswered start of *stream* in a room that may still be recording.

    A start that was followed by an answered one does not count.
    """
    values = {"app": str(app_id), "room": room_id, "stream": stream, "since": since_ms}
    starts = [CallRow(*row) for row in conn.execute(_OPEN_IN_ROOM, values)]
    return next((one for one in starts if not resolve_start(conn, one).is_over), None)


def calls_of_task(conn: sqlite3.Connection, recordid: str) -> list[CallRow]:
    """Return all calls for a task, starting with the one for its resid."""
    return [CallRow(*row) for row in conn.execute(_OF_TASK, (recordid,))]


def open_starts(conn: sqlite3.Connection, since_ms: int = 0) -> list[CallRow]:
    """Return the unanswered starts since *since_ms*, the first for each resid."""
    return [CallRow(*row) for row in conn.execute(f"{_OPEN} ORDER BY id", {"since": since_ms})]


def running_start(conn: sqlite3.Connection, app_id: int, room_id: str, stream: str, since_ms: int) -> CallRow | None:
    """Return the last answered start of *stream* in a room if its task is not known to have ended."""
    values = {"app": str(app_id), "room": room_id, "stream": stream, "since": since_ms}
    starts = [CallRow(*row) for row in conn.execute(_RUNNING, values)]
    return next((one for one in starts if one.recordid is not None and not has_task_ended(conn, one.recordid)), None)


def has_task_ended(conn: sqlite3.Connection, recordid: str) -> bool:
    """Tell whether the task was stopped, or its files show that it has ended."""
    return bool(conn.execute(_HAS_ENDED, (recordid,)).fetchone()[0])


def possible_recordids(conn: sqlite3.Connection, start: CallRow) -> list[str]:
    """Return the recordids of tasks that the unanswered *start* may have started."""
    values = {"room": start.roomid, "stream": start.stream}
    around = {"since": start.sent_ms - _BEFORE, "until": start.sent_ms + _AFTER}
    return [recordid for (recordid,) in conn.execute(_POSSIBLE, values | around)]


def resolve_start(conn: sqlite3.Connection, start: CallRow) -> StartOutcome:
    """Find the likely outcome of the unanswered *start* from the recordings and calls of its room."""
    found = possible_recordids(conn, start)
    later = _first(conn.execute(_LATER, (start.roomid, start.sent_ms, start.appid, start.stream)))
    is_over = all(has_task_ended(conn, recordid) for recordid in found) if found else later is not None
    return StartOutcome(found, later, is_over)


def unused_resids(conn: sqlite3.Connection, since_ms: int) -> list[CallRow]:
    """Return the calls for unused resids since *since_ms*, the last one for each room."""
    return [CallRow(*row) for row in conn.execute(_UNUSED, (since_ms,))]


def room_of_task(conn: sqlite3.Connection, recordid: str) -> str | None:
    """Return the room of a task that ossrec did not start; None if it is unknown or ambiguous."""
    sql = (
        "SELECT roomid FROM tasks WHERE recordid = ?1 AND roomid IS NOT NULL"
        " UNION SELECT roomid FROM recordings WHERE recordid = ?1 AND NOT ambiguous"
    )
    rooms = conn.execute(sql, (recordid,)).fetchall()
    return rooms[0][0] if len(rooms) == 1 else None


def _first(cursor: sqlite3.Cursor) -> CallRow | None:
    row = cursor.fetchone()
    return None if row is None else CallRow(*row)
