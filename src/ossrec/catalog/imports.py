"""Takes an import of tasks into the catalog as a whole: rows are staged, compared, and written in few statements."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from ossrec.catalog.bulk import insert

# Temporary: staging rows writes nothing to the catalog.
_STAGE = """
CREATE TEMP TABLE staged (line INTEGER, recordid TEXT, roomid TEXT, stream TEXT, uids TEXT, started_ms INTEGER,
    stopped_ms INTEGER, extra TEXT)
"""
_COLUMNS = "recordid, roomid, stream, uids, started_ms, stopped_ms, extra"
_SORT = f"CREATE TEMP TABLE sorted AS SELECT {_COLUMNS} FROM staged ORDER BY recordid"
_FACTS = """
INSERT INTO task_facts (recordid, source, identity, kind, at_ms,
    roomid, stream, uids, started_ms, stopped_ms, extra, seen)
SELECT recordid, 'import', '', 'told', coalesce(stopped_ms, started_ms),
    roomid, stream, uids, started_ms, stopped_ms, extra, ?
FROM sorted
"""
_UNCHANGED = """
DELETE FROM sorted WHERE EXISTS (SELECT 1 FROM task_facts f WHERE f.id =
        (SELECT max(id) FROM task_facts WHERE recordid = sorted.recordid AND source = 'import')
    AND (f.roomid, f.stream, f.uids, f.started_ms, f.stopped_ms, f.extra) IS
        (sorted.roomid, sorted.stream, sorted.uids, sorted.started_ms, sorted.stopped_ms, sorted.extra))
"""
# Of a task that only one import tells of, what `ossrec.tasks.linking.fold` says, in SQL: a test compares the two.
_ALONE = """
INSERT INTO tasks (recordid, roomid, stream, uids, started_ms, stopped_ms, state, state_from, state_ms,
    first_seen, last_changed)
SELECT recordid, roomid, stream, uids, started_ms, stopped_ms,
    CASE WHEN stopped_ms IS NOT NULL THEN 'stopped' WHEN started_ms IS NOT NULL THEN 'started' ELSE 'unknown' END,
    'import', coalesce(stopped_ms, started_ms), ?1, ?1
FROM sorted WHERE recordid NOT IN (SELECT recordid FROM tasks)
"""
_KNOWN = "SELECT recordid FROM sorted WHERE recordid IN (SELECT recordid FROM tasks)"


class Staged(NamedTuple):
    """One row of an import; *uids* is a JSON array."""

    line: int
    recordid: str
    roomid: str | None
    stream: str | None
    uids: str | None
    started_ms: int | None
    stopped_ms: int | None
    extra: str | None


class Written(NamedTuple):
    """What an import changed."""

    staged: int  # tasks that the import tells of
    new: int  # of them, those that no source had told of
    changed: list[str]  # recordids of known tasks of which it says something new: fold their facts anew


class Staging:
    """The rows of one import, before any of them is written."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        """Begins with no rows."""
        self._conn = conn
        conn.execute("DROP TABLE IF EXISTS temp.staged")
        conn.execute(_STAGE)

    def add(self, rows: list[Staged]) -> None:
        """Keep some rows for `write`."""
        insert(self._conn, "INTO staged", rows)

    def repeated(self) -> Iterator[list[Staged]]:
        """The rows of each recordid that has several, in order of line."""
        self._conn.execute("CREATE INDEX temp.staged_by_task ON staged (recordid)")
        many = "SELECT recordid FROM staged GROUP BY recordid HAVING count(*) > 1"
        if self._conn.execute(f"{many} LIMIT 1").fetchone() is None:
            return
        rows = self._conn.execute(f"SELECT * FROM staged WHERE recordid IN ({many}) ORDER BY recordid, line")
        for _, same in groupby(map(Staged._make, rows), key=lambda row: row.recordid):
            yield list(same)

    def replace(self, rows: Iterable[Staged]) -> None:
        """Each of *rows* stands for all of its recordid."""
        kept = list(rows)
        self._conn.executemany("DELETE FROM staged WHERE recordid = ?", [(row.recordid,) for row in kept])
        self.add(kept)

    def write(self, now: int) -> Written:
        """Write what is new or changed; one recordid has one row by now. Belongs in a transaction."""
        conn = self._conn
        conn.execute("DROP TABLE IF EXISTS temp.sorted")
        conn.execute(_SORT)
        (staged,) = conn.execute("SELECT count(*) FROM sorted").fetchone()
        if conn.execute("SELECT 1 FROM task_facts LIMIT 1").fetchone():
            conn.execute(_UNCHANGED)
        changed = [row[0] for row in conn.execute(_KNOWN)]
        conn.execute(_FACTS, (now,))
        new = conn.execute(_ALONE, (now,)).rowcount
        return Written(staged, new, changed)

    def drop(self) -> None:
        """Forget the rows."""
        for table in ("staged", "sorted"):
            self._conn.execute(f"DROP TABLE IF EXISTS temp.{table}")


def task_count(conn: sqlite3.Connection) -> int:
    """How many tasks sources told of."""
    (number,) = conn.execute("SELECT count(*) FROM tasks").fetchone()
    return int(number)
