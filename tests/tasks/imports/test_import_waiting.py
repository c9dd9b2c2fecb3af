"""`ossrec tasks import` with slow input, and when it is interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.cli.main import run
from tests.tasks.catalogs import TASKS, rows_of, write_csv

RID = "ba1107310000565164da34f816f842da94d"
MANY = "".join(f"{number:032x},room-{number}\n" for number in range(30_000)).encode()  # more than a pipe holds
COUNTING = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000) SELECT count(*) FROM n"


@pytest.fixture
def spooling(alone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rows lie until they are written."""
    folder = alone / "spool"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def importing(alone: Path, spooling: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An import from a pipe, which waits for more rows."""
    with subprocess.Popen(
        [sys.executable, "-m", "ossrec", "tasks", "import", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=alone, env=os.environ,
    ) as process:  # fmt: skip
        pipe(process.stdin).write(b"recordid,room\n" + MANY)
        pipe(process.stdin).flush()  # it has read most of it by now
        yield process
        process.kill()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def test_a_scan_may_write_while_rows_come(importing: subprocess.Popen[bytes], alone: Path, spooling: Path) -> None:
    assert list(spooling.iterdir())
    with lock_catalog(alone / "ossrec.db"):  # raises if somebody else holds the catalog
        pass
    pipe(importing.stdin).write(f"{RID},lobby\n".encode())
    _, said = importing.communicate()

    assert (importing.returncode, said) == (0, b"")
    assert rows_of(alone / "ossrec.db", "SELECT count(*) AS n FROM tasks") == [{"n": 30_001}]
    assert list(spooling.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_while_rows_come_has_nothing_imported(
    importing: subprocess.Popen[bytes], alone: Path, spooling: Path, number: int
) -> None:
    importing.send_signal(number)
    assert importing.wait(30) == 130  # though nobody closed its input

    assert pipe(importing.stderr).read() == b"ossrec: stopped; nothing was imported\n"
    assert rows_of(alone / "ossrec.db", TASKS) == []
    assert list(spooling.iterdir()) == []


def test_who_stops_it_while_it_writes_has_nothing_imported(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask_and_go_on(conn: object, now: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        conn.execute(COUNTING).fetchone()  # type: ignore[attr-defined]

    write_csv(alone / "t.csv", {"recordid": RID})
    monkeypatch.setattr("ossrec.jobs.tasks.import_tasks.link", ask_and_go_on)

    assert run(["tasks", "import", "t.csv"]) == 130
    assert capsys.readouterr().err == "ossrec: stopped; nothing was imported\n"
    assert rows_of(alone / "ossrec.db", TASKS) == []


def test_a_catalog_in_use_is_told_before_rows_are_read(alone: Path) -> None:
    with lock_catalog(alone / "ossrec.db"), subprocess.Popen(
        [sys.executable, "-m", "ossrec", "tasks", "import", "-"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=alone, env=os.environ,
    ) as process:  # fmt: skip
        assert process.wait(60) == 11
        assert b"is in use by process" in pipe(process.stderr).read()


def test_no_room_for_the_rows_is_one_line(
    alone: Path, spooling: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (alone / "t.csv").write_bytes(b"recordid,room\n" + MANY)
    monkeypatch.setattr(
        "ossrec.catalog.tasks.import_staging._UNSAFE", "PRAGMA {0}cache_size = -{1}; PRAGMA {0}max_page_count = 9"
    )

    assert run(["tasks", "import", "t.csv"]) == 3
    said = capsys.readouterr().err
    assert said.startswith(f"ossrec: cannot write the rows of the import to {spooling}")
    assert said.count("\n") == 1
    assert list(spooling.iterdir()) == []
