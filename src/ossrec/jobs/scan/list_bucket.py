"""The first half of a scan: store every page of the listing in the catalog, resumable after each page."""

import gc
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager

from ossrec.buckets.adaptive_listing import list_ranges
from ossrec.buckets.protocol import Bucket
from ossrec.catalog.connection.transactions import batches, transaction
from ossrec.catalog.key_ranges import key_range
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.scans import Scan, ScanRange, add_counts, end_listing, save_position, save_skipped
from ossrec.jobs.session.signals import StopRequest
from ossrec.model import Page

_COMMIT_EVERY = 0.1  # seconds; a distant bucket sends one or two pages in that time
_COLLECT_EVERY = 50  # pages


def list_bucket(
    conn: sqlite3.Connection,
    bucket: Bucket,
    scan: Scan,
    ingest: Ingest,
    stop: StopRequest,
    *,
    threads: int,
    listed: Callable[[int], None],
) -> None:
    """List the rest of the bucket; *listed* is called with the number of objects after each page.

    A page is committed together with the position after it; fast pages share a transaction. Raises Interrupted
    between two pages and BucketError if the bucket fails; in both cases the scan can be resumed.
    """
    # The stems that rows of `objects` refer to were just found or inserted; the check would take a third of the time.
    conn.execute("PRAGMA foreign_keys = OFF")
    ranges = {r.number: r for r in scan.ranges if not r.done}
    with (
        closing(_pages(bucket, scan.prefix, list(ranges.values()), threads)) as pages,
        batches(conn, _COMMIT_EVERY) as commit_now_and_then,
        _rare_garbage_collection() as collect_now_and_then,
    ):
        for number, page in pages:
            ranges[number] = _store_page(conn, scan, ingest, ranges[number], page)
            commit_now_and_then()
            collect_now_and_then()
            listed(len(page.objects))
            stop.check()
    with transaction(conn):
        ingest.mark_due(end_listing(conn, scan))
    conn.execute("PRAGMA foreign_keys = ON")


def _store_page(conn: sqlite3.Connection, scan: Scan, ingest: Ingest, at: ScanRange, page: Page) -> ScanRange:
    """Store one page; returns its range with the new position."""
    position = page.objects[-1].key if page.objects else at.position
    taken = ingest.store_page(page.objects, key_range(scan.prefix, at.position, position))
    if page.next is None:  # the end of the range: objects that the catalog has behind it are absent
        ingest.store_page((), key_range(scan.prefix, position, at.stop))
    save_skipped(conn, scan, page.skipped)
    save_position(conn, scan, at.number, position, done=page.next is None)
    add_counts(conn, scan, len(page.objects), taken)
    return at._replace(position=position, done=page.next is None)


@contextmanager
def _rare_garbage_collection() -> Iterator[Callable[[], None]]:
    """Collect cyclic garbage after every 50 pages instead of every few hundred objects.

    The tuples of a page are no garbage, and visiting them takes a tenth of the time.
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
    rest = [(one.number, one.position, one.stop) for one in ranges]
    return list_ranges(bucket, prefix, rest, threads=threads)
