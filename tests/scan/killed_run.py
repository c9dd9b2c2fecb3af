"""A scan that kills itself, as `kill -9` does, before its n-th statement: ``python -m … FOLDER CATALOG N``."""

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from tests.scan.bucket_maker import SmallPages
from tests.scan.scanning import scan

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
scan(SmallPages(sys.argv[1]), Path(sys.argv[2]), threads=2)
