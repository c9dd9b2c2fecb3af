"""A scan holds a few pages and playlists in memory at a time, whatever the size of the bucket."""

import gc
import math
import sys
import threading
import weakref
from bisect import bisect_right
from pathlib import Path

import pytest

from ossrec.buckets import adaptive_listing
from ossrec.buckets.protocol import START
from ossrec.catalog.store import stems
from ossrec.errors import AccessDenied
from ossrec.jobs.scan.report import ScanOptions, ScanState
from ossrec.jobs.scan.scan import scan_bucket
from ossrec.model import Body, BucketAddress, Cursor, ObjectInfo, Page
from tests.scan.bucket_maker import DAY, playlist, segment, stem
from tests.scan.memory_bucket import Stored
from tests.scan.scanning import scan

SEGMENTS = 4
PER_PAGE = 10  # recordings
KEYS = SEGMENTS + 1  # of a recording
SEGMENT = Stored(b"G" * 188, DAY)


class Objects(list[ObjectInfo]):
    """The objects of a page, as a list that a weak reference can point to."""

    __slots__ = ("__weakref__",)


class Endless:
    """A bucket that makes pages and playlists on request, and counts how many exist at once."""

    name = "oss://endless"
    clock_ahead = None
    address = BucketAddress("endless")

    def __init__(self, pages: int) -> None:
        self._keys = range(pages * PER_PAGE * KEYS)  # their numbers; a key is made of its number
        self._lock = threading.Lock()
        self._living: list[weakref.ref[Objects]] = []
        self._reading = 0
        self.most_pages = 0
        self.most_reading = 0

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        assert (prefix, until) == ("", None), "this bucket lists all keys, in one range"
        first = bisect_right(self._keys, cursor.after, key=_key)
        numbers = self._keys[first : first + PER_PAGE * KEYS]
        objects = Objects(SEGMENT.info(_key(number)) for number in numbers)
        with self._lock:
            self._living = [*(one for one in self._living if one() is not None), weakref.ref(objects)]
            self.most_pages = max(self.most_pages, len(self._living))
        return Page(objects, None if numbers[-1] == self._keys[-1] else Cursor(objects[-1].key))

    def read(self, key: str, *, limit: int) -> Body:
        with self._lock:
            self._reading += 1
            self.most_reading = max(self.most_reading, self._reading)
        data = playlist(_keys(key.removesuffix(".m3u8"))[1:]).encode()
        with self._lock:
            self._reading -= 1
        return Body(data, len(data), SEGMENT.etag, DAY)

    def read_range(self, key: str, start: int, stop: int) -> Body:
        raise NotImplementedError


class Shut(Endless):
    """A bucket that denies access to its playlists."""

    def read(self, key: str, *, limit: int) -> Body:
        raise AccessDenied(f"{key}: no")


def _keys(of: str) -> list[str]:
    """Return the keys of a recording in byte order."""
    return [f"{of}.m3u8", *(segment(of, at) for at in range(SEGMENTS))]


def _key(number: int) -> str:
    """Return the key at a position in the listing, from 0."""
    return _keys(stem(number // KEYS))[number % KEYS]


class Watching:
    """Progress that counts the allocated memory blocks after given numbers of pages, listed and judged."""

    def __init__(self, *pages: int) -> None:
        self._wanted = {("listing", at * PER_PAGE * KEYS) for at in pages}
        self._wanted |= {("checking", at * PER_PAGE) for at in pages}
        self.blocks: dict[str, list[int]] = {"listing": [], "checking": []}

    def __call__(self, state: ScanState) -> None:
        if (state.phase, state.objects if state.phase == "listing" else state.checked) in self._wanted:
            gc.collect()
            self.blocks[state.phase].append(sys.getallocatedblocks())


# What a bucket's response time decides otherwise: from how many seconds a page threads list ahead, and the pages held.
LISTING = {
    "on the caller's thread": (math.inf, 3),  # being made, in use, and the one before it
    "ahead, on a thread": (-1.0, 7),  # the same, and four that wait: two for each of two threads
}


@pytest.mark.parametrize(("wait", "pages"), LISTING.values(), ids=LISTING)
def test_the_memory_of_a_scan_does_not_grow_with_the_bucket(
    catalog: Path, monkeypatch: pytest.MonkeyPatch, wait: float, pages: int
) -> None:
    monkeypatch.setattr(stems, "_CACHE", 50)
    monkeypatch.setattr(adaptive_listing, "SLOW_PAGE", wait)
    bucket, watching = Endless(60), Watching(10, 60)

    summary = scan_bucket(bucket, catalog, ScanOptions(threads=2), watching)

    assert (summary.objects, summary.verdicts) == (3000, {"complete": 600})
    assert bucket.most_pages <= pages
    assert bucket.most_reading <= 2
    for first, last in watching.blocks.values():
        assert last - first < 500  # fewer than one block for each of 500 recordings


def test_the_warnings_of_a_summary_are_bounded(catalog: Path) -> None:
    summary = scan(Shut(120), catalog)
    assert summary.verdicts == {"unknown": 1200}
    assert len(summary.warnings) == 1001
    assert summary.warnings[-1].startswith("and 200 more")
