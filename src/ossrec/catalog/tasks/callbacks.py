"""Callbacks in the catalog: each notification once, as it came, with what it was about."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from typing import NamedTuple

# A letter of the inbox may be taken twice, when a run was killed before it had emptied that: then nothing is new.
_KEEP = """
INSERT INTO callbacks (msgid, received, repeats, msgtype, notify_ms, recordid, file, body, check_after)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?2)
ON CONFLICT (msgid) DO UPDATE SET repeats = iif(?9 AND received = excluded.received,
    max(repeats, excluded.repeats), repeats + 1 + excluded.repeats)
"""
_RECENT = 3 * 86_400  # seconds for which a file that a callback names is looked for first
_MOST_KNOWN = 20_000  # files that are considered in one scan, from each end
_PAUSE = 300  # seconds at least until a file that was not there is looked for again

_TO_LOOK_AT = """
SELECT id, file FROM callbacks INDEXED BY callbacks_to_check
WHERE file IS NOT NULL AND NOT file_found AND check_after <= ?1 AND received > ?1 - ?2 ORDER BY {order} LIMIT ?3
"""
_POSTPONE = """
UPDATE callbacks SET check_after = ?2 + max(?2 - received, ?3) WHERE id = ?1
"""


class CallbackRow(NamedTuple):
    """A row of `callbacks`."""

    msgid: str
    received: int  # epoch seconds, the first time
    repeats: int  # how often it came again
    msgtype: int | None
    notify_ms: int | None
    recordid: str | None
    file: str | None
    body: str


def save_callback(conn: sqlite3.Connection, row: CallbackRow, *, may_be_kept: bool) -> bool:
    """Keep a callback; false if its msgid is known, and only its repeats are counted.

    With *may_be_kept*, one that was received at the same time as the one that is known is no repeat of it.
    """
    known = conn.execute("SELECT 1 FROM callbacks WHERE msgid = ?", (row.msgid,)).fetchone() is not None
    conn.execute(_KEEP, (*row, may_be_kept))
    return not known


def body_with_msgid(conn: sqlite3.Connection, msgid: str) -> str | None:
    """The body of the callback with that msgid, None if there is none."""
    row = conn.execute("SELECT body FROM callbacks WHERE msgid = ?", (msgid,)).fetchone()
    return None if row is None else str(row[0])


def files_to_check(conn: sqlite3.Connection, now: int) -> Iterator[tuple[int, str]]:
    """(callback, key) of files that callbacks named lately, that no scan has found yet, and whose turn it is.

    The newest and those that wait for the longest take turns, so that neither starve when there are many.
    """
    newest, longest = (
        conn.execute(_TO_LOOK_AT.format(order=order), (now, _RECENT, _MOST_KNOWN)).fetchall()
        for order in ("id DESC", "check_after, id")
    )
    both = chain.from_iterable(zip_longest(newest, longest))
    return iter(dict.fromkeys(one for one in both if one is not None))


def body_by_id(conn: sqlite3.Connection, number: int) -> str:
    """What was received."""
    (body,) = conn.execute("SELECT body FROM callbacks WHERE id = ?", (number,)).fetchone()
    return str(body)


def mark_file_found(conn: sqlite3.Connection, number: int) -> None:
    """The file that a callback named was found."""
    conn.execute("UPDATE callbacks SET file_found = 1 WHERE id = ?", (number,))


def postpone_file_checks(conn: sqlite3.Connection, numbers: Iterable[int], now: int) -> None:
    """The files that these named are not there: they are looked for again when the callbacks are twice as old."""
    conn.executemany(_POSTPONE, [(number, now, _PAUSE) for number in numbers])
