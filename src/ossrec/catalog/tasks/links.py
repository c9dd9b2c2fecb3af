"""Link recordings to tasks in SQL, all at once; recordings that need a closer comparison are returned one by one."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ossrec.model import AHEAD_MS, EARLIEST_MS, LATEST_MS
from ossrec.naming import parse_name

# Link a recording if it was never linked, if its task has changed since, or if it has no task and is outside the
# time range of tasks, ?1 to ?2.
_TO_LINK = """
CREATE TEMP TABLE links AS
SELECT r.id, r.task, t.recordid IS NOT NULL AS known,
    CASE WHEN t.recordid IS NULL THEN coalesce(r.started_ms BETWEEN ?1 AND ?2, 0)
         ELSE r.roomid IS coalesce(t.roomid, r.roomid) AND r.stream IS coalesce(t.stream, r.stream)
            AND (r.uid IS NULL OR t.uids IS NULL OR EXISTS (SELECT 1 FROM json_each(t.uids) WHERE value = r.uid))
    END AS fits,
    t.recordid IS NULL OR r.ambiguous OR NOT is_plain(r.path, r.roomid, r.uid) AS ambiguous,
    r.due = 0 AND r.verdict NOT IN ('complete', 'flawed', 'gone') AS open
FROM recordings r LEFT JOIN tasks t ON t.recordid = r.recordid
WHERE r.task IS NULL
    OR r.task = 'unknown' AND NOT coalesce(r.started_ms BETWEEN ?1 AND ?2, 0)
    OR r.id IN (SELECT o.id FROM tasks n CROSS JOIN recordings o ON o.recordid = n.recordid WHERE NOT n.linked)
"""
# The first or last start of a task. A task that only callbacks report counts if it has files in the bucket.
_FIRST_OR_LAST_START = """
SELECT started_ms FROM tasks t INDEXED BY tasks_by_start WHERE started_ms >= ? AND started_ms < ?
    AND (state_from <> 'callback'
        OR EXISTS (SELECT 1 FROM task_facts f WHERE f.recordid = t.recordid AND f.source <> 'callback')
        OR EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid AND r.verdict <> 'gone'))
ORDER BY started_ms {} LIMIT 1
"""
# Tasks whose state changes by itself at the start or stop that an import plans. A start that a callback reports
# gives way to the planned one as soon as that is due, because an import counts before a callback.
_PLANNED = """
stopped_ms {0} AND state <> 'stopped'
    OR started_ms {0} AND (state IN ('applied', 'unknown') OR state = 'started' AND state_from = 'callback')
"""
_DUE_PLANS = f"SELECT recordid FROM tasks INDEXED BY tasks_unlinked WHERE NOT linked AND ({_PLANNED.format('<= ?1')})"
_MARK_LINKED = f"UPDATE tasks SET linked = 1 WHERE NOT linked AND NOT coalesce({_PLANNED.format('> ?1')}, 0)"

_FITS = "l.known AND l.fits AND NOT l.ambiguous"
_MARK_MATCHED = f"""
UPDATE recordings SET task = 'matched'
WHERE id IN (SELECT l.id FROM links l WHERE {_FITS} AND l.task IS NOT 'matched')
"""
_MARK_UNKNOWN = "UPDATE recordings SET task = 'unknown' WHERE id IN (SELECT id FROM links WHERE NOT known AND fits)"
_CLEAR_UNKNOWN = """
UPDATE recordings SET task = NULL
WHERE id IN (SELECT id FROM links WHERE NOT known AND NOT fits AND task IS NOT NULL)
"""
# The verdict depends on the end of the task, unless the playlist has ended.
_MARK_DUE = "UPDATE recordings SET due = 1 WHERE id IN (SELECT id FROM links WHERE known AND open)"
_DELETE_FINDINGS = (
    "DELETE FROM findings WHERE source = 'task' AND recording_id IN (SELECT id FROM links WHERE task IS NOT NULL)"
)
_FINDING = "INSERT INTO findings (recording_id, source, code, severity, subject, detail)"
_ADD_UNKNOWN_FINDINGS = f"""
{_FINDING} SELECT r.id, 'task', ?1, ?2, coalesce(r.playlist, r.path), 'recordid ' || r.recordid
FROM links l JOIN recordings r ON r.id = l.id WHERE NOT l.known AND l.fits
"""
# A recording without a task needs no decision, unless its name was resolved by a task that no longer exists.
_UNDECIDED = f"""
SELECT r.id, r.recordid, r.path, r.playlist, r.roomid, r.uid, r.stream, r.ambiguous, r.verdict = 'gone'
FROM links l CROSS JOIN recordings r ON r.id = l.id
WHERE iif(l.known, NOT ({_FITS}), l.id IN (SELECT recording_id FROM readings))
"""


class LinkCounts(NamedTuple):
    """Numbers of recordings in a pass, by result."""

    linked: int = 0  # all recordings of the pass
    matched: int = 0
    contradicted: int = 0
    unknown: int = 0


class UndecidedRecording(NamedTuple):
    """A recording with a name that needs a closer comparison with its task, or was resolved by a removed task."""

    id: int
    recordid: str
    path: str
    playlist: str | None
    roomid: str
    uid: str | None
    stream: str
    ambiguous: int
    is_gone: int


FindingText = tuple[str, int, str]  # code, severity, detail


class LinkDecision(NamedTuple):
    """The reading of a recording's name, and its contradictions with the task."""

    recording: UndecidedRecording
    roomid: str
    uid: str | None
    stream: str
    ambiguous: bool
    contradictions: list[FindingText]
    name_findings: list[FindingText]  # about the name in this reading
    has_task: bool = True


