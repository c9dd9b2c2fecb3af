"""Shared by the tests of check: run a check, write recordings of real segments, read the catalog."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import Bucket
from ossrec.catalog.query.due_inspections import Share
from ossrec.catalog.query.filters import RecordingFilter
from ossrec.jobs.check.check import check_recordings
from ossrec.jobs.check.report import CheckCallbacks, CheckOptions, CheckSummary
from ossrec.jobs.workers.thread_pool import ThreadPool
from tests.oss_server import OssServer
from tests.scan import scanning
from tests.scan.bucket_maker import DAY, playlist, put, segment, stem

SEGMENTS = Path(__file__).parents[2] / "fixtures" / "segments"
ONCE = scanning.ONCE
Objects = dict[str, bytes]

_OPTIONS = ("depth", "recordings", "again", "budget", "time", "wait", "retry")


def check(
    catalog: Path,
    opener: Callable[[str], Bucket] = LocalBucket,
    *,
    share: tuple[int, int] = (1, 1),
    threads: int = 4,
    callbacks: CheckCallbacks = CheckCallbacks(),  # noqa: B008 - a value that never changes
    **asked: Any,
) -> CheckSummary:
    """Check the due recordings; keywords that are not options of a check are conditions of `find`."""
    options = {name: asked.pop(name) for name in _OPTIONS if name in asked}
    chosen = CheckOptions(wanted=RecordingFilter(**asked), share=Share(*share), **options)
    return check_recordings(catalog, opener, chosen, ThreadPool(threads), callbacks)


@lru_cache
def slice_of(kind: str, number: int) -> bytes:
    """A real segment of about two seconds: of "camera", "mix", "screen" or "voice"; each continues the one before."""
    return (SEGMENTS / kind / f"{number}.ts").read_bytes()


def recording(of: str, segments: int = 3, kind: str = "camera", *, folder: str = "2026/") -> Objects:
    """The objects of a recording of at most six real segments, with its playlist."""
    keys = [segment(of, number) for number in range(segments)]
    lengths = json.loads((SEGMENTS / "clips.json").read_text())["seconds"][kind]
    text = playlist(keys, folder=folder).replace("#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:3")
    for length in lengths[:segments]:
        text = text.replace("#EXTINF:2.0\n", f"#EXTINF:{length},\n", 1)
    return {key: slice_of(kind, number) for number, key in enumerate(keys)} | {f"{of}.m3u8": text.encode()}


def put_all(folder: Path, objects: Objects, *, modified: int = DAY) -> None:
    """Write objects into a folder."""
    for key, data in objects.items():
        put(folder, key, data, modified=modified)


def upload(server: OssServer, objects: Objects, name: str = "recordings") -> None:
    """Write objects into a bucket of a local OSS server."""
    for key, data in objects.items():
        server.bucket(name).put(key, data, DAY)


def put_recordings(folder: Path, number: int, segments: int = 3) -> None:
    """Write *number* recordings, an hour apart by their names."""
    for index in range(number):
        put_all(folder, recording(stem(index, f"room{index}"), segments))


def rewrite(folder: Path, key: str, data: bytes, later: int = 10) -> None:
    """Overwrite an object, *later* seconds after the first time."""
    put(folder, key, data, modified=DAY + later)


def watched_bucket(folder: Path) -> "WatchedBucket":
    """Return a folder as a bucket that records which ranges are read."""
    return WatchedBucket(os.fspath(folder))


class WatchedBucket(LocalBucket):
    """A folder as a bucket that records which ranges of which keys are read."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.ranges: list[tuple[str, int, int]] = []

    def read_range(self, key: str, start: int, stop: int) -> Any:
        """Record and read a range."""
        self.ranges.append((key, start, stop))
        return super().read_range(key, start, stop)


def depths(catalog: Path) -> list[tuple[str, str]]:
    """Verdict and depth of each recording, in order of path."""
    return [(row["verdict"], row["depth"]) for row in scanning.found(catalog)]


def select(catalog: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the catalog."""
    with closing(sqlite3.connect(catalog)) as conn:
        return conn.execute(sql, values).fetchall()


def content(catalog: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the content of a catalog, without row ids and times of inspections."""
    formats = {number: tuple(rest) for number, *rest in select(catalog, "SELECT * FROM formats")}
    looks = [
        (*row[:-1], [[pid, formats[number], *rest] for pid, number, *rest in json.loads(row[-1] or "[]")])
        for row in select(
            catalog,
            "SELECT s.stem || l.suffix, hex(l.etag), depth, failure, detail, bytes_read, packet_size, packets,"
            " first_pts, duration_ms, counters, faults, streams FROM inspections l JOIN stems s ON s.id = l.stem_id",
        )
    ]
    measured = select(
        catalog,
        "SELECT path, segments_inspectable, inspected IS NULL, measured_duration, damaged_seconds, bit_rate, first_pts,"
        " video_codec, width, height, audio_codec, sample_rate, channels FROM recordings",
    )
    packets = select(catalog, "SELECT code, subject, detail, packet, lost FROM findings")
    return scanning.content(catalog) | {
        "looks": sorted(looks, key=repr),
        "measured": sorted(measured),
        "packets": sorted(packets, key=repr),
    }
