"""A catalog held for writing: locked against other runs, open, and still the same file at the end."""

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

_STEPS = 1_000_000  # SQLite VM instructions between two checks for a stop request; a few hundredths of a second


@contextmanager
def hold_catalog(catalog: Path, stop: StopRequest, *, wait: bool) -> Iterator[sqlite3.Connection]:
    """Yield a connection to *catalog* and keep other runs from writing to it; with *wait*, wait for another run to end.

    Raises CatalogLocked, Interrupted after a stop request during the wait, and CatalogError when the file cannot be
    used, or was moved or deleted in the meantime.
    """
    with lock_catalog(catalog, wait=stop.wait if wait else None):
        if catalog.exists() and not os.access(catalog, os.W_OK):  # SQLite would fail only at the first write
            raise CatalogError(f"{catalog} is not writable: check its permissions")
        conn = open_for_writing(catalog)
        file = _identity(catalog)
        try:
            yield conn
        finally:
            conn.close()
        if file is None or _identity(catalog) != file:
            raise CatalogError(f"{catalog} was moved or deleted during the run: scan again")


@contextmanager
def interruptible(conn: sqlite3.Connection, stop: StopRequest, message: str) -> Iterator[None]:
    """Abort long statements in the ``with`` block soon after a stop request, and raise Interrupted with *message*."""
    conn.set_progress_handler(lambda: int(stop.is_requested()), _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if stop.is_requested():
            raise Interrupted(message) from None
        raise
    finally:
        conn.set_progress_handler(None, 0)


def require_catalog(catalog: Path) -> None:
    """Raise CatalogMissing if there is no catalog; other faults show when the catalog is opened for writing."""
    try:
        open_catalog(catalog).close()
    except CatalogMissing:
        raise
    except CatalogError:  # such as an older schema, which is migrated on opening
        pass


def _identity(catalog: Path) -> tuple[int, int] | None:
    try:
        status = catalog.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
