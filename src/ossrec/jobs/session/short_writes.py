"""A catalog for short writes, beside a scan that may hold it for hours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_writer import open_for_short_writes, open_for_writing
from ossrec.errors import CatalogMissing


@contextmanager
def short_write_connection(catalog: Path) -> Iterator[sqlite3.Connection]:
    """A connection for `short_transaction`; the catalog is made, or brought to the newest schema, when it must be.

    Only that takes the write lock: raises CatalogLocked when another run holds it meanwhile, and CatalogError as
    `open_for_writing`.
    """
    conn = open_for_short_writes(catalog)
    if conn is None:
        with lock_catalog(catalog), closing(open_for_writing(catalog)):
            pass
        conn = open_for_short_writes(catalog)
    if conn is None:
        raise CatalogMissing(f"{catalog} was taken away while it was made: run the command again")
    with closing(conn):
        conn.execute("PRAGMA synchronous = FULL")  # what was noted outlives a power cut
        yield conn
