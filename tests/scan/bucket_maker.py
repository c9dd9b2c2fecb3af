"""Make folders with many recordings quickly, for tests that need no real media."""

import os
from collections.abc import Iterable
from pathlib import Path

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import START
from ossrec.model import Cursor, Page

DAY = 1_793_000_000  # the Unix second that everything was written at, long past the idle time
PACKET = b"G" + b"\0" * 187


def rid(number: int) -> str:
    """Return a recordid."""
    return f"ba110731{number:029x}"


def stem(number: int, room: str = "room", uid: str | None = None, folder: str = "2026/") -> str:
    """Return the stem of a recording's keys."""
    source = "" if uid is None else f"__uid_s_{uid}__uid_e"
    return f"{folder}rid_{rid(number)}_{room}{source}"


def segment(of: str, number: int) -> str:
    """Return the key of segment *number* of a stem; segments are 2 s long."""
    return f"{of}_20261101{number // 1800:02d}{number // 30 % 60:02d}{number % 30 * 2:02d}000.ts"


def playlist(keys: Iterable[str], *, ended: bool = True, folder: str = "2026/") -> str:
    """Return a playlist in *folder* as the recorder writes it, with segments of 2 s."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", "#EXT-X-MEDIA-SEQUENCE:0"]
    for key in keys:
        lines += ["#EXTINF:2.0", key.removeprefix(folder)]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def put(folder: Path, key: str, data: bytes | str = PACKET, *, modified: int = DAY) -> None:
    """Write one object into a folder."""
    file = folder / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(file, (modified, modified))


def recording(of: str, segments: int, *, without: Iterable[int] = (), ended: bool = True) -> dict[str, bytes]:
    """Return the objects of a recording with its playlist, except for the segments *without*."""
    keys = [segment(of, number) for number in range(segments)]
    lost = set(without)
    objects = {key: PACKET for number, key in enumerate(keys) if number not in lost}
    folder = of[: of.rfind("/") + 1]
    return objects | {f"{of}.m3u8": playlist(keys, ended=ended, folder=folder).encode()}


def put_recording(folder: Path, of: str, segments: int, *, without: Iterable[int] = (), ended: bool = True) -> None:
    """Write a recording into a folder."""
    for key, data in recording(of, segments, without=without, ended=ended).items():
        put(folder, key, data)


class SmallPages(LocalBucket):
    """A folder with small listing pages, so that a scan of few objects has many pages."""

    size = 20

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """Return the first objects of the page."""
        page = super().page(prefix, cursor, until=until)
        if len(page.objects) <= self.size:
            return page
        some = page.objects[: self.size]
        return Page(some, Cursor(some[-1].key), page.skipped)
