"""The buckets that a check looks into: each opened when its first recording is due, with what judging there needs."""

import sqlite3
import time
from collections.abc import Callable

from ossrec.buckets.counting import CountingBucket, RequestCounts
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.catalog.store.check_runs import CheckRunRow, begin_check, listings_of
from ossrec.catalog.store.ingest import Ingest
from ossrec.errors import BucketError, UsageProblem
from ossrec.jobs.check.outage import OutageDetector
from ossrec.jobs.check.plan import InspectionPlan
from ossrec.jobs.check.report import CheckOptions
from ossrec.jobs.judge.judge import Judge, JudgedRecording, ListingScope
from ossrec.jobs.judge.quiet import IdlePeriod
from ossrec.jobs.judge.read_playlist import fetch_playlist
from ossrec.jobs.session.signals import StopRequest
from ossrec.jobs.workers.inspect_object import InspectionResult

Opener = Callable[[str], Bucket]  # by the bucket's name in the catalog


class BucketSession:
    """One bucket in one check. Call its methods inside a transaction."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        bucket_id: int,
        bucket: Bucket,
        counting: CountingBucket,
        options: CheckOptions,
        ticket: CheckRunRow,
    ) -> None:
        """Begins the bucket's own row among the runs. *counting* lies within *bucket*."""
        self.bucket = bucket
        self.doubts = OutageDetector(bucket)
        self.failed: BucketError | None = None  # why nothing more is asked of it
        self._conn = conn
        self._counting = counting
        self._clock_ahead: float | None = None  # as the bucket told others
        self._options = options
        self._now = int(time.time())
        self.run_id = begin_check(conn, bucket_id, options.wanted.prefix, self._now, ticket)
        self._intake = Ingest(conn, self.run_id, bucket_id, self._now)
        self._listings = [ListingScope(*listed) for listed in listings_of(conn, bucket_id)]
        self._judge: Judge | None = None

    def listing_of(self, path: str) -> ListingScope | None:
        """The last listing that went all around a recording; None if there was none."""
        return next((listing for listing in self._listings if path.startswith(listing.prefix)), None)

    def hear_from_elsewhere(self, looked: InspectionResult) -> None:
        """A look that another process made: what was asked for it, and what time the bucket told it."""
        self._counting.note_elsewhere(gets=looked.requests, retries=looked.retries)
        if looked.clock_ahead is not None:
            self._clock_ahead = looked.clock_ahead

    def judge(self, recording_id: int, plan: InspectionPlan, listing: ListingScope) -> JudgedRecording | None:
        """Judge a recording; its playlists that no scan could read are tried again."""
        if self._judge is None:  # by now the bucket has told its time
            ahead = round(self.bucket.clock_ahead or self._clock_ahead or 0.0)
            quiet = IdlePeriod(self._now, self._options.idle + self._options.lag, ahead, self._options.lag)
            self._judge = Judge(self._conn, self.bucket, self.run_id, self._intake, quiet)
        return self._judge.judge(recording_id, [fetch_playlist(self.bucket, at) for at in plan.unread], listing)


class BucketSessions:
    """The buckets of one check, by their number in the catalog."""

    def __init__(
        self, conn: sqlite3.Connection, opener: Opener, options: CheckOptions, ticket: CheckRunRow, stop: StopRequest
    ) -> None:
        """Nothing is opened yet."""
        self._ticket = ticket
        self._conn = conn
        self._opener = opener
        self._options = options
        self._stop = stop
        self._names = dict(conn.execute("SELECT id, name FROM buckets"))
        self._counted: list[CountingBucket] = []
        self.opened: dict[int, BucketSession] = {}
        self.closed: dict[int, BucketError | UsageProblem] = {}  # those that could not be opened

    def at(self, bucket_id: int) -> BucketSession | None:
        """The desk of a bucket; None if nothing can be asked of that."""
        desk = self.opened.get(bucket_id)
        if desk is None and bucket_id not in self.closed:
            desk = self._open(bucket_id)
        return None if desk is None or desk.failed is not None else desk

    def failures(self) -> list[BucketError | UsageProblem]:
        """Why buckets could not be opened, or were given up."""
        return [*self.closed.values(), *(desk.failed for desk in self.opened.values() if desk.failed is not None)]

    def counts(self) -> RequestCounts:
        """What was asked of all of them by this process."""
        return RequestCounts(*map(sum, zip(RequestCounts(), *(one.counts for one in self._counted), strict=True)))

    def names(self) -> list[str]:
        """Those that were opened."""
        return [desk.bucket.name for desk in self.opened.values()]

    def _open(self, bucket_id: int) -> BucketSession | None:
        try:
            counting = CountingBucket(self._opener(self._names[bucket_id]))
        except (BucketError, UsageProblem) as error:
            self.closed[bucket_id] = error
            return None
        self._counted.append(counting)
        retrying = RetryingBucket(counting, self._options.retry, wait=self._stop.wait, on_retry=counting.note_retry)
        self.opened[bucket_id] = BucketSession(self._conn, bucket_id, retrying, counting, self._options, self._ticket)
        return self.opened[bucket_id]
