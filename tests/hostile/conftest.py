"""Runs `ossrec` in this process, in an empty folder, with none of the settings of whoever runs the tests."""

import re
from pathlib import Path

import pytest

from ossrec.cli.main import run
from tests.running import Ossrec, Ran, go_alone

# What a terminal obeys or what turns the direction of writing; line ends are the program's own.
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    go_alone(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture
def ossrec(capsys: pytest.CaptureFixture[str]) -> Ossrec:
    """Runs `ossrec`; nothing unforeseen may happen, and nothing that a terminal obeys may come out."""

    def go(*arguments: str) -> Ran:
        code = run(arguments)
        out, err = capsys.readouterr()
        assert "unforeseen" not in err, err
        assert "Traceback" not in err + out, err
        assert not _OBEYED.search(out + err), repr(out + err)
        return Ran(code, out, err)

    return go
