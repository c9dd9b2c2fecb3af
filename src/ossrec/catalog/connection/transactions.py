"""Write transactions: one, a short one beside a long run, and batches."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ossrec.catalog.connection.write_turns import write_turn, yield_turn
from ossrec.errors import OssrecError


@contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """One write transaction; takes the write lock at once, so that it cannot fail half-way for want of it."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        _roll_back(conn)
        raise
    conn.execute("COMMIT")


@contextmanager
def short_transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """One write transaction beside a run that holds the write lock; let in at that run's next commit.

    Raises CatalogLocked when none came in time.
    """
    with write_turn(conn), transaction(conn):
        yield


@contextmanager
def batches(conn: sqlite3.Connection, every: float) -> Iterator[Callable[[], None]]:
    """Transactions over several units of work; call what it gives after each unit: it commits every so many seconds.

    Whoever waits for a turn at writing has it after each commit. A foreseen failure (OssrecError) is raised
    between two units, and what was done before is kept.
    """
    since = time.monotonic()

    def commit_now_and_then() -> None:
        nonlocal since
        if time.monotonic() - since > every:
            conn.execute("COMMIT")
            yield_turn(conn)
            conn.execute("BEGIN IMMEDIATE")
            since = time.monotonic()

    conn.execute("BEGIN IMMEDIATE")
    try:
        yield commit_now_and_then
    except OssrecError:
        conn.execute("COMMIT")
        raise
    except BaseException:
        _roll_back(conn)
        raise
    conn.execute("COMMIT")


def _roll_back(conn: sqlite3.Connection) -> None:
    if conn.in_transaction:  # a full disk, for one, has rolled it back already
        conn.execute("ROLLBACK")
