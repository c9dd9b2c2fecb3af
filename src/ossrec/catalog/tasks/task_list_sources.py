"""Where the rows of `tasks list` come from: streams of tasks in SQL, each the newest first, by state as it reads now.

Standard library only: this is on the path of queries.
"""

import heapq
import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

Stored = tuple[Any, ...]

TOLD = ("applied", "started", "stopped", "idle", "failed", "unknown")  # what `tasks.state` may say
ENDED = ("complete", "flawed", "incomplete", "damaged")  # verdicts of recordings that have ended, if one has a length

_TIME = "coalesce(t.started_ms, t.stopped_ms, t.state_ms, t.first_seen * 1000)"  # as the index `tasks_by_state` has it
_TOLD_ROWS = f"""
SELECT t.recordid, t.roomid, t.stream, t.uids, t.state, t.state_from, t.state_ms, t.started_ms, t.stopped_ms,
    t.first_seen, t.last_changed, {_TIME}
FROM tasks t WHERE {{where}} ORDER BY {_TIME} DESC, t.recordid
"""
# A task that is only in the bucket stands at its first file. `recordings.task` is NULL or unknown for all of those.
_FIRST = "coalesce({0}.started_ms, {0}.first_seen * 1000)"
_SEEN_ROWS = f"""
SELECT r.recordid, r.roomid, NULL, NULL, NULL, 'bucket', NULL, NULL, NULL, NULL, NULL, {_FIRST.format("r")}
FROM recordings r {{index}}
WHERE {{where}} AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.recordid = r.recordid)
    AND NOT EXISTS (SELECT 1 FROM recordings o WHERE o.recordid = r.recordid AND o.id <> r.id AND {{same}}
        AND ({_FIRST.format("o")}, o.id) < ({_FIRST.format("r")}, r.id))
ORDER BY {{order}} DESC, r.recordid
"""
# What was asked of the recorder and has no recordid: a resid that nobody used, a start that failed or was not answered;
# of an apply that was repeated, the last.
_CALLED_ROWS = """
SELECT * FROM (SELECT NULL, roomid, stream, NULL,
    CASE WHEN EXISTS (SELECT 1 FROM calls u WHERE u.resid = c.resid AND u.call = 'start'
            AND u.outcome IN ('pending', 'unanswered')) THEN 'unknown' -- a refusal after it tells that it had arrived
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
# Files that do not say that a task has ended; `recordings_by_verdict` finds them.
_OPEN = """
SELECT recordid FROM recordings WHERE verdict IN ('recording', 'unfinished', 'unknown', 'gone')
    OR (verdict IN ('damaged', 'incomplete', 'flawed') AND duration IS NULL)
"""


class TaskFilter(NamedTuple):
    """Which tasks are asked for; None asks for any. Times are Unix milliseconds, by the best that is known.

    That is the start, else the stop or the time of the state, else when the task was first told of.
    """

    recordid: str | None = None
    room: str | None = None
    states: tuple[str, ...] = ()
    since: int | None = None  # started at or after
    until: int | None = None  # started before
    limit: int | None = None


def stored_tasks(
    catalog: sqlite3.Connection, wanted: TaskFilter, *, now: float, quiet_after: float
) -> Iterator[Stored]:
    """What is stored of the tasks that may be wanted, the newest first; the caller finds their states by their files.

    Columns are recordid, roomid, stream, uids, state, source, time of the state, started, stopped (Unix ms), first
    seen, last changed (seconds), and the time that they are ordered by.
    """
    values = wanted._asdict() | {
        "states": json.dumps(wanted.states) if wanted.states else None,
        "quiet_before": now - quiet_after,
    }
    found = [catalog.execute(sql, values) for sql in _questions(wanted)]
    return heapq.merge(*found, key=lambda row: -row[11])


def _questions(wanted: TaskFilter) -> Iterator[str]:
    yield from _told(wanted)
    yield from _seen(wanted)
    if wanted.recordid is None:
        yield _CALLED_ROWS.format(where=_where(wanted, "c", "c.sent_ms"))


def _told(wanted: TaskFilter) -> Iterator[str]:
    """One question for each state that was told: an index has them in order of time."""
    named = wanted.recordid is not None or wanted.room is not None
    plain = _where(wanted, "t", _TIME)
    for told in TOLD:
        clause = _reads_as(told, wanted.states)
        if clause is not None:
            yield _TOLD_ROWS.format(where=f"{'+' if named else ''}t.state = '{told}' AND {clause} AND {plain}")
    if "recording" in wanted.states:
        live = f"t.recordid IN ({_LIVE}) AND +t.state NOT IN ('stopped', 'failed')"
        yield _TOLD_ROWS.format(where=f"{live} AND {plain}")


def _reads_as(told: str, states: tuple[str, ...]) -> str | None:
    """When a task of which *told* was told reads as one of *states* now, but for `recording`; None for never."""
    if not states or (told in ("stopped", "failed") and told in states):
        return "1"
    return None if told in ("stopped", "failed") else _by_files(told, states, "t")


def _by_files(told: str, states: tuple[str, ...], table: str) -> str | None:
    """For a task that may still record or have ended by itself."""
    quiet, ended = f"{table}.recordid NOT IN ({_LIVE})", _HAS_ENDED.format(table)
    if told in states and (told == "idle" or "idle" in states):
        return quiet
    if told in states:
        return f"{quiet} AND NOT {ended}"
    if "idle" in states:
        return f"{quiet} AND {ended}"
    return None


def _seen(wanted: TaskFilter) -> Iterator[str]:
    """Those that are only in the bucket, by the place of their first file in the indexes."""
    clauses = [_where(wanted, "r", _FIRST.format("r"))]
    if wanted.states:
        ways = _by_files("unknown", wanted.states, "r")
        if "recording" in wanted.states:
            yield _seen_rows([*clauses, f"r.recordid IN ({_LIVE})"], wanted, "", _FIRST.format("r"))
        if ways is None:
            return
        clauses.append(ways)
        if "idle" not in wanted.states:
            yield _seen_rows([*clauses, f"r.recordid IN ({_OPEN})"], wanted, "", _FIRST.format("r"))
            return
    if wanted.recordid is not None or wanted.room is not None:
        yield _seen_rows(clauses, wanted, "", _FIRST.format("r"))
        return
    for index, which in (
        ("INDEXED BY recordings_not_linked", "r.task IS NULL"),
        ("INDEXED BY recordings_not_matched", "r.task IN ('contradicted', 'unknown') AND r.task = 'unknown'"),
    ):
        dated = [*clauses, which, "r.started_ms IS NOT NULL", *_bounds(wanted, "r.started_ms")]
        yield _seen_rows(dated, wanted, index, "r.started_ms")
        yield _seen_rows([*clauses, which, "r.started_ms IS NULL"], wanted, index, "r.first_seen")


def _seen_rows(clauses: list[str], wanted: TaskFilter, index: str, order: str) -> str:
    same = "1" if wanted.room is None else "o.roomid = :room"
    return _SEEN_ROWS.format(index=index, where=" AND ".join(clauses), same=same, order=order)


def _where(wanted: TaskFilter, table: str, time: str) -> str:
    clauses = [] if wanted.recordid is None else [f"{table}.recordid = :recordid"]
    clauses += [] if wanted.room is None else [f"{table}.roomid = :room"]
    return " AND ".join(clauses + _bounds(wanted, time)) or "1"


def _bounds(wanted: TaskFilter, time: str) -> list[str]:
    clauses = [] if wanted.since is None else [f"{time} >= :since"]
    return clauses + ([] if wanted.until is None else [f"{time} < :until"])
