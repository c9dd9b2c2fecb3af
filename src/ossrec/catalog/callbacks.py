"""Callbacks in the catalog: each notification once, as it came, with what it was about."""

import sqlite3
from typing import NamedTuple

# A letter of the inbox may be taken twice, when a run was killed before it had emptied that: then nothing is new.
_KEEP = """
INSERT INTO callbacks (msgid, received, repeats, msgtype, notify_ms, recordid, file, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (msgid) DO UPDATE SET repeats = iif(?9 AND received = excluded.received,
    max(repeats, excluded.repeats), repeats + 1 + excluded.repeats)
"""
_RECENT = 3 * 86_400  # seconds for which a file that a callback names is looked for first


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


def keep_callback(conn: sqlite3.Connection, row: CallbackRow, *, may_be_kept: bool) -> bool:
    """Keep a callback; false if its msgid is known, and only its repeats are counted.

    With *may_be_kept*, one that was received at the same time as the one that is known is no repeat of it.
    """
    known = conn.execute("SELECT 1 FROM callbacks WHERE msgid = ?", (row.msgid,)).fetchone() is not None
    conn.execute(_KEEP, (*row, may_be_kept))
    return not known


def files_to_look_at(conn: sqlite3.Connection, now: int, most: int) -> list[tuple[int, str]]:
    """(callback, key) of files that callbacks named lately and no scan has found yet, the newest first."""
    return conn.execute(
        "SELECT id, file FROM callbacks INDEXED BY callbacks_to_look_at WHERE file IS NOT NULL AND NOT looked"
        " AND received > ? ORDER BY id DESC LIMIT ?",
        (now - _RECENT, most),
    ).fetchall()


def mark_looked(conn: sqlite3.Connection, number: int) -> None:
    """The file that a callback named was found."""
    conn.execute("UPDATE callbacks SET looked = 1 WHERE id = ?", (number,))
