"""Generate a large bucket of recordings from a fixed seed, and its complete listing.

The entries of the listing are written to a temporary file, in byte order of key, about 360 bytes each, and the
file is mapped into memory. So a page is a slice of it, wherever it begins.
"""

import hashlib
import mmap
import random
import re
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import BinaryIO, NamedTuple

SEGMENTS = (600, 840)  # of a recording: minimum and maximum
BLOCK = 1000  # keys from one that the bisection knows to the next
DAYS = 20
FIRST_DAY = int(datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp() * 1000)
ENTRY = """\
  <Contents>
    <Key>{}</Key>
    <LastModified>{}.000Z</LastModified>
    <ETag>"{}"</ETag>
    <Type>Normal</Type>
    <Size>{}</Size>
    <StorageClass>Standard</StorageClass>
  </Contents>
"""
KEY = re.compile(rb"<Key>([^<]+)</Key>")
_DIGITS_ONLY = str.maketrans("", "", "-T:")


class Recording(NamedTuple):
    """A recording; its objects are derived from these values."""

    folder: str  # with the final slash
    stem: str  # of its file names
    begun: int  # Unix ms
    segments: int


class Segment(NamedTuple):
    """A segment of a recording."""

    name: str  # of its file
    begun: int  # Unix ms
    duration: int  # ms


class Entry(NamedTuple):
    """An object of the listing."""

    key: str
    modified: int  # Unix seconds
    etag: str
    size: int


def make_recordings(keys: int) -> Iterator[Recording]:
    """Yield recordings with *keys* objects in total, folder by folder: half of them mixed, half of single users."""
    draw = random.Random(keys)
    left, identity = keys, ("", "")
    while left > 0:
        count = left - 1 if left < 2 * SEGMENTS[0] else draw.randint(*SEGMENTS)
        day = (keys - left) * DAYS // keys
        joins = draw.random() < 0.25 and identity[0]  # another user of the previous task
        if not joins:
            identity = (f"{draw.getrandbits(148):037x}", f"room{draw.choice('-_')}{draw.randint(1, 99_999)}")
        user = f"__uid_s_{draw.randint(10**9, 2**32)}__uid_e" if joins or draw.random() < 0.33 else ""
        begun = FIRST_DAY + day * 86_400_000 + draw.randint(0, 10**7)
        folder = datetime.fromtimestamp(begun / 1000, UTC).strftime("recordings/%Y/%m/%d/")
        yield Recording(folder, f"rid_{identity[0]}_{identity[1]}{user}", begun, count)
        left -= count + 1


def make_segments(recording: Recording) -> list[Segment]:
    """Return the segments of a recording, the same for every call."""
    draw = random.Random(recording.stem)
    at, segments = recording.begun, list[Segment]()
    for _ in range(recording.segments):
        seconds, milliseconds = divmod(at, 1000)
        stamp = _timestamp(seconds).translate(_DIGITS_ONLY)
        duration = draw.randrange(15_000, 16_000)
        segments.append(Segment(f"{recording.stem}_{stamp}{milliseconds:03}.ts", at, duration))
        at += duration
    return segments


def make_playlist(segments: list[Segment]) -> bytes:
    """Return the finished playlist of these segments."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:16", "#EXT-X-MEDIA-SEQUENCE:0"]
    lines += [f"#EXTINF:{one.duration / 1000:.3f},\n{one.name}" for one in segments]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode()


def make_entries(recording: Recording) -> Iterator[Entry]:
    """Yield the entries of a recording's segments and playlist."""
    draw = random.Random(recording.begun)
    segments, end = make_segments(recording), recording.begun
    for name, begun, duration in segments:
        end = begun + duration
        size = 188 * draw.randrange(9_000, 16_000)
        yield Entry(recording.folder + name, end // 1000 + 2, f"{draw.getrandbits(128):032X}", size)
    text = make_playlist(segments)
    etag = hashlib.md5(text, usedforsecurity=False).hexdigest().upper()
    yield Entry(f"{recording.folder}{recording.stem}.m3u8", end // 1000 + 5, etag, len(text))


def _timestamp(seconds: int) -> str:
    """Format a time: ``2026-11-01T06:00:00``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


class Listing:
    """The entries in byte order of key."""

    def __init__(self, keys: int) -> None:
        """Write the entries, which takes about 15 seconds for a million."""
        self._ends = array("Q", [0])  # where each entry ends in the file
        self._marks: list[str] = []  # the first key of each block
        self._playlists: dict[str, tuple[Recording, int]] = {}
        with tempfile.TemporaryFile() as file:
            for _, folder in groupby(make_recordings(keys), key=lambda one: one.folder):
                self._write_folder(file, list(folder))
            file.flush()
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._view = memoryview(self._map)

    def __len__(self) -> int:
        """The number of keys."""
        return len(self._ends) - 1

    @property
    def size(self) -> int:
        """The size of all entries, in bytes."""
        return len(self._map)

    def entries(self, start: int, stop: int) -> memoryview:
        """Return the XML of the entries [start, stop)."""
        return self._view[self._ends[start] : self._ends[stop]]

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys of the entries [start, stop)."""
        return [key.decode().replace("%2F", "/") for key in KEY.findall(self.entries(start, stop))]

    def index(self, key: str, *, past: bool = False) -> int:
        """Return the number of the first entry with a key not less than *key*, or greater with *past*."""
        block = max(0, bisect_right(self._marks, key) - 1) * BLOCK
        keys = self.keys(block, min(block + BLOCK, len(self)))
        return block + (bisect_right if past else bisect_left)(keys, key)

    @property
    def playlists(self) -> list[str]:
        """The keys of the playlists."""
        return list(self._playlists)

    def playlist(self, key: str) -> tuple[bytes, int] | None:
        """Return text and modification time (Unix seconds) of a playlist; None if *key* is not that of a playlist."""
        found = self._playlists.get(key)
        return (make_playlist(make_segments(found[0])), found[1]) if found else None

    def _write_folder(self, file: BinaryIO, recordings: list[Recording]) -> None:
        entries = [entry for recording in recordings for entry in make_entries(recording)]
        entries.sort()
        playlists = {f"{one.folder}{one.stem}.m3u8": one for one in recordings}
        for key, modified, etag, size in entries:
            if len(self) % BLOCK == 0:
                self._marks.append(key)
            text = ENTRY.format(key.replace("/", "%2F"), _timestamp(modified), etag, size).encode()
            self._ends.append(self._ends[-1] + file.write(text))
            if key in playlists:
                self._playlists[key] = (playlists[key], modified)
