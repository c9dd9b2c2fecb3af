"""The first half of a scan: every page of the listing into the catalog, resumable after each."""

import gc
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager

from ossrec.buckets.adaptive_listing import list_ranges
from ossrec.buckets.protocol import Bucket
from ossrec.catalog.connection.transactions import batches, transaction
from ossrec.catalog.key_ranges import stretch
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.scans import Scan, ScanRange, advance, count, end_listing, note_skipped
from ossrec.jobs.session.signals import StopRequest
from ossrec.model import Page

_COMMIT_EVERY = 0.1  # seconds; a bucket that is far away takes about that for a page or two
_COLLECT_EVERY = 50  # pages


def list_bucket(
    conn: sqlite3.Connection,
    bucket: Bucket,
    scan: Scan,
    intake: Ingest,
    stop: StopRequest,
    *,
    threads: int,
    listed: Callable[[int], None],
) -> None:
    """List what the scan has not listed yet; *listed* is told the number of objects after each page.

    A page is committed together with where to go on, a few of them at once when they come fast.
    Raises Interrupted between two pages, BucketError when the bucket fails; both leave the
    catalog resumable.
    """
    # A row of `objects` refers to a stem that was looked up a moment ago: checking that again would cost
    # a third of the time.
    conn.execute("PRAGMA foreign_keys = OFF")
    ranges = {r.number: r for r in scan.ranges if not r.done}
    with (
        closing(_pages(bucket, scan.prefix, list(ranges.values()), threads)) as pages,
        batches(conn, _COMMIT_EVERY) as commit_now_and_then,
        _collecting_seldom() as collect_now_and_then,
    ):
        for number, page in pages:
            ranges[number] = _keep(conn, scan, intake, ranges[number], page)
            commit_now_and_then()
            collect_now_and_then()
            listed(len(page.objects))
            stop.check()
    with transaction(conn):
        intake.mark_due(end_listing(conn, scan))
    conn.execute("PRAGMA foreign_keys = ON")


def _keep(conn: sqlite3.Connection, scan: Scan, intake: Ingest, at: ScanRange, page: Page) -> ScanRange:
    """Take one page in; gives where its range stands then."""
    position = page.objects[-1].key if page.objects else at.position
    taken = intake.take(page.objects, stretch(scan.prefix, at.position, position))
    if page.next is None:  # nothing follows: what the catalog has there is absent
        intake.take((), stretch(scan.prefix, position, at.stop))
    note_skipped(conn, scan, page.skipped)
    advance(conn, scan, at.number, position, done=page.next is None)
    count(conn, scan, len(page.objects), taken)
    return at._replace(position=position, done=page.next is None)


@contextmanager
def _collecting_seldom() -> Iterator[Callable[[], None]]:
    """Cyclic garbage is collected every so many pages, not after every few hundred objects of one.

    The thousands of tuples of a page are no garbage, and looking through them takes a tenth of the time.
    """
    pages = 0

    def collect_now_and_then() -> None:
        nonlocal pages
        pages += 1
        if pages % _COLLECT_EVERY == 0:
            gc.collect()

    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield collect_now_and_then
    finally:
        if was_enabled:
            gc.enable()


def _pages(
    bucket: Bucket, prefix: str, ranges: list[ScanRange], threads: int
) -> Generator[tuple[int, Page], None, None]:
    wanted = [(r.number, r.position, r.stop) for r in ranges]
    return list_ranges(bucket, prefix, wanted, threads=threads)
