"""Runs a command whose output goes to a real terminal."""

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.running import PATIENCE


class Shown(NamedTuple):
    """What a command printed."""

    out: str  # on the terminal
    err: str
    code: int


def on_terminal(
    command: Sequence[str], columns: int, environment: Mapping[str, str], folder: Path | None = None
) -> Shown:
    """Run *command* in *folder* on a terminal that is *columns* wide, without colors; stderr is a pipe."""
    environment = {**environment, "COLUMNS": str(columns), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    near, far = pty.openpty()
    process = subprocess.Popen(command, env=environment, cwd=folder, stdout=far, stderr=subprocess.PIPE)
    os.close(far)
    parts = []
    try:
        while part := os.read(near, 65536):
            parts.append(part)
    except OSError:  # the other end was closed
        pass
    os.close(near)
    _, err = process.communicate(timeout=PATIENCE)
    return Shown(b"".join(parts).decode().replace("\r\n", "\n"), err.decode(), process.returncode)
