"""List ranges of keys, on several threads when pages take time to arrive, else on the caller's own.

A thread that lists ahead hides the network latency of a page. Without latency, as with a folder or a server nearby, the
thread only competes with the caller for the interpreter lock, and each page moves from one core to another. That costs
a quarter of the speed.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing

from ossrec.buckets.parallel_listing import ListedRange, count_empty_pages, interleave
from ossrec.buckets.protocol import Bucket
from ossrec.model import Cursor, Page

SLOW_PAGE = 0.003  # seconds of waiting for a page from which threads are worthwhile
IN_A_ROW = 3  # slow pages before threads are used; a busy machine delays a page now and then

Timer = Callable[[], float]


def list_ranges(
    bucket: Bucket,
    prefix: str,
    ranges: Iterable[tuple[int, str, str | None]],
    *,
    threads: int,
    wall: Timer = time.perf_counter,
    cpu: Timer = time.thread_time,
) -> Generator[tuple[int, Page], None, None]:
    """Yield the pages of several *ranges* (number, after, until) with their range's number, as `interleave` does.

    Listing starts on the caller's thread, one range after the other, and continues on *threads* once several pages in
    a row were slow. *wall* and *cpu* return the seconds of real time and of CPU time of this thread.
    """
    remaining = deque(ListedRange(*one) for one in ranges)
    slow = 0
    while remaining:
        keys = remaining.popleft()
        cursor: Cursor | None = Cursor(keys.after)
        empty = 0
        while cursor is not None:
            if slow == IN_A_ROW:
                unlisted = [keys._replace(after=cursor.after), *remaining]
                with closing(interleave(bucket, prefix, unlisted, threads=threads)) as listing:
                    yield from listing
                return
            started = wall() - cpu()
            page = bucket.page(prefix, cursor, until=keys.until)
            slow = slow + 1 if wall() - cpu() - started > SLOW_PAGE else 0
            cursor, empty = page.next, count_empty_pages(bucket, page, empty)
            yield keys.number, page
