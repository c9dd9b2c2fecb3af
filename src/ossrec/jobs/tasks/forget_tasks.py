"""Takes imports back: what they told of some tasks goes, and what follows for files; behind `ossrec tasks forget`."""

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

_PORTION = 5_000  # recordids
_NOTHING = "stopped; nothing was forgotten"


@dataclass(slots=True)
class ForgetSummary:
    """What came of taking imports back."""

    requested: int = 0  # tasks
    forgotten: int = 0  # tasks of which imports had told
    kept: int = 0  # of them, those that others told of as well
    tasks: int = 0  # that the catalog knows by now
    recordings_linked: int = 0  # recordings that were linked again

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ForgetOptions:
    """How to forget."""

    wait: bool = False  # for another run on the catalog
    idle: float = 30.0  # seconds
    lag: float = 300.0  # seconds


def forget_tasks(catalog: Path, recordids: Iterable[str], options: ForgetOptions) -> ForgetSummary:
    """Forget all that imports told *catalog* of these tasks, and link the recordings that they concern.

    All is read before the catalog is held, and forgotten as a whole. Raises CatalogMissing, CatalogLocked,
    CatalogError, Interrupted, and what reading *recordids* raises; then nothing was forgotten.
    """
    require_catalog(catalog)
    summary = ForgetSummary()
    with spool_folder() as folder:
        with abort_on_signals(_NOTHING):
            spool = Spool(folder)
            each = iter(recordids)
            while some := list(islice(each, _PORTION)):
                spool.add([StagedRow(0, recordid, *[None] * 6) for recordid in some])
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
    """All of it, or nothing if somebody asks to stop."""
    with interruptible(conn, stop, _NOTHING), spool.attached(conn), transaction(conn):
        gone = forget_spooled(conn, lambda recordids: refold_tasks(conn, recordids, now))
        summary.recordings_linked = link(conn, now).looked
    summary.requested, summary.forgotten, summary.kept = gone
