"""Turn an exception into one line for people and an exit code."""

import errno
import sqlite3
from contextlib import closing
from typing import NamedTuple

import click

from ossrec.errors import CatalogDamaged, CatalogError, CatalogLocked, OssrecError, UsageProblem

_PARTLY = OssrecError.exit_code
_MAX_SEARCH = 10.0  # seconds to search the catalog for the values that made a command fail


class ErrorLine(NamedTuple):
    """The line to print, and the exit code."""

    line: str
    code: int


def error_line(error: BaseException) -> ErrorLine:
    """Return the line and the exit code for *error*; for an unexpected one, the line says how to get the traceback."""
    if isinstance(error, OssrecError):
        return ErrorLine(str(error), error.exit_code)
    if isinstance(error, click.exceptions.Abort):
        return ErrorLine("", 130)
    if isinstance(error, click.ClickException):
        return ErrorLine(_click_line(error), UsageProblem.exit_code)
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    if isinstance(error, OSError) and error.errno is not None:
        return ErrorLine(_system_line(error), _PARTLY)
    if isinstance(error, ImportError):
        return ErrorLine(f"the installation is incomplete: {error}; install ossrec again", _PARTLY)
    if found := _invalid_catalog():
        return ErrorLine(found, CatalogDamaged.exit_code)
    line = f"unexpected error: {type(error).__name__}: {error}"
    return ErrorLine(f"{line}; OSSREC_DEBUG=1 shows the traceback, please report it", _PARTLY)


def _invalid_catalog() -> str | None:
    """Return a line if the catalog in use holds invalid values; None if it holds none, or cannot be searched."""
    from ossrec.catalog.connection.integrity import invalid_values
    from ossrec.catalog.connection.open_reader import open_catalog
    from ossrec.cli.output.suggestions import catalog_in_use

    path = catalog_in_use()
    if path is None:
        return None
    try:
        with closing(open_catalog(path)) as catalog:
            found = next(invalid_values(catalog, _MAX_SEARCH), None)
    except (OssrecError, sqlite3.Error):
        return None
    if found is None:
        return None
    advice = "run `ossrec doctor`, then restore a backup, or move the file away and scan again"
    return f"the catalog {path} holds invalid values, another program changed it ({found}): {advice}"


def _click_line(error: click.ClickException) -> str:
    message = error.format_message().strip()
    line = (message[:1].lower() + message[1:]).rstrip(".")
    line = " ".join(line.split())
    context, param = getattr(error, "ctx", None), getattr(error, "param", None)
    if context is None:
        return line
    if param is not None and param.name is not None:
        source = context.get_parameter_source(param.name)
        if source is click.core.ParameterSource.ENVIRONMENT:
            return f"{line} (from {param.envvar} in the environment)"
    return f"{line} (see `{context.command_path} --help`)"


def _sqlite(error: sqlite3.Error) -> ErrorLine:
    number = getattr(error, "sqlite_errorcode", None)
    primary = None if number is None else number & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ErrorLine("another process holds the catalog: try again in a moment", CatalogLocked.exit_code)
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        line = "the catalog is damaged: run `ossrec doctor`, then move the file away and scan again"
        return ErrorLine(f"{line} ({error})", CatalogDamaged.exit_code)
    if primary == sqlite3.SQLITE_FULL:
        line = "the disk with the catalog is full: free some space, then run the command again"
        return ErrorLine(line, CatalogError.exit_code)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        line = "the catalog cannot be written: check the permissions of the file and its folder"
        return ErrorLine(f"{line} ({error})", CatalogError.exit_code)
    return ErrorLine(f"the catalog cannot be used: {error}; run `ossrec doctor`", CatalogError.exit_code)


def _system_line(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "no space left on the disk of the output: free some space, then run the command again"
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"
