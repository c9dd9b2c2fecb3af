"""Small catalogs of tasks and recordings, and queries on them."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.connection.transactions import transaction

HEADER = ("recordid", "roomid", "stream", "uids", "started", "stopped")
DAY = 1_793_000_000  # what tests.scan.bucket_maker writes at


def write_csv(path: Path, *rows: dict[str, Any]) -> Path:
    """A file of tasks."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def rows_of(catalog: Path, sql: str, *values: Any) -> list[dict[str, Any]]:
    """What a query answers."""
    conn = sqlite3.connect(catalog)
    conn.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in conn.execute(sql, values)]
    finally:
        conn.close()


@contextmanager
def written(catalog: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction on a catalog, made if there is none."""
    conn = open_for_writing(catalog)
    try:
        with transaction(conn):
            yield conn
    finally:
        conn.close()


TASKS = (
    "SELECT recordid, roomid, stream, uids, started_ms, stopped_ms, state, state_from, state_ms FROM tasks ORDER BY 1"
)
