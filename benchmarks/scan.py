"""Compare a scan of a large bucket with the bare listing of other clients.

    python benchmarks/scan.py [--keys 1000000] [--rounds 3] [--latency MS]

All clients use the same server, one after the other, each in a process of its own, round by round. The server
sends prepared pages (`listing_server.py`), so the speed is that of the client. opendal needs the extra [bench];
without it that line is omitted.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from listing_server import start

ENVIRONMENT = {"OSS_ACCESS_KEY_ID": "id", "OSS_ACCESS_KEY_SECRET": "secret"}  # not verified by the server


def list_with_oss2(endpoint: str, bucket: str, _: Path) -> int:
    """List with the iterator of oss2, with pages of the maximum size."""
    import oss2

    auth = oss2.ProviderAuthV4(oss2.credentials.StaticCredentialsProvider("id", "secret"))
    there = oss2.Bucket(auth, endpoint, bucket, region="cn-hangzhou", is_path_style=True)
    return sum(1 for _ in oss2.ObjectIteratorV2(there, max_keys=1000))


def list_with_opendal(endpoint: str, bucket: str, _: Path) -> int:
    """List with the Rust client's `s3` service: its `oss` service lacks path style, which an IP address needs."""
    import opendal

    there = opendal.Operator(
        "s3", endpoint=endpoint, bucket=bucket, region="cn-hangzhou", access_key_id="id", secret_access_key="secret",
        disable_config_load="true",
    )  # fmt: skip
    return sum(1 for entry in there.list("/", recursive=True) if entry)


def list_with_ossrec(endpoint: str, bucket: str, _: Path) -> int:
    """List with ossrec's bucket, and discard the objects."""
    from ossrec.buckets.parallel_listing import list_pages

    return sum(len(page.objects) for page in list_pages(_bucket(endpoint, bucket)))


def scan_with_ossrec(endpoint: str, bucket: str, catalog: Path) -> dict[str, float]:
    """Run a whole scan: listing, names and catalog, then reading, checking and evaluating every new playlist."""
    from ossrec.jobs.scan.report import ScanOptions, ScanState
    from ossrec.jobs.scan.scan import scan_bucket

    seen: dict[str, float] = {}

    def note(state: ScanState) -> None:
        seen.setdefault(state.phase, time.perf_counter())

    summary = scan_bucket(_bucket(endpoint, bucket), catalog, ScanOptions(), note)
    ended = time.perf_counter()
    return {
        "keys": summary.objects,
        "listing": seen["checking"] - seen["listing"],
        "checking": ended - seen["checking"],
        "playlists": summary.playlists_read,
        "bytes_per_object": catalog.stat().st_size / summary.objects,
    }


def _bucket(endpoint: str, bucket: str) -> Any:
    from ossrec.buckets.open import open_bucket
    from ossrec.buckets.settings import BucketSettings

    return open_bucket(f"oss://{bucket}", BucketSettings(endpoint=endpoint, region="cn-hangzhou"))


CLIENTS: dict[str, Callable[[str, str, Path], Any]] = {
    "oss2.ObjectIteratorV2": list_with_oss2,
    "opendal": list_with_opendal,
    "ossrec, bare listing": list_with_ossrec,
    "ossrec scan": scan_with_ossrec,
}


def run_client(name: str, endpoint: str, bucket: str, catalog: Path) -> None:
    """Run a client, and print its time and memory."""
    work = CLIENTS[name]
    if name == "oss2.ObjectIteratorV2":
        import oss2  # noqa: F401  loading is not measured
    begun = time.perf_counter()
    result = work(endpoint, bucket, catalog)
    report = result if isinstance(result, dict) else {"keys": result}
    report |= {"seconds": time.perf_counter() - begun, "rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
    print(json.dumps(report))


def ask(name: str, endpoint: str, bucket: str, catalog: Path) -> dict[str, float] | None:
    """Run a client in a process of its own and return its report; None if it is not installed."""
    command = [sys.executable, __file__, "--client", name, "--endpoint", endpoint, "--bucket", bucket]
    done = subprocess.run(
        [*command, "--catalog", str(catalog)], env=os.environ | ENVIRONMENT, capture_output=True, text=True
    )
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def main() -> None:
    """Measure, or run a client."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="before each response")
    for name in ("--client", "--endpoint", "--bucket", "--catalog"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        run_client(given.client, given.endpoint, given.bucket, Path(given.catalog))
        return
    with start(keys=given.keys, latency=given.latency / 1000) as served:
        measure(served.endpoint, served.bucket, given.rounds)


def measure(endpoint: str, bucket: str, rounds: int) -> None:
    """Run the clients in turns; print medians, also as multiples of oss2's iterator."""
    reports: dict[str, list[dict[str, float]]] = {name: [] for name in (*CLIENTS, "ossrec scan, again")}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            catalog = Path(folder) / "catalog.db"
            for name in reports:
                result = ask(name.removesuffix(", again"), endpoint, bucket, catalog)
                if result is not None:
                    reports[name].append(result)
    rows: list[tuple[str, float, float]] = []
    for name, results in reports.items():
        if results and "listing" in results[0]:
            rows.append((f"{name}: names, catalog", *_medians(results, "listing")))
            rows.append((f"{name}: with checks", *_medians(results, "seconds")))
        elif results:
            rows.append((name, *_medians(results, "seconds")))
    base = rows[0][1]
    print(f"{'':<40}{'keys/s':>10}{'vs. oss2':>10}{'peak MiB':>10}")
    for name, rate, memory in rows:
        print(f"{name:<40}{rate:>10,.0f}{rate / base:>9.1f}x{memory:>10.0f}")
    if reports["ossrec scan"]:
        first = reports["ossrec scan"][0]
        print(f"{first['playlists']:,.0f} playlists read; {first['bytes_per_object']:.1f} bytes of catalog per object")


def _medians(results: list[dict[str, float]], seconds: str) -> tuple[float, float]:
    """Return keys per second and peak memory in MiB."""
    rate = statistics.median(one["keys"] / one[seconds] for one in results)
    return rate, statistics.median(one["rss_kb"] / 1024 for one in results)


if __name__ == "__main__":
    main()
