"""A large bucket of recordings, made up from a fixed seed, and the listing of it, written beforehand.

Every entry of the listing stands once in a temporary file that is mapped into memory, one after the other in
byte order of key, about 360 bytes each. A page is then a slice of it, wherever it begins.
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

SEGMENTS = (600, 840)  # of one recording, from and to
BLOCK = 1000  # keys between two that are looked up by bisection
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
    """All that its objects follow from."""

    folder: str  # with its slash
    stem: str  # of its file names
    begun: int  # Unix ms
    segments: int


class Segment(NamedTuple):
    """One slice of a recording."""

    name: str  # of its file
    begun: int  # Unix ms
    duration: int  # ms


class Entry(NamedTuple):
    """One object of the listing."""

    key: str
    modified: int  # Unix seconds
    etag: str
    size: int


def make_recordings(keys: int) -> Iterator[Recording]:
    """Recordings with *keys* objects altogether, folder by folder: half of them mixed, half of single users."""
    draw = random.Random(keys)
    left, identity = keys, ("", "")
    while left > 0:
        count = left - 1 if left < 2 * SEGMENTS[0] else draw.randint(*SEGMENTS)
        day = (keys - left) * DAYS // keys
        joins = draw.random() < 0.25 and identity[0]  # another user of the task before
        if not joins:
            identity = (f"{draw.getrandbits(148):037x}", f"room{draw.choice('-_')}{draw.randint(1, 99_999)}")
        user = f"__uid_s_{draw.randint(10**9, 2**32)}__uid_e" if joins or draw.random() < 0.33 else ""
        begun = FIRST_DAY + day * 86_400_000 + draw.randint(0, 10**7)
        folder = datetime.fromtimestamp(begun / 1000, UTC).strftime("recordings/%Y/%m/%d/")
        yield Recording(folder, f"rid_{identity[0]}_{identity[1]}{user}", begun, count)
        left -= count + 1


def make_segments(recording: Recording) -> list[Segment]:
    """Its segments, the same at every call."""
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
    """The finished playlist of these segments."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:16", "#EXT-X-MEDIA-SEQUENCE:0"]
    lines += [f"#EXTINF:{one.duration / 1000:.3f},\n{one.name}" for one in segments]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode()


def make_entries(recording: Recording) -> Iterator[Entry]:
    """What the listing says of its playlist and of its segments."""
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
    """``2026-11-01T06:00:00``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


class Listing:
    """All entries in byte order of key."""

    def __init__(self, keys: int) -> None:
        """Write them: some 15 seconds for a million."""
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
        """How many keys there are."""
        return len(self._ends) - 1

    @property
    def size(self) -> int:
        """Of all entries, in bytes."""
        return len(self._map)

    def entries(self, start: int, stop: int) -> memoryview:
        """The XML of the entries [start, stop)."""
        return self._view[self._ends[start] : self._ends[stop]]

    def keys(self, start: int, stop: int) -> list[str]:
        """The keys of the entries [start, stop)."""
        return [key.decode().replace("%2F", "/") for key in KEY.findall(self.entries(start, stop))]

    def index(self, key: str, *, past: bool = False) -> int:
        """The number of the first entry whose key is not less than *key*, or with *past* greater."""
        block = max(0, bisect_right(self._marks, key) - 1) * BLOCK
        keys = self.keys(block, min(block + BLOCK, len(self)))
        return block + (bisect_right if past else bisect_left)(keys, key)

    @property
    def playlists(self) -> list[str]:
        """Their keys."""
        return list(self._playlists)

    def playlist(self, key: str) -> tuple[bytes, int] | None:
        """Text and modification time (Unix seconds) of a playlist; None where that is no playlist's key."""
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
