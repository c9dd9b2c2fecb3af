"""Fixtures to run commands in isolation, and modules as processes."""

import json
import subprocess
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ossrec.cli.main import run

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds to wait for an expected state; long, so that a busy machine is not a failure

_SETTINGS = ("OSSREC_", "OSS_", "_OSSREC_", "DASK_")
_STRANGE = frozenset({
    *("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", "NETRC"),
    *("PYTHONWARNINGS", "PYTHONIOENCODING", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
})  # fmt: skip


class Ran(NamedTuple):
    """The result of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


Ossrec = Callable[..., Ran]


def forget_settings(environ: MutableMapping[str, str]) -> None:
    """Remove variables that change the behavior of `ossrec` or of a library that it uses."""
    for name in list(environ):
        if name.startswith(_SETTINGS) or name in _STRANGE or name.lower().endswith("_proxy"):
            del environ[name]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the working and home folder, for each test of a package with this in its conftest."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")  # independent of the terminal
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ossrec(capsys: pytest.CaptureFixture[str]) -> Ossrec:
    """Return a function that runs `ossrec` with the given arguments in this process."""

    def run_ossrec(*arguments: str) -> Ran:
        code = run(arguments)
        return Ran(code, *capsys.readouterr())

    return run_ossrec


def run_module(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``python -m NAME`` in the repository; fail if it does not end within `PATIENCE`."""
    command = [sys.executable, "-m", name, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
