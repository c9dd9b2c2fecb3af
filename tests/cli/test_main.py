"""All commands: exit codes, one line for every failure, and help that is complete."""

import errno
import re
import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ossrec import __version__
from ossrec.cli.error_lines import error_line
from ossrec.cli.root_command import COMMANDS, root
from ossrec.errors import (
    AccessDenied,
    BucketBusy,
    CatalogDamaged,
    CatalogLocked,
    CatalogMissing,
    Interrupted,
    OssrecError,
    UsageProblem,
)
from tests.catalog.builder import CatalogBuilder
from tests.cli.conftest import HOSTILE
from tests.oss_server import OssServer
from tests.running import Ossrec


def test_version(ossrec: Ossrec) -> None:
    assert ossrec("--version") == (0, f"ossrec {__version__}\n", "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_all_commands(ossrec: Ossrec, flag: str) -> None:
    ran = ossrec(flag)
    assert (ran.code, ran.err) == (0, "")
    assert all(f"  {name} " in ran.out for name in COMMANDS)


def test_without_a_command_the_help_is_shown_as_a_usage_error(ossrec: Ossrec) -> None:
    ran = ossrec()
    assert (ran.code, ran.out) == (2, "")
    assert "Commands:" in ran.err


def test_an_unknown_command(ossrec: Ossrec) -> None:
    ran = ossrec("fnid")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "ossrec: there is no command fnid; did you mean find? (see `ossrec --help`)\n"
    assert ossrec("zzz").code == 2
    assert ossrec("--zzz").code == 2


def examples(name: str) -> Iterator[str]:
    """The examples in the help of a command."""
    command = root.get_command(click.Context(root), name)
    assert command is not None
    lines = (command.epilog or "").splitlines()
    yield from (line.strip() for line in lines if line.startswith("  ossrec "))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_does_and_shows_real_examples(ossrec: Ossrec, name: str) -> None:
    ran = ossrec(name, "-h")
    assert (ran.code, ran.err) == (0, "")
    assert list(examples(name))
    for line in examples(name):
        assert line in re.sub(r"\s+", " ", ran.out)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "record"])  # needs a recorder: tests/record
def test_examples_of_the_help_run(
    ossrec: Ossrec, alone: Path, name: str, built: CatalogBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "ossrec.db").write_bytes(built.path.read_bytes())
    (alone / "recordings").mkdir()
    (alone / "recordings" / "readme.txt").write_text("x")
    (alone / "tasks.csv").write_text("recordid,started\nba1,2026-11-01\n")
    with OssServer() as server:
        server.bucket("my-bucket").put("2026/readme.txt", b"x")
        server.bucket("recordings")  # of the catalog that was built; what that knows of is not in it any more
        monkeypatch.setenv("OSSREC_ENDPOINT", server.endpoint)
        monkeypatch.setenv("OSSREC_REGION", server.region)
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", server.access_key_id)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", server.access_key_secret)
        for line in examples(name):
            line = line.partition(" > ")[0].replace("/var/lib/ossrec/", f"{alone}/new-")
            ran = ossrec(*shlex.split(line.replace("/var/recordings", "recordings"))[1:])
            usual = 2 if "show ba11" in line else 0  # two recordings of one task: it lists them
            assert ran.code == usual or (name in ("check", "rebuild", "tasks") and ran.code == 3), (line, ran)
            assert "Traceback" not in ran.err


FAILURES: dict[str, tuple[BaseException, int, str]] = {
    "wrong use": (UsageProblem("no"), 2, "no"),
    "no catalog": (CatalogMissing("no"), 10, "no"),
    "a damaged catalog": (CatalogDamaged("no"), 10, "no"),
    "a catalog in use": (CatalogLocked("no"), 11, "no"),
    "no access": (AccessDenied("no"), 12, "no"),
    "a bucket that fails": (BucketBusy("no"), 3, "no"),
    "stopped": (Interrupted("stopped"), 130, "stopped"),
    "aborted": (click.exceptions.Abort(), 130, ""),
    "any of ours": (OssrecError("no"), 3, "no"),
    "no space": (OSError(errno.ENOSPC, "No space left on device"), 3, "no space left"),
    "a file of the system": (PermissionError(errno.EACCES, "Permission denied", "x.db"), 3, "x.db: Permission denied"),
    "a module that is not there": (ImportError("No module named 'rich'"), 3, "install ossrec again"),
    "anything else": (
        RuntimeError("boom"),
        3,
        "unexpected error: RuntimeError: boom; OSSREC_DEBUG=1 shows the traceback",
    ),
    "SQLite's own": (sqlite3.ProgrammingError("closed"), 10, "closed"),
}


@pytest.mark.parametrize(("error", "code", "said"), FAILURES.values(), ids=FAILURES)
def test_a_failure_has_a_line_and_an_exit_code(error: BaseException, code: int, said: str) -> None:
    told = error_line(error)
    assert told.code == code
    assert said in told.line


SQLITE = {
    "busy": ("SQLITE_BUSY", 11, "another process holds the catalog"),
    "busy while it recovers": ("SQLITE_BUSY_RECOVERY", 11, "another process"),
    "malformed": ("SQLITE_CORRUPT", 10, "run `ossrec doctor`"),
    "full": ("SQLITE_FULL", 10, "free some space"),
    "readonly": ("SQLITE_READONLY", 10, "check the permissions"),
    "input/output": ("SQLITE_IOERR", 10, "cannot be used"),
}


@pytest.mark.parametrize(("name", "code", "said"), SQLITE.values(), ids=SQLITE)
def test_a_failure_of_sqlite_says_what_to_do(name: str, code: int, said: str) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = getattr(sqlite3, name)
    told = error_line(error)
    assert told.code == code
    assert said in told.line


def test_an_unexpected_error_is_one_line_and_a_traceback_on_demand(
    ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(HOSTILE)

    monkeypatch.setattr("ossrec.cli.commands.find.open_catalog", fail)
    ran = ossrec("find")
    assert ran.code == 3
    assert ran.err.count("\n") == 1
    assert ran.err.rstrip("\n").isprintable()
    monkeypatch.setenv("OSSREC_DEBUG", "1")
    with pytest.raises(RuntimeError):
        ossrec("find")


def test_ctrl_c_anywhere_is_130_and_no_traceback(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ossrec.cli.commands.find.open_catalog", interrupted)
    assert ossrec("find") == (130, "", "")


def test_the_entry_point_of_the_package_is_there() -> None:
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"ossrec": "ossrec.cli.main:main"}
