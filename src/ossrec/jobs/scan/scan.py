"""A scan: list a bucket into the catalog, then look at what is due; the work behind `ossrec scan`."""

import gc
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ossrec.buckets.counting import CountingBucket
from ossrec.buckets.local.walk import HIDDEN
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.query.filters import RecordingFilter
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.recordings import count_due, due_and_cut, mark_open_questions_due
from ossrec.catalog.store.scans import (
    Scan,
    begin_scan,
    bucket_number,
    expected_objects,
    finish_scan,
    give_up,
    left_out,
    range_stops,
    unfinished_scan,
    unseen,
)
from ossrec.catalog.tasks.links import has_tasks, link_counts
from ossrec.errors import AccessDenied, BucketMissing
from ossrec.jobs.access import ARCHIVED
from ossrec.jobs.check.check import check_held_catalog
from ossrec.jobs.check.report import CheckCallbacks, CheckForecast, CheckOptions
from ossrec.jobs.judge.facts import IdlePeriod
from ossrec.jobs.judge.judge import Judge, JudgedRecording, ListingScope
from ossrec.jobs.scan.callback_files import CallbackFiles
from ossrec.jobs.scan.judge_due import DueJudge
from ossrec.jobs.scan.list_bucket import list_bucket
from ossrec.jobs.scan.report import Progress, ScanOptions, ScanState, ScanSummary
from ossrec.jobs.scan.summary import sum_up, verdicts_of
from ossrec.jobs.session.catalog_session import hold_catalog
from ossrec.jobs.session.signals import StopRequest, stop_on_signals
from ossrec.jobs.tasks.callbacks import ingest_callbacks
from ossrec.jobs.tasks.link import link
from ossrec.jobs.workers.pool import WorkerPool
from ossrec.jobs.workers.thread_pool import ThreadPool

_STALE = 24 * 3600  # a scan that stopped longer ago is started over, seconds
_WORTH_A_RANGE = 20_000  # objects
_WRONG_CLOCK = 60  # seconds
_MOST_WARNINGS = 1_000  # that a summary has room for


class InspectionStep(NamedTuple):
    """How segments are looked at after a scan."""

    planned: Callable[[CheckForecast], object] = lambda _: None  # told what it will cost, before it begins
    crew: WorkerPool | None = None  # None: as many threads as read playlists


def scan_bucket(
    bucket: Bucket,
    catalog: Path,
    options: ScanOptions,
    progress: Progress,
    on_stop: Callable[[], object] = lambda: None,
    looking: InspectionStep = InspectionStep(),  # noqa: B008 - a value that never changes
) -> ScanSummary:
    """Bring *catalog* up to date with *bucket* and judge every recording that changed.

    At the depths `edges` and `full` the segments that are due are looked at next, as by a check of the prefix, the
    way *looking* says. *on_stop* is called when a signal asks to stop, from the signal's handler.
    Raises CatalogLocked when another run writes to the catalog, Interrupted when asked to stop by a
    signal, CatalogError and BucketError. Whatever is raised, what was done until then is kept.
    """
    begun = time.monotonic()
    counting = CountingBucket(bucket)
    with stop_on_signals(on_stop) as stop, hold_catalog(catalog, stop, wait=options.wait) as conn:
        retrying = RetryingBucket(counting, options.retry, wait=stop.wait, on_retry=counting.note_retry)
        gc.freeze()  # all that is loaded now stays: the collector need not walk it again after each page
        try:
            scan, summary = _Run(conn, retrying, options, progress, stop, catalog).run()
        finally:
            gc.unfreeze()
        if options.depth in ("edges", "full"):
            crew = looking.crew or ThreadPool(options.threads)
            talk = CheckCallbacks(looking.planned, progress)  # type: ignore[arg-type]
            looked = check_held_catalog(conn, lambda _: bucket, _to_look(bucket, options), crew, talk, stop)
            summary.check = looked.as_dict()
            summary.verdicts = verdicts_of(conn, scan)
    counts = counting.counts
    summary.requests = {"list": counts.lists, "get": counts.gets, "retry": counts.retries}
    summary.bytes_read = counts.bytes_read
    summary.seconds = round(time.monotonic() - begun, 3)
    return summary


def _to_look(bucket: Bucket, options: ScanOptions) -> CheckOptions:
    """The check that follows: all that is due under the prefix."""
    return CheckOptions(
        depth="full" if options.depth == "full" else "edges",
        wanted=RecordingFilter(bucket=bucket.name, prefix=options.prefix),
        idle=options.idle,
        lag=options.lag,
        retry=options.retry,
    )


