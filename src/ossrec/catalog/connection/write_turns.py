"""Turns at writing: how a short write gets in between the transactions of a run that writes for hours.

A scan begins a new transaction the moment it has committed one. SQLite wakes a waiting writer ten times
a second at best, so one that only waits meets that moment about never. Here it says that it waits, by
holding a lock beside the catalog, and the long run lets it pass at its next commit
(docs/decisions/0010-short-writes-take-turns.md).
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ossrec.errors import CatalogError, CatalogLocked

PATIENCE = 60.0  # seconds a short write waits for its turn; linking a large catalog is one transaction of many seconds
_COURTESY = 5.0  # seconds a long run waits for short ones, one of which may have been stopped with the turn in hand
_POLL = 0.005  # seconds


@contextmanager
def write_turn(conn: sqlite3.Connection, patience: float = PATIENCE) -> Iterator[None]:
    """Be let in by runs that write to the same catalog; the transaction begins and ends inside.

    The operating system lets go of it when the process dies. Raises CatalogLocked when others had the turn
    for *patience* seconds, and CatalogError when nothing can be written beside the catalog.
    """
    name = _name(conn)
    try:
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise CatalogError(f"cannot write {name} ({error.strerror}): check the permissions of its folder") from None
    try:
        if not _hold(file, patience):
            raise CatalogLocked("others have been writing to the catalog all the time: try again in a moment")
        yield
    finally:
        os.close(file)


def yield_turn(conn: sqlite3.Connection) -> None:
    """Called between two transactions of a long run: those that wait for their turn write now."""
    try:
        file = os.open(_name(conn), os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # nobody ever waited here
        return
    try:
        _hold(file, _COURTESY)
    finally:
        os.close(file)


def _name(conn: sqlite3.Connection) -> str:
    """The file beside the catalog, the same whatever links lead to it."""
    (place,) = (row[2] for row in conn.execute("PRAGMA database_list") if row[1] == "main")
    return f"{os.path.realpath(place)}.turn"


def _hold(file: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
        else:
            return True
