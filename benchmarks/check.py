"""Compare `ossrec check` with a bare download of the same bytes over the same number of connections.

    python benchmarks/check.py [--segments 1600] [--rate 800] [--depth full] [--latency 20] [--threads 8] [--rounds 5]

The bucket is served by a process of its own, with the latency before every response. Both read through the same
client, in turns; compare the ratio within a round. The check uses the worker pool that the command would choose, or
another one with `--processes`, and starting it is part of the measured time. CPU time per gigabyte is printed for this
process with its children, and for the server, to show the room for optimization.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from edges import Kind, record  # noqa: E402

from ossrec.buckets.oss.bucket import OssBucket  # noqa: E402
from ossrec.buckets.settings import BucketSettings  # noqa: E402
from ossrec.catalog.query.filters import RecordingFilter  # noqa: E402
from ossrec.cli.worker_options import choose_worker_pool  # noqa: E402
from ossrec.jobs.check.check import check_recordings  # noqa: E402
from ossrec.jobs.check.report import CheckCallbacks, CheckOptions  # noqa: E402
from ossrec.jobs.scan.report import ScanOptions  # noqa: E402
from ossrec.jobs.scan.scan import scan_bucket  # noqa: E402
from ossrec.jobs.workers.inspect_object import HEAD, TAIL  # noqa: E402
from tests.buckets.sample_buckets import NAME  # noqa: E402
from tests.scan.bucket_maker import put_recording, segment, stem  # noqa: E402


class Served(NamedTuple):
    """The address of the served bucket."""

    endpoint: str
    region: str
    spent: Callable[[], float]  # CPU time of the server, seconds


class Spent(NamedTuple):
    """The time of a run, in seconds."""

    wall: float
    here: float  # CPU time of this process and its children
    there: float  # CPU time of the server


def serve(folder: Path, latency: float) -> None:
    """Run the server until stdin ends."""
    from tests.oss_server import Fault, OssServer

    with OssServer() as server:
        bucket, read = server.bucket(NAME, public=True), dict[int, bytes]()
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            status = path.stat()
            if status.st_ino not in read:  # all segments are links to one file, which is kept in memory once
                read[status.st_ino] = path.read_bytes()
            bucket.put(path.relative_to(folder).as_posix(), read[status.st_ino], int(status.st_mtime))
        server.faults.add(Fault("GET", times=None, delay=latency))
        print(server.endpoint, server.region, flush=True)
        for _ in sys.stdin:
            print(time.process_time(), flush=True)


@contextmanager
def served(folder: Path, latency: float) -> Iterator[Served]:
    """Serve *folder* from a process of its own."""
    command = [sys.executable, __file__, "--serve", str(folder), "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            requests, answers = child.stdin, child.stdout
            endpoint, region = answers.readline().split()

            def spent() -> float:
                print(file=requests, flush=True)
                return float(answers.readline())

            yield Served(endpoint, region, spent)
        finally:
            child.communicate()


def fill(folder: Path, segments: int, rate: int) -> list[tuple[str, int]]:
    """Write recordings of 60 segments of 15 s each, all with the same content; return keys and sizes."""
    data = record(Kind("720p", (1280, 720), rate), 15)
    keys: list[tuple[str, int]] = []
    first = folder / "first"
    folder.mkdir()
    first.write_bytes(data)
    for number in range(-(-segments // 60)):
        put_recording(folder, stem(number, f"room{number}"), min(60, segments - 60 * number))
        for index in range(min(60, segments - 60 * number)):
            key = segment(stem(number, f"room{number}"), index)
            (folder / key).unlink()
            os.link(first, folder / key)
            keys.append((key, len(data)))
    first.unlink()
    return keys


def ranges(size: int, depth: str) -> list[tuple[int, int]]:
    """Return the byte ranges that are read of a segment."""
    return [(0, size)] if depth == "full" or size <= HEAD + TAIL else [(0, HEAD), (size - TAIL, size)]


def download(bucket: OssBucket, keys: list[tuple[str, int]], given: argparse.Namespace) -> None:
    """Read all segments and discard the bytes."""

    def read(one: tuple[str, int]) -> None:
        for start, stop in ranges(one[1], given.depth):
            bucket.read_range(one[0], start, stop)

    with ThreadPoolExecutor(given.threads) as pool:
        list(pool.map(read, keys))


def check(bucket: OssBucket, settings: BucketSettings, catalog: Path, given: argparse.Namespace) -> None:
    """Check all segments."""
    options = CheckOptions(depth=given.depth, wanted=RecordingFilter(), again=0.0)
    pool = choose_worker_pool(given.threads, given.processes, None, settings)
    summary = check_recordings(catalog, lambda _: bucket, options, pool, CheckCallbacks())
    assert not summary.warnings, summary.warnings


def processor_time() -> float:
    """Return the CPU time in seconds of this process and its ended children."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def clocked(there: Served, run: Callable[[], None]) -> Spent:
    """Return the time that a run takes."""
    before = time.perf_counter(), processor_time(), there.spent()
    run()
    after = time.perf_counter(), processor_time(), there.spent()
    return Spent(*(late - early for early, late in zip(before, after, strict=True)))


def main() -> None:
    """Measure, or run the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=1600)
    parser.add_argument(
        "--rate", type=int, default=800, metavar="KBIT/S", help="bit rate of the video, which determines the size"
    )
    parser.add_argument("--depth", choices=("edges", "full"), default="full")
    parser.add_argument("--latency", type=float, default=20.0, metavar="MS")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--processes", type=int, help="worker processes (default: as the command would choose)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.latency / 1000)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder, catalog = Path(scratch, "bucket"), Path(scratch, "catalog.db")
        keys = fill(folder, given.segments, given.rate)
        with served(folder, given.latency) as there:
            measure(there, catalog, keys, given)


def measure(there: Served, catalog: Path, keys: list[tuple[str, int]], given: argparse.Namespace) -> None:
    """Run download and check in turns; print the medians and the range of the ratio."""
    settings = BucketSettings(endpoint=there.endpoint, region=there.region, threads=given.threads)
    bucket = OssBucket(NAME, settings)
    scan_bucket(bucket, catalog, ScanOptions(), lambda _: None)
    mega = sum(stop - start for _, size in keys for start, stop in ranges(size, given.depth)) / 1e6
    download(bucket, keys, given)
    rounds = []
    for _ in range(given.rounds):
        bare = clocked(there, lambda: download(bucket, keys, given))
        rounds.append((bare, clocked(there, lambda: check(bucket, settings, catalog, given))))
    print(f"{len(keys)} segments of {keys[0][1] / 1e6:.1f} MB, {given.threads} connections, {given.latency:g} ms")
    for name, runs in zip(("bare download", f"check, {given.depth}"), zip(*rounds, strict=True), strict=True):
        wall, here, away = (statistics.median(times) for times in zip(*runs, strict=True))
        gigabyte = mega / 1000
        print(f"{name:14}{mega / wall:6.0f} MB/s, CPU s/GB: client {here / gigabyte:.2f}, server {away / gigabyte:.2f}")
    ratios = sorted(bare.wall / checked.wall for bare, checked in rounds)
    print(f"ratio         {statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
