"""The checks of `ossrec doctor`: each yields lines with a state and, if needed, the next step."""

import importlib
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from ossrec import __version__
from ossrec.catalog.connection.integrity import invalid_values
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.query.find import last_scan
from ossrec.catalog.schema.version import VERSION
from ossrec.cli.output.text import counted, human_bytes
from ossrec.config import environment_problems
from ossrec.errors import CatalogMissing, OssrecError

State = Literal["ok", "warning", "problem"]

OLDEST_SQLITE = (3, 37, 0)  # STRICT tables
CRC64_OF_DIGITS = 0x995DC9BBDF1939FA  # CRC-64/XZ of "123456789", its published check value
SKEW_WARNED, SKEW_REFUSED = 60.0, 900.0  # seconds; OSS refuses signatures from 15 minutes on
LARGE_LOG = 256 * 1024 * 1024  # bytes of a -wal file without a checkpoint
LITTLE_SPACE = 256 * 1024 * 1024  # bytes free on the disk
OLD_SCAN = 86_400.0  # seconds since the last scan finished

_REPLACE_CATALOG = "restore a backup of the catalog, or move it away and scan again"


class DoctorCheck(NamedTuple):
    """The result of one check."""

    check: str
    state: State
    detail: str
    next: str = ""  # what to do, if anything


def failed(check: str, error: Exception) -> DoctorCheck:
    """Return a problem for an error; the part of its message after the last colon is the next step."""
    detail, colon, advice = str(error).rpartition(": ")
    return DoctorCheck(check, "problem", detail, advice) if colon else DoctorCheck(check, "problem", str(error))


def check_programs() -> Iterator[DoctorCheck]:
    """Check the versions of Python and SQLite, and the libraries for checksums."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield DoctorCheck("ossrec", "ok", f"{__version__} on Python {python}")
    enough = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    advice = "" if enough else "use a Python with SQLite 3.37 or newer"
    yield DoctorCheck("sqlite", "ok" if enough else "problem", sqlite3.sqlite_version, advice)
    yield _check_fastcrc()
    yield _check_crcmod()


def check_environment(environment: Mapping[str, str]) -> Iterator[DoctorCheck]:
    """Check for unknown OSSREC_ variables, and for credentials; only their presence is reported."""
    for problem in environment_problems(environment):
        yield DoctorCheck("environment", "warning", problem, "correct the name, or unset the variable")
    from ossrec.buckets.oss.credentials import ID_VARIABLE, TOKEN_VARIABLE, credentials_from

    try:
        credentials = credentials_from(environment)
    except OssrecError as error:
        yield failed("credentials", error)
        return
    if credentials is None:
        yield DoctorCheck("credentials", "ok", f"none: {ID_VARIABLE} is not set, so access to OSS is anonymous")
    else:
        token = f", with {TOKEN_VARIABLE}" if credentials.token else ""
        yield DoctorCheck("credentials", "ok", f"set in the environment{token}")


def check_catalog(path: Path, *, thorough: bool) -> Iterator[DoctorCheck]:
    """Check that the catalog is readable, valid and recent, and that its disk has free space."""
    try:
        conn = open_catalog(path)
    except CatalogMissing as error:
        yield DoctorCheck("catalog", "warning", f"none at {path}", str(error).partition(": ")[2])
        return
    except (OssrecError, sqlite3.Error) as error:
        yield failed("catalog", error)
        return
    try:
        yield DoctorCheck("catalog", "ok", f"{path}, schema {VERSION}, {human_bytes(path.stat().st_size)}")
        integrity = _check_integrity(conn, thorough=thorough)
        yield integrity
        yield from _check_log(conn, path)
        if integrity.state == "ok":
            yield from _check_scans(conn)
        yield from _check_space(path)
    except sqlite3.Error as error:
        yield DoctorCheck("integrity", "problem", str(error), _REPLACE_CATALOG)
    finally:
        conn.close()


def check_clock(ahead: float | None) -> Iterator[DoctorCheck]:
    """Compare this clock with the bucket's; *ahead* is in seconds, None if unknown."""
    if ahead is None:
        return
    detail = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the bucket's clock"
    if abs(ahead) < SKEW_WARNED:
        yield DoctorCheck("clock", "ok", detail)
    else:
        state: State = "problem" if abs(ahead) >= SKEW_REFUSED else "warning"
        advice = "synchronize this machine's clock (NTP): OSS rejects a difference of 15 minutes"
        yield DoctorCheck("clock", state, detail, advice)


