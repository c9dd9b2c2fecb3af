"""A scan holds a few pages and playlists at a time, however many there are."""

import gc
import sys
import threading
import weakref
from pathlib import Path

import pytest

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
SEGMENT = Stored(b"G" * 188, DAY)


class Objects(list[ObjectInfo]):
    """The objects of a page; unlike a plain list they can be watched."""

    __slots__ = ("__weakref__",)


class Endless:
    """A bucket whose pages and playlists are made when they are asked for; counts how many there are at once."""

    name = "oss://endless"
    clock_ahead = None
    address = BucketAddress("endless")

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._lock = threading.Lock()
        self._living: list[weakref.ref[Objects]] = []
        self._reading = 0
        self.most_pages = 0
        self.most_reading = 0

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        number = int(cursor.token or 0)
        names = map(stem, range(number * PER_PAGE, (number + 1) * PER_PAGE))
        objects = Objects(SEGMENT.info(key) for of in names for key in _keys(of))
        with self._lock:
            self._living = [*(one for one in self._living if one() is not None), weakref.ref(objects)]
            self.most_pages = max(self.most_pages, len(self._living))
        return Page(objects, None if number + 1 == self._pages else Cursor(objects[-1].key, str(number + 1)))

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
    """One whose playlists nobody may read."""

    def read(self, key: str, *, limit: int) -> Body:
        raise AccessDenied(f"{key}: no")


def _keys(of: str) -> list[str]:
    return [f"{of}.m3u8", *(segment(of, at) for at in range(SEGMENTS))]


class Watching:
    """Progress that counts what Python holds in memory when so many pages were listed or judged."""

    def __init__(self, *pages: int) -> None:
        self._wanted = {("listing", at * PER_PAGE * (SEGMENTS + 1)) for at in pages}
        self._wanted |= {("checking", at * PER_PAGE) for at in pages}
        self.blocks: dict[str, list[int]] = {"listing": [], "checking": []}

    def __call__(self, state: ScanState) -> None:
        if (state.phase, state.objects if state.phase == "listing" else state.checked) in self._wanted:
            gc.collect()
            self.blocks[state.phase].append(sys.getallocatedblocks())


def test_what_a_scan_holds_does_not_grow_with_the_bucket(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "_CACHE", 50)
    bucket, watching = Endless(60), Watching(10, 60)

    summary = scan_bucket(bucket, catalog, ScanOptions(threads=2), watching)

    assert (summary.objects, summary.verdicts) == (3000, {"complete": 600})
    assert bucket.most_pages <= 6  # fetched ahead, being fetched, in hand, and one about to be collected
    assert bucket.most_reading <= 2
    for first, last in watching.blocks.values():
        assert last - first < 500  # one more for each of 500 recordings were too many


def test_a_bucket_of_playlists_that_nobody_may_read_does_not_fill_the_summary(catalog: Path) -> None:
    summary = scan(Shut(120), catalog)
    assert summary.verdicts == {"unknown": 1200}
    assert len(summary.warnings) == 1001
    assert summary.warnings[-1].startswith("and 200 more")
