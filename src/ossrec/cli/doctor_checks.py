"""What `ossrec doctor` looks at; each check gives lines that say how it stands and what to do."""

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
from ossrec.catalog.connection.integrity import unsound
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.query.find import last_scan
from ossrec.catalog.schema.version import VERSION
from ossrec.cli.output.text import human_bytes
from ossrec.config import environment_problems
from ossrec.errors import CatalogMissing, OssrecError

State = Literal["ok", "warning", "problem"]

OLDEST_SQLITE = (3, 37, 0)  # STRICT tables
CRC64_OF_DIGITS = 0x995DC9BBDF1939FA  # CRC-64/XZ of "123456789", its published check value
SKEW_WARNED, SKEW_REFUSED = 60.0, 900.0  # seconds; OSS refuses signatures from 15 minutes on
LARGE_LOG = 256 * 1024 * 1024  # bytes of a -wal file that nobody has folded in
LITTLE_SPACE = 256 * 1024 * 1024  # bytes
OLD_SCAN = 86_400.0  # seconds


class DoctorCheck(NamedTuple):
    """One thing that was looked at."""

    check: str
    state: State
    detail: str
    next: str = ""  # what to do, when there is something


def failed(check: str, error: Exception) -> DoctorCheck:
    """A problem from an error, whose line ends in what to do."""
    said, colon, advice = str(error).rpartition(": ")
    return DoctorCheck(check, "problem", said, advice) if colon else DoctorCheck(check, "problem", str(error))


def check_programs() -> Iterator[DoctorCheck]:
    """Python, SQLite, and the checksums of downloads."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield DoctorCheck("ossrec", "ok", f"{__version__} on Python {python}")
    enough = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    advice = "" if enough else "use a Python with SQLite 3.37 or newer"
    yield DoctorCheck("sqlite", "ok" if enough else "problem", sqlite3.sqlite_version, advice)
    yield _check_fastcrc()
    yield _check_crcmod()


def check_environment(environment: Mapping[str, str]) -> Iterator[DoctorCheck]:
    """Variables that look like settings, and credentials, of which only the presence is told."""
    for problem in environment_problems(environment):
        yield DoctorCheck("environment", "warning", problem, "correct its name, or unset it")
    from ossrec.buckets.oss.credentials import ID_VARIABLE, TOKEN_VARIABLE, credentials_from

    try:
        credentials = credentials_from(environment)
    except OssrecError as error:
        yield failed("credentials", error)
        return
    if credentials is None:
        yield DoctorCheck("credentials", "ok", f"none: {ID_VARIABLE} is not set, access to OSS would be anonymous")
    else:
        token = f", with {TOKEN_VARIABLE}" if credentials.token else ""
        yield DoctorCheck("credentials", "ok", f"set in the environment{token}")


def check_catalog(path: Path, *, thorough: bool) -> Iterator[DoctorCheck]:
    """The catalog: readable, sound, lately filled, with room to grow."""
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
        sound = _check_soundness(conn, thorough=thorough)
        yield sound
        yield from _check_log(conn, path)
        if sound.state == "ok":
            yield from _check_scans(conn)
        yield from _check_space(path)
    except sqlite3.Error as error:
        yield DoctorCheck(
            "integrity", "problem", str(error), "move the catalog away and scan again, or restore a backup"
        )
    finally:
        conn.close()


def check_clock(ahead: float | None) -> Iterator[DoctorCheck]:
    """*ahead*: seconds that this clock is before the bucket's, None when it was not told."""
    if ahead is None:
        return
    said = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the bucket's"
    if abs(ahead) < SKEW_WARNED:
        yield DoctorCheck("clock", "ok", said)
    else:
        state: State = "problem" if abs(ahead) >= SKEW_REFUSED else "warning"
        yield DoctorCheck("clock", state, said, "set this machine's clock (NTP): OSS refuses more than 15 minutes")


def _check_fastcrc() -> DoctorCheck:
    from fastcrc import crc64

    if crc64.xz(b"123456789") == CRC64_OF_DIGITS:
        return DoctorCheck("checksums", "ok", "fastcrc computes CRC-64 right")
    return DoctorCheck("checksums", "problem", "fastcrc computes CRC-64 wrong", "install fastcrc again")


