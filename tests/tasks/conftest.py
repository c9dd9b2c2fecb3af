"""An empty folder to be in, and `ossrec` to run there."""

from pathlib import Path

import pytest

from ossrec.cli.main import run
from tests.running import Ossrec, Ran, go_alone


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and none of the settings of whoever runs the tests."""
    go_alone(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture
def ossrec(capsys: pytest.CaptureFixture[str]) -> Ossrec:
    """Runs `ossrec` with the arguments given."""

    def go(*arguments: str) -> Ran:
        code = run(arguments)
        return Ran(code, *capsys.readouterr())

    return go
