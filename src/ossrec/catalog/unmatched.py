"""Double entry: every line of the tasks that has no file, and every file that has no task.

Standard library only.
"""

import sqlite3
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

from ossrec.catalog.calls import may_be, open_starts
from ossrec.catalog.opening import snapshot
from ossrec.catalog.rows import buckets_by_id
from ossrec.catalog.times import iso

Row = dict[str, Any]

FIELDS = ("kind", "recordid", "roomid", "uid", "at", "bucket", "file", "told_by", "detail")
KINDS = {
    "task": "task without files",
    "file": "file without task",
    "contradiction": "file contradicts its task",
    "callback": "callback without file",
    "user": "user not recorded",
    "start": "start without answer",
}

# When nothing more can come of a task: it was stopped, has ended, or had the idle time to begin.
_OVER = "coalesce(t.stopped_ms, iif(t.state = 'idle', t.state_ms, NULL), t.started_ms + :idle_ms, t.first_seen * 1000)"
_DUE = f"{_OVER} + :lag_ms < :listed_ms AND t.state NOT IN ('failed', 'applied')"
_WITHOUT_FILES = f"""
SELECT t.recordid, t.roomid, NULL, {_OVER} AS at, NULL, NULL, t.state_from, t.state FROM tasks t
WHERE {_DUE} AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid) AND {{times}}
ORDER BY at DESC
"""
_USERS = f"""
SELECT t.recordid, t.roomid, u.value, {_OVER} AS at, NULL, NULL, t.state_from, NULL
FROM tasks t CROSS JOIN json_each(t.uids) u
WHERE t.uids IS NOT NULL AND {_DUE} AND {{times}}
    AND t.stream IS NOT 'mixed' AND EXISTS (SELECT 1 FROM recordings r
        WHERE r.recordid = t.recordid AND (t.stream = 'source' OR r.stream = 'source'))
    AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid AND r.uid = u.value)
ORDER BY at DESC
"""
_FILES = """
SELECT r.recordid, r.roomid, r.uid, r.started_ms AS at, r.bucket_id, coalesce(r.playlist, r.path), 'bucket',
    (SELECT group_concat(f.detail, '; ') FROM findings f
     WHERE f.recording_id = r.id AND f.source = 'task' AND f.code <> 'TSK460')
FROM recordings r INDEXED BY recordings_not_matched
WHERE r.task IN ('contradicted', 'unknown') AND r.task = :task AND r.verdict <> 'gone' AND {times}
ORDER BY at DESC
"""
_CALLBACKS = """
SELECT f.recordid, f.roomid, json_extract(f.uids, '$[0]'), f.at_ms AS at, NULL, f.file, 'callback', NULL
FROM task_facts f INDEXED BY task_facts_of_files
WHERE f.kind = 'result' AND f.at_ms + :lag_ms < :listed_ms AND {times} ORDER BY f.at_ms DESC
"""
_PLAYLISTS = "SELECT playlist FROM recordings WHERE recordid = ? AND playlist IS NOT NULL"


class Bounds(NamedTuple):
    """By what is counted as late. Seconds, *now* since 1970."""

    now: float
    idle: float
    lag: float
    since: int | None = None  # Unix ms: only what is of that time or later
    until: int | None = None


def unmatched(catalog: sqlite3.Connection, bounds: Bounds, kinds: tuple[str, ...] = ()) -> Generator[Row, None, None]:
    """All that does not match, of the *kinds* asked for (keys of `KINDS`; none: all), the newest first in each.

    What no scan could have seen yet counts for nothing: a file must be missing from a listing that began
    after the upload lag.
    """
    with snapshot(catalog):
        values = _values(catalog, bounds)
        buckets = buckets_by_id(catalog)
        for kind in kinds or KINDS:
            for recordid, roomid, uid, at, bucket_id, file, told_by, detail in _of(catalog, kind, values):
                yield {
                    "kind": kind,
                    "recordid": recordid,
                    "roomid": roomid,
                    "uid": uid,
                    "at": iso(at),
                    "bucket": buckets.get(bucket_id),
                    "file": file,
                    "told_by": told_by,
                    "detail": _DETAILS[kind].format(detail),
                }


_DETAILS = {
    "task": "{}, and nothing is in the bucket",
    "file": "no task knows its recordid",
    "contradiction": "{}",
    "callback": "the recorder says the file is complete, and it is not in the bucket",
    "user": "expected, and no file is of this user",
    "start": "the recorder may record all the same; {}",
}


def listed_until(catalog: sqlite3.Connection) -> int | None:
    """When the last scan that listed all it was asked for began, in epoch seconds; None if there was none."""
    (begun,) = catalog.execute(
        "SELECT max(started) FROM scans WHERE kind = 'scan' AND state IN ('checking', 'finished')"
    ).fetchone()
    return None if begun is None else int(begun)


def _values(catalog: sqlite3.Connection, bounds: Bounds) -> Row:
    return {
        "now_ms": round(bounds.now * 1000),
        "listed_ms": min(listed_until(catalog) or 0, bounds.now) * 1000,
        "idle_ms": round(bounds.idle * 1000),
        "lag_ms": round(bounds.lag * 1000),
        "since": bounds.since,
        "until": bounds.until,
    }


def _of(catalog: sqlite3.Connection, kind: str, values: Row) -> Iterator[tuple[Any, ...]]:
    if kind == "callback":
        return _callbacks(catalog, values)
    if kind == "start":
        return _starts(catalog, values)
    sql, at = {
        "task": (_WITHOUT_FILES, _OVER),
        "user": (_USERS, _OVER),
        "file": (_FILES, "r.started_ms"),
        "contradiction": (_FILES, "r.started_ms"),
    }[kind]
    task = {"file": "unknown", "contradiction": "contradicted"}.get(kind)
    return catalog.execute(sql.format(times=_times(values, at)), values | {"task": task})


def _times(values: Row, at: str) -> str:
    clauses = [f"{at} >= :since"] if values["since"] is not None else []
    clauses += [f"{at} < :until"] if values["until"] is not None else []
    return " AND ".join(clauses) or "1"


def _starts(catalog: sqlite3.Connection, values: Row) -> Iterator[tuple[Any, ...]]:
    since, until = values["since"] or 0, values["until"] or values["now_ms"]
    for call in reversed(open_starts(catalog)):
        if since <= call.asked_ms < min(until, values["now_ms"] - values["lag_ms"]):
            found = may_be(catalog, call)
            guess = f"it may be {' or '.join(found)}" if found else "nothing that began then is known in its room"
            yield None, call.roomid, None, call.asked_ms, None, None, "rest", f"traceId {call.traceid}; {guess}"


def _callbacks(catalog: sqlite3.Connection, values: Row) -> Iterator[tuple[Any, ...]]:
    """Results whose file is of no recording. Buckets have several addresses, so that the file's name must do."""
    for row in catalog.execute(_CALLBACKS.format(times=_times(values, "f.at_ms")), values).fetchall():
        told = None if row[5] is None else row[5].rpartition("/")[2]
        there = (playlist.rpartition("/")[2] for (playlist,) in catalog.execute(_PLAYLISTS, (row[0],)))
        if not any(told in (None, name) for name in there):
            yield row
