"""A bucket that counts the requests sent to it."""

import threading
from typing import NamedTuple

from ossrec.buckets.protocol import START, Bucket
from ossrec.buckets.wrapper import BucketWrapper
from ossrec.model import Body, Cursor, Page


class RequestCounts(NamedTuple):
    """The requests sent to a bucket so far."""

    lists: int = 0  # requests for a page of the listing
    gets: int = 0  # requests for an object or a range of its bytes
    retries: int = 0  # requests, among these, that repeat a failed one
    bytes_read: int = 0  # of objects; bytes of the listing are not counted


class CountingBucket(BucketWrapper):
    """A bucket with its requests counted. Wrap it in a `RetryingBucket`, so that every attempt is counted:

    ``counting = CountingBucket(bucket); bucket = RetryingBucket(counting, on_retry=counting.note_retry)``
    """

    def __init__(self, bucket: Bucket) -> None:
        """Wrap *bucket* and start counting at zero."""
        super().__init__(bucket)
        self._lock = threading.Lock()
        self._counts = RequestCounts()

    @property
    def counts(self) -> RequestCounts:
        """The counts so far, failed requests included."""
        return self._counts

    def note_retry(self, _: object = None) -> None:
        """Count a retry; for ``RetryingBucket(on_retry=…)``."""
        self._add(retries=1)

    def add_requests(self, *, gets: int, retries: int) -> None:
        """Count requests that other processes sent for this one; their bytes are not counted here."""
        self._add(gets=gets, retries=retries)

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """List a page, counted."""
        self._add(lists=1)
        return self._bucket.page(prefix, cursor, until=until)

    def read(self, key: str, *, limit: int) -> Body:
        """Read an object, counted."""
        self._add(gets=1)
        return self._counted(self._bucket.read(key, limit=limit))

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Read a range, counted."""
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
