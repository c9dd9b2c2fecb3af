"""The inbox beside a catalog: callbacks on disk the moment they are received, whatever else writes to the catalog.

It is a SQLite file of its own, ``{catalog}.inbox``, with one table. A listener adds to it; whoever writes to the
catalog next takes what is there. Standard library only.
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
_PATIENCE = 30.0  # seconds; only another callback, or whoever empties the box, holds it, for milliseconds


class InboxMessage(NamedTuple):
    """A callback in the inbox."""

    id: int
    msgid: str  # its name, with a digest of its body: another body may have the same name
    received: int  # epoch seconds, the first time
    repeats: int  # how often it came again
    body: str


class Inbox:
    """An open inbox. One thread at a time may use it."""

    def __init__(self, catalog: Path) -> None:
        """The inbox of *catalog*, made if there is none. Raises sqlite3.Error."""
        self._name = inbox_path(catalog)
        self._open()

    def _open(self) -> None:
        # Python's own locks are not enough for a connection that several threads use, one after the other.
        self._conn = sqlite3.connect(self._name, isolation_level=None, timeout=_PATIENCE, check_same_thread=False)
        # FULL: a commit is on disk when it returns, also if the machine loses power the moment after.
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("PRAGMA synchronous = FULL")
        self._conn.execute(_TABLE)
        self._file = self._identity()

    def put(self, msgid: str, body: str, now: int) -> bool:
        """Keep a callback; false if it is there already with this body, and only its repeats are counted.

        Raises sqlite3.Error.
        """
        if self._identity() != self._file:  # taken away, or replaced: what is written there, nobody would find
            self._conn.close()
            self._open()
        name = f"{msgid}#{hashlib.sha256(body.encode()).hexdigest()}"
        (repeats,) = self._conn.execute(_ADD, (name, now, body)).fetchone()
        return not repeats

    def count(self) -> int:
        """How many there are."""
        (number,) = self._conn.execute("SELECT count(*) FROM inbox").fetchone()
        return int(number)

    def some(self, most: int) -> list[InboxMessage]:
        """The oldest, *most* at most."""
        rows = self._conn.execute("SELECT id, msgid, received, repeats, body FROM inbox ORDER BY id LIMIT ?", (most,))
        return [InboxMessage(*row) for row in rows]

    def drop(self, letters: list[InboxMessage]) -> None:
        """Forget those that are in the catalog by now, unless they came again meanwhile."""
        self._conn.execute("BEGIN IMMEDIATE")
        self._conn.executemany(
            "DELETE FROM inbox WHERE id = ? AND repeats = ?", [(one.id, one.repeats) for one in letters]
        )
        self._conn.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._conn.close()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._name)  # noqa: PTH116 - as everything here
        except OSError:
            return None
        return status.st_dev, status.st_ino


def inbox_path(catalog: Path) -> str:
    """Where the inbox of a catalog lies; the same whatever links lead to the catalog."""
    return f"{os.path.realpath(catalog)}.inbox"


def inbox_count(catalog: Path) -> int:
    """How many callbacks are in the inbox; 0 also when it cannot be read."""
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
