"""List pages ahead of the caller, on one thread or, by ranges of keys, on several."""

import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.errors import ListingDamaged
from ossrec.model import Cursor, Page

MAX_EMPTY_PAGES = 100  # in a row; OSS returns a few where many objects were deleted
CLOSE_TIMEOUT = 2.0  # seconds that closing waits for requests under way; their threads are daemons
_POLL = 1.0  # seconds


class ListedRange(NamedTuple):
    """A range of keys that is listed on its own."""

    number: int
    after: str  # exclusive; "" is the start
    until: str | None  # inclusive; None is the end


def list_pages(
    bucket: Bucket, prefix: str = "", after: str = "", until: str | None = None, *, ahead: int = 2
) -> Generator[Page, None, None]:
    """Yield the pages of a listing in order, and fetch up to *ahead* of them while the caller works on one.

    Raises the bucket's error after the pages before it. The thread stops when the iterator is closed or
    garbage-collected, and after an exception.
    """
    with closing(interleave(bucket, prefix, [ListedRange(0, after, until)], threads=1, ahead=ahead)) as listing:
        for _, page in listing:
            yield page


def interleave(
    bucket: Bucket,
    prefix: str,
    ranges: Iterable[tuple[int, str, str | None]],
    *,
    threads: int,
    ahead: int = 2,
) -> Generator[tuple[int, Page], None, None]:
    """Yield the pages of several *ranges* (number, after, until) as they arrive, with their range's number.

    The pages of one range come in order; the last one has ``next`` None. At most *threads* ranges are listed at once,
    in the order given, and at most ``threads * ahead`` pages are held. Raises the first error of the bucket and stops
    then; closing stops as for `list_pages`.
    """
    listed = [ListedRange(*one) for one in ranges]
    channel = _Channel(max(1, threads) * max(1, ahead), listed)
    workers = [
        threading.Thread(target=_list_ranges, args=(bucket, prefix, channel), name="ossrec-list", daemon=True)
        for _ in range(min(max(1, threads), len(listed)))
    ]
    channel.active_workers = len(workers)
    timeout = CLOSE_TIMEOUT
    try:
        for worker in workers:
            worker.start()
        while (item := channel.get()) is not None:
            yield item
    except KeyboardInterrupt:
        timeout = 0.0  # the user pressed Ctrl-C twice, and does not want to wait for a server
        raise
    finally:
        channel.stop()
        deadline = time.monotonic() + timeout
        for worker in workers:
            if worker.ident is not None:
                worker.join(max(0.0, deadline - time.monotonic()))


def count_empty_pages(bucket: Bucket, page: Page, before: int) -> int:
    """Return the number of empty pages in a row, with *before* of them ahead of *page*.

    Raises ListingDamaged when there are `MAX_EMPTY_PAGES`: a server that always announces another page would keep a
    listing going without end.
    """
    if page.objects or page.skipped or page.next is None:
        return 0
    if before + 1 < MAX_EMPTY_PAGES:
        return before + 1
    problem = f"{bucket.name}: listing: {MAX_EMPTY_PAGES} empty pages in a row, each announcing another"
    raise ListingDamaged(f"{problem}: try again later, and check that the endpoint is OSS's own")


class _Channel:
    """A bounded queue of pages between listing threads and the caller, with the ranges not listed yet."""

    def __init__(self, capacity: int, ranges: list[ListedRange]) -> None:
        self.active_workers = 0  # threads that may still put pages
        self._ranges = deque(ranges)
        self._capacity = capacity
        self._items: deque[tuple[int, Page]] = deque()
        self._error: BaseException | None = None
        self._stopped = False
        self._changed = threading.Condition()

    def next_range(self) -> ListedRange | None:
        """Remove and return the next range to list, None when none is left."""
        with self._changed:
            return self._ranges.popleft() if self._ranges and not self._stopped else None

    def put(self, item: tuple[int, Page]) -> bool:
        """Add a page once there is room; return False after `stop`."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._capacity)
            if not self._stopped:
                self._items.append(item)
                self._changed.notify_all()
            return not self._stopped

    def worker_done(self, error: BaseException | None) -> None:
        """Record that a thread puts no more pages, and its error if it failed."""
        with self._changed:
            self.active_workers -= 1
            if error is not None:
                self._error = self._error or error
                self._stopped = True  # the other threads stop too, so that the caller soon gets the error
            self._changed.notify_all()

    def get(self) -> tuple[int, Page] | None:
        """Remove and return the next page, None after the last; raises a thread's error after the pages at hand."""
        with self._changed:
            # A signal that arrives just before the wait starts is handled when the wait ends.
            while not self._changed.wait_for(lambda: self._items or self._error or not self.active_workers, _POLL):
                pass
            if self._items:
                self._changed.notify_all()
                return self._items.popleft()
            if self._error is not None:
                raise self._error
            return None

    def stop(self) -> None:
        """Make every thread end at its next step."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


def _list_ranges(bucket: Bucket, prefix: str, channel: _Channel) -> None:
    """List one range after the other into *channel*."""
    error: BaseException | None = None
    try:
        while (keys := channel.next_range()) is not None:
            cursor: Cursor | None = Cursor(keys.after)
            empty = 0
            while cursor is not None:
                page = bucket.page(prefix, cursor, until=keys.until)
                cursor, empty = page.next, count_empty_pages(bucket, page, empty)
                if not channel.put((keys.number, page)):
                    return
    except BaseException as caught:  # raised again on the caller's thread
        error = caught
    finally:
        channel.worker_done(error)
