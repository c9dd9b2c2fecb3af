"""Write an import of tasks to the catalog as a whole: stage its rows in a file, compare and write them in SQL."""

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
# The file does not outlive the import, so it needs no protection against crashes.
_UNSAFE = "PRAGMA {0}journal_mode = OFF; PRAGMA {0}synchronous = OFF; PRAGMA {0}cache_size = -{1};"
_SORT = "INSERT INTO sorted SELECT * FROM staged ORDER BY recordid, line"  # so that indexes grow at the end
_REPEATED = """
CREATE TABLE repeated AS SELECT DISTINCT recordid FROM
    (SELECT recordid, lag(recordid) OVER (ORDER BY rowid) AS before FROM sorted) WHERE recordid = before
"""
_CACHE = 131_072  # KiB, for index pages that the rows of an import reach in random order
_BATCH = 5_000  # recordids
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
# `ossrec.tasks.task.fold` in SQL, for tasks with one import and no other fact; a test compares both.
_NEW_TASKS = """
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
_DELETE_IMPORTED = "DELETE FROM task_facts WHERE source = 'import' AND recordid IN (SELECT recordid FROM known)"
_COUNT_LEFT = "SELECT count(*) FROM known k WHERE EXISTS (SELECT 1 FROM task_facts f WHERE f.recordid = k.recordid)"


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
    """The number of tasks in an import, by kind of change."""

    staged: int  # tasks in the import
    new: int  # of these, tasks that no source had reported
    changed: int  # known tasks with changed fields


class Spool:
    """The rows of one import in a temporary file, so that the catalog stays unlocked while they are read."""

    def __init__(self, folder: Path) -> None:
        """Create an empty file in *folder*."""
        self._file = folder / "rows.db"
        with _report_full_disk(folder):
            self._conn = sqlite3.connect(self._file, isolation_level=None)
            self._conn.executescript(_UNSAFE.format("", 32_768))
            self._conn.execute("BEGIN")
            for table in _TABLES:
                self._conn.execute(_TABLE.format(table))

    def add(self, rows: list[StagedRow]) -> None:
        """Append rows."""
        with _report_full_disk(self._file.parent):
            insert_rows(self._conn, "INTO staged", rows)

    def merge(self, merge_rows: Callable[[Iterator[StagedRow]], StagedRow]) -> None:
        """Reduce the rows of each recordid to one, with *merge_rows* where there are several, in order of line.

        No rows can be added afterwards.
        """
        with _report_full_disk(self._file.parent):
            self._merge(merge_rows)
            self._conn.execute("COMMIT")
            self._conn.close()

    def _merge(self, merge_rows: Callable[[Iterator[StagedRow]], StagedRow]) -> None:
        conn = self._conn
        conn.execute(_SORT)
        conn.execute("DELETE FROM staged")
        conn.execute(_REPEATED)
        if conn.execute("SELECT 1 FROM repeated").fetchone() is None:
            return
        conn.execute("CREATE UNIQUE INDEX repeated_once ON repeated (recordid)")
        among = "WHERE recordid IN (SELECT recordid FROM repeated)"
        rows = map(StagedRow._make, conn.execute(f"SELECT * FROM sorted {among} ORDER BY rowid"))
        merged = (merge_rows(same) for _, same in groupby(rows, key=lambda row: row.recordid))
        conn.executemany("INSERT INTO merged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", merged)
        conn.execute(f"DELETE FROM sorted {among}")
        conn.execute("INSERT INTO sorted SELECT * FROM merged")

    @contextmanager
    def attached(self, conn: sqlite3.Connection) -> Iterator[None]:
        """Attach the merged rows to the catalog *conn*, and enlarge its cache."""
        conn.execute("ATTACH DATABASE ? AS spool", (str(self._file),))
        conn.executescript(_UNSAFE.format("spool.", 4_096))
        conn.execute(f"PRAGMA main.cache_size = -{_CACHE}")
        try:
            yield
        finally:
            with suppress(sqlite3.OperationalError):  # an interrupted statement may still use it
                conn.execute("DETACH DATABASE spool")


def write_spooled(conn: sqlite3.Connection, now: int, refold: Callable[[list[str]], object]) -> ImportChanges:
    """Write the new and changed rows of an attached `Spool`. Needs an open transaction.

    *refold* is called with recordids of known tasks that the import changes.
    """
    (staged,) = conn.execute("SELECT count(*) FROM sorted").fetchone()
    if conn.execute("SELECT 1 FROM task_facts LIMIT 1").fetchone():
        conn.execute(_UNCHANGED)
    conn.execute(_KNOWN)
    conn.execute(_FACTS, (now,))
    new = conn.execute(_NEW_TASKS, (now, now * 1000 + 999)).rowcount
    return ImportChanges(staged, new, _refold_known(conn, refold))


def forget_spooled(conn: sqlite3.Connection, refold: Callable[[list[str]], object]) -> tuple[int, int, int]:
    """Delete the imported facts of the tasks in an attached `Spool`. Needs an open transaction.

    *refold* is called with recordids of tasks to fold again. Returns the number of tasks in the spool, of those that
    had been imported, and of those among them that other sources report too.
    """
    (requested,) = conn.execute("SELECT count(*) FROM sorted").fetchone()
    conn.execute(_IMPORTED)
    conn.execute(_DELETE_IMPORTED)
    (left,) = conn.execute(_COUNT_LEFT).fetchone()
    return requested, _refold_known(conn, refold), left


def _refold_known(conn: sqlite3.Connection, refold: Callable[[list[str]], object]) -> int:
    number = 0
    while recordids := _known(conn, number):
        refold(recordids)
        number += len(recordids)
    return number


def _known(conn: sqlite3.Connection, after: int) -> list[str]:
    rows = conn.execute("SELECT recordid FROM known WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, _BATCH))
    return [recordid for (recordid,) in rows]


@contextmanager
def spool_folder() -> Iterator[Path]:
    """Create a temporary folder for a `Spool` where SQLite puts its own temporary files; delete it afterwards."""
    candidates = [os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp"]  # noqa: S108 - /tmp may be memory
    parent = next((one for one in candidates if one and os.access(one, os.W_OK | os.X_OK)), None)
    with tempfile.TemporaryDirectory(prefix="ossrec-", dir=parent, ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _report_full_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _FULL:
            raise
        where = folder.parent
        raise OssrecError(
            f"cannot write the rows of the import to {where} ({error}): free disk space, or set TMPDIR"
        ) from None


def task_count(conn: sqlite3.Connection) -> int:
    """Count the tasks in the catalog."""
    (number,) = conn.execute("SELECT count(*) FROM tasks").fetchone()
    return int(number)
