"""Open a catalog for writing: create a missing one, migrate an older one, refuse a newer one."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ossrec.catalog.schema.version import APPLICATION_ID, VERSION
from ossrec.errors import CatalogDamaged, CatalogError, CatalogLocked, CatalogTooNew, OssrecError

OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

_PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 30000;
PRAGMA cache_size = -32768;
PRAGMA wal_autocheckpoint = 4000;
"""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a connection in autocommit mode to the catalog at *path*, in the newest schema.

    The caller holds the write lock. A catalog of an older schema is copied to ``{name}.v{version}.bak`` beside it
    before it is migrated.

    Raises CatalogTooNew, CatalogDamaged, CatalogLocked if another program locks the file, and CatalogError if it
    cannot be written.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise CatalogError(f"SQLite {sqlite3.sqlite_version} is too old: ossrec needs 3.37, use a newer Python")
    conn, version = _connect(path)
    with _closed_on_failure(conn, path):
        if version < VERSION:
            _migrate(conn, path, version)
    return conn


def open_for_short_writes(path: Path) -> sqlite3.Connection | None:
    """Open a connection for `short_transaction` to the catalog at *path*, None unless it has the newest schema.

    The caller need not hold the write lock: nothing is created or migrated. Raises the errors of `open_for_writing`.
    """
    if not path.is_file():
        return None
    conn, version = _connect(path)
    if version < VERSION:
        conn.close()
        return None
    return conn


def _connect(path: Path) -> tuple[sqlite3.Connection, int]:
    """Open the file at *path*, or create it; return the connection and the version of the schema."""
    try:
        # An absolute path, because SQLite opens no file for `:memory:`.
        conn = sqlite3.connect(path.absolute(), isolation_level=None)
    except sqlite3.Error as error:
        raise _as_catalog_error(path, error) from None
    with _closed_on_failure(conn, path):
        version = _read_version(conn, path)
        conn.executescript(_PRAGMAS)
    return conn, version


@contextmanager
def _closed_on_failure(conn: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Close the connection if the block raises; an error of SQLite becomes an OssrecError."""
    try:
        yield
    except sqlite3.Error as error:
        conn.close()
        raise _as_catalog_error(path, error) from None
    except BaseException:
        conn.close()
        raise


def _read_version(conn: sqlite3.Connection, path: Path) -> int:
    """Return the version of the schema, 0 if the file has none yet."""
    tables = conn.execute("SELECT count(*) FROM sqlite_master WHERE name NOT LIKE '%sqlite_%'").fetchone()[0]
    (application,) = conn.execute("PRAGMA application_id").fetchone()
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    if not tables and application in (0, APPLICATION_ID):  # a new file, or a file whose creation was interrupted
        return 0
    if application != APPLICATION_ID:
        raise CatalogDamaged(f"{path} is a database of another program: name another file with --catalog")
    if version > VERSION:
        raise CatalogTooNew(
            f"{path} was written by a newer ossrec (schema {version}, this one knows {VERSION}): upgrade ossrec"
        )
    return int(version)


def _migrate(conn: sqlite3.Connection, path: Path, version: int) -> None:
    if version > 0:
        _back_up(conn, path.with_name(f"{path.name}.v{version}.bak"))
    from sqlite_utils import Database  # takes 0.2 s to load, and is seldom needed

    from ossrec.catalog.schema.migrations import migrations

    migrations.apply(Database(conn))


def _back_up(conn: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target.absolute())
    try:
        conn.backup(copy)
    finally:
        copy.close()


def _as_catalog_error(path: Path, error: sqlite3.Error) -> OssrecError:
    """Return the error of SQLite as an OssrecError whose message has the next step."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return CatalogDamaged(f"{path} is not a catalog: name another file with --catalog")
    if code == sqlite3.SQLITE_CORRUPT:
        return CatalogDamaged(f"the catalog {path} is damaged ({error}): move it away and scan again")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CatalogLocked(f"{path} is in use by another program: try again later")
    if code == sqlite3.SQLITE_FULL:
        return CatalogError(f"the disk of the catalog {path} is full: make room, then scan again")
    if code == sqlite3.SQLITE_IOERR:
        return CatalogError(f"cannot write the catalog {path} ({error}): check whether its disk is full or broken")
    return CatalogError(f"cannot write the catalog {path} ({error}): check the permissions of the file and its folder")
