"""`ossrec check --depth full` beside a bare download of the same bytes over as many connections.

    python benchmarks/check.py [--segments 240] [--rate 800] [--latency 20] [--threads 8] [--rounds 5]

The bucket is served by a process of its own, with the latency before every reply. Both read through the same
client, in turns; what counts is the ratio within a round.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from edges import Kind, record  # noqa: E402

from ossrec.buckets.oss import OssBucket  # noqa: E402
from ossrec.catalog.wanted import Wanted  # noqa: E402
from ossrec.jobs.check import check_recordings  # noqa: E402
from ossrec.jobs.check_report import CheckOptions, Talk  # noqa: E402
from ossrec.jobs.crew import ThreadCrew  # noqa: E402
from ossrec.jobs.report import ScanOptions  # noqa: E402
from ossrec.jobs.scan import scan_bucket  # noqa: E402
from tests.buckets.places import NAME  # noqa: E402
from tests.scan.bucket_maker import put_recording, segment, stem  # noqa: E402


class Served(NamedTuple):
    """Where the bucket is."""

    endpoint: str
    region: str


def serve(folder: Path, latency: float) -> None:
    """Be the server, until the input ends."""
    from tests.oss_server import Fault, OssServer

    with OssServer() as server:
        server.bucket(NAME, public=True).load(folder)
        server.faults.add(Fault("GET", times=None, delay=latency))
        print(server.endpoint, server.region, flush=True)
        sys.stdin.read()


@contextmanager
def served(folder: Path, latency: float) -> Iterator[Served]:
    """A server in a process of its own."""
    command = [sys.executable, __file__, "--serve", str(folder), "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield Served(*child.stdout.readline().split())
        finally:
            child.communicate()


def connect(there: Served, threads: int) -> OssBucket:
    """A client as `ossrec` makes it."""
    from ossrec.buckets.settings import BucketSettings

    return OssBucket(NAME, BucketSettings(endpoint=there.endpoint, region=there.region, threads=threads))


def fill(folder: Path, segments: int, rate: int) -> list[tuple[str, int]]:
    """Recordings of 60 segments of 15 s each, all with the same picture and sound; gives keys and sizes."""
    data = record(Kind("720p", (1280, 720), rate), 15)
    keys = []
    for number in range(-(-segments // 60)):
        put_recording(folder, stem(number, f"room{number}"), min(60, segments - 60 * number))
        for index in range(min(60, segments - 60 * number)):
            key = segment(stem(number, f"room{number}"), index)
            (folder / key).write_bytes(data)
            keys.append((key, len(data)))
    return keys


def download(bucket: OssBucket, keys: list[tuple[str, int]], threads: int) -> float:
    """Seconds that reading all of them takes, nothing done with it."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda one: len(bucket.read_range(one[0], 0, one[1]).data), keys))
    return time.perf_counter() - begun


def check(bucket: OssBucket, catalog: Path, threads: int, depth: str) -> float:
    """Seconds that a check of all of them takes."""
    options = CheckOptions(depth="full" if depth == "full" else "edges", wanted=Wanted(), again=0.0)
    begun = time.perf_counter()
    summary = check_recordings(catalog, lambda _: bucket, options, ThreadCrew(threads), Talk())
    assert not summary.warnings, summary.warnings
    return time.perf_counter() - begun


def main() -> None:
    """Measure, or be the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=240)
    parser.add_argument("--rate", type=int, default=800, metavar="KBIT/S", help="of the picture, which makes the size")
    parser.add_argument("--latency", type=float, default=20.0, metavar="MS")
    parser.add_argument("--threads", type=int, default=8)
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
    """Both in turns; print the medians and the ratio of each round."""
    bucket = connect(there, given.threads)
    scan_bucket(bucket, catalog, ScanOptions(), lambda _: None)
    mega = sum(size for _, size in keys) / 1e6
    download(bucket, keys, given.threads)
    rounds = []
    for _ in range(given.rounds):
        bare = download(bucket, keys, given.threads)
        rounds.append((bare, check(bucket, catalog, given.threads, "full")))
    bare, checked = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(one / other for one, other in rounds)
    print(f"{len(keys)} segments of {keys[0][1] // 1024:,} KiB, {given.threads} connections, {given.latency:g} ms")
    print(
        f"bare download {mega / bare:8.1f} MB/s\ncheck, full   {mega / checked:8.1f} MB/s\nratio         {ratio:8.2f}"
    )


if __name__ == "__main__":
    main()
