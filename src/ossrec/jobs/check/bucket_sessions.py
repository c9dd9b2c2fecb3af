"""The buckets of one check: each is opened when its first recording is due, with the objects that evaluation needs."""

import sqlite3
import time
from collections.abc import Callable

from ossrec.buckets.counting import CountingBucket, RequestCounts
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.catalog.store.check_runs import CheckRunRow, begin_check, complete_listings
from ossrec.catalog.store.ingest import Ingest
from ossrec.errors import BucketError, UsageProblem
from ossrec.jobs.check.outage import OutageDetector
from ossrec.jobs.check.plan import InspectionPlan
from ossrec.jobs.check.report import CheckOptions
from ossrec.jobs.judge.facts import IdlePeriod
from ossrec.jobs.judge.judge import Judge, JudgedRecording, ListingScope
from ossrec.jobs.judge.read_playlist import fetch_playlist
from ossrec.jobs.session.signals import StopRequest
from ossrec.jobs.workers.inspect_object import InspectionResult

Opener = Callable[[str], Bucket]  # opens a bucket by its name in the catalog


class BucketSession:
    """One bucket in one check. Call its methods inside a transaction."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        bucket_id: int,
        bucket: Bucket,
        counting: CountingBucket,
        options: CheckOptions,
        run_row: CheckRunRow,
    ) -> None:
        """Insert the bucket's row into the table of runs. *counting* is wrapped by *bucket*."""
        self.bucket = bucket
        self.outage = OutageDetector(bucket)
        self.failed: BucketError | None = None  # why no more requests are sent to the bucket
        self._conn = conn
        self._counting = counting
        self._clock_ahead: float | None = None  # as reported by workers outside this process
        self._options = options
        self._now = int(time.time())
        self.run_id = begin_check(conn, bucket_id, options.wanted.prefix, self._now, run_row)
        self._ingest = Ingest(conn, self.run_id, bucket_id, self._now)
        self._listings = [ListingScope(*listed) for listed in complete_listings(conn, bucket_id)]
        self._judge: Judge | None = None

    def listing_of(self, path: str) -> ListingScope | None:
        """Return the last complete listing whose prefix covers the recording at *path*, None without one."""
        return next((listing for listing in self._listings if path.startswith(listing.prefix)), None)

    def add_worker_counts(self, result: InspectionResult) -> None:
        """Add the requests that a worker outside this process made, and the clock difference that it measured."""
        self._counting.add_requests(gets=result.requests, retries=result.retries)
        if result.clock_ahead is not None:
            self._clock_ahead = result.clock_ahead

    def judge(self, recording_id: int, plan: InspectionPlan, listing: ListingScope) -> JudgedRecording | None:
        """Evaluate a recording, after another attempt at its playlists that no scan could read."""
        if self._judge is None:  # only now: a response of the bucket has shown its clock by this time
            ahead = round(self.bucket.clock_ahead or self._clock_ahead or 0.0)
            quiet = IdlePeriod(self._now, self._options.idle + self._options.lag, ahead, self._options.lag)
            self._judge = Judge(self._conn, self.bucket, self.run_id, self._ingest, quiet)
        playlists = [fetch_playlist(self.bucket, at) for at in plan.unread_playlists]
        return self._judge.judge(recording_id, playlists, listing)


class BucketSessions:
    """The buckets of one check, by their id in the catalog."""

    def __init__(
        self, conn: sqlite3.Connection, opener: Opener, options: CheckOptions, run_row: CheckRunRow, stop: StopRequest
    ) -> None:
        """Open no bucket yet."""
        self._run_row = run_row
        self._conn = conn
        self._opener = opener
        self._options = options
        self._stop = stop
        self._names = dict(conn.execute("SELECT id, name FROM buckets"))
        self._counted: list[CountingBucket] = []
        self.opened: dict[int, BucketSession] = {}
        self.closed: dict[int, BucketError | UsageProblem] = {}  # buckets that could not be opened

    def session_of(self, bucket_id: int) -> BucketSession | None:
        """Return the session of a bucket, which is opened if need be; None if the bucket cannot be used."""
        session = self.opened.get(bucket_id)
        if session is None and bucket_id not in self.closed:
            session = self._open(bucket_id)
        return None if session is None or session.failed is not None else session

    def failures(self) -> list[BucketError | UsageProblem]:
        """Return the errors of all buckets that could not be opened or stopped responding."""
        failed = (session.failed for session in self.opened.values() if session.failed is not None)
        return [*self.closed.values(), *failed]

    def counts(self) -> RequestCounts:
        """Return the number of requests sent to all buckets."""
        return RequestCounts(*map(sum, zip(RequestCounts(), *(one.counts for one in self._counted), strict=True)))

    def names(self) -> list[str]:
        """Return the names of the buckets that were opened."""
        return [session.bucket.name for session in self.opened.values()]

    def _open(self, bucket_id: int) -> BucketSession | None:
        try:
            counting = CountingBucket(self._opener(self._names[bucket_id]))
        except (BucketError, UsageProblem) as error:
            self.closed[bucket_id] = error
            return None
        self._counted.append(counting)
        retrying = RetryingBucket(counting, self._options.retry, wait=self._stop.wait, on_retry=counting.note_retry)
        self.opened[bucket_id] = BucketSession(self._conn, bucket_id, retrying, counting, self._options, self._run_row)
        return self.opened[bucket_id]
