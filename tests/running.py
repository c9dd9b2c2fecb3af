"""What tests share that run things: a command and a place to run it alone, and modules as processes."""

import json
import subprocess
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ossrec.cli.main import run

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds until what is waited for has failed; a busy machine is no failure

_SETTINGS = ("OSSREC_", "OSS_", "_OSSREC_", "DASK_")
_STRANGE = frozenset({
    *("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", "NETRC"),
    *("PYTHONWARNINGS", "PYTHONIOENCODING", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
})  # fmt: skip


class Ran(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


Ossrec = Callable[..., Ran]


def forget_settings(environ: MutableMapping[str, str]) -> None:
    """Take out what would make `ossrec`, or a library of its, act otherwise than where nothing is set."""
    for name in list(environ):
        if name.startswith(_SETTINGS) or name in _STRANGE or name.lower().endswith("_proxy"):
            del environ[name]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in and at home in; for the tests of a package whose conftest imports it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")  # else that of whoever looks at the tests
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ossrec(capsys: pytest.CaptureFixture[str]) -> Ossrec:
    """Runs `ossrec` with the arguments given, in this process."""

    def go(*arguments: str) -> Ran:
        code = run(arguments)
        return Ran(code, *capsys.readouterr())

    return go


def run_module(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """``python -m NAME`` in the repository; one that does not end is a failure."""
    command = [sys.executable, "-m", name, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
