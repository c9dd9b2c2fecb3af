"""Listing ahead of whoever works on the pages, on a thread of its own or, by ranges of keys, on several."""

import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.errors import ListingDamaged
from ossrec.model import Cursor, Page

MOST_EMPTY = 100  # pages in a row; OSS gives a few where many objects were deleted
PATIENCE = 2.0  # seconds that closing waits for requests under way; their threads are daemons
_GLANCE = 1.0  # seconds


class ListedRange(NamedTuple):
    """A range of keys that is listed by itself."""

    number: int
    after: str  # exclusive; "" is the start
    until: str | None  # inclusive; None is the end


def pages(
    bucket: Bucket, prefix: str = "", after: str = "", until: str | None = None, *, ahead: int = 2
) -> Generator[Page, None, None]:
    """The pages of a listing in order, up to *ahead* of them fetched while the caller works on one.

    Raises what the bucket raises, after the pages before. Closing the iterator, or leaving it to be
    collected, stops the thread; so does an exception.
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
    """The pages of several *ranges* (number, after, until) as they come, each with its range's number.

    The pages of one range come in order; its last has ``next`` None. At most *threads* ranges are
    under way at once, the first of *ranges* first, and at most ``threads * ahead`` pages wait.
    Raises what the bucket raises for any of them, and stops then; closing stops as `pages` does.
    """
    shards = [ListedRange(*one) for one in ranges]
    channel = _Channel(max(1, threads) * max(1, ahead), shards)
    workers = [
        threading.Thread(target=_list_shards, args=(bucket, prefix, channel), name="ossrec-list", daemon=True)
        for _ in range(min(max(1, threads), len(shards)))
    ]
    channel.working = len(workers)
    patience = PATIENCE
    try:
        for worker in workers:
            worker.start()
        while (item := channel.get()) is not None:
            yield item
    except KeyboardInterrupt:
        patience = 0.0  # whoever insists does not want to wait for a server
        raise
    finally:
        channel.stop()
        deadline = time.monotonic() + patience
        for worker in workers:
            if worker.ident is not None:
                worker.join(max(0.0, deadline - time.monotonic()))


def count_empty(bucket: Bucket, page: Page, before: int) -> int:
    """How many pages in a row brought nothing: *before*, and *page*.

    Raises ListingDamaged at the `MOST_EMPTY`-th: a server that always names another page would keep
    a listing going for ever.
    """
    if page.objects or page.skipped or page.next is None:
        return 0
    if before + 1 < MOST_EMPTY:
        return before + 1
    said = f"{bucket.name}: listing: {MOST_EMPTY} pages in a row were empty and named another"
    raise ListingDamaged(f"{said}: try again later, and check that the endpoint is OSS's own")


class _Channel:
    """What the listing threads and the caller share: shards still to list, and pages that wait."""

    def __init__(self, room: int, shards: list[ListedRange]) -> None:
        self.working = 0  # threads that may still bring pages
        self._shards = deque(shards)
        self._room = room
        self._items: deque[tuple[int, Page]] = deque()
        self._error: BaseException | None = None
        self._stopped = False
        self._changed = threading.Condition()

    def take_shard(self) -> ListedRange | None:
        """The next range to list, None when there is nothing more to do."""
        with self._changed:
            return self._shards.popleft() if self._shards and not self._stopped else None

    def put(self, item: tuple[int, Page]) -> bool:
        """Leave a page when there is room; False when nobody wants pages any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._room)
            if not self._stopped:
                self._items.append(item)
                self._changed.notify_all()
            return not self._stopped

    def leave(self, error: BaseException | None) -> None:
        """Say that a thread brings no more pages, with the reason when it is an error."""
        with self._changed:
            self.working -= 1
            if error is not None:
                self._error = self._error or error
                self._stopped = True  # nobody brings anything more, so that it is soon heard
            self._changed.notify_all()

    def get(self) -> tuple[int, Page] | None:
        """The next page, None after the last one; raises what a thread met, after the pages that wait."""
        with self._changed:
            # A signal that comes just before the wait begins is heard when it ends.
            while not self._changed.wait_for(lambda: self._items or self._error or not self.working, _GLANCE):
                pass
            if self._items:
                self._changed.notify_all()
                return self._items.popleft()
            if self._error is not None:
                raise self._error
            return None

    def stop(self) -> None:
        """Let every thread end at its next step."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


def _list_shards(bucket: Bucket, prefix: str, channel: _Channel) -> None:
    """List one range after the other into *channel*."""
    error: BaseException | None = None
    try:
        while (shard := channel.take_shard()) is not None:
            cursor: Cursor | None = Cursor(shard.after)
            empty = 0
            while cursor is not None:
                page = bucket.page(prefix, cursor, until=shard.until)
                cursor, empty = page.next, count_empty(bucket, page, empty)
                if not channel.put((shard.number, page)):
                    return
    except BaseException as caught:  # it belongs to the caller's thread
        error = caught
    finally:
        channel.leave(error)
