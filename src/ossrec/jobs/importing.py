"""An import of tasks: rows into the catalog, and recordings linked to them; the work behind `ossrec tasks import`."""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ossrec.catalog.imports import Staged, Staging, task_count
from ossrec.catalog.links import link_counts
from ossrec.catalog.tasks import pack_uids, unpack_uids
from ossrec.catalog.writing import transaction
from ossrec.jobs.callbacks import take_in
from ossrec.jobs.linking import link, refresh
from ossrec.jobs.session import held
from ossrec.jobs.stopped import judge_stopped
from ossrec.jobs.stopping import Stop, stop_on_signals
from ossrec.tasks.fields import Told
from ossrec.tasks.importing import Row, merge_rows

MOST_PROBLEMS = 1_000  # that a summary has room for
_MOST_ROWS = 1_000  # of one recordid
_PORTION = 5_000  # rows


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
    looked: int = 0  # recordings that were linked, or linked again
    contradicted: int = 0  # recordings, of all
    unknown: int = 0  # recordings that no task knows, of all
    unfinished: int = 0  # recordings that turned out to be, since their tasks have stopped
    is_refused: bool = False  # nothing was written: --strict, and there were bad rows
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def note(self, row: Row) -> None:
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


def import_tasks(catalog: Path, rows: Iterable[Row], options: ImportOptions) -> ImportSummary:
    """Take *rows* into *catalog*, which is made if there is none, and link the recordings that they concern.

    What is written is written as a whole. Raises CatalogLocked, CatalogError, Interrupted, and what reading *rows*
    raises; then nothing was written.
    """
    begun = time.monotonic()
    now = int(time.time())
    summary = ImportSummary()
    with stop_on_signals() as stop, held(catalog, stop, wait=options.wait) as conn:
        take_in(conn, catalog, now)
        staging = Staging(conn)
        _stage(rows, staging, summary, stop)
        summary.is_refused = options.strict and summary.bad > 0
        if not summary.is_refused:
            with transaction(conn):
                _write(conn, staging, summary, now)
            with transaction(conn):
                summary.unfinished = judge_stopped(conn, now, options.idle, options.lag)
        staging.drop()
        counts = link_counts(conn)
        summary.contradicted, summary.unknown = counts["contradicted"], counts["unknown"]
        summary.tasks = task_count(conn)
    summary.seconds = round(time.monotonic() - begun, 3)
    return summary


def _stage(rows: Iterable[Row], staging: Staging, summary: ImportSummary, stop: Stop) -> None:
    each = iter(rows)
    while portion := list(islice(each, _PORTION)):
        stop.check("nothing was imported yet: the next import")
        summary.rows += len(portion)
        staging.add([_staged(row.line, row.told) for row in portion if row.told is not None])
        for row in portion:
            if row.told is None:
                summary.note(row)
    staging.merge(lambda same: _merged(same, summary))


def _merged(rows: list[Staged], summary: ImportSummary) -> Staged:
    for row in rows[_MOST_ROWS:]:
        summary.note(Row(row.line, None, f"recordid {row.recordid!a} stands in more than {_MOST_ROWS:,} rows"))
    told, problems = merge_rows([Row(row.line, _told(row)) for row in rows[:_MOST_ROWS]])
    for problem in problems:
        summary.note(problem)
    return _staged(rows[0].line, told)


def _write(conn: sqlite3.Connection, staging: Staging, summary: ImportSummary, now: int) -> None:
    written = staging.write(now)
    refresh(conn, written.changed, now)
    summary.new = written.new
    summary.changed = len(written.changed)
    summary.unchanged = written.staged - written.new - len(written.changed)
    summary.looked = link(conn, now).looked


def _staged(line: int, told: Told) -> Staged:
    return Staged(line, told.recordid, told.roomid, told.stream, pack_uids(told.uids), *told[4:])


def _told(row: Staged) -> Told:
    return Told(row.recordid, row.roomid, row.stream, unpack_uids(row.uids), *row[5:])
