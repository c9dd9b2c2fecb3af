"""The inbox beside a catalog: stores callbacks as they arrive, also while another process writes to the catalog.

It is a separate SQLite file, ``{catalog}.inbox``, with one table. A listener adds callbacks; the next process that
writes to the catalog ingests them. Standard library only.
"""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

_TABLE = """
CREATE TABLE IF NOT EXISTS inbox (
    id INTEGER PRIMARY KEY,
    msgid TEXT NOT NULL UNIQUE,
    received INTEGER NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL
)
"""
_ADD = """
INSERT INTO inbox (msgid, received, body) VALUES (?, ?, ?) ON CONFLICT (msgid) DO UPDATE SET repeats = repeats + 1
RETURNING repeats
"""
_LOCK_TIMEOUT = 30.0  # seconds; the file is locked for milliseconds by other callbacks or an ingest


class InboxMessage(NamedTuple):
    """A callback in the inbox."""

    id: int
    msgid: str  # with a digest of the body, because different bodies may have the same msgid
    received: int  # Unix seconds, first time
    repeats: int  # how often it was received again
    body: str


class Inbox:
    """An open inbox. One thread at a time may use it."""

    def __init__(self, catalog: Path) -> None:
        """Open the inbox of *catalog*; create it if necessary. Raises sqlite3.Error."""
        self._name = inbox_path(catalog)
        self._open()

    def _open(self) -> None:
        # check_same_thread: several threads use the connection, one after the other.
        self._conn = sqlite3.connect(self._name, isolation_level=None, timeout=_LOCK_TIMEOUT, check_same_thread=False)
        # FULL: a commit survives a power failure.
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA synchronous = FULL")
        self._conn.execute(_TABLE)
        self._file = self._identity()

    def put(self, msgid: str, body: str, now: int) -> bool:
        """Store a callback. Return False if it is stored already with this body; then only its repeats are counted.

        Raises sqlite3.Error.
        """
        if self._identity() != self._file:  # the file was deleted or replaced: do not write to the old one
            self._conn.close()
            self._open()
        name = f"{msgid}#{hashlib.sha256(body.encode()).hexdigest()}"
        (repeats,) = self._conn.execute(_ADD, (name, now, body)).fetchone()
        return not repeats

    def count(self) -> int:
        """Count the callbacks."""
        (number,) = self._conn.execute("SELECT count(*) FROM inbox").fetchone()
        return int(number)

    def oldest(self, most: int) -> list[InboxMessage]:
        """Return the oldest callbacks, at most *most*."""
        rows = self._conn.execute("SELECT id, msgid, received, repeats, body FROM inbox ORDER BY id LIMIT ?", (most,))
        return [InboxMessage(*row) for row in rows]

    def remove(self, messages: list[InboxMessage]) -> None:
        """Remove callbacks that the catalog has, unless they were received again meanwhile."""
        self._conn.execute("BEGIN IMMEDIATE")
        self._conn.executemany(
            "DELETE FROM inbox WHERE id = ? AND repeats = ?", [(one.id, one.repeats) for one in messages]
        )
        self._conn.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._conn.close()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._name)  # noqa: PTH116 - no pathlib on the query path
        except OSError:
            return None
        return status.st_dev, status.st_ino


def inbox_path(catalog: Path) -> str:
    """Return the path of a catalog's inbox, with symbolic links resolved."""
    return f"{os.path.realpath(catalog)}.inbox"


def inbox_count(catalog: Path) -> int:
    """Count the callbacks in the inbox; 0 also if it cannot be read."""
    name = inbox_path(catalog)
    if not os.path.exists(name):  # noqa: PTH110
        return 0
    try:
        with closing(sqlite3.connect(f"file:{_quoted(name)}?mode=ro", uri=True)) as conn:
            (number,) = conn.execute("SELECT count(*) FROM inbox").fetchone()
            return int(number)
    except sqlite3.Error:
        return 0


def _quoted(name: str) -> str:
    return name.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
