"""Short writes to a catalog that a scan may hold for hours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_writer import open_for_short_writes, open_for_writing
from ossrec.errors import CatalogMissing


@contextmanager
def short_write_connection(catalog: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection for `short_transaction`; the catalog is created or migrated if need be.

    Only creation and migration take the write lock, and raise CatalogLocked when another run holds it. Raises
    CatalogError as `open_for_writing`.
    """
    conn = open_for_short_writes(catalog)
    if conn is None:
        with lock_catalog(catalog), closing(open_for_writing(catalog)):
            pass
        conn = open_for_short_writes(catalog)
    if conn is None:
        raise CatalogMissing(f"{catalog} was removed while it was being created: run the command again")
    with closing(conn):
        conn.execute("PRAGMA synchronous = FULL")  # a committed write survives a power failure
        yield conn
