"""Which task a recording is of, for all recordings at once; what does not plainly fit is handed out one by one."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ossrec.model import AHEAD_MS, EARLIEST_MS, LATEST_MS
from ossrec.naming import parse_name

# A recording is to be linked when it never was, when what is known of its task changed since, or when the time of
# which tasks are known, ?1 to ?2, is another one.
_DUE = """
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
# The first or last start of a task that somebody knows of: a callback's alone counts when the bucket confirms it.
_COVERED = """
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
_CAME = f"SELECT recordid FROM tasks INDEXED BY tasks_unlinked WHERE NOT linked AND ({_PLANNED.format('<= ?1')})"
_DONE = f"UPDATE tasks SET linked = 1 WHERE NOT linked AND NOT coalesce({_PLANNED.format('> ?1')}, 0)"

_PLAIN = "l.known AND l.fits AND NOT l.ambiguous"
_MATCH = f"""
UPDATE recordings SET task = 'matched' WHERE id IN (SELECT l.id FROM links l WHERE {_PLAIN} AND l.task IS NOT 'matched')
"""
_STRANGE = "UPDATE recordings SET task = 'unknown' WHERE id IN (SELECT id FROM links WHERE NOT known AND fits)"
_NOT_COVERED = """
UPDATE recordings SET task = NULL
WHERE id IN (SELECT id FROM links WHERE NOT known AND NOT fits AND task IS NOT NULL)
"""
# A judgement stands on what the task says of its end, unless the playlist has ended.
_JUDGE_AGAIN = "UPDATE recordings SET due = 1 WHERE id IN (SELECT id FROM links WHERE known AND open)"
_FORGET = "DELETE FROM findings WHERE source = 'task' AND recording_id IN (SELECT id FROM links WHERE task IS NOT NULL)"
_FINDING = "INSERT INTO findings (recording_id, source, code, severity, subject, detail)"
_TELL_STRANGE = f"""
{_FINDING} SELECT r.id, 'task', ?1, ?2, coalesce(r.playlist, r.path), 'recordid ' || r.recordid
FROM links l JOIN recordings r ON r.id = l.id WHERE NOT l.known AND l.fits
"""
# Without a task there is nothing to decide, unless one that is not known any more had settled the name.
_CLOSER = f"""
SELECT r.id, r.recordid, r.path, r.playlist, r.roomid, r.uid, r.stream, r.ambiguous, r.verdict = 'gone'
FROM links l CROSS JOIN recordings r ON r.id = l.id
WHERE iif(l.known, NOT ({_PLAIN}), l.id IN (SELECT recording_id FROM readings))
"""


class LinkCounts(NamedTuple):
    """How many recordings a pass looked at, and what came of them."""

    looked: int = 0
    matched: int = 0
    contradicted: int = 0
    unknown: int = 0


class UndecidedRecording(NamedTuple):
    """A recording whose name does not plainly fit its task, or was read by one that nobody knows any more."""

    id: int
    recordid: str
    path: str
    playlist: str | None
    roomid: str
    uid: str | None
    stream: str
    ambiguous: int
    is_gone: int


FindingText = tuple[str, int, str]  # of a finding: code, severity, detail


class LinkDecision(NamedTuple):
    """What was decided about a candidate: how its name is read, and in what it contradicts its task."""

    candidate: UndecidedRecording
    roomid: str
    uid: str | None
    stream: str
    ambiguous: bool
    found: list[FindingText]
    named: list[FindingText]  # what there is to say of the name, read like this
    is_known: bool = True  # a task has this recordid


class LinkPass:
    """One pass over the recordings that are to be linked. Call its methods in this order, in one transaction."""

    def __init__(self, conn: sqlite3.Connection, now_ms: int) -> None:
        """Collects what is to be linked at *now_ms*."""
        self._conn = conn
        self._now_ms = now_ms
        conn.execute("DROP TABLE IF EXISTS temp.links")
        conn.create_function("is_plain", 3, _is_plain, deterministic=True)
        conn.execute(_DUE, task_time_range(conn, now_ms))

    def sweep(self, code: str, severity: int) -> None:
        """Link all that is plain; *code* is the finding that no task knows a recording."""
        conn = self._conn
        conn.execute(_FORGET)
        conn.execute(_MATCH)
        conn.execute(_JUDGE_AGAIN)
        conn.execute(_TELL_STRANGE, (code, severity))
        conn.execute(_STRANGE)
        conn.execute(_NOT_COVERED)

    def closer(self) -> Iterator[UndecidedRecording]:
        """What the sweep left."""
        return map(UndecidedRecording._make, self._conn.execute(_CLOSER).fetchall())

    def decide(self, outcomes: Iterable[LinkDecision], now: int) -> int:
        """Write what was decided about those; gives how many contradict their tasks."""
        contradicted = 0
        for one in outcomes:
            self._write(one, now)
            contradicted += bool(one.found)
        return contradicted

    def _write(self, one: LinkDecision, now: int) -> None:
        was = one.candidate
        reading = (one.roomid, one.uid, one.stream, int(one.ambiguous))
        if reading != (was.roomid, was.uid, was.stream, was.ambiguous):
            self._read_anew(one, reading, now)
        if one.is_known:
            word = "contradicted" if one.found else "matched"
            self._conn.execute("UPDATE recordings SET task = ?1 WHERE id = ?2 AND task IS NOT ?1", (word, was.id))
        self._tell(was, "task", one.found)

    def _read_anew(self, one: LinkDecision, reading: tuple[str, str | None, str, int], now: int) -> None:
        """Note how the name is read from now on, and how it was before."""
        was = one.candidate
        self._conn.execute(
            "UPDATE recordings SET roomid = ?, uid = ?, stream = ?, ambiguous = ?, due = 1, last_changed = ?"
            " WHERE id = ?",
            (*reading, now, was.id),
        )
        values = (was.id, now, *reading, was.roomid, was.uid)
        self._conn.execute("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self._conn.execute("DELETE FROM findings WHERE recording_id = ? AND source = 'name'", (was.id,))
        if not was.is_gone:
            self._tell(was, "name", one.named)

    def _tell(self, of: UndecidedRecording, source: str, found: list[FindingText]) -> None:
        self._conn.executemany(
            f"{_FINDING} VALUES (?, ?, ?, ?, ?, ?)",
            [(of.id, source, code, severity, of.playlist or of.path, detail) for code, severity, detail in found],
        )

    def end(self, contradicted: int) -> LinkCounts:
        """All tasks are linked by now, but those that have yet to start or stop as they are to."""
        conn = self._conn
        conn.execute(_DONE, (self._now_ms,))
        looked, known, strange = conn.execute(
            "SELECT count(*), coalesce(sum(known), 0), coalesce(sum(NOT known AND fits), 0) FROM links"
        ).fetchone()
        conn.execute("DROP TABLE temp.links")
        return LinkCounts(looked, known - contradicted, contradicted, strange)


def _is_plain(path: str, roomid: str, uid: str | None) -> bool:
    """The name can be read in one way only, and is read so."""
    name = parse_name(f"{path}.m3u8")
    return name is not None and not name.ambiguous and name.roomid == roomid and name.uid == uid


def task_time_range(conn: sqlite3.Connection, now_ms: int) -> tuple[int, int]:
    """The time of which tasks are known: from the first start of one to the last, Unix ms; (1, 0) when of none.

    Starts that cannot be, or that are more than a day ahead, do not count.
    """
    bounds = (EARLIEST_MS, min(now_ms + AHEAD_MS, LATEST_MS))
    ends = [conn.execute(_COVERED.format(way), bounds).fetchone() for way in ("", "DESC")]
    return (1, 0) if ends[0] is None else (ends[0][0], ends[1][0])


def due_plans(conn: sqlite3.Connection, now_ms: int) -> list[str]:
    """Recordids of tasks that were to start or stop by now, and did not when their facts were folded."""
    return [recordid for (recordid,) in conn.execute(_CAME, (now_ms,))]


def has_links(conn: sqlite3.Connection) -> bool:
    """Something may have been linked, whether tasks are known by now or not."""
    tables = ("recordings INDEXED BY recordings_not_matched WHERE task IN ('contradicted', 'unknown')", "readings")
    return has_tasks(conn) or any(conn.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)


def update_linked_playlist(
    conn: sqlite3.Connection, recording_id: int, path: str, playlists: tuple[str | None, str | None]
) -> None:
    """Another playlist is a recording's first one than when it was linked: *playlists* before, and now."""
    subject = playlists[1] or path
    conn.execute("UPDATE findings SET subject = ? WHERE recording_id = ? AND source = 'task'", (subject, recording_id))
    if not set(playlists) <= {None, f"{path}.m3u8"}:  # its name may tell of other readings
        conn.execute("DELETE FROM findings WHERE recording_id = ? AND source = 'task'", (recording_id,))
        conn.execute("UPDATE recordings SET task = NULL WHERE id = ?", (recording_id,))


