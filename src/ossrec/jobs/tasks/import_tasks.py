"""An import of tasks: rows into the catalog, and recordings linked to them; the work behind `ossrec tasks import`."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.tasks.facts import pack_uids, unpack_uids
from ossrec.catalog.tasks.import_staging import Spool, StagedRow, spool_folder, task_count, write_spooled
from ossrec.catalog.tasks.links import link_counts
from ossrec.jobs.session.catalog_session import hold_catalog, interruptible
from ossrec.jobs.session.signals import StopRequest, abort_on_signals, stop_on_signals
from ossrec.jobs.tasks.callbacks import ingest_callbacks
from ossrec.jobs.tasks.judge_stopped import judge_stopped
from ossrec.jobs.tasks.link import link, refold_tasks
from ossrec.tasks.table_fields import TaskFields
from ossrec.tasks.table_rows import TableRow, merge_rows

MOST_PROBLEMS = 1_000  # that a summary has room for
_MOST_ROWS = 1_000  # of one recordid
_PORTION = 5_000  # rows
_NOTHING = "stopped; nothing was imported"


@dataclass(slots=True)
class ImportSummary:
    """What came of an import."""

    rows: int = 0
    bad: int = 0
    problems: list[str] = field(default_factory=list)  # "line 7: …", the first of them
    new: int = 0  # tasks
    changed: int = 0
    unchanged: int = 0
    tasks: int = 0  # that the catalog knows by now
    recordings_linked: int = 0  # recordings that were linked, or linked again
    contradicted: int = 0  # recordings, of all
    unknown: int = 0  # recordings that no task knows, of all
    unfinished: int = 0  # recordings that turned out to be, since their tasks have stopped
    refused: bool = False  # nothing was written: --strict, and there were bad rows
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def note(self, row: TableRow) -> None:
        """Count a bad row."""
        self.bad += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"line {row.line}: {row.problem}")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import."""

    strict: bool = False  # write nothing if a row is bad
    wait: bool = False  # for another run on the catalog
    idle: float = 30.0  # seconds
    lag: float = 300.0  # seconds


def import_tasks(catalog: Path, rows: Iterable[TableRow], options: ImportOptions) -> ImportSummary:
    """Take *rows* into *catalog*, which is made if there is none, and link the recordings that they concern.

    All rows are read before the catalog is held, however long they take to come; what is written is written as a
    whole. Raises CatalogLocked, CatalogError, Interrupted, and what reading *rows* raises; then nothing was written.
    """
    begun = time.monotonic()
    summary = ImportSummary()
    _look_early(catalog, options)
    with spool_folder() as folder:
        with abort_on_signals(_NOTHING):
            spool = Spool(folder)
            _fill(rows, spool, summary)
        summary.refused = options.strict and summary.bad > 0
        with stop_on_signals() as stop, hold_catalog(catalog, stop, wait=options.wait) as conn:
            now = int(time.time())
            ingest_callbacks(conn, catalog, now)
            if not summary.refused:
                _write(conn, spool, summary, stop, now)
                with transaction(conn):
                    summary.unfinished = judge_stopped(conn, now, options.idle, options.lag)
            counts = link_counts(conn)
            summary.contradicted, summary.unknown = counts["contradicted"], counts["unknown"]
            summary.tasks = task_count(conn)
    summary.seconds = round(time.monotonic() - begun, 3)
    return summary


def _look_early(catalog: Path, options: ImportOptions) -> None:
    """What keeps an import from being written is told before its rows are read."""
    if not options.wait:
        with hold_catalog(catalog, StopRequest(), wait=False):
            pass


def _fill(rows: Iterable[TableRow], spool: Spool, summary: ImportSummary) -> None:
    each = iter(rows)
    while portion := list(islice(each, _PORTION)):
        summary.rows += len(portion)
        spool.add([_staged(row.line, row.fields) for row in portion if row.fields is not None])
        for row in portion:
            if row.fields is None:
                summary.note(row)
    spool.merge(lambda same: _merged(same, summary))


def _merged(same: Iterator[StagedRow], summary: ImportSummary) -> StagedRow:
    rows = list(islice(same, _MOST_ROWS))
    for row in same:
        summary.note(TableRow(row.line, None, f"recordid {row.recordid!a} stands in more than {_MOST_ROWS:,} rows"))
    told, problems = merge_rows([TableRow(row.line, _told(row)) for row in rows])
    for problem in problems:
        summary.note(problem)
    return _staged(rows[0].line, told)


def _write(conn: sqlite3.Connection, spool: Spool, summary: ImportSummary, stop: StopRequest, now: int) -> None:
    """All of it, or nothing if somebody asks to stop."""
    with interruptible(conn, stop, _NOTHING), spool.attached(conn), transaction(conn):
        written = write_spooled(conn, now, lambda recordids: refold_tasks(conn, recordids, now))
        summary.recordings_linked = link(conn, now).looked
    summary.new, summary.changed = written.new, written.changed
    summary.unchanged = written.staged - written.new - written.changed


def _staged(line: int, told: TaskFields) -> StagedRow:
    return StagedRow(line, told.recordid, told.roomid, told.stream, pack_uids(told.uids), *told[4:])


def _told(row: StagedRow) -> TaskFields:
    return TaskFields(row.recordid, row.roomid, row.stream, unpack_uids(row.uids), *row[5:])
