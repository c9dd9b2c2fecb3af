"""Delete imported facts of tasks and update the recordings, for `ossrec tasks forget`."""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.tasks.import_staging import Spool, StagedRow, forget_spooled, spool_folder, task_count
from ossrec.jobs.session.catalog_session import hold_catalog, interruptible, require_catalog
from ossrec.jobs.session.signals import StopRequest, abort_on_signals, stop_on_signals
from ossrec.jobs.tasks.callbacks import ingest_callbacks
from ossrec.jobs.tasks.judge_stopped import judge_stopped
from ossrec.jobs.tasks.link import link, refold_tasks

_BATCH = 5_000  # recordids
_NOTHING = "stopped; nothing was forgotten"


@dataclass(slots=True)
class ForgetSummary:
    """The result of `forget_tasks`."""

    requested: int = 0  # tasks
    forgotten: int = 0  # tasks that had been imported
    kept: int = 0  # of these, tasks that other sources report too
    tasks: int = 0  # in the catalog afterwards
    recordings_linked: int = 0  # recordings that were linked again

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ForgetOptions:
    """Options of `forget_tasks`."""

    wait: bool = False  # until another run releases the catalog
    idle: float = 30.0  # seconds
    lag: float = 300.0  # seconds


def forget_tasks(catalog: Path, recordids: Iterable[str], options: ForgetOptions) -> ForgetSummary:
    """Delete all imported facts of these tasks from *catalog*, and link their recordings again.

    All *recordids* are read before the catalog is locked; the facts are deleted in one transaction. Raises
    CatalogMissing, CatalogLocked, CatalogError, Interrupted, and the errors of reading *recordids*; then nothing was
    deleted.
    """
    require_catalog(catalog)
    summary = ForgetSummary()
    with spool_folder() as folder:
        with abort_on_signals(_NOTHING):
            spool = Spool(folder)
            remaining = iter(recordids)
            while batch := list(islice(remaining, _BATCH)):
                spool.add([StagedRow(0, recordid, *[None] * 6) for recordid in batch])
            spool.merge(next)
        with stop_on_signals() as stop, hold_catalog(catalog, stop, wait=options.wait) as conn:
            now = int(time.time())
            ingest_callbacks(conn, catalog, now)
            _forget(conn, spool, summary, stop, now)
            with transaction(conn):
                judge_stopped(conn, now, options.idle, options.lag)
            summary.tasks = task_count(conn)
    return summary


def _forget(conn: sqlite3.Connection, spool: Spool, summary: ForgetSummary, stop: StopRequest, now: int) -> None:
    """Delete all of the facts, or nothing after a request to stop."""
    with interruptible(conn, stop, _NOTHING), spool.attached(conn), transaction(conn):
        gone = forget_spooled(conn, lambda recordids: refold_tasks(conn, recordids, now))
        summary.recordings_linked = link(conn, now).linked
    summary.requested, summary.forgotten, summary.kept = gone
