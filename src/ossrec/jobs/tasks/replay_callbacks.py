"""Ingest saved callbacks from a file into the catalog, for `ossrec tasks replay`."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.tasks.import_staging import spool_folder
from ossrec.catalog.tasks.inbox import InboxMessage
from ossrec.errors import Interrupted
from ossrec.jobs.session.catalog_session import hold_catalog
from ossrec.jobs.session.signals import StopRequest, abort_on_signals, stop_on_signals
from ossrec.jobs.tasks.callbacks import ingest_callbacks, store_messages
from ossrec.jobs.tasks.link import link
from ossrec.tasks.callbacks import UnreadableCallback, read_callback
from ossrec.tasks.saved_callbacks import SavedCallback

_BATCH = 500  # callbacks
_MAX_PROBLEMS = 1_000  # in a summary
_NOTHING = "stopped; nothing was ingested"


@dataclass(slots=True)
class ReplaySummary:
    """The result of a replay."""

    callbacks: int = 0
    new: int = 0
    repeats: int = 0  # of callbacks in the file or in the catalog
    tasks: int = 0  # with new facts
    bad: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def replay(catalog: Path, saved: Iterable[SavedCallback], *, wait: bool) -> ReplaySummary:
    """Ingest *saved* callbacks into *catalog*, which is created if necessary, and link the recordings of their tasks.

    All callbacks are read before the catalog is locked, and written in one transaction. With *wait*, waits until
    another run releases the catalog. Raises CatalogLocked, CatalogError and Interrupted; then nothing was ingested.
    """
    summary = ReplaySummary()
    with spool_folder() as folder, tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8") as spool:
        with abort_on_signals(_NOTHING):
            _read(saved, spool, summary)
        with stop_on_signals() as stop, hold_catalog(catalog, stop, wait=wait) as conn:
            now = int(time.time())
            ingest_callbacks(conn, catalog, now)
            with transaction(conn):
                for messages in _batches(spool, now):
                    _store(conn, messages, summary, now)
                    _raise_if_stopped(stop)
                link(conn, now)
    return summary


def _read(saved: Iterable[SavedCallback], spool: IO[str], summary: ReplaySummary) -> None:
    for one in saved:
        try:
            if one.body is None:
                raise UnreadableCallback(one.problem)
            callback, text = read_callback(one.body)
        except UnreadableCallback as problem:
            summary.bad += 1
            if len(summary.problems) < _MAX_PROBLEMS:
                summary.problems.append(f"line {one.line}: {problem}")
            continue
        spool.write(f"{json.dumps([callback.msgid, text])}\n")


def _batches(spool: IO[str], now: int) -> Iterator[list[InboxMessage]]:
    spool.seek(0)
    remaining = (InboxMessage(0, msgid, now, 0, text) for msgid, text in map(json.loads, spool))
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _store(conn: sqlite3.Connection, messages: list[InboxMessage], summary: ReplaySummary, now: int) -> None:
    new, tasks = store_messages(conn, messages, now)
    summary.callbacks += len(messages)
    summary.new += new
    summary.repeats += len(messages) - new
    summary.tasks += tasks


def _raise_if_stopped(stop: StopRequest) -> None:
    if stop.is_requested():
        raise Interrupted(_NOTHING)