def _check_fastcrc() -> DoctorCheck:
    from fastcrc import crc64

    if crc64.xz(b"123456789") == CRC64_OF_DIGITS:
        return DoctorCheck("checksums", "ok", "fastcrc computes CRC-64 correctly")
    return DoctorCheck("checksums", "problem", "fastcrc computes CRC-64 incorrectly", "reinstall fastcrc")


def _check_crcmod() -> DoctorCheck:
    """Check whether crcmod, which oss2 installs, has its C extension; without a compiler it is built without."""
    try:
        crcmod = importlib.import_module("crcmod.crcmod")
    except ImportError:
        return DoctorCheck("crcmod", "ok", "not installed; ossrec does not need it")
    if getattr(crcmod, "_usingExtension", False):
        return DoctorCheck("crcmod", "ok", "has its C extension")
    repair = "install a C compiler, then `pip install --force-reinstall crcmod`"
    advice = f"ossrec does not need it; for other programs, {repair}"
    return DoctorCheck("crcmod", "warning", "has no C extension: other programs read 40 times slower with oss2", advice)


def _check_integrity(conn: sqlite3.Connection, *, thorough: bool) -> DoctorCheck:
    pragma = "integrity_check" if thorough else "quick_check"
    started = time.monotonic()
    problems = [str(row[0]) for row in conn.execute(f"PRAGMA {pragma}(3)")]
    dangling = len(conn.execute("PRAGMA foreign_key_check").fetchall()) if thorough else 0
    if problems == ["ok"] and not dangling:
        problems = list(invalid_values(conn)) or problems
    if problems == ["ok"] and not dangling:
        return DoctorCheck("integrity", "ok", f"{pragma} in {time.monotonic() - started:.1f} s")
    detail = f"{counted(dangling, 'row')} with dangling references" if problems == ["ok"] else "; ".join(problems)
    return DoctorCheck("integrity", "problem", detail, _REPLACE_CATALOG)


def _check_log(conn: sqlite3.Connection, path: Path) -> Iterator[DoctorCheck]:
    (mode,) = conn.execute("PRAGMA journal_mode").fetchone()
    with path.open("rb") as file:
        if file.read(20)[18:] == b"\x02\x02":  # WAL even if SQLite cannot use it because the folder is not writable
            mode = "wal"
    log = Path(f"{path}-wal")
    size = log.stat().st_size if log.exists() else 0
    if mode != "wal":
        yield DoctorCheck(
            "journal", "warning", f"{mode}, not wal", "the next scan changes it to wal; until then, scans block queries"
        )
    elif size > LARGE_LOG:
        advice = "close programs that keep the catalog open; the next scan then writes it back"
        yield DoctorCheck("journal", "warning", f"wal, {human_bytes(size)} not yet written back", advice)
    else:
        yield DoctorCheck("journal", "ok", f"wal, {human_bytes(size)}")


def _check_scans(conn: sqlite3.Connection) -> Iterator[DoctorCheck]:
    done, newest = last_scan(conn), last_scan(conn, finished=False)
    if done is None:
        yield DoctorCheck("last scan", "warning", "no scan has finished", "run `ossrec scan BUCKET`")
    else:
        age = time.time() - datetime.fromisoformat(done["finished_at"]).timestamp()
        detail = f"{done['bucket']}, {_age(age)} ago, {done['objects']:,} objects"
        old = age > OLD_SCAN
        advice = "run `ossrec scan` every ten minutes from cron" if old else ""
        yield DoctorCheck("last scan", "warning" if old else "ok", detail, advice)
    if newest is not None and newest["state"] in ("listing", "checking"):
        detail = f"{newest['bucket']}, started {newest['started_at']}, {newest['objects']:,} objects so far"
        yield DoctorCheck(
            "unfinished scan", "warning", detail, "it is still running, or was stopped: `ossrec scan` resumes it"
        )


def _check_space(path: Path) -> Iterator[DoctorCheck]:
    folder = path.absolute().parent
    free = shutil.disk_usage(folder).free
    little = free < max(LITTLE_SPACE, path.stat().st_size // 2)
    yield DoctorCheck(
        "disk",
        "warning" if little else "ok",
        f"{human_bytes(free)} free on the disk of the catalog",
        "free some space: a scan needs it, and a migration copies the catalog" if little else "",
    )
    if not os.access(folder, os.W_OK):
        yield DoctorCheck(
            "folder", "warning", f"{folder} is not writable", "only queries work: run scans as another user"
        )


def _age(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return counted(round(max(seconds, 0)), "second")
