"""Listing with as many threads as there is waiting to fill, and none when there is nothing to wait for.

A thread that lists ahead hides the time that a page takes on the way. When there is none, as with a folder or a
server next door, it only gets in the way of the caller: both hold the interpreter lock most of the time, and each
page is made on one core and worked on at another. That costs a quarter of the speed.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing

from ossrec.buckets.parallel_listing import ListedRange, count_empty, interleave
from ossrec.buckets.protocol import Bucket
from ossrec.model import Cursor, Page

WAIT = 0.003  # seconds for a page without computing, from which on threads pay
IN_A_ROW = 3  # pages that must take so long; a busy machine delays one now and then

Timer = Callable[[], float]


def list_ranges(
    bucket: Bucket,
    prefix: str,
    ranges: Iterable[tuple[int, str, str | None]],
    *,
    threads: int,
    wall: Timer = time.perf_counter,
    computing: Timer = time.thread_time,
) -> Generator[tuple[int, Page], None, None]:
    """The pages of several *ranges* (number, after, until), each with its range's number; as `interleave` gives them.

    It begins on the caller's own thread, one range after the other, and goes over to *threads* when
    the bucket lets it wait.
    """
    left = deque(ListedRange(*one) for one in ranges)
    slow = 0
    while left:
        shard = left.popleft()
        cursor: Cursor | None = Cursor(shard.after)
        empty = 0
        while cursor is not None:
            if slow == IN_A_ROW:
                rest = [shard._replace(after=cursor.after), *left]
                with closing(interleave(bucket, prefix, rest, threads=threads)) as listing:
                    yield from listing
                return
            began = wall() - computing()
            page = bucket.page(prefix, cursor, until=shard.until)
            slow = slow + 1 if wall() - computing() - began > WAIT else 0
            cursor, empty = page.next, count_empty(bucket, page, empty)
            yield shard.number, page
