"""A check: inspect the segments that are due and evaluate their recordings."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.query.due_inspections import (
    DueRecording,
    InspectionPolicy,
    cost_within_budget,
    find_due_recordings,
    inspection_cost,
    matches_any,
)
from ossrec.catalog.query.filters import QueryTime
from ossrec.catalog.query.recording_references import resolve_recording
from ossrec.catalog.store.check_runs import CheckRunRow, finish_check, resumable_since, verdict_changes
from ossrec.jobs.check.bucket_sessions import BucketSessions, Opener
from ossrec.jobs.check.report import (
    CheckCallbacks,
    CheckForecast,
    CheckOptions,
    CheckState,
    CheckSummary,
    summary_before,
)
from ossrec.jobs.check.run import CheckRun
from ossrec.jobs.session.catalog_session import hold_catalog, require_catalog
from ossrec.jobs.session.signals import StopRequest, stop_on_signals
from ossrec.jobs.workers import inspect_object as inspecting
from ossrec.jobs.workers.pool import WorkerPool

_RESUMABLE = 2 * 24 * 3600  # seconds; an interrupted check can be resumed the next night, but not later


class _CheckPlan(NamedTuple):
    """The policy, recordings and forecast of a check."""

    policy: InspectionPolicy
    due: list[DueRecording]
    forecast: CheckForecast


def check_recordings(
    catalog: Path, opener: Opener, options: CheckOptions, pool: WorkerPool, callbacks: CheckCallbacks
) -> CheckSummary:
    """Inspect the segments that are due, those of the newest recordings first, and evaluate the recordings.

    *opener* opens a bucket by its name in the catalog. Raises CatalogMissing, CatalogLocked when another run
    holds the catalog, Interrupted after a signal, UsageProblem when a reference matches no recording, and
    BucketError when no bucket can be read. Completed inspections are saved in every case.
    """
    require_catalog(catalog)
    with stop_on_signals(callbacks.stopping) as stop, hold_catalog(catalog, stop, wait=options.wait) as conn:
        return check_held_catalog(conn, opener, options, pool, callbacks, stop)


def forecast_check(catalog: Path, options: CheckOptions) -> CheckForecast:
    """Estimate the work of `check_recordings`, from the catalog alone and without writing to it."""
    with closing(open_catalog(catalog)) as conn:
        return _plan_check(conn, options, time.time()).forecast


def any_requested(catalog: Path, options: CheckOptions) -> bool:
    """The options select at least one recording, due or not, in any share."""
    with closing(open_catalog(catalog)) as conn:
        return matches_any(conn, options.wanted, _query_time(options), _named_ids(conn, options))


def check_held_catalog(
    conn: sqlite3.Connection,
    opener: Opener,
    options: CheckOptions,
    pool: WorkerPool,
    callbacks: CheckCallbacks,
    stop: StopRequest,
) -> CheckSummary:
    """Do the work of `check_recordings` on a catalog that the caller holds already."""
    started = time.monotonic()
    now = time.time()
    policy, due, forecast = _plan_check(conn, options, now)
    callbacks.planned(forecast)
    since = int(now) if forecast.resumed_from is None else forecast.resumed_from
    run_row = CheckRunRow(_request_key(options), since)
    sessions = BucketSessions(conn, opener, options, run_row, stop)
    summary = summary_before(options.depth, forecast)
    summary.archived = 0  # counted at the end

    def report_progress() -> None:
        done = (summary.recordings, summary.segments, summary.bytes_read, summary.findings)
        callbacks.progress(CheckState(*done, forecast.run))

    if due:
        pool.plan_for(forecast.run.segments, forecast.run.bytes)
        CheckRun(conn, sessions, options, policy, summary).run(due, pool, stop, report_progress)
    # Segments inspected by this check are not due again, however short --again is.
    earliest = None if policy.inspected_before is None else min(policy.inspected_before, int(now))
    policy = policy._replace(inspected_before=earliest, inspected_until=int(time.time()))
    left, archived = inspection_cost(conn, _due(conn, options, policy), policy)
    summary.remaining = left._asdict()
    summary.archived += archived
    summary.buckets = sessions.names()
    counts = sessions.counts()
    summary.requests = {"list": counts.lists, "get": counts.gets, "retry": counts.retries}
    summary.seconds = round(time.monotonic() - started, 3)
    runs = [session.run_id for session in sessions.opened.values()]
    summary.changes = _changes(conn, runs)
    with transaction(conn):
        for run_id in runs:
            finish_check(conn, run_id, int(time.time()), summary.as_dict() | run_row._asdict())
    return summary


def _plan_check(conn: sqlite3.Connection, options: CheckOptions, now: float) -> _CheckPlan:
    """Plan a check; it resumes an interrupted check with the same options if that left segments to inspect."""
    policy = _policy(options, now)
    is_repeat = policy.inspected_before is not None
    since = resumable_since(conn, _request_key(options), int(now) - _RESUMABLE) if is_repeat else None
    if since is not None and policy.inspected_before is not None and since < policy.inspected_before:
        resumed = _plan_with(conn, options, policy._replace(inspected_before=since))
        if resumed.forecast.due.segments:
            return resumed._replace(forecast=resumed.forecast._replace(resumed_from=since))
    return _plan_with(conn, options, policy)


def _plan_with(conn: sqlite3.Connection, options: CheckOptions, policy: InspectionPolicy) -> _CheckPlan:
    due = _due(conn, options, policy)
    everything, archived = inspection_cost(conn, due, policy)
    is_within = options.budget is None or everything.bytes <= options.budget
    run = everything if is_within else cost_within_budget(conn, due, policy, options.budget or 0)
    return _CheckPlan(policy, due, CheckForecast(run, everything, archived, options.time))


def _request_key(options: CheckOptions) -> str:
    """Return a key that is equal for checks with the same options.

    It omits --since and --until, because ages given there mean another time in each run.
    """
    wanted = options.wanted._replace(since=None, until=None)
    return json.dumps([options.depth, options.again, *wanted, *options.recordings, *options.share])


def _policy(options: CheckOptions, now: float) -> InspectionPolicy:
    inspected_before = None if options.again is None else int(now - options.again) + 1
    ends = inspecting.HEAD + inspecting.TAIL
    return InspectionPolicy(options.depth, inspected_before, int(now), ends, inspecting.BLOCK)


def _due(conn: sqlite3.Connection, options: CheckOptions, policy: InspectionPolicy) -> list[DueRecording]:
    named = _named_ids(conn, options)
    return find_due_recordings(conn, options.wanted, policy, _query_time(options), share=options.share, named=named)


def _named_ids(conn: sqlite3.Connection, options: CheckOptions) -> list[int] | None:
    """Return the ids of the recordings given by reference, None if the options give none."""
    return [resolve_recording(conn, reference) for reference in options.recordings] or None


def _query_time(options: CheckOptions) -> QueryTime:
    return QueryTime(time.time(), options.idle + options.lag)


def _changes(conn: sqlite3.Connection, runs: Sequence[int]) -> list[str]:
    """Return the changes of verdict as text: "3 became damaged"."""
    became: Counter[str] = Counter()
    for run_id in runs:
        for (_, word), number in verdict_changes(conn, run_id).items():
            became[word] += number
    return [f"{number} became {word}" for word, number in became.most_common()]
