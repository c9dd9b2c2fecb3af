"""Open a catalog for reading, also while another process writes to it, or from a read-only folder.

Standard library only, because every query loads this module.
"""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ossrec.catalog.schema.version import APPLICATION_ID, VERSION
from ossrec.errors import CatalogDamaged, CatalogError, CatalogMissing, CatalogTooNew

# Errors of SQLite when it cannot create the -wal and -shm files: primary codes, and extended codes of SQLITE_IOERR.
_NO_SIDE_FILES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)
_NO_SIDE_FILES_IO = (sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP)
_BUSY_TIMEOUT = 5.0  # seconds to wait while a writer recovers or closes the file


def open_catalog(path: Path, *, may_be_older: bool = False) -> sqlite3.Connection:
    """Open a read-only connection in autocommit mode to the catalog at *path*.

    Raises CatalogMissing, CatalogTooNew, CatalogDamaged, or CatalogError if the file cannot be read or has an older
    schema. With *may_be_older* an older schema is accepted; the caller must then allow for the names it has.
    """
    _check_file(path)
    try:
        return _connect(path, "mode=ro", may_be_older)
    except sqlite3.OperationalError as error:
        # SQLite cannot create the -wal and -shm files of a WAL database in a read-only folder or on a full disk.
        if error.sqlite_errorcode & 0xFF not in _NO_SIDE_FILES and error.sqlite_errorcode not in _NO_SIDE_FILES_IO:
            raise
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise CatalogError(
            f"cannot read {path}: its latest changes are in {log.name}, which SQLite can read only in a writable folder"
            " with free space: copy both files to such a folder"
        )
    try:
        return _connect(path, "mode=ro&immutable=1", may_be_older)
    except sqlite3.OperationalError as error:
        raise CatalogError(f"cannot read the catalog {path}: {error}; check its permissions") from None


@contextmanager
def snapshot(catalog: sqlite3.Connection) -> Iterator[None]:
    """Read one state of the catalog inside the block, whatever a scan commits meanwhile.

    Inside another snapshot the block reads that snapshot.
    """
    if catalog.in_transaction:
        yield
        return
    catalog.execute("BEGIN")
    try:
        yield
    finally:
        catalog.execute("ROLLBACK")


def _check_file(path: Path) -> None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise CatalogMissing(
            f"no catalog at {path}: run `ossrec scan BUCKET` first, or name one with --catalog"
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise CatalogError(f"cannot read the catalog {path} ({reason}): name another file with --catalog") from None
    except ValueError:  # a NUL in the name
        raise CatalogMissing("the name of the catalog is no valid file name: name a file with --catalog") from None
    if stat.S_ISDIR(found.st_mode):
        raise CatalogMissing(f"{path} is a folder, not a catalog: name the file with --catalog")
    if not stat.S_ISREG(found.st_mode):
        raise CatalogError(f"{path} is not a regular file: name another with --catalog")
    if found.st_size == 0:
        raise CatalogMissing(f"{path} is empty: run `ossrec scan BUCKET` first, or name one with --catalog")
    if not os.access(path, os.R_OK):
        raise CatalogError(f"no permission to read the catalog {path}: check its permissions")


def _connect(path: Path, mode: str, may_be_older: bool) -> sqlite3.Connection:
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23").lstrip("/")
    catalog = sqlite3.connect(f"file:///{name}?{mode}", uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT)
    try:
        (application,) = catalog.execute("PRAGMA application_id").fetchone()
        (version,) = catalog.execute("PRAGMA user_version").fetchone()
        tables = catalog.execute("SELECT 1 FROM sqlite_schema").fetchone()
        if tables is None and application in (0, APPLICATION_ID):  # its creation was interrupted
            raise CatalogMissing(f"{path} contains nothing yet: run `ossrec scan BUCKET` first")
        _check_version(path, application, version, may_be_older)
    except sqlite3.OperationalError:
        catalog.close()
        raise
    except sqlite3.DatabaseError:
        catalog.close()
        raise CatalogDamaged(f"{path} is not a catalog, or is damaged: name another file with --catalog") from None
    except BaseException:
        catalog.close()
        raise
    return catalog


def _check_version(path: Path, application: int, version: int, may_be_older: bool) -> None:
    if application != APPLICATION_ID:
        raise CatalogDamaged(f"{path} is a database of another program: name another file with --catalog")
    if version > VERSION:
        raise CatalogTooNew(
            f"{path} was written by a newer ossrec (schema {version}, this one knows {VERSION}): upgrade ossrec"
        )
    if version < VERSION and not may_be_older:
        raise CatalogError(
            f"{path} was written by an older ossrec (schema {version}): the next scan, check, import or recording"
            " migrates it and keeps a copy; queries do not: run `ossrec scan BUCKET`"
        )
