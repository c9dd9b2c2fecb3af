"""A check that kills itself, as `kill -9` does, before its n-th statement: ``python -m … CATALOG DEPTH N``."""

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from ossrec.jobs import rounds
from tests.check.checking import check

left = int(sys.argv[3])


def count_down() -> None:
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)


class Connection(sqlite3.Connection):
    def execute(self, *args: Any) -> sqlite3.Cursor:
        count_down()
        return super().execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        count_down()
        return super().executemany(*args)


connect = sqlite3.connect
sqlite3.connect = lambda *args, **named: connect(*args, factory=Connection, **named)  # type: ignore[assignment]
rounds._COMMIT_EVERY = 0.0  # so that each run gets on
check(Path(sys.argv[1]), depth=sys.argv[2], threads=2)
