"""Import tasks into the catalog and link recordings to them, for `ossrec tasks import`."""

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

MAX_PROBLEMS = 1_000  # in a summary
_MAX_ROWS = 1_000  # of one recordid
_BATCH = 5_000  # rows
_NOTHING = "stopped; nothing was imported"


@dataclass(slots=True)
class ImportSummary:
    """The result of an import."""

    rows: int = 0
    bad: int = 0
    problems: list[str] = field(default_factory=list)  # "line 7: …", the first of them
    new: int = 0  # tasks
    changed: int = 0
    unchanged: int = 0
    tasks: int = 0  # in the catalog after the import
    recordings_linked: int = 0  # recordings that were linked or linked again
    contradicted: int = 0  # recordings in the catalog that contradict their tasks
    unknown: int = 0  # recordings in the catalog without a known task
    unfinished: int = 0  # recordings that became unfinished because their tasks have stopped
    refused: bool = False  # nothing was written: --strict, and there were bad rows
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def add_bad_row(self, row: TableRow) -> None:
        """Count a bad row."""
        self.bad += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(f"line {row.line}: {row.problem}")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Options of an import."""

    strict: bool = False  # write nothing if there are bad rows
    wait: bool = False  # until another run releases the catalog
    idle: float = 30.0  # seconds
    lag: float = 300.0  # seconds


def import_tasks(catalog: Path, rows: Iterable[TableRow], options: ImportOptions) -> ImportSummary:
    """Import *rows* into *catalog*, which is created if necessary, and link the recordings of these tasks.

    All rows are read before the catalog is locked, and written in one transaction. Raises CatalogLocked,
    CatalogError, Interrupted, and the errors of reading *rows*; then nothing was written.
    """
    begun = time.monotonic()
    summary = ImportSummary()
    _check_catalog(catalog, options)
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


def _check_catalog(catalog: Path, options: ImportOptions) -> None:
    """Raise the errors of opening the catalog before rows are read."""
    if not options.wait:
        with hold_catalog(catalog, StopRequest(), wait=False):
            pass


def _fill(rows: Iterable[TableRow], spool: Spool, summary: ImportSummary) -> None:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        summary.rows += len(batch)
        spool.add([_staged(row.line, row.fields) for row in batch if row.fields is not None])
        for row in batch:
            if row.fields is None:
                summary.add_bad_row(row)
    spool.merge(lambda same: _merged(same, summary))


def _merged(same: Iterator[StagedRow], summary: ImportSummary) -> StagedRow:
    rows = list(islice(same, _MAX_ROWS))
    for row in same:
        summary.add_bad_row(TableRow(row.line, None, f"recordid {row.recordid!a} has more than {_MAX_ROWS:,} rows"))
    merged, problems = merge_rows([TableRow(row.line, _fields(row)) for row in rows])
    for problem in problems:
        summary.add_bad_row(problem)
    return _staged(rows[0].line, merged)


def _write(conn: sqlite3.Connection, spool: Spool, summary: ImportSummary, stop: StopRequest, now: int) -> None:
    """Write all rows, or nothing after a request to stop."""
    with interruptible(conn, stop, _NOTHING), spool.attached(conn), transaction(conn):
        written = write_spooled(conn, now, lambda recordids: refold_tasks(conn, recordids, now))
        summary.recordings_linked = link(conn, now).linked
    summary.new, summary.changed = written.new, written.changed
    summary.unchanged = written.staged - written.new - written.changed


def _staged(line: int, fields: TaskFields) -> StagedRow:
    return StagedRow(line=line, **fields._asdict() | {"uids": pack_uids(fields.uids)})


def _fields(row: StagedRow) -> TaskFields:
    values = row._asdict() | {"uids": unpack_uids(row.uids)}
    del values["line"]
    return TaskFields(**values)
