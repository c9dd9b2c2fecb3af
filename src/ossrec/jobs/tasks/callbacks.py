"""Ingest callbacks from the inbox of a listener, or from a file, into the catalog."""

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
from ossrec.tasks.callbacks import Callback, UnreadableCallback, canonical_content, read_callback

_BATCH = 500  # callbacks in a transaction

Transaction = Callable[[sqlite3.Connection], AbstractContextManager[None]]


def ingest_callbacks(conn: sqlite3.Connection, catalog: Path, now: int, within: Transaction = transaction) -> int:
    """Ingest the callbacks that are in the inbox of *catalog*; return their number.

    Callbacks that a listener adds meanwhile wait for the next ingest, so that this ends. Each batch is one
    transaction *within*; a callback is removed from the inbox after the commit.
    """
    if not os.path.exists(inbox_path(catalog)):  # noqa: PTH110
        return 0
    inbox = Inbox(catalog)
    ingested = 0
    try:
        count = inbox.count()
        while messages := inbox.oldest(min(_BATCH, count - ingested)):
            with within(conn):
                store_messages(conn, messages, now, may_be_saved=True)
            inbox.remove(messages)
            ingested += len(messages)
    finally:
        inbox.close()
    return ingested


def store_messages(
    conn: sqlite3.Connection, messages: Iterable[InboxMessage], now: int, *, may_be_saved: bool = False
) -> tuple[int, int]:
    """Save callbacks and their facts; return the numbers of new callbacks and of tasks with new facts.

    With *may_be_saved*, a killed run may have saved the messages without removing them from the inbox.
    """
    facts: list[TaskFact] = []
    new = 0
    for message in messages:
        try:
            callback, _ = read_callback(message.body.encode())
        except UnreadableCallback:  # inserted into the inbox by hand: the table keeps the body
            row = _row(message, message.msgid, None)
        else:
            name = _unique_msgid(conn, callback.msgid, message.body)
            row = _row(message, name, callback)
            facts += (fact._replace(identity=name) for fact in callback.facts)
        new += save_callback(conn, row, may_be_saved=may_be_saved)
    return new, len(add_facts(conn, facts, now))


def _row(message: InboxMessage, msgid: str, callback: Callback | None) -> CallbackRow:
    return CallbackRow(
        msgid=msgid,
        received=message.received,
        repeats=message.repeats,
        msgtype=None if callback is None else callback.msgtype,
        notify_ms=None if callback is None else callback.notify_ms,
        recordid=None if callback is None else callback.recordid,
        file=None if callback is None else callback.file,
        body=message.body,
    )


def _unique_msgid(conn: sqlite3.Connection, msgid: str, body: str) -> str:
    """Return the msgid under which to store *body*: with a digest, if another content has the same msgid.

    The recorder's msgid consists of task and millisecond, without the user: the files of two users may share it.
    """
    known = body_with_msgid(conn, msgid)
    content = canonical_content(body)
    if known is None or known == body or canonical_content(known) == content:
        return msgid
    return f"{msgid}#{hashlib.sha256(content.encode()).hexdigest()[:16]}"
