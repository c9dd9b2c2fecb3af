"""Turns at writing: let a short write in between two transactions of a run that writes for hours.

A scan begins a new transaction as soon as it has committed the last one. SQLite wakes a waiting writer at most ten
times a second, so a short write would hardly ever hit that moment. It therefore holds a lock beside the catalog
while it waits, and the long run waits for that lock at its next commit
(docs/decisions/0010-short-writes-take-turns.md).
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ossrec.errors import CatalogError, CatalogLocked

TURN_TIMEOUT = 60.0  # seconds a short write waits; linking a large catalog is one transaction of many seconds
_YIELD_TIMEOUT = 5.0  # seconds a long run waits for short writes; one that was suspended may still hold the turn
_POLL = 0.005  # seconds


@contextmanager
def write_turn(conn: sqlite3.Connection, timeout: float = TURN_TIMEOUT) -> Iterator[None]:
    """Hold the turn at writing, for which runs on the same catalog wait; the transaction is inside the block.

    The operating system releases the turn when the process dies. Raises CatalogLocked if others hold the turn for
    *timeout* seconds, and CatalogError if no file can be written beside the catalog.
    """
    name = _lock_name(conn)
    try:
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise CatalogError(f"cannot write {name} ({error.strerror}): check the permissions of its folder") from None
    try:
        if not _lock(file, timeout):
            raise CatalogLocked("other processes keep writing to the catalog: try again in a moment")
        yield
    finally:
        os.close(file)


def yield_turn(conn: sqlite3.Connection) -> None:
    """Let waiting short writes proceed; called between two transactions of a long run."""
    try:
        file = os.open(_lock_name(conn), os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # no short write ever waited
        return
    try:
        _lock(file, _YIELD_TIMEOUT)
    finally:
        os.close(file)


def _lock_name(conn: sqlite3.Connection) -> str:
    """Return the name of the lock file beside the catalog, the same for all links to the catalog."""
    (target,) = (file for _, name, file in conn.execute("PRAGMA database_list") if name == "main")
    return f"{os.path.realpath(target)}.turn"


def _lock(file: int, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        else:
            return True
