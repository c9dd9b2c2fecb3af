"""A bucket that counts what is asked of it."""

import threading
from typing import NamedTuple

from ossrec.buckets.protocol import START, Bucket
from ossrec.buckets.wrapper import BucketWrapper
from ossrec.model import Body, Cursor, Page


class RequestCounts(NamedTuple):
    """What was asked of a bucket so far."""

    lists: int = 0  # requests for a page of the listing
    gets: int = 0  # requests for an object or a part of one
    retries: int = 0  # those of them that repeat a failed one
    bytes_read: int = 0  # of objects; the listing's own are not counted


class CountingBucket(BucketWrapper):
    """Another bucket, with its requests counted. Put it inside of `Retrying`, so that it sees every one.

    ``counting = Counting(bucket); bucket = Retrying(counting, on_retry=counting.note_retry)``
    """

    def __init__(self, bucket: Bucket) -> None:
        """Wrap *bucket*; nothing is counted yet."""
        super().__init__(bucket)
        self._lock = threading.Lock()
        self._counts = RequestCounts()

    @property
    def counts(self) -> RequestCounts:
        """All that was counted until now; requests that failed are among it."""
        return self._counts

    def note_retry(self, _: object = None) -> None:
        """Count a retry; for ``Retrying(on_retry=…)``."""
        self._add(retries=1)

    def add_requests(self, *, gets: int, retries: int) -> None:
        """Count requests that somebody else made for this process; how much they read is for them to tell."""
        self._add(gets=gets, retries=retries)

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """As of the bucket within, counted."""
        self._add(lists=1)
        return self._bucket.page(prefix, cursor, until=until)

    def read(self, key: str, *, limit: int) -> Body:
        """As of the bucket within, counted."""
        self._add(gets=1)
        return self._counted(self._bucket.read(key, limit=limit))

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """As of the bucket within, counted."""
        self._add(gets=1)
        return self._counted(self._bucket.read_range(key, start, stop))

    def _counted(self, body: Body) -> Body:
        self._add(bytes_read=len(body.data))
        return body

    def _add(self, *, lists: int = 0, gets: int = 0, retries: int = 0, bytes_read: int = 0) -> None:
        with self._lock:
            now = self._counts
            self._counts = RequestCounts(
                now.lists + lists, now.gets + gets, now.retries + retries, now.bytes_read + bytes_read
            )
