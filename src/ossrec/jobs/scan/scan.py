"""Scan a bucket: list it, evaluate the recordings that are due, and inspect segments; the work of `ossrec scan`."""

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
from ossrec.catalog.store.recordings import (
    count_due,
    due_outside_prefix,
    mark_newly_known_hosts_due,
    mark_undecided_due,
)
from ossrec.catalog.store.scans import (
    Scan,
    abandon_scan,
    begin_scan,
    bucket_number,
    expected_objects,
    finish_scan,
    range_stops,
    skipped_names,
    unfinished_scan,
    unlisted_prefixes,
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
from ossrec.jobs.scan.summary import summarize_scan, verdict_counts
from ossrec.jobs.session.catalog_session import hold_catalog
from ossrec.jobs.session.signals import StopRequest, stop_on_signals
from ossrec.jobs.tasks.callbacks import ingest_callbacks
from ossrec.jobs.tasks.link import link
from ossrec.jobs.workers.pool import WorkerPool
from ossrec.jobs.workers.thread_pool import ThreadPool

_STALE = 24 * 3600  # seconds; a scan that began earlier restarts instead of resuming
_RANGE_SIZE = 20_000  # objects that make a key range worth a thread
_WRONG_CLOCK = 60  # seconds
_MOST_WARNINGS = 1_000  # in a summary


class InspectionStep(NamedTuple):
    """How segments are inspected after the scan."""

    planned: Callable[[CheckForecast], object] = lambda _: None  # called with the costs before it starts
    pool: WorkerPool | None = None  # None: as many threads as for playlists


def scan_bucket(
    bucket: Bucket,
    catalog: Path,
    options: ScanOptions,
    progress: Progress,
    on_stop: Callable[[], object] = lambda: None,
    inspection: InspectionStep = InspectionStep(),  # noqa: B008 - a value that never changes
) -> ScanSummary:
    """Update *catalog* from *bucket*, and evaluate every recording that changed.

    At the depths `edges` and `full`, the segments that are due are inspected next, as by a check of the prefix;
    *inspection* says how. *on_stop* is called from the handler of a signal to stop. Raises CatalogLocked if another
    run writes to the catalog, Interrupted after a signal to stop, CatalogError and BucketError. In each case, the
    work that was finished before is stored.
    """
    begun = time.monotonic()
    counting = CountingBucket(bucket)
    with stop_on_signals(on_stop) as stop, hold_catalog(catalog, stop, wait=options.wait) as conn:
        retrying = RetryingBucket(counting, options.retry, wait=stop.wait, on_retry=counting.note_retry)
        gc.freeze()  # loaded modules stay: keep the garbage collector from visiting them after each page
        try:
            scan, summary = _Run(conn, retrying, options, progress, stop, catalog).run()
        finally:
            gc.unfreeze()
        if options.depth in ("edges", "full"):
            pool = inspection.pool or ThreadPool(options.threads)
            callbacks = CheckCallbacks(inspection.planned, progress)  # type: ignore[arg-type]
            check = check_held_catalog(conn, lambda _: bucket, _check_options(bucket, options), pool, callbacks, stop)
            summary.check = check.as_dict()
            summary.verdicts = verdict_counts(conn, scan)
    counts = counting.counts
    summary.requests = {"list": counts.lists, "get": counts.gets, "retry": counts.retries}
    summary.bytes_read = counts.bytes_read
    summary.seconds = round(time.monotonic() - begun, 3)
    return summary


def _check_options(bucket: Bucket, options: ScanOptions) -> CheckOptions:
    """Return the options of the check that follows: all that is due under the prefix."""
    return CheckOptions(
        depth="full" if options.depth == "full" else "edges",
        wanted=RecordingFilter(bucket=bucket.name, prefix=options.prefix),
        idle=options.idle,
        lag=options.lag,
        retry=options.retry,
    )


class _Run:
    """A running scan."""

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
        self._suppressed = 0
        self._notices: list[str] = []

    def run(self) -> tuple[Scan, ScanSummary]:
        scan = self._begin()
        ingest = Ingest(self._conn, scan.id, scan.bucket_id, self._now)
        self._show(expected=expected_objects(self._conn, scan.bucket_id, scan.prefix))
        ingest_callbacks(self._conn, self._catalog, self._now)
        try:
            self._evaluate_callback_files(scan, ingest)
            list_bucket(
                self._conn,
                self._bucket,
                scan,
                ingest,
                self._stop,
                threads=self._options.threads,
                listed=self._listed,
            )
        except (AccessDenied, BucketMissing):
            if not self._state.objects and not scan.resumed:
                abandon_scan(self._conn, scan)  # nothing was listed, so nothing can be resumed
            raise
        ingest_callbacks(self._conn, self._catalog, self._now)  # callbacks that arrived during the listing
        with transaction(self._conn):
            mark_undecided_due(self._conn, scan.bucket_id)
            mark_newly_known_hosts_due(self._conn, scan.bucket_id, self._bucket.address.hosts)
            link(self._conn, self._now)  # names and verdicts depend on tasks
        self._show(phase="checking", due=count_due(self._conn, scan.bucket_id, scan.prefix))
        judge = Judge(self._conn, self._bucket, scan.id, ingest, self._idle_period())
        DueJudge(self._conn, self._bucket, scan, judge).run(self._stop, self._options.threads, self._checked)
        with transaction(self._conn):
            link(self._conn, self._now)  # the start of new recordings is known only now
        return scan, self._finish(scan)

    def _evaluate_callback_files(self, scan: Scan, ingest: Ingest) -> None:
        """Evaluate the recordings of files that callbacks named, before the listing reaches them."""
        judge = Judge(self._conn, self._bucket, scan.id, ingest, self._idle_after(0))
        listing = ListingScope(scan.prefix, scan.started)
        CallbackFiles(self._conn, self._bucket, ingest, judge, listing).run(self._stop, self._now, self._checked)

    def _idle_period(self) -> IdlePeriod:
        """Return the idle period by the bucket's clock, which sets the times of its objects."""
        ahead = round(self._bucket.clock_ahead or 0.0)
        if abs(ahead) > _WRONG_CLOCK:
            direction = "ahead of" if ahead > 0 else "behind"
            self._notices.append(f"this machine's clock is {abs(ahead)} s {direction} the bucket's: synchronize it")
        return self._idle_after(ahead)

    def _idle_after(self, ahead: int) -> IdlePeriod:
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
        """Return the keys that split the listing of a large bucket, by the counts of the last scan."""
        expected = expected_objects(self._conn, bucket_id, self._options.prefix) or 0
        ranges = min(self._options.threads, expected // _RANGE_SIZE)
        if ranges < 2 or not self._bucket.name.startswith("oss://"):
            return []
        return range_stops(self._conn, bucket_id, self._options.prefix, ranges)

    def _finish(self, scan: Scan) -> ScanSummary:
        summary = summarize_scan(self._conn, scan, self._bucket.name)
        summary.playlists_read = self._state.playlists
        summary.tasks = link_counts(self._conn) if has_tasks(self._conn) else None
        for name, reason in unlisted_prefixes(self._conn, scan):
            self._warn(f"NAM442 {name}: {reason}")
        if not summary.objects:
            where = f"{summary.bucket}/{summary.prefix}" if summary.prefix else summary.bucket
            self._notices.append(f"no object under {where}: check the name of the bucket and the prefix")
        for path in due_outside_prefix(self._conn, scan.bucket_id, scan.prefix):
            self._warn(f"{path}: only some of its keys start with the prefix, so it was not evaluated: shorten it")
        summary.warnings = self._warnings
        summary.notices = self._notices
        summary.skipped_names = [
            {"name": name, "reason": reason} for name, reason in skipped_names(self._conn, scan, HIDDEN, _MOST_WARNINGS)
        ]
        if self._suppressed:
            summary.warnings.append(f"and {self._suppressed} more: list them with `ossrec find --verdict unknown`")
        with transaction(self._conn):
            finish_scan(self._conn, scan, int(time.time()), summary.as_dict())
        return summary

    def _listed(self, objects: int) -> None:
        self._show(objects=self._state.objects + objects)

    def _checked(self, one: JudgedRecording) -> None:
        state = self._state
        for failure in one.failures:
            if failure.code == ARCHIVED:  # archived on purpose, so not worth a warning
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
            self._suppressed += 1

    def _show(self, **facts: object) -> None:
        self._state = self._state._replace(**facts)  # type: ignore[arg-type]
        self._progress(self._state)
