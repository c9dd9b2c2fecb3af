"""Query tasks: what the sources report about each, combined with its files.

Standard library only, because this is on the query path.
"""

import itertools
import json
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from typing import Any, NamedTuple

from ossrec.catalog.connection.open_reader import snapshot
from ossrec.catalog.query.filters import VERDICT
from ossrec.catalog.tasks.task_list_sources import ENDED, StoredTask, TaskFilter, stored_tasks
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
    verdict: str  # now
    last_arrival: int | None
    ended_ms: int | None
    duration: float | None  # seconds, by its playlist
    uid: str | None
    stream: str
    started_ms: int | None
    first_seen: int
    last_changed: int


def find_tasks(
    catalog: sqlite3.Connection, wanted: TaskFilter, *, now: float, quiet_after: float
) -> Generator[Row, None, None]:
    """Yield the tasks that match *wanted*, newest first, also those that appear only in the bucket.

    *now* is Unix seconds; *quiet_after* is idle time plus upload lag, in seconds. ``state`` follows from the sources
    and the files; ``state_from`` is its source: import, rest, callback or bucket. A call of the recorder that
    started no task has no recordid.
    """
    with snapshot(catalog):
        stored = stored_tasks(catalog, wanted, now=now, quiet_after=quiet_after)
        rows = (_row(catalog, one, now, quiet_after) for one in stored)
        if wanted.states:
            rows = (row for row in rows if row["state"] in wanted.states)
        yield from itertools.islice(rows, wanted.limit)


def has_task(catalog: sqlite3.Connection, recordid: str) -> bool:
    """Tell whether a source reports the task, so that it is not only in the bucket."""
    return catalog.execute("SELECT 1 FROM tasks WHERE recordid = ?", (recordid,)).fetchone() is not None


def _row(catalog: sqlite3.Connection, stored: StoredTask, now: float, quiet_after: float) -> Row:
    recordid, roomid, stream, uids, state, source, at, started, stopped, first_seen, changed, _ = stored
    files = [] if recordid is None else _files(catalog, recordid, now - quiet_after)
    if source == "bucket":
        stream = files[0].stream if len({file.stream for file in files}) == 1 else None
        started = min((file.started_ms for file in files if file.started_ms is not None), default=None)
        first_seen, changed = min(file.first_seen for file in files), max(file.last_changed for file in files)
    state, source, at = current_state(state, source, at, files)
    facts = [] if recordid is None else catalog.execute(_FACTS, (recordid,)).fetchall()
    return {
        "recordid": recordid,
        "roomid": roomid,
        "stream": stream,
        "uids": _users(facts, files) if uids is None else json.loads(uids),
        "state": state,
        "state_from": source,
        "state_at": iso(at),
        "started_at": iso(started),
        "stopped_at": iso(stopped),
        "files": len(files),
        "verdicts": _counts(file.verdict for file in files),
        "first_seen": iso_seconds(first_seen),
        "last_changed": iso_seconds(changed),
        "extra": next((_parsed(extra) for source, _, extra in reversed(facts) if source == "import"), None),
    }


def _counts(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _users(facts: Sequence[tuple[Any, ...]], files: Sequence[_File]) -> list[str] | None:
    """Return the users in callbacks and files, for a task without expected users."""
    named = [uid for source, uids, _ in facts if source == "callback" and uids for uid in json.loads(uids)]
    return sorted({*named, *(file.uid for file in files if file.uid is not None)}) or None


def _parsed(extra: str | None) -> Any:
    """Parse the other columns of an import; None if there are none, or they are not JSON."""
    try:
        return None if extra is None else json.loads(extra)
    except (ValueError, RecursionError):
        return None


def _files(catalog: sqlite3.Connection, recordid: str, quiet_before: float) -> list[_File]:
    rows = catalog.execute(_FILES, {"recordid": recordid, "quiet_before": quiet_before})
    return [_File(*row) for row in rows]


def current_state(reported: str | None, source: str, at: int | None, files: list[_File]) -> tuple[str, str, int | None]:
    """Return state, source and Unix ms of a task from the *reported* state (None if there is none) and its files.

    A reported stop or failure counts. Otherwise, arriving segments mean that the task is recording, whatever the
    sources report; and files that have ended mean that it ended by itself, because no source reports a stop.
    """
    if reported in ("stopped", "failed"):
        return reported, source, at
    live = [file for file in files if file.verdict == "recording"]
    if live:
        latest = max((file.last_arrival for file in live if file.last_arrival is not None), default=None)
        return "recording", "bucket", None if latest is None else latest * 1000
    ended = [file for file in files if file.verdict in ENDED and file.duration is not None]
    if ended and reported != "idle":
        return "idle", "bucket", max((file.ended_ms for file in ended if file.ended_ms is not None), default=None)
    return reported or "unknown", source, at
