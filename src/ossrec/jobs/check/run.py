"""Run a check: take recordings in the order in which they are due, inspect their segments, and evaluate each.

A recording is evaluated once the results of all its segments are saved.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ossrec.catalog.connection.transactions import batches
from ossrec.catalog.query.due_inspections import DueRecording, InspectionPolicy
from ossrec.catalog.store.check_runs import mark_due
from ossrec.catalog.store.inspections import FormatTable, save_inspection
from ossrec.errors import AccessDenied, BucketBusy, BucketMissing
from ossrec.findings import Finding
from ossrec.jobs.access import ARCHIVED, archived_segment
from ossrec.jobs.check.bucket_sessions import BucketSession, BucketSessions
from ossrec.jobs.check.in_flight import InFlight
from ossrec.jobs.check.outage import CompletedInspection
from ossrec.jobs.check.plan import InspectionPlan, InspectionTask, plan_inspections
from ossrec.jobs.check.report import CheckOptions, CheckSummary
from ossrec.jobs.judge.inspection_rows import failure_row, inspection_row
from ossrec.jobs.judge.judge import ListingScope
from ossrec.jobs.session.signals import StopRequest
from ossrec.jobs.workers.inspect_object import read_cost
from ossrec.jobs.workers.pool import WorkerPool

_COMMIT_EVERY = 0.5  # seconds
_MAX_WARNINGS = 1_000  # in a summary
_SAVED = "all inspected segments are saved; the next check resumes from there"
_SAVED_AGAIN = "all inspected segments are saved; the same check, started within two days, resumes from there"


@dataclass(slots=True)
class _OpenRecording:
    """A recording with inspections in flight."""

    recording_id: int
    session: BucketSession
    listing: ListingScope
    plan: InspectionPlan
    in_flight: int = 0  # segments without a saved result
    is_submitted: bool = False  # no more inspections will be submitted in this check


class CheckRun:
    """Inspects the segments of recordings, saves the results, evaluates the recordings, and counts into a summary."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        sessions: BucketSessions,
        options: CheckOptions,
        policy: InspectionPolicy,
        summary: CheckSummary,
    ) -> None:
        """Start without inspections; *policy* decides which segments are due."""
        self._conn = conn
        self._sessions = sessions
        self._options = options
        self._policy = policy
        self._summary = summary
        self._formats = FormatTable(conn)
        self._open: dict[int, _OpenRecording] = {}  # by id
        self._submitted_bytes = 0
        self._until = None if options.time is None else time.monotonic() + options.time
        self._suppressed = 0  # warnings
        self._while_waiting: Callable[[], None] = lambda: None

    def run(
        self, due: Iterable[DueRecording], pool: WorkerPool, stop: StopRequest, report_progress: Callable[[], None]
    ) -> None:
        """Inspect the segments of *due* until the budget or the time is used up.

        *report_progress* is called after each segment. Raises Interrupted after a stop request, once the results at
        hand are saved, and the error of the bucket when no bucket can be read.
        """
        with pool, batches(self._conn, _COMMIT_EVERY) as commit_if_due:
            flight = InFlight(pool, self._options.depth)
            saved = _SAVED if self._options.again is None else _SAVED_AGAIN

            def while_waiting() -> None:
                stop.check(saved)
                pool.check_alive()

            self._while_waiting = while_waiting

            def after_each() -> None:
                commit_if_due()
                report_progress()
                if stop.is_requested():
                    while flight.has_done:
                        self._collect(flight, pool)
                    stop.check(saved)

            try:
                for recording in due:
                    if not self._start(recording, flight, pool, after_each):
                        break
                    after_each()
                self._finish(flight, pool, after_each)
            finally:
                flight.cancel()
        if self._suppressed:
            self._summary.warnings.append(
                f"{self._suppressed} more warnings are not shown: run `ossrec find --verdict unknown`"
            )

    def _start(self, due: DueRecording, flight: InFlight, pool: WorkerPool, after_each: Callable[[], None]) -> bool:
        """Submit the inspections of a recording; return False when the budget or the time is used up."""
        session = self._sessions.session_of(due.bucket_id)
        if session is None:
            return True
        listing = session.listing_of(due.path)
        plan = None if listing is None else plan_inspections(self._conn, due.recording_id, listing.prefix, self._policy)
        if listing is None or (plan and not all(at.key.startswith(listing.prefix) for at in plan.unread_playlists)):
            self._warn(f"{due.path}: no scan has listed all of it: scan a shorter prefix, and let the scan finish")
            return True
        if plan is None or not (plan.tasks or plan.archived or plan.needs_evaluation):
            return True
        recording = self._open[due.recording_id] = _OpenRecording(due.recording_id, session, listing, plan)
        self._save_archived(recording)
        is_within = True
        for task in plan.tasks:
            while not flight.has_room(task):
                self._collect(flight, pool)
                after_each()
            is_within = session.failed is None and self._is_within_limits(task)
            if not is_within:
                break
            recording.in_flight += 1
            flight.submit(session.bucket, due.recording_id, task)
        while flight.has_done:
            self._collect(flight, pool)
            after_each()
        recording.is_submitted = True
        if is_within or recording.in_flight or plan.archived or plan.needs_evaluation or plan.tasks[0] is not task:
            self._evaluate_if_done(recording)
        return is_within or session.failed is not None

    def _is_within_limits(self, task: InspectionTask) -> bool:
        """Budget and time allow one more inspection, which is counted against the budget."""
        _, size = read_cost(task.target.size, self._options.depth)
        budget = self._options.budget
        if self._until is not None and time.monotonic() >= self._until:
            self._summary.stopped_by = "time"
        elif budget is not None and self._submitted_bytes and self._submitted_bytes + size > budget:
            self._summary.stopped_by = "budget"
        else:
            self._submitted_bytes += size
            return True
        return False

    def _finish(self, flight: InFlight, pool: WorkerPool, after_each: Callable[[], None]) -> None:
        """Collect everything in flight, and report the buckets that failed."""
        while not flight.is_empty:
            self._collect(flight, pool)
            after_each()
        for session in self._sessions.opened.values():
            if session.failed is None:
                self._save_confirmed(session, session.outage.flush)
        failures = self._sessions.failures()
        if failures and not any(session.failed is None for session in self._sessions.opened.values()):
            raise failures[0]
        for error in failures:
            self._warn(str(error))

    def _collect(self, flight: InFlight, pool: WorkerPool) -> None:
        """Wait for an inspection to finish, and save its result unless it must be held back."""
        done = flight.next_done(self._while_waiting)
        result = pool.result(done.future)
        session = self._open[done.recording_id].session
        if not pool.is_local:
            session.add_worker_counts(result)
        if session.failed is None:
            self._save_confirmed(session, lambda: session.outage.add(CompletedInspection(done, result)))

    def _save_confirmed(self, session: BucketSession, confirm: Callable[[], list[CompletedInspection]]) -> None:
        """Save the results that *confirm* returns; stop using the bucket if it raises."""
        try:
            confirmed = confirm()
        except (AccessDenied, BucketMissing, BucketBusy) as error:
            session.failed = error
            return
        for completed in confirmed:
            self._save(completed)

    def _save(self, completed: CompletedInspection) -> None:
        task, result = completed.done.task, completed.result
        recording = self._open[completed.done.recording_id]
        now = int(time.time())
        if result.inspection is not None:
            save_inspection(self._conn, inspection_row(task.identity, result.inspection, now, self._formats))
        elif result.failure is not None:
            self._save_failure(task, result.failure, result.bytes_read, now)
            # Segments whose storage class is an archive class are counted at the end of the check.
            self._summary.archived += result.failure.code == ARCHIVED
        mark_due(self._conn, recording.recording_id)
        summary = self._summary
        summary.segments += result.failure is None
        summary.bytes_read += result.bytes_read
        recording.in_flight -= 1
        self._evaluate_if_done(recording)

    def _save_failure(self, task: InspectionTask, failure: Finding, size: int, now: int) -> None:
        reason = (failure.code, failure.detail)
        save_inspection(self._conn, failure_row(task.identity, self._options.depth, now, reason, size))
        self._warn_of(failure)

    def _save_archived(self, recording: _OpenRecording) -> None:
        """Save, without a request, that archived segments cannot be inspected."""
        for task in recording.plan.archived:
            failure = archived_segment(recording.session.bucket.name, task.target.key, task.storage or "")
            self._save_failure(task, failure, 0, int(time.time()))
        if recording.plan.archived:
            mark_due(self._conn, recording.recording_id)

    def _evaluate_if_done(self, recording: _OpenRecording) -> None:
        if recording.in_flight or not recording.is_submitted or recording.session.failed is not None:
            return
        del self._open[recording.recording_id]
        judged = recording.session.judge(recording.recording_id, recording.plan, recording.listing)
        if judged is None:
            return
        summary = self._summary
        summary.recordings += 1
        summary.findings += judged.findings
        summary.verdicts[judged.verdict] = summary.verdicts.get(judged.verdict, 0) + 1
        for failure in judged.failures:
            self._warn_of(failure)

    def _warn_of(self, failure: Finding) -> None:
        if failure.code != ARCHIVED:  # archiving is the owner's choice, not a failure
            self._warn(f"{failure.code} {failure.subject}: {failure.detail}")

    def _warn(self, line: str) -> None:
        if len(self._summary.warnings) < _MAX_WARNINGS:
            self._summary.warnings.append(line)
        else:
            self._suppressed += 1
