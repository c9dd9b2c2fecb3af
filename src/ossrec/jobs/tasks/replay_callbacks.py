"""Callbacks that were saved elsewhere, into the catalog; the work behind `ossrec tasks replay`."""

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

_AT_ONCE = 500  # callbacks
_MOST_PROBLEMS = 1_000
_NOTHING = "stopped; nothing was taken"


@dataclass(slots=True)
class ReplaySummary:
    """What came of a file of callbacks."""

    callbacks: int = 0
    new: int = 0
    repeats: int = 0  # of them, or of those that were known
    tasks: int = 0  # of which something new was told
    bad: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def replay(catalog: Path, saved: Iterable[SavedCallback], *, wait: bool) -> ReplaySummary:
    """Keep callbacks that were saved elsewhere in *catalog*, which is made if there is none, and link their tasks.

    All are read before the catalog is held; they are written as a whole. With *wait*, waits for another run that
    holds it. Raises CatalogLocked, CatalogError and Interrupted; then nothing was taken.
    """
    summary = ReplaySummary()
    with spool_folder() as folder, tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8") as spool:
        with abort_on_signals(_NOTHING):
            _read(saved, spool, summary)
        with stop_on_signals() as stop, hold_catalog(catalog, stop, wait=wait) as conn:
            now = int(time.time())
            ingest_callbacks(conn, catalog, now)
            with transaction(conn):
                for letters in _letters(spool, now):
                    _keep(conn, letters, summary, now)
                    _check(stop)
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
            if len(summary.problems) < _MOST_PROBLEMS:
                summary.problems.append(f"line {one.line}: {problem}")
            continue
        spool.write(f"{json.dumps([callback.msgid, text])}\n")


def _letters(spool: IO[str], now: int) -> Iterator[list[InboxMessage]]:
    spool.seek(0)
    each = (InboxMessage(0, msgid, now, 0, text) for msgid, text in map(json.loads, spool))
    while some := list(islice(each, _AT_ONCE)):
        yield some


def _keep(conn: sqlite3.Connection, letters: list[InboxMessage], summary: ReplaySummary, now: int) -> None:
    new, tasks = store_messages(conn, letters, now)
    summary.callbacks += len(letters)
    summary.new += new
    summary.repeats += len(letters) - new
    summary.tasks += tasks


def _check(stop: StopRequest) -> None:
    if stop.is_requested():
        raise Interrupted(_NOTHING)