def _check_crcmod() -> DoctorCheck:
    """oss2 brings crcmod, which falls back to slow Python without a word when it was built without a compiler."""
    try:
        crcmod = importlib.import_module("crcmod.crcmod")
    except ImportError:
        return DoctorCheck("crcmod", "ok", "not installed; ossrec does not need it")
    if getattr(crcmod, "_usingExtension", False):
        return DoctorCheck("crcmod", "ok", "has its C extension")
    advice = "ossrec does without; for other programs install a C compiler, then `pip install --force-reinstall crcmod`"
    return DoctorCheck("crcmod", "warning", "has no C extension: oss2 alone reads 40 times slower", advice)


def _check_soundness(conn: sqlite3.Connection, *, thorough: bool) -> DoctorCheck:
    pragma = "integrity_check" if thorough else "quick_check"
    began = time.monotonic()
    said = [str(row[0]) for row in conn.execute(f"PRAGMA {pragma}(3)")]
    strays = len(conn.execute("PRAGMA foreign_key_check").fetchall()) if thorough else 0
    if said == ["ok"] and not strays:
        said = list(unsound(conn)) or said
    if said == ["ok"] and not strays:
        return DoctorCheck("integrity", "ok", f"{pragma} in {time.monotonic() - began:.1f} s")
    detail = f"{strays} rows point nowhere" if said == ["ok"] else "; ".join(said)
    return DoctorCheck("integrity", "problem", detail, "move the catalog away and scan again, or restore a backup")


def _check_log(conn: sqlite3.Connection, path: Path) -> Iterator[DoctorCheck]:
    (mode,) = conn.execute("PRAGMA journal_mode").fetchone()
    with path.open("rb") as file:
        if file.read(20)[18:] == b"\x02\x02":  # also where SQLite cannot use it: in a folder that may not be written
            mode = "wal"
    log = Path(f"{path}-wal")
    size = log.stat().st_size if log.exists() else 0
    if mode != "wal":
        yield DoctorCheck(
            "journal", "warning", f"{mode}, not wal", "the next scan sets it; until then scans block queries"
        )
    elif size > LARGE_LOG:
        advice = "end programs that keep the catalog open; the next scan then folds it in"
        yield DoctorCheck("journal", "warning", f"wal, {human_bytes(size)} not folded in", advice)
    else:
        yield DoctorCheck("journal", "ok", f"wal, {human_bytes(size)}")


def _check_scans(conn: sqlite3.Connection) -> Iterator[DoctorCheck]:
    done, newest = last_scan(conn), last_scan(conn, finished=False)
    if done is None:
        yield DoctorCheck("last scan", "warning", "none has finished", "run `ossrec scan BUCKET`")
    else:
        age = time.time() - datetime.fromisoformat(done["finished_at"]).timestamp()
        detail = f"{done['bucket']}, {_age(age)} ago, {done['objects']:,} objects"
        old = age > OLD_SCAN
        advice = "let cron run `ossrec scan` every ten minutes" if old else ""
        yield DoctorCheck("last scan", "warning" if old else "ok", detail, advice)
    if newest is not None and newest["state"] in ("listing", "checking"):
        detail = f"{newest['bucket']}, begun {newest['started_at']}, {newest['objects']:,} objects so far"
        yield DoctorCheck(
            "unfinished scan", "warning", detail, "it is running, or was stopped: `ossrec scan` goes on with it"
        )


def _check_space(path: Path) -> Iterator[DoctorCheck]:
    folder = path.absolute().parent
    free = shutil.disk_usage(folder).free
    little = free < max(LITTLE_SPACE, path.stat().st_size // 2)
    yield DoctorCheck(
        "disk",
        "warning" if little else "ok",
        f"{human_bytes(free)} free beside the catalog",
        "make room: a scan needs some, and a migration a copy of the catalog" if little else "",
    )
    if not os.access(folder, os.W_OK):
        yield DoctorCheck(
            "folder", "warning", f"{folder} may not be written", "only queries work: scan as another user"
        )


def _age(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} seconds"
