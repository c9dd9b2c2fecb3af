"""Kill this process with SIGKILL before its n-th SQL statement."""

import os
import signal
import sqlite3
from typing import Any


def die_before(statement: int) -> None:
    """Count the statements of all connections opened from now on; the n-th one is not executed."""
    left = statement

    def count_down() -> None:
        nonlocal left
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
