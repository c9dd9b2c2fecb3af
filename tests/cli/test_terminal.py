"""What a real terminal shows: tables that fit it, and tables in a pipe that leave nothing out."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import ossrec as package
from tests.catalog.builder import CatalogBuilder, mixed
from tests.running import Ossrec

COMMAND = [sys.executable, "-m", "ossrec"]


def shown(catalog: CatalogBuilder, columns: int, *arguments: str) -> tuple[list[str], str]:
    """What a terminal of so many columns and stderr are given."""
    environ = {
        "PYTHONPATH": str(Path(package.__file__).parents[1]),
        "PATH": os.environ["PATH"],
        "OSSREC_CATALOG": str(catalog.path),
        "COLUMNS": str(columns),
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    near, far = pty.openpty()
    process = subprocess.Popen([*COMMAND, *arguments], env=environ, stdout=far, stderr=subprocess.PIPE)
    os.close(far)
    parts = []
    try:
        while part := os.read(near, 65536):
            parts.append(part)
    except OSError:  # the other end was closed
        pass
    os.close(near)
    _, said = process.communicate()
    assert process.returncode == 0
    return b"".join(parts).decode().replace("\r\n", "\n").splitlines(), said.decode()


@pytest.mark.parametrize("columns", [80, 100, 160])
def test_a_table_fits(catalog: CatalogBuilder, columns: int) -> None:
    lines, said = shown(catalog, columns, "find", "--room", "lobby")
    assert len(lines) == 3
    assert max(map(len, lines)) <= columns
    assert ("playlist" in lines[0]) != ("playlist" in said)


def test_a_pipe_gets_all(catalog: CatalogBuilder, ossrec: Ossrec) -> None:
    ran = ossrec("find", "--room", "lobby")
    assert mixed("lobby") in ran.out
    assert "  task" not in ran.out
    assert ran.err == ""


def test_a_room_fits(catalog: CatalogBuilder) -> None:
    for columns in (60, 120):
        lines, _ = shown(catalog, columns, "show", "--room", "lobby")
        drawn = lines[3 : lines.index("Recordings")]
        assert max(map(len, drawn)) <= columns
