"""Listing ahead gives the same pages sooner, and leaves no thread behind."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ossrec.buckets.adaptive_listing import list_ranges
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.parallel_listing import MAX_EMPTY_PAGES, interleave, list_pages
from ossrec.buckets.protocol import START
from ossrec.errors import BucketBusy, Interrupted, ListingDamaged
from ossrec.model import Body, BucketAddress, Cursor, ObjectInfo, Page
from tests.buckets.sample_buckets import all_keys, write_files
from tests.running import PATIENCE


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Numbered:
    """A bucket of ``0000`` to ``9999``, ten to a page, that counts its pages and may fail, or wait."""

    name = "oss://numbered"
    clock_ahead = None
    address = BucketAddress("numbered")

    def __init__(self, fails_at: str = "", opens: threading.Event | None = None) -> None:
        self.fails_at = fails_at
        self.opens = opens
        self.asked: list[str] = []
        self.reached = threading.Semaphore(0)

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        self.asked.append(cursor.after)
        self.reached.release()
        if self.opens:
            self.opens.wait(PATIENCE)
        if self.fails_at and cursor.after >= self.fails_at:
            raise BucketBusy(f"failed at {cursor.after}")
        first = int(cursor.after or -1) + 1
        last = min(first + 9, int(until or 9999))
        objects = [ObjectInfo(f"{n:04}", 0, 0, "") for n in range(first, last + 1)]
        return Page(objects, None if last == int(until or 9999) else Cursor(f"{last:04}"))

    def read(self, key: str, *, limit: int) -> Body:
        raise NotImplementedError

    def read_range(self, key: str, start: int, stop: int) -> Body:
        raise NotImplementedError


Way = Callable[[Numbered], Iterator[tuple[int, Page]]]


def keys_of(listing: Iterator[Page]) -> list[str]:
    return [item.key for page in listing for item in page.objects]


def test_the_pages_are_those_of_the_bucket(tmp_path: Path) -> None:
    write_files(tmp_path, {f"{n % 5}/{n:04}": b"" for n in range(1200)})
    bucket = LocalBucket(str(tmp_path))
    assert keys_of(list_pages(bucket)) == all_keys(bucket)
    assert keys_of(list_pages(bucket, "1/", "1/0500", "1/0900")) == all_keys(bucket, "1/", "1/0500", "1/0900")


def test_only_so_many_pages_are_fetched_ahead() -> None:
    bucket = Numbered()
    listing = list_pages(bucket, ahead=2)
    next(listing)
    for _ in range(4):  # the one given, the two that wait, the one in the thread's hand
        assert bucket.reached.acquire(timeout=PATIENCE)
    assert not bucket.reached.acquire(timeout=0.05)
    listing.close()


def test_nothing_is_asked_before_the_first_page_is() -> None:
    bucket = Numbered()
    list_pages(bucket).close()
    assert bucket.asked == []


def test_an_error_comes_after_the_pages_before_it() -> None:
    listing = list_pages(Numbered(fails_at="0029"))
    assert [next(listing).objects[0].key for _ in range(3)] == ["0000", "0010", "0020"]
    with pytest.raises(BucketBusy, match="failed at 0029"):
        next(listing)


def test_closing_while_a_request_is_under_way_is_prompt_and_its_page_is_dropped() -> None:
    opens = threading.Event()
    bucket = Numbered(opens=opens)
    listing = list_pages(bucket)
    caller = threading.Thread(target=lambda: next(listing, None))
    caller.start()
    assert bucket.reached.acquire(timeout=PATIENCE)
    opens.set()
    caller.join()
    opens.clear()
    assert bucket.reached.acquire(timeout=PATIENCE)
    closer = threading.Timer(0.05, opens.set)  # the request ends after closing began
    closer.start()
    listing.close()
    closer.join()
    assert list(listing) == []


def test_an_exception_in_the_callers_work_stops_the_thread() -> None:
    def work(_: Page) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(map(work, list_pages(Numbered())))


def test_an_interruption_reaches_the_caller() -> None:
    class Stopped(Numbered):
        def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
            raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        list(list_pages(Stopped()))


@pytest.mark.parametrize("threads", [1, 2, 3, 9])
def test_ranges_are_listed_side_by_side_each_in_order(threads: int) -> None:
    bounds = ["", "0123", "0456", "0789", None]
    ranges = [(n, str(bounds[n]), bounds[n + 1]) for n in range(4)]
    found: dict[int, list[str]] = {n: [] for n in range(4)}
    ended = []
    for number, page in interleave(Numbered(), "", ranges, threads=threads):
        found[number] += [item.key for item in page.objects]
        ended += [number] if page.next is None else []
    assert sorted(ended) == [0, 1, 2, 3]
    assert [key for number in range(4) for key in found[number]] == [f"{n:04}" for n in range(10_000)]


def test_several_ranges_are_under_way_at_once() -> None:
    opens = threading.Event()
    bucket = Numbered(opens=opens)
    listing = interleave(bucket, "", [(0, "", "0005"), (1, "4999", "5005")], threads=2)
    done: list[int] = []
    caller = threading.Thread(target=lambda: done.extend(number for number, _ in listing))
    caller.start()
    assert all(bucket.reached.acquire(timeout=PATIENCE) for _ in range(2))  # both wait at once
    opens.set()
    caller.join()
    assert sorted(done) == [0, 1]


def test_an_error_in_one_range_ends_them_all() -> None:
    class Endless(Numbered):
        def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
            if until is None:
                raise BucketBusy("failed")
            return Page([], Cursor("0"))

    with pytest.raises(BucketBusy):
        list(interleave(Endless(), "", [(0, "", "1"), (1, "1", None)], threads=2))


class Barren(Numbered):
    """As often as *pages* in a row, a page with nothing that leads to another; then all at once, and so on."""

    def __init__(self, list_pages: int) -> None:
        super().__init__()
        self.pages = list_pages

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        if (len(self.asked) + 1) % (self.pages + 1):
            self.asked.append(cursor.after)
            return Page([], Cursor(cursor.after, f"t{len(self.asked)}"))
        return super().page(prefix, Cursor(cursor.after), until=until)


WAYS = {
    "ahead": lambda bucket: interleave(bucket, "", [(0, "", "0029")], threads=1),
    "at once": lambda bucket: list_ranges(bucket, "", [(0, "", "0029")], threads=1, wall=float, cpu=float),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_pages_without_anything_do_not_go_on_for_ever(way: Way) -> None:
    bucket = Barren(10**9)
    with pytest.raises(ListingDamaged, match="100 empty pages in a row"):
        list(way(bucket))
    assert len(bucket.asked) == MAX_EMPTY_PAGES


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_some_pages_without_anything_are_borne_again_and_again(way: Way) -> None:
    found = [item.key for _, page in way(Barren(MAX_EMPTY_PAGES - 1)) for item in page.objects]
    assert found == [f"{n:04}" for n in range(30)]


def test_whoever_insists_on_stopping_waits_for_no_request() -> None:
    opens = threading.Event()
    bucket = Numbered(opens=opens)
    listing = interleave(bucket, "", [(0, "", None)], threads=1)
    with pytest.raises(KeyboardInterrupt):
        interrupted(listing, bucket)
    assert [one for one in threading.enumerate() if one.name == "ossrec-list"]
    opens.set()
    for one in threading.enumerate():
        if one.name == "ossrec-list":
            one.join()


def interrupted(listing: Iterator[object], bucket: Numbered) -> None:
    """Ask for the next page and be interrupted while it is on its way."""

    def interrupt() -> None:
        assert bucket.reached.acquire(timeout=PATIENCE)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    waker = threading.Thread(target=interrupt)
    waker.start()
    try:
        next(listing)
    finally:
        waker.join()


def test_no_ranges_give_no_pages() -> None:
    assert list(interleave(Numbered(), "", [], threads=4)) == []
