"""SQL queries for the rows of `tasks list`, each newest first, for the requested states.

Standard library only, because this is on the query path.
"""

import heapq
import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

REPORTED_STATES = ("applied", "started", "stopped", "idle", "failed", "unknown")  # values of `tasks.state`
ENDED = (
    "complete",
    "flawed",
    "incomplete",
    "damaged",
)  # verdicts of recordings that have ended, if they have a duration

_TIME = "coalesce(t.started_ms, t.stopped_ms, t.state_ms, t.first_seen * 1000)"  # as in the index `tasks_by_state`
_TASK_ROWS = f"""
SELECT t.recordid, t.roomid, t.stream, t.uids, t.state, t.state_from, t.state_ms, t.started_ms, t.stopped_ms,
    t.first_seen, t.last_changed, {_TIME}
FROM tasks t WHERE {{where}} ORDER BY {_TIME} DESC, t.recordid
"""
# A task that is only in the bucket is represented by its first file. Its `recordings.task` is NULL or unknown.
_FIRST = "coalesce({0}.started_ms, {0}.first_seen * 1000)"
_BUCKET_ROWS = f"""
SELECT r.recordid, r.roomid, NULL, NULL, NULL, 'bucket', NULL, NULL, NULL, NULL, NULL, {_FIRST.format("r")}
FROM recordings r {{index}}
WHERE {{where}} AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.recordid = r.recordid)
    AND NOT EXISTS (SELECT 1 FROM recordings o WHERE o.recordid = r.recordid AND o.id <> r.id AND {{same}}
        AND ({_FIRST.format("o")}, o.id) < ({_FIRST.format("r")}, r.id))
ORDER BY {{order}} DESC, r.recordid
"""
# Calls without a recordid: an unused resid, a start that failed or was not answered; the last of repeated applies.
_CALL_ROWS = """
SELECT * FROM (SELECT NULL, roomid, stream, NULL,
    CASE WHEN EXISTS (SELECT 1 FROM calls u WHERE u.resid = c.resid AND u.call = 'start'
            AND u.outcome IN ('pending', 'unanswered')) THEN 'unknown' -- a refused retry shows that it had arrived
         WHEN outcome IN ('refused', 'unsent') THEN 'failed' WHEN call = 'apply' AND outcome = 'done' THEN 'applied'
         ELSE 'unknown' END AS state,
    'rest', sent_ms, iif(call = 'start', sent_ms, NULL), NULL, sent_ms / 1000,
    coalesce(answered_ms, sent_ms) / 1000, sent_ms AS at
FROM calls c WHERE call IN ('apply', 'start') AND {where} AND recordid IS NULL
    AND NOT EXISTS (SELECT 1 FROM calls s WHERE s.resid = c.resid AND s.call = 'start' AND s.id > c.id)
    AND NOT (call = 'apply' AND outcome <> 'done' AND EXISTS (SELECT 1 FROM calls n WHERE n.roomid = c.roomid
        AND n.sent_ms BETWEEN c.sent_ms AND c.sent_ms + 300000 AND n.call = 'apply' AND n.id > c.id)))
WHERE :states IS NULL OR state IN (SELECT value FROM json_each(:states)) ORDER BY at DESC
"""
_LIVE = "SELECT recordid FROM recordings WHERE verdict = 'recording' AND coalesce(last_arrival, 0) >= :quiet_before"
_HAS_ENDED = f"""
EXISTS (SELECT 1 FROM recordings f WHERE f.recordid = {{0}}.recordid AND f.verdict IN {ENDED}
    AND f.duration IS NOT NULL)
"""
# Recordings that do not show that their task has ended; uses the index `recordings_by_verdict`.
_OPEN = """
SELECT recordid FROM recordings WHERE verdict IN ('recording', 'unfinished', 'unknown', 'gone')
    OR (verdict IN ('damaged', 'incomplete', 'flawed') AND duration IS NULL)
"""


class StoredTask(NamedTuple):
    """A task as stored, or a recording or call that represents a task."""

    recordid: str | None
    roomid: str | None
    stream: str | None
    uids: str | None  # JSON array
    state: str | None  # None if the task is only in the bucket
    state_from: str
    state_ms: int | None
    started_ms: int | None
    stopped_ms: int | None
    first_seen: int | None  # Unix seconds
    last_changed: int | None  # Unix seconds
    sorted_by_ms: int


class TaskFilter(NamedTuple):
    """Conditions on tasks; None means any. Times are Unix milliseconds.

    They apply to the start of a task, else its stop, else the time of its state, else when it was first reported.
    """

    recordid: str | None = None
    room: str | None = None
    states: tuple[str, ...] = ()
    since: int | None = None  # started at or after
    until: int | None = None  # started before
    limit: int | None = None


