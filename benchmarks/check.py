"""`ossrec check --depth full` beside a bare download of the same bytes over as many connections.

    python benchmarks/check.py [--segments 240] [--rate 800] [--latency 20] [--threads 8] [--rounds 5]

The bucket is served by a process of its own, with the latency before every reply. Both read through the same
client, in turns; what counts is the ratio within a round. The seconds of processor time that a gigabyte takes tell
what there is to gain: of this process, which may use about one core, and of the server.
"""

import argparse
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
    spent: Callable[[], float]  # processor time of the server, seconds


class Spent(NamedTuple):
    """Seconds of a run."""

    wall: float
    here: float  # of the processor, by this process
    there: float  # … and by the server


def serve(folder: Path, latency: float) -> None:
    """Be the server, until the input ends."""
    from tests.oss_server import Fault, OssServer

    with OssServer() as server:
        server.bucket(NAME, public=True).load(folder)
        server.faults.add(Fault("GET", times=None, delay=latency))
        print(server.endpoint, server.region, flush=True)
        for _ in sys.stdin:
            print(time.process_time(), flush=True)


@contextmanager
def served(folder: Path, latency: float) -> Iterator[Served]:
    """A server in a process of its own."""
    command = [sys.executable, __file__, "--serve", str(folder), "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            ask, answers = child.stdin, child.stdout
            endpoint, region = answers.readline().split()

            def spent() -> float:
                print(file=ask, flush=True)
                return float(answers.readline())

            yield Served(endpoint, region, spent)
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


def download(bucket: OssBucket, keys: list[tuple[str, int]], threads: int) -> None:
    """Read all of them and do nothing with it."""
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda one: len(bucket.read_range(one[0], 0, one[1]).data), keys))


def check(bucket: OssBucket, catalog: Path, threads: int) -> None:
    """Check all of them."""
    options = CheckOptions(depth="full", wanted=Wanted(), again=0.0)
    summary = check_recordings(catalog, lambda _: bucket, options, ThreadCrew(threads), Talk())
    assert not summary.warnings, summary.warnings


def clocked(there: Served, run: Callable[[], None]) -> Spent:
    """What a run takes."""
    before = time.perf_counter(), time.process_time(), there.spent()
    run()
    after = time.perf_counter(), time.process_time(), there.spent()
    return Spent(*(late - early for early, late in zip(before, after, strict=True)))


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
        bare = clocked(there, lambda: download(bucket, keys, given.threads))
        rounds.append((bare, clocked(there, lambda: check(bucket, catalog, given.threads))))
    print(f"{len(keys)} segments of {keys[0][1] / 1e6:.1f} MB, {given.threads} connections, {given.latency:g} ms")
    for name, runs in zip(("bare download", "check, full"), zip(*rounds, strict=True), strict=True):
        wall, here, away = (statistics.median(times) for times in zip(*runs, strict=True))
        gigabyte = mega / 1000
        print(f"{name:14}{mega / wall:6.0f} MB/s, CPU s/GB: here {here / gigabyte:.2f}, server {away / gigabyte:.2f}")
    ratios = sorted(bare.wall / checked.wall for bare, checked in rounds)
    print(f"ratio         {statistics.median(ratios):6.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
