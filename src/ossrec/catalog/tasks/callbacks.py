"""Callbacks in the catalog: each notification once, as received, with the task and file it names."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from typing import NamedTuple

# A callback of the inbox may be ingested twice, if a run was killed before it removed it: that is not a repeat.
_SAVE = """
INSERT INTO callbacks (msgid, received, repeats, msgtype, notify_ms, recordid, file, body, check_after)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?2)
ON CONFLICT (msgid) DO UPDATE SET repeats = iif(?9 AND received = excluded.received,
    max(repeats, excluded.repeats), repeats + 1 + excluded.repeats)
"""
_RECENT = 3 * 86_400  # seconds; scans check the files that callbacks named within this time
_MAX_FILES = 20_000  # to consider in one scan, from each order
_PAUSE = 300  # seconds; the shortest time until a missing file is checked again

_TO_CHECK = """
SELECT id, file FROM callbacks INDEXED BY callbacks_to_check
WHERE file IS NOT NULL AND NOT file_found AND check_after <= ?1 AND received > ?1 - ?2 ORDER BY {order} LIMIT ?3
"""
_POSTPONE = """
UPDATE callbacks SET check_after = ?2 + max(?2 - received, ?3) WHERE id = ?1
"""


class CallbackRow(NamedTuple):
    """A row of `callbacks`."""

    msgid: str
    received: int  # Unix seconds, first time
    repeats: int  # how often it was received again
    msgtype: int | None
    notify_ms: int | None
    recordid: str | None
    file: str | None
    body: str


def save_callback(conn: sqlite3.Connection, row: CallbackRow, *, may_be_saved: bool) -> bool:
    """Save a callback. Return False if its msgid is known; then only its repeats are counted.

    With *may_be_saved*, a known callback that was received at the same time is not a repeat.
    """
    known = conn.execute("SELECT 1 FROM callbacks WHERE msgid = ?", (row.msgid,)).fetchone() is not None
    conn.execute(_SAVE, (*row, may_be_saved))
    return not known


def body_with_msgid(conn: sqlite3.Connection, msgid: str) -> str | None:
    """Return the body of the callback with *msgid*, None if there is none."""
    row = conn.execute("SELECT body FROM callbacks WHERE msgid = ?", (msgid,)).fetchone()
    return None if row is None else str(row[0])


def files_to_check(conn: sqlite3.Connection, now: int) -> Iterator[tuple[int, str]]:
    """Return (callback id, key) of recently named files that no scan has found, and that are due for a check.

    Newest and longest-waiting files alternate, so that neither group is neglected if there are many.
    """
    newest, longest_waiting = (
        conn.execute(_TO_CHECK.format(order=order), (now, _RECENT, _MAX_FILES)).fetchall()
        for order in ("id DESC", "check_after, id")
    )
    both = chain.from_iterable(zip_longest(newest, longest_waiting))
    return iter(dict.fromkeys(one for one in both if one is not None))


def body_by_id(conn: sqlite3.Connection, number: int) -> str:
    """Return the body of a callback."""
    (body,) = conn.execute("SELECT body FROM callbacks WHERE id = ?", (number,)).fetchone()
    return str(body)


def mark_file_found(conn: sqlite3.Connection, number: int) -> None:
    """Record that the file of a callback was found."""
    conn.execute("UPDATE callbacks SET file_found = 1 WHERE id = ?", (number,))


def postpone_file_checks(conn: sqlite3.Connection, numbers: Iterable[int], now: int) -> None:
    """Postpone the checks of missing files until their callbacks are twice as old."""
    conn.executemany(_POSTPONE, [(number, now, _PAUSE) for number in numbers])
