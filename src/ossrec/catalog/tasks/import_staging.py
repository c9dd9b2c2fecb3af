"""Takes an import of tasks into the catalog as a whole: rows are spooled, compared, and written in few statements."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ossrec.catalog.connection.bulk_insert import insert_rows
from ossrec.errors import OssrecError

_TABLE = """
CREATE TABLE {} (line INTEGER, recordid TEXT, roomid TEXT, stream TEXT, uids TEXT, started_ms INTEGER,
    stopped_ms INTEGER, extra TEXT)
"""
_TABLES = ("staged", "sorted", "merged")
# Nothing of it outlives the import, so nothing is kept for the case that it breaks off.
_CARELESS = "PRAGMA {0}journal_mode = OFF; PRAGMA {0}synchronous = OFF; PRAGMA {0}cache_size = -{1};"
_SORT = "INSERT INTO sorted SELECT * FROM staged ORDER BY recordid, line"  # so that indexes grow at their ends
_REPEATED = """
CREATE TABLE repeated AS SELECT DISTINCT recordid FROM
    (SELECT recordid, lag(recordid) OVER (ORDER BY rowid) AS before FROM sorted) WHERE recordid = before
"""
_CACHE = 131_072  # KiB for the pages of indexes, which the rows of an import meet in no order
_PORTION = 5_000  # recordids
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_FACTS = """
INSERT INTO task_facts (recordid, source, identity, kind, at_ms,
    roomid, stream, uids, started_ms, stopped_ms, extra, seen)
SELECT recordid, 'import', '', 'stated', coalesce(stopped_ms, started_ms),
    roomid, stream, uids, started_ms, stopped_ms, extra, ?
FROM sorted
"""
_UNCHANGED = """
DELETE FROM spool.sorted WHERE EXISTS (SELECT 1 FROM task_facts f WHERE f.id =
        (SELECT max(id) FROM task_facts WHERE recordid = sorted.recordid AND source = 'import')
    AND (f.roomid, f.stream, f.uids, f.started_ms, f.stopped_ms, f.extra) IS
        (sorted.roomid, sorted.stream, sorted.uids, sorted.started_ms, sorted.stopped_ms, sorted.extra))
"""
# Of a task that only one import tells of, what `ossrec.tasks.task.fold` says, in SQL: a test compares the two.
_ALONE = """
INSERT INTO tasks (recordid, roomid, stream, uids, started_ms, stopped_ms, state, state_from, state_ms,
    first_seen, last_changed, linked)
SELECT recordid, roomid, stream, uids, started_ms, stopped_ms,
    CASE WHEN stopped_ms <= ?2 THEN 'stopped' WHEN started_ms <= ?2 THEN 'started'
         WHEN started_ms IS NOT NULL THEN 'applied' ELSE 'unknown' END,
    'import', coalesce(iif(stopped_ms <= ?2, stopped_ms, NULL), iif(started_ms <= ?2, started_ms, NULL)), ?1, ?1,
    coalesce(stopped_ms, 0) <= ?2 AND coalesce(started_ms, 0) <= ?2
        AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = sorted.recordid)
FROM sorted WHERE recordid NOT IN (SELECT recordid FROM tasks)
"""
_KNOWN = "CREATE TABLE spool.known AS SELECT recordid FROM sorted WHERE recordid IN (SELECT recordid FROM tasks)"
_IMPORTED = """
CREATE TABLE spool.known AS SELECT recordid FROM sorted WHERE EXISTS
    (SELECT 1 FROM task_facts f WHERE f.recordid = sorted.recordid AND f.source = 'import')
