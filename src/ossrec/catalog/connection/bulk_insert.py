"""Insert many rows in few statements, so that SQLite works on them while other threads run Python.

``executemany`` releases and takes the interpreter lock for every row. While another thread parses pages, each of
these may cost a switch interval. A statement of many rows does it once.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

SIZES = (500, 50)  # rows in a statement; with 13 columns far below SQLite's limit of 32,766 values


def insert_rows(conn: sqlite3.Connection, into: str, rows: Sequence[tuple[Any, ...]], then: str = "") -> None:
    """Insert *rows*, which all have the same length: ``INSERT {into} VALUES … {then}``.

    *into* and *then* are SQL, so they must be constants, never data.
    """
    if not rows:
        return
    mark = f"({','.join('?' * len(rows[0]))})"
    start = 0
    for size in SIZES:
        sql = f"INSERT {into} VALUES {','.join([mark] * size)} {then}"
        while start + size <= len(rows):
            conn.execute(sql, tuple(chain.from_iterable(rows[start : start + size])))
            start += size
    if start < len(rows):
        conn.executemany(f"INSERT {into} VALUES {mark} {then}", rows[start:])
