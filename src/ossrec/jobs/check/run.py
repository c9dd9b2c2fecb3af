"""One round of looks: recordings in the order they are due, their segments in flight, each judged when all are back."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ossrec.catalog.connection.transactions import batches
from ossrec.catalog.query.due_inspections import DueRecording, InspectionPolicy
from ossrec.catalog.store.check_runs import mark_judgement_due
from ossrec.catalog.store.inspections import FormatTable, save_inspection
from ossrec.errors import AccessDenied, BucketBusy, BucketMissing
from ossrec.findings import Finding
from ossrec.jobs.access import ARCHIVED, archived_segment
from ossrec.jobs.check.bucket_sessions import BucketSession, BucketSessions
from ossrec.jobs.check.in_flight import InFlight
from ossrec.jobs.check.outage import CompletedInspection
from ossrec.jobs.check.plan import InspectionPlan, InspectionTask, plan
from ossrec.jobs.check.report import CheckOptions, CheckSummary
from ossrec.jobs.judge.inspection_rows import row_of, row_of_failure
from ossrec.jobs.judge.judge import ListingScope
from ossrec.jobs.session.signals import StopRequest
from ossrec.jobs.workers.inspect_object import cost
from ossrec.jobs.workers.pool import WorkerPool

_COMMIT_EVERY = 0.5  # seconds
_MOST_WARNINGS = 1_000  # that a summary has room for
_KEPT = "every segment that was looked at is kept, the next check"
_KEPT_AGAIN = "every segment that was looked at is kept, the same check, begun within two days,"


@dataclass(slots=True)
class _OpenRecording:
    """A recording in hand."""

    number: int
    desk: BucketSession
    listing: ListingScope
    plan: InspectionPlan
    flying: int = 0  # segments whose looks are not kept yet
    is_begun: bool = False  # all looks that this round makes were begun


class CheckRun:
    """Looks at recordings, keeps what is seen, judges; the counts go into a summary."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        desks: BucketSessions,
        options: CheckOptions,
        wish: InspectionPolicy,
        summary: CheckSummary,
    ) -> None:
        """*wish* is what makes a recording due."""
        self._conn = conn
        self._desks = desks
        self._options = options
        self._wish = wish
        self._summary = summary
        self._formats = FormatTable(conn)
        self._hands: dict[int, _OpenRecording] = {}
        self._begun = 0  # bytes that looks were begun at
        self._until = None if options.time is None else time.monotonic() + options.time
        self._untold = 0
        self._meanwhile: Callable[[], None] = lambda: None  # what to look after while nothing comes back

    def run(self, due: Iterable[DueRecording], crew: WorkerPool, stop: StopRequest, watch: Callable[[], None]) -> None:
        """Look at all of *due*, until budget or time are used up; *watch* is called after each segment.

        Raises Interrupted when asked to stop; what was looked at until then is kept. Raises what the only
        bucket there is failed with.
        """
        with crew, batches(self._conn, _COMMIT_EVERY) as commit_now_and_then:
            flight = InFlight(crew, self._options.depth)
            kept = _KEPT if self._options.again is None else _KEPT_AGAIN

            def meanwhile() -> None:
                stop.check(kept)
                crew.ensure()

            self._meanwhile = meanwhile

            def between() -> None:
                commit_now_and_then()
                watch()
                if stop.is_asked():
                    while flight.has_landed:
                        self._land(flight, crew)
                    stop.check(kept)

            try:
                for one in due:
                    if not self._begin(one, flight, crew, between):
                        break
                    between()
                self._end(flight, crew, between)
            finally:
                flight.cancel()
        if self._untold:
            self._summary.warnings.append(f"and {self._untold} more: see the recordings of verdict unknown")

    def _begin(self, one: DueRecording, flight: InFlight, crew: WorkerPool, between: Callable[[], None]) -> bool:
        """Begin to look at a recording's segments; false when budget or time are used up."""
        desk = self._desks.at(one.bucket_id)
        if desk is None:
            return True
        listing = desk.listing_of(one.path)
        made = None if listing is None else plan(self._conn, one.recording_id, listing.prefix, self._wish)
        if listing is None or (made and not all(at.key.startswith(listing.prefix) for at in made.unread)):
            self._warn(f"{one.path}: no scan listed all of it: scan a shorter prefix, to its end")
            return True
        if made is None or not (made.tasks or made.archived or made.is_unjudged):
            return True
        hand = self._hands[one.recording_id] = _OpenRecording(one.recording_id, desk, listing, made)
        self._note_archived(hand)
        goes_on = True
        for task in made.tasks:
            while not flight.has_room(task):
                self._land(flight, crew)
                between()
            goes_on = desk.failed is None and self._may_begin(task)
            if not goes_on:
                break
            hand.flying += 1
            flight.launch(desk.bucket, one.recording_id, task)
        while flight.has_landed:
            self._land(flight, crew)
            between()
        hand.is_begun = True
        if goes_on or hand.flying or made.archived or made.is_unjudged or made.tasks[0] is not task:
            self._judge_if_done(hand)
        return goes_on or desk.failed is not None

    def _may_begin(self, task: InspectionTask) -> bool:
        """Budget and time allow one more look."""
        _, size = cost(task.target.size, self._options.depth)
        budget = self._options.budget
        if self._until is not None and time.monotonic() >= self._until:
            self._summary.stopped_by = "time"
        elif budget is not None and self._begun and self._begun + size > budget:
            self._summary.stopped_by = "budget"
        else:
            self._begun += size
            return True
        return False

    def _end(self, flight: InFlight, crew: WorkerPool, between: Callable[[], None]) -> None:
        """Wait for all that is in flight; then nothing is left to doubt."""
        while not flight.is_empty:
            self._land(flight, crew)
            between()
        for desk in self._desks.opened.values():
            if desk.failed is None:
                self._believe(desk, desk.doubts.end)
        failures = self._desks.failures()
        if failures and not any(desk.failed is None for desk in self._desks.opened.values()):
            raise failures[0]
        for error in failures:
            self._warn(str(error))

    def _land(self, flight: InFlight, crew: WorkerPool) -> None:
        landed = flight.take(self._meanwhile)
        looked = crew.result(landed.future)
        desk = self._hands[landed.ticket].desk
        if not crew.is_here:
            desk.hear_from_elsewhere(looked)
        if desk.failed is None:
            self._believe(desk, lambda: desk.doubts.hear(CompletedInspection(landed, looked)))

    def _believe(self, desk: BucketSession, ask: Callable[[], list[CompletedInspection]]) -> None:
        """Keep the looks that *ask* gives; give up the bucket if it says that this cannot be read."""
        try:
            answers = ask()
        except (AccessDenied, BucketMissing, BucketBusy) as error:
            desk.failed = error
            return
        for answer in answers:
            self._keep(answer)

    def _keep(self, answer: CompletedInspection) -> None:
        task, looked = answer.landed.task, answer.looked
        hand = self._hands[answer.landed.ticket]
        now = int(time.time())
        if looked.inspection is not None:
            save_inspection(self._conn, row_of(task.identity, looked.inspection, now, self._formats))
        elif looked.failure is not None:
            self._keep_failure(task, looked.failure, looked.bytes_read, now)
            self._summary.archived += (
                looked.failure.code == ARCHIVED
            )  # those that listings call so are counted in the end
        mark_judgement_due(self._conn, hand.number)
        summary = self._summary
        summary.segments += looked.failure is None
        summary.bytes_read += looked.bytes_read
        hand.flying -= 1
        self._judge_if_done(hand)

    def _keep_failure(self, task: InspectionTask, failure: Finding, size: int, now: int) -> None:
        told = (failure.code, failure.detail)
        save_inspection(self._conn, row_of_failure(task.identity, self._options.depth, now, told, size))
        if failure.code != ARCHIVED:  # somebody chose that state; it is no failure to look
            self._warn(f"{failure.code} {failure.subject}: {failure.detail}")

    def _note_archived(self, hand: _OpenRecording) -> None:
        """Keep, without a request, that nobody can look at archived segments."""
        for task in hand.plan.archived:
            failure = archived_segment(hand.desk.bucket.name, task.target.key, task.storage or "")
            self._keep_failure(task, failure, 0, int(time.time()))
        if hand.plan.archived:
            mark_judgement_due(self._conn, hand.number)

    def _judge_if_done(self, hand: _OpenRecording) -> None:
        if hand.flying or not hand.is_begun or hand.desk.failed is not None:
            return
        del self._hands[hand.number]
        done = hand.desk.judge(hand.number, hand.plan, hand.listing)
        if done is None:
            return
        summary = self._summary
        summary.recordings += 1
        summary.findings += done.findings
        summary.verdicts[done.verdict] = summary.verdicts.get(done.verdict, 0) + 1
        for failure in done.failures:
            if failure.code != ARCHIVED:
                self._warn(f"{failure.code} {failure.subject}: {failure.detail}")

    def _warn(self, line: str) -> None:
        if len(self._summary.warnings) < _MOST_WARNINGS:
            self._summary.warnings.append(line)
        else:
            self._untold += 1
