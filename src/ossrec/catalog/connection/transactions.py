"""Write transactions: a plain one, a short one while another run writes, and batches of many units of work."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ossrec.catalog.connection.write_turns import write_turn, yield_turn
from ossrec.errors import OssrecError


@contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """Run the block in a write transaction, which takes SQLite's write lock first so that it cannot fail later on."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        _roll_back(conn)
        raise
    conn.execute("COMMIT")


@contextmanager
def short_transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """Run the block in a write transaction while another run holds the catalog; it starts at that run's next commit.

    Raises CatalogLocked if there is no commit in time.
    """
    with write_turn(conn), transaction(conn):
        yield


@contextmanager
def batches(conn: sqlite3.Connection, every: float) -> Iterator[Callable[[], None]]:
    """Run many units of work in transactions; yields a function to call after each unit.

    The function commits if *every* seconds have passed since the last commit, and then lets waiting short writes
    proceed. If the block raises an OssrecError, which is raised between two units, the units done before are
    committed; any other exception rolls them back.
    """
    since = time.monotonic()

    def commit_if_time() -> None:
        nonlocal since
        if time.monotonic() - since > every:
            conn.execute("COMMIT")
            yield_turn(conn)
            conn.execute("BEGIN IMMEDIATE")
            since = time.monotonic()

    conn.execute("BEGIN IMMEDIATE")
    try:
        yield commit_if_time
    except OssrecError:
        conn.execute("COMMIT")
        raise
    except BaseException:
        _roll_back(conn)
        raise
    conn.execute("COMMIT")


def _roll_back(conn: sqlite3.Connection) -> None:
    if conn.in_transaction:  # SQLite may have rolled it back itself, for example on a full disk
        conn.execute("ROLLBACK")