def has_tasks(conn: sqlite3.Connection) -> bool:
    """Some source told of a task."""
    return conn.execute("SELECT 1 FROM tasks LIMIT 1").fetchone() is not None


def link_counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many recordings contradict their tasks, and how many no task knows; gone ones are left out."""
    rows = conn.execute(
        "SELECT task, count(*) FROM recordings INDEXED BY recordings_not_matched"
        " WHERE task IN ('contradicted', 'unknown') AND verdict <> 'gone' GROUP BY task"
    )
    return {"contradicted": 0, "unknown": 0} | dict(rows)


class WaitingRecording(NamedTuple):
    """A recording without a playlist, whose judgement stands on whether its task has stopped."""

    bucket_id: int
    id: int
    is_live: int  # it was taken for live until now


def affected_by_stops(conn: sqlite3.Connection, before_ms: int) -> list[WaitingRecording]:
    """Recordings without a playlist to judge again: live ones whose tasks stopped before, and the due ones that are
    said to be unfinished since their tasks had stopped, which was taken back perhaps.
    """
    rows = conn.execute(_CONCERNED, (before_ms,))
    return [WaitingRecording(*row) for row in rows]


_CONCERNED = """
SELECT r.bucket_id, r.id, 1 FROM recordings r JOIN tasks t ON t.recordid = r.recordid
WHERE r.verdict = 'recording' AND r.playlist IS NULL AND t.stopped_ms <= ?1 AND t.state = 'stopped'
UNION ALL
SELECT r.bucket_id, r.id, 0 FROM recordings r
WHERE r.verdict = 'unfinished' AND r.due AND r.playlist IS NULL
    AND EXISTS (SELECT 1 FROM findings f WHERE f.recording_id = r.id AND f.code = 'TSK465')
ORDER BY 1, 2
"""


def mark_due(conn: sqlite3.Connection, recordids: Iterable[str]) -> None:
    """Have the recordings of these tasks judged again."""
    for some in _portions(list(recordids)):
        conn.execute(
            "UPDATE recordings SET due = 1 WHERE due = 0 AND recordid IN (SELECT value FROM json_each(?))",
            (json.dumps(some),),
        )


def _portions(items: list[str], size: int = 10_000) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
