"""Takes an import of tasks into the catalog as a whole: rows are staged, compared, and written in few statements."""

import sqlite3
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from ossrec.catalog.bulk import insert

# Temporary tables: nothing of this is in the catalog.
_STAGE = """
CREATE TEMP TABLE {} (line INTEGER, recordid TEXT, roomid TEXT, stream TEXT, uids TEXT, started_ms INTEGER,
    stopped_ms INTEGER, extra TEXT)
"""
_TABLES = ("staged", "sorted", "merged", "repeated")
_SORT = "INSERT INTO sorted SELECT * FROM staged ORDER BY recordid, line"  # so that indexes grow at their ends
_REPEATED = """
CREATE TEMP TABLE repeated AS SELECT DISTINCT recordid FROM
    (SELECT recordid, lag(recordid) OVER (ORDER BY rowid) AS before FROM sorted) WHERE recordid = before
"""
_CACHE = 131_072  # KiB for the pages of indexes, which the rows of an import meet in no order
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
    first_seen, last_changed, linked)
SELECT recordid, roomid, stream, uids, started_ms, stopped_ms,
    CASE WHEN stopped_ms IS NOT NULL THEN 'stopped' WHEN started_ms IS NOT NULL THEN 'started' ELSE 'unknown' END,
    'import', coalesce(stopped_ms, started_ms), ?1, ?1,
    NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = sorted.recordid)
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
        """Begins with no rows. The connection may use more memory from now on."""
        self._conn = conn
        self.drop()
        conn.execute(f"PRAGMA cache_size = -{_CACHE}")
        for table in _TABLES[:3]:
            conn.execute(_STAGE.format(table))

    def add(self, rows: list[Staged]) -> None:
        """Keep some rows for `write`."""
        insert(self._conn, "INTO staged", rows)

    def merge(self, merged: Callable[[list[Staged]], Staged]) -> None:
        """Have one row for each recordid: what *merged* makes of those that have several, in order of line."""
        conn = self._conn
        conn.execute(_SORT)
        conn.execute("DELETE FROM staged")
        conn.execute(_REPEATED)
        if conn.execute("SELECT 1 FROM repeated").fetchone() is None:
            return
        conn.execute("CREATE UNIQUE INDEX temp.repeated_once ON repeated (recordid)")
        among = "WHERE recordid IN (SELECT recordid FROM repeated)"
        rows = map(Staged._make, conn.execute(f"SELECT * FROM sorted {among} ORDER BY rowid"))
        each = (merged(list(same)) for _, same in groupby(rows, key=lambda row: row.recordid))
        conn.executemany("INSERT INTO merged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", each)
        conn.execute(f"DELETE FROM sorted {among}")
        conn.execute("INSERT INTO sorted SELECT * FROM merged")

    def write(self, now: int) -> Written:
        """Write what is new or changed, after `merge`. Belongs in a transaction."""
        conn = self._conn
        (staged,) = conn.execute("SELECT count(*) FROM sorted").fetchone()
        if conn.execute("SELECT 1 FROM task_facts LIMIT 1").fetchone():
            conn.execute(_UNCHANGED)
        changed = [row[0] for row in conn.execute(_KNOWN)]
        conn.execute(_FACTS, (now,))
        new = conn.execute(_ALONE, (now,)).rowcount
        return Written(staged, new, changed)

    def drop(self) -> None:
        """Forget the rows."""
        for table in _TABLES:
            self._conn.execute(f"DROP TABLE IF EXISTS temp.{table}")


def task_count(conn: sqlite3.Connection) -> int:
    """How many tasks sources told of."""
    (number,) = conn.execute("SELECT count(*) FROM tasks").fetchone()
    return int(number)
