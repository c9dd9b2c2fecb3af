"""A catalog held for writing: locked against other runs, open, and still the same file when the work is done."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ossrec.catalog.writing import open_for_writing
from ossrec.errors import CatalogError
from ossrec.jobs.lock import writing
from ossrec.jobs.stopping import Stop


@contextmanager
def held(catalog: Path, stop: Stop, *, wait: bool) -> Iterator[sqlite3.Connection]:
    """A connection to *catalog*, which no other run writes meanwhile; with *wait*, waits for one that does.

    Raises CatalogLocked, Interrupted when asked to stop while it waits, and CatalogError when the file cannot be
    used, or was moved or deleted meanwhile.
    """
    with writing(catalog, wait=stop.wait if wait else None):
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


def _identity(catalog: Path) -> tuple[int, int] | None:
    try:
        status = catalog.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