class LinkPass:
    """One pass over the recordings to link. Call its methods in this order, in one transaction."""

    def __init__(self, conn: sqlite3.Connection, now_ms: int) -> None:
        """Collect the recordings to link at *now_ms*."""
        self._conn = conn
        self._now_ms = now_ms
        conn.execute("DROP TABLE IF EXISTS temp.links")
        conn.create_function("is_plain", 3, _is_plain, deterministic=True)
        conn.execute(_TO_LINK, task_time_range(conn, now_ms))

    def link_plain(self, code: str, severity: int) -> None:
        """Link the recordings that need no closer comparison; those without a task get the finding *code*."""
        conn = self._conn
        conn.execute(_DELETE_FINDINGS)
        conn.execute(_MARK_MATCHED)
        conn.execute(_MARK_DUE)
        conn.execute(_ADD_UNKNOWN_FINDINGS, (code, severity))
        conn.execute(_MARK_UNKNOWN)
        conn.execute(_CLEAR_UNKNOWN)

    def undecided(self) -> Iterator[UndecidedRecording]:
        """Return the recordings that `link_plain` did not link."""
        return map(UndecidedRecording._make, self._conn.execute(_UNDECIDED).fetchall())

    def save_decisions(self, decisions: Iterable[LinkDecision], now: int) -> int:
        """Save the decisions about these; return how many recordings contradict their tasks."""
        contradicted = 0
        for decision in decisions:
            self._save(decision, now)
            contradicted += bool(decision.contradictions)
        return contradicted

    def _save(self, decision: LinkDecision, now: int) -> None:
        was = decision.recording
        reading = (decision.roomid, decision.uid, decision.stream, int(decision.ambiguous))
        if reading != (was.roomid, was.uid, was.stream, was.ambiguous):
            self._save_reading(decision, reading, now)
        if decision.has_task:
            word = "contradicted" if decision.contradictions else "matched"
            self._conn.execute("UPDATE recordings SET task = ?1 WHERE id = ?2 AND task IS NOT ?1", (word, was.id))
        self._add_findings(was, "task", decision.contradictions)

    def _save_reading(self, decision: LinkDecision, reading: tuple[str, str | None, str, int], now: int) -> None:
        """Save the new reading of a name, and the previous one in `readings`."""
        was = decision.recording
        self._conn.execute(
            "UPDATE recordings SET roomid = ?, uid = ?, stream = ?, ambiguous = ?, due = 1, last_changed = ?"
            " WHERE id = ?",
            (*reading, now, was.id),
        )
        values = (was.id, now, *reading, was.roomid, was.uid)
        self._conn.execute("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self._conn.execute("DELETE FROM findings WHERE recording_id = ? AND source = 'name'", (was.id,))
        if not was.is_gone:
            self._add_findings(was, "name", decision.name_findings)

    def _add_findings(self, recording: UndecidedRecording, source: str, findings: list[FindingText]) -> None:
        subject = recording.playlist or recording.path
        self._conn.executemany(
            f"{_FINDING} VALUES (?, ?, ?, ?, ?, ?)",
            [(recording.id, source, code, severity, subject, detail) for code, severity, detail in findings],
        )

    def finish(self, contradicted: int) -> LinkCounts:
        """Mark all tasks as linked, except those with a planned start or stop."""
        conn = self._conn
        conn.execute(_MARK_LINKED, (self._now_ms,))
        linked, known, unknown = conn.execute(
            "SELECT count(*), coalesce(sum(known), 0), coalesce(sum(NOT known AND fits), 0) FROM links"
        ).fetchone()
        conn.execute("DROP TABLE temp.links")
        return LinkCounts(linked, known - contradicted, contradicted, unknown)


def _is_plain(path: str, roomid: str, uid: str | None) -> bool:
    """Tell whether the name has only one reading, and is read like that."""
    name = parse_name(f"{path}.m3u8")
    return name is not None and not name.ambiguous and name.roomid == roomid and name.uid == uid


def task_time_range(conn: sqlite3.Connection, now_ms: int) -> tuple[int, int]:
    """Return the first and last start of all tasks, Unix ms; (1, 0) if there is none.

    Impossible starts, and those more than a day ahead, do not count.
    """
    bounds = (EARLIEST_MS, min(now_ms + AHEAD_MS, LATEST_MS))
    ends = [conn.execute(_FIRST_OR_LAST_START.format(way), bounds).fetchone() for way in ("", "DESC")]
    return (1, 0) if ends[0] is None else (ends[0][0], ends[1][0])


def due_plans(conn: sqlite3.Connection, now_ms: int) -> list[str]:
    """Return the recordids of tasks with a planned start or stop that is due, and not yet in their state."""
    return [recordid for (recordid,) in conn.execute(_DUE_PLANS, (now_ms,))]


def has_links(conn: sqlite3.Connection) -> bool:
    """Tell whether there are tasks, or recordings that were linked to tasks since removed."""
    tables = ("recordings INDEXED BY recordings_not_matched WHERE task IN ('contradicted', 'unknown')", "readings")
    return has_tasks(conn) or any(conn.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)


def update_linked_playlist(
    conn: sqlite3.Connection, recording_id: int, path: str, playlists: tuple[str | None, str | None]
) -> None:
    """Update the link of a recording after its first playlist has changed: *playlists* are the old and the new one."""
    subject = playlists[1] or path
    conn.execute("UPDATE findings SET subject = ? WHERE recording_id = ? AND source = 'task'", (subject, recording_id))
    if not set(playlists) <= {None, f"{path}.m3u8"}:  # its name may have other readings
        conn.execute("DELETE FROM findings WHERE recording_id = ? AND source = 'task'", (recording_id,))
        conn.execute("UPDATE recordings SET task = NULL WHERE id = ?", (recording_id,))


def has_tasks(conn: sqlite3.Connection) -> bool:
    """Tell whether the catalog has a task."""
    return conn.execute("SELECT 1 FROM tasks LIMIT 1").fetchone() is not None


def link_counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Count recordings that contradict their tasks, and recordings without a known task; gone ones do not count."""
    rows = conn.execute(
        "SELECT task, count(*) FROM recordings INDEXED BY recordings_not_matched"
        " WHERE task IN ('contradicted', 'unknown') AND verdict <> 'gone' GROUP BY task"
    )
    return {"contradicted": 0, "unknown": 0} | dict(rows)


class WaitingRecording(NamedTuple):
    """A recording without a playlist; its verdict depends on whether its task has stopped."""

    bucket_id: int
    id: int
    is_live: int  # its verdict is `recording`


def affected_by_stops(conn: sqlite3.Connection, before_ms: int) -> list[WaitingRecording]:
    """Return recordings without a playlist to evaluate again because of their tasks.

    These are live ones with a task that stopped by *before_ms*, and due ones with TSK465: the stop may have been
    withdrawn.
    """
    rows = conn.execute(_AFFECTED_BY_STOPS, (before_ms,))
    return [WaitingRecording(*row) for row in rows]


_AFFECTED_BY_STOPS = """
SELECT r.bucket_id, r.id, 1 FROM recordings r JOIN tasks t ON t.recordid = r.recordid
WHERE r.verdict = 'recording' AND r.playlist IS NULL AND t.stopped_ms <= ?1 AND t.state = 'stopped'
UNION ALL
SELECT r.bucket_id, r.id, 0 FROM recordings r
WHERE r.verdict = 'unfinished' AND r.due AND r.playlist IS NULL
    AND EXISTS (SELECT 1 FROM findings f WHERE f.recording_id = r.id AND f.code = 'TSK465')
ORDER BY 1, 2
"""


def mark_due(conn: sqlite3.Connection, recordids: Iterable[str]) -> None:
    """Mark the recordings of these tasks as due."""
    for batch in _batches(list(recordids)):
        conn.execute(
            "UPDATE recordings SET due = 1 WHERE due = 0 AND recordid IN (SELECT value FROM json_each(?))",
            (json.dumps(batch),),
        )


def _batches(items: list[str], size: int = 10_000) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
