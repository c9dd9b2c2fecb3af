"""What tests of the command line share: a command that was run, and a place to run it alone."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest


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


def go_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in *folder*, with none of the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("OSSREC_", "OSS_", "_OSSREC_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(folder)