"""
_TAKE_BACK = "DELETE FROM task_facts WHERE source = 'import' AND recordid IN (SELECT recordid FROM known)"
_LEFT = "SELECT count(*) FROM known k WHERE EXISTS (SELECT 1 FROM task_facts f WHERE f.recordid = k.recordid)"


class StagedRow(NamedTuple):
    """One row of an import; *uids* is a JSON array."""

    line: int
    recordid: str
    roomid: str | None
    stream: str | None
    uids: str | None
    started_ms: int | None
    stopped_ms: int | None
    extra: str | None


class ImportChanges(NamedTuple):
    """What an import changed."""

    staged: int  # tasks that the import tells of
    new: int  # of them, those that no source had told of
    changed: int  # known tasks of which it says something new


class Spool:
    """The rows of one import, in a file of their own before any of them is written; the catalog is free meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Begins with no rows, in *folder*."""
        self._file = folder / "rows.db"
        with _room_in(folder):
            self._conn = sqlite3.connect(self._file, isolation_level=None)
            self._conn.executescript(_CARELESS.format("", 32_768))
            self._conn.execute("BEGIN")
            for table in _TABLES:
                self._conn.execute(_TABLE.format(table))

    def add(self, rows: list[StagedRow]) -> None:
        """Keep some rows for `write`."""
        with _room_in(self._file.parent):
            insert_rows(self._conn, "INTO staged", rows)

    def merge(self, merged: Callable[[Iterator[StagedRow]], StagedRow]) -> None:
        """Have one row for each recordid: what *merged* makes of those that have several, in order of line.

        No row can be added after that.
        """
        with _room_in(self._file.parent):
            self._merge(merged)
            self._conn.execute("COMMIT")
            self._conn.close()

    def _merge(self, merged: Callable[[Iterator[StagedRow]], StagedRow]) -> None:
        conn = self._conn
        conn.execute(_SORT)
        conn.execute("DELETE FROM staged")
        conn.execute(_REPEATED)
        if conn.execute("SELECT 1 FROM repeated").fetchone() is None:
            return
        conn.execute("CREATE UNIQUE INDEX repeated_once ON repeated (recordid)")
        among = "WHERE recordid IN (SELECT recordid FROM repeated)"
        rows = map(StagedRow._make, conn.execute(f"SELECT * FROM sorted {among} ORDER BY rowid"))
        each = (merged(same) for _, same in groupby(rows, key=lambda row: row.recordid))
        conn.executemany("INSERT INTO merged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", each)
        conn.execute(f"DELETE FROM sorted {among}")
        conn.execute("INSERT INTO sorted SELECT * FROM merged")

    @contextmanager
    def attached(self, conn: sqlite3.Connection) -> Iterator[None]:
        """Have the rows, which are merged, at hand in the catalog *conn*, which may use more memory from now on."""
        conn.execute("ATTACH DATABASE ? AS spool", (str(self._file),))
        conn.executescript(_CARELESS.format("spool.", 4_096))
        conn.execute(f"PRAGMA main.cache_size = -{_CACHE}")
        try:
            yield
        finally:
            with suppress(sqlite3.OperationalError):  # a statement that broke off may still be at it
                conn.execute("DETACH DATABASE spool")


def write_spooled(conn: sqlite3.Connection, now: int, refresh: Callable[[list[str]], object]) -> ImportChanges:
    """Write what is new or changed among the rows of a `Spool` that is attached. Belongs in a transaction.

    *refresh* is to fold the facts of some known tasks anew, of which the import says something new.
    """
    (staged,) = conn.execute("SELECT count(*) FROM sorted").fetchone()
    if conn.execute("SELECT 1 FROM task_facts LIMIT 1").fetchone():
        conn.execute(_UNCHANGED)
    conn.execute(_KNOWN)
    conn.execute(_FACTS, (now,))
    new = conn.execute(_ALONE, (now, now * 1000 + 999)).rowcount
    return ImportChanges(staged, new, _refresh_known(conn, refresh))


def forget_spooled(conn: sqlite3.Connection, refresh: Callable[[list[str]], object]) -> tuple[int, int, int]:
    """Delete what imports told of the tasks of a `Spool` that is attached. Belongs in a transaction.

    *refresh* is to fold the facts anew that are left of some tasks. Gives how many tasks there are in the spool, how
    many of them imports had told of, and of how many of those others tell.
    """
    (asked,) = conn.execute("SELECT count(*) FROM sorted").fetchone()
    conn.execute(_IMPORTED)
    conn.execute(_TAKE_BACK)
    (left,) = conn.execute(_LEFT).fetchone()
    return asked, _refresh_known(conn, refresh), left


def _refresh_known(conn: sqlite3.Connection, refresh: Callable[[list[str]], object]) -> int:
    number = 0
    while some := _known(conn, number):
        refresh(some)
        number += len(some)
    return number


def _known(conn: sqlite3.Connection, after: int) -> list[str]:
    rows = conn.execute("SELECT recordid FROM known WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, _PORTION))
    return [recordid for (recordid,) in rows]


@contextmanager
def spool_folder() -> Iterator[Path]:
    """A folder for a `Spool`, where SQLite would have its own temporary files; gone afterwards."""
    places = [os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp"]  # noqa: S108 - /tmp may be memory
    place = next((one for one in places if one and os.access(one, os.W_OK | os.X_OK)), None)
    with tempfile.TemporaryDirectory(prefix="ossrec-", dir=place, ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _room_in(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _FULL:
            raise
        where = folder.parent
        raise OssrecError(
            f"no room in {where} for the rows of the import ({error}): make room, or set TMPDIR to another folder"
        ) from None


def task_count(conn: sqlite3.Connection) -> int:
    """How many tasks sources told of."""
    (number,) = conn.execute("SELECT count(*) FROM tasks").fetchone()
    return int(number)
