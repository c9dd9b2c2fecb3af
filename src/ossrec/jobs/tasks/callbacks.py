"""Callbacks into the catalog: out of the inbox of a listener, or from a file of saved ones."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.tasks.callbacks import CallbackRow, body_with_msgid, save_callback
from ossrec.catalog.tasks.inbox import Inbox, InboxMessage, inbox_path
from ossrec.jobs.tasks.link import add_facts
from ossrec.model import TaskFact
from ossrec.tasks.callbacks import UnreadableCallback, canonical_content, read_callback

_AT_ONCE = 500  # callbacks in a transaction

Transaction = Callable[[sqlite3.Connection], AbstractContextManager[None]]


def ingest_callbacks(conn: sqlite3.Connection, catalog: Path, now: int, within: Transaction = transaction) -> int:
    """Take into *catalog* what is in its inbox by now; gives how many callbacks that were.

    What a listener adds meanwhile waits for the next time: there might be no end to it. Each portion is one
    transaction *within*; a callback leaves the inbox once it is committed.
    """
    if not os.path.exists(inbox_path(catalog)):  # noqa: PTH110
        return 0
    inbox = Inbox(catalog)
    taken = 0
    try:
        there = inbox.count()
        while letters := inbox.some(min(_AT_ONCE, there - taken)):
            with within(conn):
                store_messages(conn, letters, now, may_be_kept=True)
            inbox.drop(letters)
            taken += len(letters)
    finally:
        inbox.close()
    return taken


def store_messages(
    conn: sqlite3.Connection, letters: Iterable[InboxMessage], now: int, *, may_be_kept: bool = False
) -> tuple[int, int]:
    """Keep callbacks and what they tell of tasks; gives how many callbacks and tasks have something new.

    Letters *may_be_kept* already if a run was killed before they had left the inbox.
    """
    facts: list[TaskFact] = []
    new = 0
    for letter in letters:
        try:
            callback, _ = read_callback(letter.body.encode())
        except UnreadableCallback:  # the inbox takes none such; whoever wrote it by hand finds the body in the table
            row = CallbackRow(*letter[1:4], None, None, None, None, letter.body)
        else:
            name = _name(conn, callback.msgid, letter.body)
            row = CallbackRow(
                name, *letter[2:4], callback.msgtype, callback.notify_ms, callback.recordid, callback.file, letter.body
            )
            facts += (fact._replace(identity=name) for fact in callback.facts)
        new += save_callback(conn, row, may_be_kept=may_be_kept)
    return new, len(add_facts(conn, facts, now))


def _name(conn: sqlite3.Connection, msgid: str, body: str) -> str:
    """The msgid under which *body* is kept: one that says something else than the first of that msgid has its own.

    The recorder's msgid has the task and the millisecond, but no user: two users' files may share it.
    """
    known = body_with_msgid(conn, msgid)
    content = canonical_content(body)
    if known is None or known == body or canonical_content(known) == content:
        return msgid
    return f"{msgid}#{hashlib.sha256(content.encode()).hexdigest()[:16]}"
