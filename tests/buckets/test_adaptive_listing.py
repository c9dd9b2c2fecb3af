"""Threads are used only for slow pages, and the pages are the same either way."""

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ossrec.buckets.adaptive_listing import IN_A_ROW, list_ranges
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import START
from ossrec.model import Cursor, Page

KEYS = [f"{letter}{number}" for letter in "abc" for number in range(9)]
RANGES = [(0, "", "a8"), (1, "a8", "b8"), (2, "b8", None)]


class Small(LocalBucket):
    """Pages of two objects; remembers which threads asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.threads: list[str] = []

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        self.threads.append(threading.current_thread().name)
        page = super().page(prefix, cursor, until=until)
        some = page.objects[:2]
        return page if len(page.objects) <= 2 else Page(some, Cursor(some[-1].key), page.skipped)


@pytest.fixture
def bucket(tmp_path: Path) -> Small:
    for key in KEYS:
        (tmp_path / key).touch()
    return Small(tmp_path)


def a_clock(step: float) -> Iterator[float]:
    """A clock that goes on by *step* each time it is looked at."""
    return (step * tick for tick in count())


def listed(bucket: Small, step: float) -> list[tuple[int, str]]:
    clock = a_clock(step)
    pages = list_ranges(bucket, "", RANGES, threads=2, wall=lambda: next(clock), cpu=lambda: 0.0)
    return [(number, one.key) for number, page in pages for one in page.objects]


def test_a_bucket_that_answers_at_once_is_listed_without_threads(bucket: Small) -> None:
    assert [key for _, key in listed(bucket, 0.001)] == KEYS
    assert set(bucket.threads) == {threading.current_thread().name}


def test_a_bucket_that_lets_wait_is_listed_ahead(bucket: Small) -> None:
    found = listed(bucket, 0.1)
    assert sorted(key for _, key in found) == KEYS
    assert bucket.threads[:IN_A_ROW] == [threading.current_thread().name] * IN_A_ROW
    assert threading.current_thread().name not in bucket.threads[IN_A_ROW:]


@pytest.mark.parametrize("step", [0.001, 0.1], ids=["without threads", "with threads"])
def test_each_range_comes_in_order_and_whole(bucket: Small, step: float) -> None:
    found = listed(bucket, step)
    for number, letter in enumerate("abc"):
        assert [key for at, key in found if at == number] == [key for key in KEYS if key[0] == letter]


def test_closing_it_ends_its_threads(bucket: Small) -> None:
    clock = a_clock(0.1)
    pages = list_ranges(bucket, "", RANGES, threads=2, wall=lambda: next(clock), cpu=lambda: 0.0)
    for _ in range(IN_A_ROW + 1):
        next(pages)
    pages.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("ossrec-list")]
