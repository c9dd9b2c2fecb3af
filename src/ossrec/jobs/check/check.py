"""A check: look at the bytes of segments that are due, and judge their recordings; the work behind `ossrec check`."""

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
    due_for_inspection,
    inspection_cost,
    matches_any,
)
from ossrec.catalog.query.filters import QueryTime
from ossrec.catalog.query.recording_references import one_recording
from ossrec.catalog.store.check_runs import CheckRunRow, begun_before, changes_of, finish_check
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

_GOES_ON = 2 * 24 * 3600  # seconds; a stopped check is gone on with in the next night, later ones begin anew


class _CheckPlan(NamedTuple):
    """What a check is about to do."""

    wish: InspectionPolicy
    due: list[DueRecording]
    outlook: CheckForecast


def check_recordings(
    catalog: Path, opener: Opener, options: CheckOptions, crew: WorkerPool, talk: CheckCallbacks
) -> CheckSummary:
    """Look at the segments of the recordings that are due, the newest first, and judge these anew.

    *opener* opens a bucket by the name that the catalog has for it. Raises CatalogMissing, CatalogLocked when
    another run writes to the catalog, Interrupted when asked to stop by a signal, UsageProblem when no recording
    goes by a name, and BucketError when no bucket can be read. Whatever is raised, what was seen is kept.
    """
    require_catalog(catalog)
    with stop_on_signals(talk.stopping) as stop, hold_catalog(catalog, stop, wait=options.wait) as conn:
        return check_held_catalog(conn, opener, options, crew, talk, stop)


def forecast_check(catalog: Path, options: CheckOptions) -> CheckForecast:
    """About what `check_recordings` would do; nothing is written, and no bucket is asked."""
    with closing(open_catalog(catalog)) as conn:
        return _look_ahead(conn, options, time.time()).outlook


def any_requested(catalog: Path, options: CheckOptions) -> bool:
    """There is a recording of what is asked for, due or not, in whichever share."""
    with closing(open_catalog(catalog)) as conn:
        return matches_any(conn, options.wanted, _clock(options), _named(conn, options))


def check_held_catalog(
    conn: sqlite3.Connection,
    opener: Opener,
    options: CheckOptions,
    crew: WorkerPool,
    talk: CheckCallbacks,
    stop: StopRequest,
) -> CheckSummary:
    """As `check_recordings`, on a catalog that is held already."""
    begun = time.monotonic()
    now = time.time()
    wish, due, outlook = _look_ahead(conn, options, now)
    talk.planned(outlook)
    ticket = CheckRunRow(_asked(options), int(now) if outlook.goes_on_from is None else outlook.goes_on_from)
    desks = BucketSessions(conn, opener, options, ticket, stop)
    summary = summary_before(options.depth, outlook)
    summary.archived = 0  # they are counted in the end

    def watch() -> None:
        done = (summary.recordings, summary.segments, summary.bytes_read, summary.findings)
        talk.progress(CheckState(*done, outlook.run))

    if due:
        crew.expect(outlook.run.segments, outlook.run.bytes)
        CheckRun(conn, desks, options, wish, summary).run(due, crew, stop, watch)
    # What was looked at by now is not due again, however short --again is.
    earliest = None if wish.looked_before is None else min(wish.looked_before, int(now))
    wish = wish._replace(looked_before=earliest, looked_until=int(time.time()))
    left, archived = inspection_cost(conn, _due(conn, options, wish), wish)
    summary.left = left._asdict()
    summary.archived += archived
    summary.buckets = desks.names()
    counts = desks.counts()
    summary.requests = {"list": counts.lists, "get": counts.gets, "retry": counts.retries}
    summary.seconds = round(time.monotonic() - begun, 3)
    runs = [desk.run_id for desk in desks.opened.values()]
    summary.changes = _changes(conn, runs)
    with transaction(conn):
        for run_id in runs:
            finish_check(conn, run_id, int(time.time()), summary.as_dict() | ticket._asdict())
    return summary


def _look_ahead(conn: sqlite3.Connection, options: CheckOptions, now: float) -> _CheckPlan:
    """What is to be done now, going on with a check that was asked for the same and stopped, if that left anything."""
    wish = _wish(options, now)
    since = None if wish.looked_before is None else begun_before(conn, _asked(options), int(now) - _GOES_ON)
    if since is not None and wish.looked_before is not None and since < wish.looked_before:
        ahead = _ahead(conn, options, wish._replace(looked_before=since))
        if ahead.outlook.due.segments:
            return ahead._replace(outlook=ahead.outlook._replace(goes_on_from=since))
    return _ahead(conn, options, wish)


def _ahead(conn: sqlite3.Connection, options: CheckOptions, wish: InspectionPolicy) -> _CheckPlan:
    due = _due(conn, options, wish)
    everything, archived = inspection_cost(conn, due, wish)
    is_within = options.budget is None or everything.bytes <= options.budget
    run = everything if is_within else cost_within_budget(conn, due, wish, options.budget or 0)
    return _CheckPlan(wish, due, CheckForecast(run, everything, archived, options.time))


def _asked(options: CheckOptions) -> str:
    """What a check was asked for, but for the times of recordings: those that are told as an age move on."""
    wanted = options.wanted._replace(since=None, until=None)
    return json.dumps([options.depth, options.again, *wanted, *options.recordings, *options.share])


def _wish(options: CheckOptions, now: float) -> InspectionPolicy:
    looked_before = None if options.again is None else int(now - options.again) + 1
    return InspectionPolicy(options.depth, looked_before, int(now), inspecting.HEAD + inspecting.TAIL, inspecting.BLOCK)


def _due(conn: sqlite3.Connection, options: CheckOptions, wish: InspectionPolicy) -> list[DueRecording]:
    named = _named(conn, options)
    return due_for_inspection(conn, options.wanted, wish, _clock(options), share=options.share, named=named)


def _named(conn: sqlite3.Connection, options: CheckOptions) -> list[int] | None:
    """The numbers of the only recordings to think of; None if none was named."""
    return [one_recording(conn, reference) for reference in options.recordings] or None


def _clock(options: CheckOptions) -> QueryTime:
    return QueryTime(time.time(), options.idle + options.lag)


def _changes(conn: sqlite3.Connection, runs: Sequence[int]) -> list[str]:
    """Sentences: "3 became damaged"."""
    became: Counter[str] = Counter()
    for run_id in runs:
        for (_, word), number in changes_of(conn, run_id).items():
            became[word] += number
    return [f"{number} became {word}" for word, number in became.most_common()]
