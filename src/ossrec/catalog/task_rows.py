"""Asking the catalog for tasks: what was told of each, and what its files say beside that.

Standard library only: this is on the path of queries.
"""

import heapq
import itertools
import json
import sqlite3
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

from ossrec.catalog.opening import snapshot
from ossrec.catalog.times import iso, iso_seconds
from ossrec.catalog.wanted import VERDICT

Row = dict[str, Any]

FIELDS = (
    "recordid", "roomid", "stream", "uids", "state", "state_from", "state_at", "started_at", "stopped_at", "files",
    "verdicts", "first_seen", "last_changed",
)  # fmt: skip
STATES = ("applied", "started", "recording", "stopped", "idle", "failed", "unknown")

_TOLD = """
SELECT recordid, roomid, stream, uids, state, state_from, state_ms, started_ms, stopped_ms, first_seen, last_changed
FROM tasks WHERE {where} ORDER BY started_ms DESC, recordid
"""
# Those that are only in the bucket.
_SEEN = """
SELECT recordid, min(roomid), iif(min(stream) = max(stream), min(stream), NULL), NULL, NULL, 'bucket', NULL,
    min(started_ms), NULL, min(first_seen), max(last_changed)
FROM recordings r WHERE {where} AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.recordid = r.recordid)
GROUP BY recordid ORDER BY min(started_ms) DESC, recordid
"""
# What was asked of the recorder and has no recordid: a resid that nobody used, a start that failed or was not answered;
# of an apply that was repeated, the last.
_CALLED = """
SELECT NULL, roomid, stream, NULL,
    CASE WHEN outcome IN ('refused', 'unsent') THEN 'failed' WHEN call = 'apply' AND outcome = 'done' THEN 'applied'
         ELSE 'unknown' END,
    'rest', asked_ms, iif(call = 'start', asked_ms, NULL), NULL, asked_ms / 1000, coalesce(answered_ms, asked_ms) / 1000
FROM calls c WHERE call IN ('apply', 'start') AND {where} AND recordid IS NULL
    AND NOT EXISTS (SELECT 1 FROM calls s WHERE s.resid = c.resid AND s.call = 'start' AND s.id > c.id)
    AND NOT (call = 'apply' AND outcome <> 'done' AND EXISTS (SELECT 1 FROM calls n WHERE n.roomid = c.roomid
        AND n.asked_ms BETWEEN c.asked_ms AND c.asked_ms + 300000 AND n.call = 'apply' AND n.id > c.id))
ORDER BY asked_ms DESC
"""
_FILES = f"""
SELECT {VERDICT}, last_arrival, ended_ms, duration FROM recordings WHERE recordid = :recordid
"""
_ENDED = ("complete", "flawed", "incomplete", "damaged")  # verdicts of recordings that have ended, if one has a length


class TaskWanted(NamedTuple):
    """Which tasks are asked for; None asks for any. Times are Unix milliseconds."""

    recordid: str | None = None
    room: str | None = None
    states: tuple[str, ...] = ()
    since: int | None = None  # started at or after
    until: int | None = None  # started before
    limit: int | None = None


class _File(NamedTuple):
    verdict: str  # as of now
    last_arrival: int | None
    ended_ms: int | None
    duration: float | None  # by its playlist


def find_tasks(
    catalog: sqlite3.Connection, wanted: TaskWanted, *, now: float, quiet_after: float
) -> Generator[Row, None, None]:
    """The tasks that *wanted* asks for, the newest first; also those that are only in the bucket.

    *now* is Unix seconds; *quiet_after* the idle time and the upload lag in seconds. ``state`` follows from what was
    told and from the files; ``state_from`` says who says so: import, rest, callback or bucket. What was asked of the
    recorder and came to no task has no recordid.
    """
    with snapshot(catalog):
        rows = (_row(catalog, stored, now, quiet_after) for stored in _stored(catalog, wanted))
        if wanted.states:
            rows = (row for row in rows if row["state"] in wanted.states)
        yield from itertools.islice(rows, wanted.limit)


def is_told(catalog: sqlite3.Connection, recordid: str) -> bool:
    """Some source told of the task: it is not in the bucket alone."""
    return catalog.execute("SELECT 1 FROM tasks WHERE recordid = ?", (recordid,)).fetchone() is not None


def _stored(catalog: sqlite3.Connection, wanted: TaskWanted) -> Iterator[tuple[Any, ...]]:
    values = wanted._asdict()
    parts = [(_TOLD, "started_ms"), (_SEEN, "started_ms")]
    parts += [(_CALLED, "asked_ms")] if wanted.recordid is None else []
    found = [catalog.execute(sql.format(where=_where(wanted, column)), values) for sql, column in parts]
    return heapq.merge(*found, key=lambda row: (row[7] is None and row[6] is None, -(row[7] or row[6] or 0)))


def _where(wanted: TaskWanted, start: str) -> str:
    clauses = [] if wanted.recordid is None else ["recordid = :recordid"]
    clauses += [] if wanted.room is None else ["roomid = :room"]
    clauses += [] if wanted.since is None else [f"{start} >= :since"]
    clauses += [] if wanted.until is None else [f"{start} < :until"]
    return " AND ".join(clauses) or "1"


def _row(catalog: sqlite3.Connection, stored: tuple[Any, ...], now: float, quiet_after: float) -> Row:
    recordid, roomid, stream, uids, state, source, at, started, stopped, first_seen, changed = stored
    files = [] if recordid is None else _files(catalog, recordid, now - quiet_after)
    state, source, at = state_now(state, source, at, files)
    verdicts: dict[str, int] = {}
    for file in files:
        verdicts[file.verdict] = verdicts.get(file.verdict, 0) + 1
    return {
        "recordid": recordid,
        "roomid": roomid,
        "stream": stream,
        "uids": None if uids is None else json.loads(uids),
        "state": state,
        "state_from": source,
        "state_at": iso(at),
        "started_at": iso(started),
        "stopped_at": iso(stopped),
        "files": len(files),
        "verdicts": verdicts,
        "first_seen": iso_seconds(first_seen),
        "last_changed": iso_seconds(changed),
    }


def _files(catalog: sqlite3.Connection, recordid: str, quiet_before: float) -> list[_File]:
    rows = catalog.execute(_FILES, {"recordid": recordid, "quiet_before": quiet_before})
    return [_File(*row) for row in rows]


def state_now(told: str | None, source: str, at: int | None, files: list[_File]) -> tuple[str, str, int | None]:
    """State, source and Unix ms of a task, by what was told of it, None if nothing was, and by its files.

    Who stopped a task, or saw it fail, knows. Else segments that arrive mean that it records, whatever was told; and
    files that have ended mean that it ended by itself, since nobody stopped it.
    """
    if told in ("stopped", "failed"):
        return told, source, at
    live = [file for file in files if file.verdict == "recording"]
    if live:
        latest = max((file.last_arrival for file in live if file.last_arrival is not None), default=None)
        return "recording", "bucket", None if latest is None else latest * 1000
    ended = [file for file in files if file.verdict in _ENDED and file.duration is not None]
    if ended and told != "idle":
        return "idle", "bucket", max((file.ended_ms for file in ended if file.ended_ms is not None), default=None)
    return told or "unknown", source, at
