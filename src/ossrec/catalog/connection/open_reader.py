"""Opening a catalog for reading: beside a process that writes it, and in a folder that may not be written.

Standard library only: this is on the path of every query.
"""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ossrec.catalog.schema.version import APPLICATION_ID, VERSION
from ossrec.errors import CatalogDamaged, CatalogError, CatalogMissing, CatalogTooNew

# What SQLite says when it cannot make the -wal and -shm files: primary codes, and those of input and output.
_NO_SIDE_FILES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)
_NO_SIDE_FILES_IO = (sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP)
_PATIENCE = 5.0  # seconds to wait while a writer recovers or closes the file


def open_catalog(path: Path, *, may_be_older: bool = False) -> sqlite3.Connection:
    """A read-only connection in autocommit mode to the catalog at *path*.

    Raises CatalogMissing, CatalogTooNew, CatalogDamaged, or CatalogError when the file cannot be
    read or is of an older schema; with *may_be_older* only what the first schema had is sure to be there.
    """
    _check_file(path)
    try:
        return _checked(path, "mode=ro", may_be_older)
    except sqlite3.OperationalError as error:
        # A WAL database wants its -wal and -shm files, which cannot be made in a read-only folder or on a full disk.
        if error.sqlite_errorcode & 0xFF not in _NO_SIDE_FILES and error.sqlite_errorcode not in _NO_SIDE_FILES_IO:
            raise
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise CatalogError(
            f"cannot read {path}: its latest changes are in {log.name}, which needs a folder that may be"
            " written, with room in it; copy both files to one"
        )
    try:
        return _checked(path, "mode=ro&immutable=1", may_be_older)
    except sqlite3.OperationalError as error:
        raise CatalogError(f"cannot read the catalog {path}: {error}; check its permissions") from None


@contextmanager
def snapshot(catalog: sqlite3.Connection) -> Iterator[None]:
    """Everything read inside sees one state of the catalog, whatever a scan commits meanwhile.

    Inside another snapshot it is that one.
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
        said = error.strerror or error
        raise CatalogError(f"cannot read the catalog {path} ({said}): name another file with --catalog") from None
    except ValueError:  # a NUL in the name
        raise CatalogMissing("no file can have the catalog's name: name another with --catalog") from None
    if stat.S_ISDIR(found.st_mode):
        raise CatalogMissing(f"{path} is a folder, not a catalog: name the file with --catalog")
    if not stat.S_ISREG(found.st_mode):
        raise CatalogError(f"{path} is not a file, so no catalog: name another with --catalog")
    if found.st_size == 0:
        raise CatalogMissing(f"{path} is empty: run `ossrec scan BUCKET` first, or name one with --catalog")
    if not os.access(path, os.R_OK):
        raise CatalogError(f"may not read the catalog {path}: check its permissions")


def _checked(path: Path, mode: str, may_be_older: bool) -> sqlite3.Connection:
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23").lstrip("/")
    catalog = sqlite3.connect(f"file:///{name}?{mode}", uri=True, isolation_level=None, timeout=_PATIENCE)
    try:
        (application,) = catalog.execute("PRAGMA application_id").fetchone()
        (version,) = catalog.execute("PRAGMA user_version").fetchone()
        tables = catalog.execute("SELECT 1 FROM sqlite_schema").fetchone()
        if tables is None and application in (0, APPLICATION_ID):  # its making was cut short
            raise CatalogMissing(f"{path} has nothing in it yet: run `ossrec scan BUCKET` first")
        _check_version(path, application, version, may_be_older)
    except sqlite3.OperationalError:
        catalog.close()
        raise
    except sqlite3.DatabaseError:
        catalog.close()
        raise CatalogDamaged(f"{path} is not a catalog, or broken: name another file with --catalog") from None
    except BaseException:
        catalog.close()
        raise
    return catalog


def _check_version(path: Path, application: int, version: int, may_be_older: bool) -> None:
    if application != APPLICATION_ID:
        raise CatalogDamaged(f"{path} is a database of another program: name another file with --catalog")
    if version > VERSION:
        raise CatalogTooNew(f"{path} is of a newer ossrec (schema {version}, this one knows {VERSION}): upgrade ossrec")
    if version < VERSION and not may_be_older:
        raise CatalogError(
            f"{path} is of an older ossrec (schema {version}): the next scan, check, import or recording migrates it"
            " and keeps a copy, questions do not: run `ossrec scan BUCKET`"
        )
