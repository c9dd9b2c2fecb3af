"""A catalog held for writing: locked against other runs, open, and still the same file when the work is done."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.errors import CatalogError, CatalogMissing, Interrupted
from ossrec.jobs.session.signals import StopRequest

_STEPS = 1_000_000  # of SQLite's machine between two looks whether to stop; a few hundredths of a second


@contextmanager
def hold_catalog(catalog: Path, stop: StopRequest, *, wait: bool) -> Iterator[sqlite3.Connection]:
    """A connection to *catalog*, which no other run writes meanwhile; with *wait*, waits for one that does.

    Raises CatalogLocked, Interrupted when asked to stop while it waits, and CatalogError when the file cannot be
    used, or was moved or deleted meanwhile.
    """
    with lock_catalog(catalog, wait=stop.wait if wait else None):
        if catalog.exists() and not os.access(catalog, os.W_OK):  # SQLite says so at the first write only
            raise CatalogError(f"may not write the catalog {catalog}: check its permissions")
        conn = open_for_writing(catalog)
        file = _identity(catalog)
        try:
            yield conn
        finally:
            conn.close()
        if file is None or _identity(catalog) != file:
            raise CatalogError(f"{catalog} was moved or deleted while it was written: scan again")


@contextmanager
def interruptible(conn: sqlite3.Connection, stop: StopRequest, said: str) -> Iterator[None]:
    """Long statements within are broken off soon after somebody asks to stop; then raises Interrupted with *said*."""
    conn.set_progress_handler(lambda: int(stop.is_asked()), _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if stop.is_asked():
            raise Interrupted(said) from None
        raise
    finally:
        conn.set_progress_handler(None, 0)


def require_catalog(catalog: Path) -> None:
    """Raises CatalogMissing; whatever else is wrong shows when it is opened for writing."""
    try:
        open_catalog(catalog).close()
    except CatalogMissing:
        raise
    except CatalogError:  # of an older schema, perhaps, which is migrated
        pass


def _identity(catalog: Path) -> tuple[int, int] | None:
    try:
        status = catalog.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
