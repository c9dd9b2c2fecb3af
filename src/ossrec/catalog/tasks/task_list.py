"""Asking the catalog for tasks: what was told of each, and what its files say beside that.

Standard library only: this is on the path of queries.
"""

import itertools
import json
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from typing import Any, NamedTuple

from ossrec.catalog.connection.open_reader import snapshot
from ossrec.catalog.query.filters import VERDICT
from ossrec.catalog.tasks.task_list_sources import ENDED, Stored, TaskFilter, stored_tasks
from ossrec.catalog.times import iso, iso_seconds

__all__ = ["FIELDS", "STATES", "TaskFilter", "find_tasks", "has_task"]

Row = dict[str, Any]

FIELDS = (
    "recordid", "roomid", "stream", "uids", "state", "state_from", "state_at", "started_at", "stopped_at", "files",
    "verdicts", "first_seen", "last_changed", "extra",
)  # fmt: skip
STATES = ("applied", "started", "recording", "stopped", "idle", "failed", "unknown")

_FILES = f"""
SELECT {VERDICT}, last_arrival, ended_ms, duration, uid, stream, started_ms, first_seen, last_changed
FROM recordings WHERE recordid = :recordid
"""
_FACTS = (
    "SELECT source, uids, extra FROM task_facts WHERE recordid = ? AND source IN ('import', 'callback') ORDER BY id"
)


class _File(NamedTuple):
    verdict: str  # as of now
    last_arrival: int | None
    ended_ms: int | None
    duration: float | None  # by its playlist
    uid: str | None
    stream: str
    started_ms: int | None
    first_seen: int
    last_changed: int


def find_tasks(
    catalog: sqlite3.Connection, wanted: TaskFilter, *, now: float, quiet_after: float
) -> Generator[Row, None, None]:
    """The tasks that *wanted* asks for, the newest first; also those that are only in the bucket.

    *now* is Unix seconds; *quiet_after* the idle time and the upload lag in seconds. ``state`` follows from what was
    told and from the files; ``state_from`` says who says so: import, rest, callback or bucket. What was asked of the
    recorder and came to no task has no recordid.
    """
    with snapshot(catalog):
        stored = stored_tasks(catalog, wanted, now=now, quiet_after=quiet_after)
        rows = (_row(catalog, one, now, quiet_after) for one in stored)
        if wanted.states:
            rows = (row for row in rows if row["state"] in wanted.states)
        yield from itertools.islice(rows, wanted.limit)


def has_task(catalog: sqlite3.Connection, recordid: str) -> bool:
    """Some source told of the task: it is not in the bucket alone."""
    return catalog.execute("SELECT 1 FROM tasks WHERE recordid = ?", (recordid,)).fetchone() is not None


def _row(catalog: sqlite3.Connection, stored: Stored, now: float, quiet_after: float) -> Row:
    recordid, roomid, stream, uids, state, source, at, started, stopped, first_seen, changed, _ = stored
    files = [] if recordid is None else _files(catalog, recordid, now - quiet_after)
    if source == "bucket":
        stream = files[0].stream if len({file.stream for file in files}) == 1 else None
        started = min((file.started_ms for file in files if file.started_ms is not None), default=None)
        first_seen, changed = min(file.first_seen for file in files), max(file.last_changed for file in files)
    state, source, at = current_state(state, source, at, files)
    told = [] if recordid is None else catalog.execute(_FACTS, (recordid,)).fetchall()
    return {
        "recordid": recordid,
        "roomid": roomid,
        "stream": stream,
        "uids": _users(told, files) if uids is None else json.loads(uids),
        "state": state,
        "state_from": source,
        "state_at": iso(at),
        "started_at": iso(started),
        "stopped_at": iso(stopped),
        "files": len(files),
        "verdicts": _counts(file.verdict for file in files),
        "first_seen": iso_seconds(first_seen),
        "last_changed": iso_seconds(changed),
        "extra": next((_kept(extra) for source, _, extra in reversed(told) if source == "import"), None),
    }


def _counts(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _users(told: Sequence[Stored], files: Sequence[_File]) -> list[str] | None:
    """Users that callbacks and files name, of a task that nobody said whom to expect of."""
    named = [uid for source, uids, _ in told if source == "callback" and uids for uid in json.loads(uids)]
    return sorted({*named, *(file.uid for file in files if file.uid is not None)}) or None


def _kept(extra: str | None) -> Any:
    """The columns that an import has besides; None if there are none, or somebody else wrote what is no JSON."""
    try:
        return None if extra is None else json.loads(extra)
    except (ValueError, RecursionError):
        return None


def _files(catalog: sqlite3.Connection, recordid: str, quiet_before: float) -> list[_File]:
    rows = catalog.execute(_FILES, {"recordid": recordid, "quiet_before": quiet_before})
    return [_File(*row) for row in rows]


def current_state(told: str | None, source: str, at: int | None, files: list[_File]) -> tuple[str, str, int | None]:
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
    ended = [file for file in files if file.verdict in ENDED and file.duration is not None]
    if ended and told != "idle":
        return "idle", "bucket", max((file.ended_ms for file in ended if file.ended_ms is not None), default=None)
    return told or "unknown", source, at