def stored_tasks(
    catalog: sqlite3.Connection, wanted: TaskFilter, *, now: float, quiet_after: float
) -> Iterator[StoredTask]:
    """Yield stored tasks that may match *wanted*, newest first; the caller derives their states from their files."""
    values = wanted._asdict() | {
        "states": json.dumps(wanted.states) if wanted.states else None,
        "quiet_before": now - quiet_after,
    }
    queries = [map(StoredTask._make, catalog.execute(sql, values)) for sql in _queries(wanted)]
    return heapq.merge(*queries, key=lambda row: -row.sorted_by_ms)


def _queries(wanted: TaskFilter) -> Iterator[str]:
    yield from _reported(wanted)
    yield from _bucket_only(wanted)
    if wanted.recordid is None:
        yield _CALL_ROWS.format(where=_where(wanted, "c", "c.sent_ms"))


def _reported(wanted: TaskFilter) -> Iterator[str]:
    """Yield one query for each reported state, because an index has them in order of time."""
    named = wanted.recordid is not None or wanted.room is not None
    plain = _where(wanted, "t", _TIME)
    for state in REPORTED_STATES:
        clause = _state_clause(state, wanted.states)
        if clause is not None:
            yield _TASK_ROWS.format(where=f"{'+' if named else ''}t.state = '{state}' AND {clause} AND {plain}")
    if "recording" in wanted.states:
        live = f"t.recordid IN ({_LIVE}) AND +t.state NOT IN ('stopped', 'failed')"
        yield _TASK_ROWS.format(where=f"{live} AND {plain}")


def _state_clause(reported: str, states: tuple[str, ...]) -> str | None:
    """Return the condition for a *reported* state to be one of *states* now, except `recording`; None for never."""
    if not states or (reported in ("stopped", "failed") and reported in states):
        return "1"
    return None if reported in ("stopped", "failed") else _by_files(reported, states, "t")


def _by_files(reported: str, states: tuple[str, ...], table: str) -> str | None:
    """Return the condition on the files of a task that may be recording or may have ended by itself."""
    quiet, ended = f"{table}.recordid NOT IN ({_LIVE})", _HAS_ENDED.format(table)
    if reported in states and (reported == "idle" or "idle" in states):
        return quiet
    if reported in states:
        return f"{quiet} AND NOT {ended}"
    if "idle" in states:
        return f"{quiet} AND {ended}"
    return None


def _bucket_only(wanted: TaskFilter) -> Iterator[str]:
    """Yield queries for tasks that are only in the bucket, each served by an index."""
    clauses = [_where(wanted, "r", _FIRST.format("r"))]
    if wanted.states:
        condition = _by_files("unknown", wanted.states, "r")
        if "recording" in wanted.states:
            yield _bucket_rows([*clauses, f"r.recordid IN ({_LIVE})"], wanted, "", _FIRST.format("r"))
        if condition is None:
            return
        clauses.append(condition)
        if "idle" not in wanted.states:
            yield _bucket_rows([*clauses, f"r.recordid IN ({_OPEN})"], wanted, "", _FIRST.format("r"))
            return
    if wanted.recordid is not None or wanted.room is not None:
        yield _bucket_rows(clauses, wanted, "", _FIRST.format("r"))
        return
    for index, which in (
        ("INDEXED BY recordings_not_linked", "r.task IS NULL"),
        ("INDEXED BY recordings_not_matched", "r.task IN ('contradicted', 'unknown') AND r.task = 'unknown'"),
    ):
        dated = [*clauses, which, "r.started_ms IS NOT NULL", *_bounds(wanted, "r.started_ms")]
        yield _bucket_rows(dated, wanted, index, "r.started_ms")
        yield _bucket_rows([*clauses, which, "r.started_ms IS NULL"], wanted, index, "r.first_seen")


def _bucket_rows(clauses: list[str], wanted: TaskFilter, index: str, order: str) -> str:
    same = "1" if wanted.room is None else "o.roomid = :room"
    return _BUCKET_ROWS.format(index=index, where=" AND ".join(clauses), same=same, order=order)


def _where(wanted: TaskFilter, table: str, time: str) -> str:
    clauses = [] if wanted.recordid is None else [f"{table}.recordid = :recordid"]
    clauses += [] if wanted.room is None else [f"{table}.roomid = :room"]
    return " AND ".join(clauses + _bounds(wanted, time)) or "1"


def _bounds(wanted: TaskFilter, time: str) -> list[str]:
    clauses = [] if wanted.since is None else [f"{time} >= :since"]
    return clauses + ([] if wanted.until is None else [f"{time} < :until"])
