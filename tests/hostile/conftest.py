"""Runs `ossrec` in this process, in an empty folder, with none of the settings of whoever runs the tests."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ossrec.cli.main import run

# What a terminal obeys or what turns the direction of writing; line ends are the program's own.
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


# Known to be wrong. Each must fail until it is put right; then its line goes.
_OPEN: tuple[str, ...] = ()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.name.removeprefix("test_") in _OPEN and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xfail(reason="known to be wrong", strict=True))


class Ran(NamedTuple):
    """What came of a command that was held to what every command promises."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ossrec = Callable[..., Ran]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith(("OSSREC_", "OSS_", "_OSSREC_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
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
