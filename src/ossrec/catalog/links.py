"""Which task a recording is of, for all recordings at once; what does not plainly fit is handed out one by one."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# A recording is to be linked when it never was, or when what is known of its task changed since.
_DUE = """
CREATE TEMP TABLE links AS
SELECT r.id, r.task, t.recordid IS NOT NULL AS known,
    CASE WHEN t.recordid IS NULL THEN r.started_ms BETWEEN ?1 AND ?2
         ELSE r.roomid IS coalesce(t.roomid, r.roomid) AND r.stream IS coalesce(t.stream, r.stream)
            AND (r.uid IS NULL OR t.uids IS NULL OR EXISTS (SELECT 1 FROM json_each(t.uids) WHERE value = r.uid))
    END AS fits, r.ambiguous
FROM recordings r LEFT JOIN tasks t ON t.recordid = r.recordid
WHERE {which}
"""
_NEVER = "r.task IS NULL"
_AGAIN = "r.id IN (SELECT o.id FROM tasks n CROSS JOIN recordings o ON o.recordid = n.recordid WHERE NOT n.linked)"
_COVERED = "SELECT min(started_ms), max(started_ms) FROM tasks"

_PLAIN = "l.known AND l.fits AND NOT l.ambiguous"
_MATCH = f"""
UPDATE recordings SET task = 'matched' WHERE id IN (SELECT l.id FROM links l WHERE {_PLAIN} AND l.task IS NOT 'matched')
"""
_STRANGE = "UPDATE recordings SET task = 'unknown' WHERE id IN (SELECT id FROM links WHERE NOT known AND fits)"
_FORGET = "DELETE FROM findings WHERE source = 'task' AND recording_id IN (SELECT id FROM links WHERE task IS NOT NULL)"
_FINDING = "INSERT INTO findings (recording_id, source, code, severity, subject, detail)"
_TELL_STRANGE = f"""
{_FINDING} SELECT r.id, 'task', ?1, ?2, coalesce(r.playlist, r.path), 'recordid ' || r.recordid
FROM links l JOIN recordings r ON r.id = l.id WHERE NOT l.known AND l.fits
"""
_CLOSER = f"""
SELECT r.id, r.recordid, r.path, r.playlist, r.roomid, r.uid, r.stream, r.ambiguous
FROM links l CROSS JOIN recordings r ON r.id = l.id WHERE l.known AND NOT ({_PLAIN})
"""


class Linked(NamedTuple):
    """How many recordings a pass looked at, and what came of them."""

    looked: int = 0
    matched: int = 0
    contradicted: int = 0
    unknown: int = 0


class Candidate(NamedTuple):
    """A recording whose task is known, and whose name does not plainly fit it."""

    id: int
    recordid: str
    path: str
    playlist: str | None
    roomid: str
    uid: str | None
    stream: str
    ambiguous: int


class Outcome(NamedTuple):
    """What was decided about a candidate: how its name is read, and in what it contradicts its task."""

    candidate: Candidate
    roomid: str
    uid: str | None
    stream: str
    ambiguous: bool
    found: list[tuple[str, int, str]]  # code, severity, detail


class LinkPass:
    """One pass over the recordings that are to be linked. Call its methods in this order, in one transaction."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        """Collects what is to be linked."""
        self._conn = conn
        conn.execute("DROP TABLE IF EXISTS temp.links")
        covered = conn.execute(_COVERED).fetchone()
        which = f"{_NEVER} OR {_AGAIN}"
        conn.execute(_DUE.format(which=which), covered)

    def sweep(self, code: str, severity: int) -> None:
        """Link all that is plain; *code* is the finding that no task knows a recording."""
        conn = self._conn
        conn.execute(_FORGET)
        conn.execute(_MATCH)
        conn.execute(_TELL_STRANGE, (code, severity))
        conn.execute(_STRANGE)

    def closer(self) -> Iterator[Candidate]:
        """What the sweep left."""
        return map(Candidate._make, self._conn.execute(_CLOSER).fetchall())

    def decide(self, outcomes: Iterable[Outcome], now: int) -> int:
        """Write what was decided about those; gives how many contradict their tasks."""
        contradicted = 0
        for one in outcomes:
            self._write(one, now)
            contradicted += bool(one.found)
        return contradicted

    def _write(self, one: Outcome, now: int) -> None:
        was = one.candidate
        reading = (one.roomid, one.uid, one.stream, int(one.ambiguous))
        differs = reading != (was.roomid, was.uid, was.stream, was.ambiguous)
        self._conn.execute(
            "UPDATE recordings SET roomid = ?, uid = ?, stream = ?, ambiguous = ?, task = ?,"
            " due = due OR ?, last_changed = iif(?, ?, last_changed) WHERE id = ?",
            (*reading, "contradicted" if one.found else "matched", differs, differs, now, was.id),
        )
        if differs:
            self._conn.execute(
                "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (was.id, now, one.roomid, one.uid, one.stream, int(one.ambiguous), was.roomid, was.uid),
            )
        self._conn.executemany(
            f"{_FINDING} VALUES (?, 'task', ?, ?, ?, ?)",
            [(was.id, code, severity, was.playlist or was.path, detail) for code, severity, detail in one.found],
        )

    def end(self, contradicted: int) -> Linked:
        """All tasks are linked by now."""
        conn = self._conn
        conn.execute("UPDATE tasks SET linked = 1 WHERE NOT linked")
        looked, known, strange = conn.execute(
            "SELECT count(*), coalesce(sum(known), 0), coalesce(sum(NOT known AND fits), 0) FROM links"
        ).fetchone()
        conn.execute("DROP TABLE temp.links")
        return Linked(looked, known - contradicted, contradicted, strange)


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


def stopped_without_playlist(conn: sqlite3.Connection, before_ms: int) -> list[tuple[int, int]]:
    """(bucket, recording) of those still taken for live whose tasks stopped before, and that have no playlist."""
    return conn.execute(
        "SELECT r.bucket_id, r.id FROM recordings r JOIN tasks t ON t.recordid = r.recordid"
        " WHERE r.verdict = 'recording' AND r.playlist IS NULL AND t.stopped_ms <= ? AND t.state = 'stopped'"
        " ORDER BY r.bucket_id, r.id",
        (before_ms,),
    ).fetchall()


def mark_told_due(conn: sqlite3.Connection, recordids: Iterable[str]) -> None:
    """Have the recordings of these tasks judged again."""
    for some in _portions(list(recordids)):
        conn.execute(
            "UPDATE recordings SET due = 1 WHERE due = 0 AND recordid IN (SELECT value FROM json_each(?))",
            (json.dumps(some),),
        )


def _portions(items: list[str], size: int = 10_000) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