class _Run:
    """One scan under way."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        bucket: Bucket,
        options: ScanOptions,
        progress: Progress,
        stop: StopRequest,
        catalog: Path,
    ) -> None:
        self._conn = conn
        self._catalog = catalog
        self._bucket = bucket
        self._options = options
        self._progress = progress
        self._stop = stop
        self._now = int(time.time())
        self._state = ScanState("listing", 0, None, 0, None, 0, 0)
        self._warnings: list[str] = []
        self._untold = 0
        self._notices: list[str] = []

    def run(self) -> tuple[Scan, ScanSummary]:
        scan = self._begin()
        intake = Ingest(self._conn, scan.id, scan.bucket_id, self._now)
        self._show(expected=expected_objects(self._conn, scan.bucket_id, scan.prefix))
        ingest_callbacks(self._conn, self._catalog, self._now)
        try:
            self._look_first(scan, intake)
            list_bucket(
                self._conn,
                self._bucket,
                scan,
                intake,
                self._stop,
                threads=self._options.threads,
                listed=self._listed,
            )
        except (AccessDenied, BucketMissing):
            if not self._state.objects and not scan.resumed:
                give_up(self._conn, scan)  # there is nothing to resume
            raise
        ingest_callbacks(self._conn, self._catalog, self._now)  # what came meanwhile
        with transaction(self._conn):
            mark_open_questions_due(self._conn, scan.bucket_id)
            link(self._conn, self._now)  # what tasks say settles names and verdicts
        self._show(phase="checking", due=count_due(self._conn, scan.bucket_id, scan.prefix))
        judge = Judge(self._conn, self._bucket, scan.id, intake, self._quiet())
        DueJudge(self._conn, self._bucket, scan, judge).run(self._stop, self._options.threads, self._checked)
        with transaction(self._conn):
            link(self._conn, self._now)  # by now it is known when the new ones began
        return scan, self._finish(scan)

    def _look_first(self, scan: Scan, intake: Ingest) -> None:
        """Look at what callbacks named before the listing comes to it."""
        judge = Judge(self._conn, self._bucket, scan.id, intake, self._as_quiet(0))
        listing = ListingScope(scan.prefix, scan.started)
        CallbackFiles(self._conn, self._bucket, intake, judge, listing).run(self._stop, self._now, self._checked)

    def _quiet(self) -> IdlePeriod:
        """What is quiet, by the bucket's clock: the times of its objects are by that."""
        ahead = round(self._bucket.clock_ahead or 0.0)
        if abs(ahead) > _WRONG_CLOCK:
            way = "ahead of" if ahead > 0 else "behind"
            self._notices.append(f"this machine's clock is {abs(ahead)} s {way} the bucket's: set it right")
        return self._as_quiet(ahead)

    def _as_quiet(self, ahead: int) -> IdlePeriod:
        return IdlePeriod(self._now, self._options.idle + self._options.lag, ahead, self._options.lag)

    def _begin(self) -> Scan:
        conn, prefix = self._conn, self._options.prefix
        with transaction(conn):
            bucket_id = bucket_number(conn, self._bucket.name)
            scan = None if self._options.fresh else unfinished_scan(conn, bucket_id, prefix)
            if scan is not None and scan.started > self._now - _STALE:
                return scan
            return begin_scan(conn, bucket_id, prefix, self._stops(bucket_id), self._now)

    def _stops(self, bucket_id: int) -> list[str]:
        """Where to split the listing of a large bucket; only an earlier scan can tell."""
        expected = expected_objects(self._conn, bucket_id, self._options.prefix) or 0
        ranges = min(self._options.threads, expected // _WORTH_A_RANGE)
        if ranges < 2 or not self._bucket.name.startswith("oss://"):
            return []
        return range_stops(self._conn, bucket_id, self._options.prefix, ranges)

    def _finish(self, scan: Scan) -> ScanSummary:
        summary = sum_up(self._conn, scan, self._bucket.name)
        summary.playlists_read = self._state.playlists
        summary.tasks = link_counts(self._conn) if has_tasks(self._conn) else None
        for name, reason in unseen(self._conn, scan):
            self._warn(f"NAM442 {name}: {reason}")
        if not summary.objects:
            where = f"{summary.bucket}/{summary.prefix}" if summary.prefix else summary.bucket
            self._notices.append(f"nothing is listed under {where}: check the bucket's name and the prefix")
        for path in due_and_cut(self._conn, scan.bucket_id, scan.prefix):
            self._warn(f"{path}: only some of its keys start with the prefix, so it was not judged: scan a shorter one")
        summary.warnings = self._warnings
        summary.notices = self._notices
        summary.skipped_names = [
            {"name": name, "reason": reason} for name, reason in left_out(self._conn, scan, HIDDEN, _MOST_WARNINGS)
        ]
        if self._untold:
            summary.warnings.append(f"and {self._untold} more: see the recordings of verdict unknown")
        with transaction(self._conn):
            finish_scan(self._conn, scan, int(time.time()), summary.as_dict())
        return summary

    def _listed(self, objects: int) -> None:
        self._show(objects=self._state.objects + objects)

    def _checked(self, one: JudgedRecording) -> None:
        state = self._state
        for failure in one.failures:
            if failure.code == ARCHIVED:  # somebody chose that state; it is no failure to look
                continue
            self._warn(f"{failure.code} {failure.subject}: {failure.detail}")
        self._show(
            checked=state.checked + 1,
            playlists=state.playlists + one.playlists,
            findings=state.findings + one.findings,
        )

    def _warn(self, line: str) -> None:
        if len(self._warnings) < _MOST_WARNINGS:
            self._warnings.append(line)
        else:
            self._untold += 1

    def _show(self, **facts: object) -> None:
        self._state = self._state._replace(**facts)  # type: ignore[arg-type]
        self._progress(self._state)
