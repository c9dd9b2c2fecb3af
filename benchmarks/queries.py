"""Measure queries on a large catalog: within one process, with a warm cache, and as a whole `ossrec find`.

    python benchmarks/queries.py [--objects 10000000] [--segments 720] [--keep FILE]

The catalog is filled by the code that a scan uses, from generated listings of recordings with one playlist
and *segments* segments each. Then its recordings get the columns that an evaluation would fill.
"""

import argparse
import hashlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.key_ranges import key_range
from ossrec.catalog.query.find import RecordingFilter, find_recordings, open_catalog
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.scans import add_counts, begin_scan, bucket_number, end_listing, finish_scan, save_position
from ossrec.model import ObjectInfo

ROOMS = 2_000
START = 1_790_000_000  # the first recording, epoch seconds
EVERY = 600  # seconds between two recordings
LENGTH = 15  # seconds of a segment
PAGE = 1000

_JUDGE = f"""
UPDATE recordings SET playlist = path || '.m3u8', due = 0, started_ms = ({START} + {EVERY} * id) * 1000,
    ended_ms = ({START} + {EVERY} * id + {{seconds}}) * 1000, started_from = 'segment name',
    ended_from = 'segment name', duration = {{seconds}}, missing_seconds = 0, bytes = {{segments}} * 900000,
    segments_expected = {{segments}}, segments_present = {{segments}}, segments_missing = 0,
    last_arrival = {START} + {EVERY} * id + {{seconds}},
    verdict = CASE id % 50 WHEN 0 THEN 'incomplete' ELSE 'complete' END
"""


def keys(recordings: int, segments: int) -> Iterator[ObjectInfo]:
    """Yield the objects of a bucket, in order of key."""
    for number in range(recordings):
        name = f"{number:08x}{hashlib.sha1(str(number).encode()).hexdigest()[:24]}"
        source = f"__uid_s_{10_000_000 + number}__uid_e" if number % 2 else ""
        stem = f"recordings/{number // 1000:04d}/rid_ba110{name}_room-{number % ROOMS}{source}"
        arrived = START + EVERY * number
        etag = hashlib.md5(stem.encode()).hexdigest()
        yield ObjectInfo(f"{stem}.m3u8", 45_000, arrived + segments * LENGTH, etag)
        for at in range(segments):
            stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(arrived + at * LENGTH))
            yield ObjectInfo(f"{stem}_{stamp}{at % 1000:03d}.ts", 4800 * 188, arrived + at * LENGTH, etag)


def fill(catalog: Path, objects: int, segments: int) -> float:
    """Make the catalog; return its bytes per object."""
    recordings = objects // (segments + 1)
    conn = open_for_writing(catalog)
    with transaction(conn):
        scan = begin_scan(conn, bucket_number(conn, "oss://recordings"), "", [], START)
    ingest = Ingest(conn, scan.id, scan.bucket_id, START)
    conn.execute("PRAGMA foreign_keys = OFF")
    position = ""
    page: list[ObjectInfo] = []
    for at, one in enumerate(keys(recordings, segments), start=1):
        page.append(one)
        if len(page) == PAGE or at == recordings * (segments + 1):
            with transaction(conn):
                taken = ingest.store_page(page, key_range("", position, page[-1].key))
                position = page[-1].key
                save_position(conn, scan, 0, position, done=False)
                add_counts(conn, scan, len(page), taken)
            page.clear()
    with transaction(conn):
        end_listing(conn, scan)
        conn.execute(_JUDGE.format(seconds=segments * LENGTH, segments=segments))
        finish_scan(conn, scan, START, {})
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    return catalog.stat().st_size / (recordings * (segments + 1))


def milliseconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the median and the worst time of *times* runs, after a run that only warms the caches."""
    work()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - begun))
    return statistics.median(spent), max(spent)


def main() -> None:
    """Fill a catalog, run the queries, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=10_000_000)
    parser.add_argument("--segments", type=int, default=720)
    parser.add_argument("--keep", type=Path, help="use this catalog, and make it if it does not exist")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        catalog = given.keep or Path(folder) / "catalog.db"
        if not catalog.exists():
            begun = time.perf_counter()
            size = fill(catalog, given.objects, given.segments)
            print(f"filled in {time.perf_counter() - begun:.0f} s, {size:.1f} bytes per object (without playlists)")
        measure(catalog)


def measure(catalog: Path) -> None:
    """Run each query many times, and print its times."""
    conn = open_catalog(catalog)
    objects, recordings = (conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("objects", "recordings"))
    recordid, uid = conn.execute(
        "SELECT recordid, uid FROM recordings WHERE uid IS NOT NULL LIMIT 1 OFFSET 77"
    ).fetchone()
    day = (START + EVERY * 5000) * 1000
    queries: dict[str, dict[str, Any]] = {
        "room": {"room": "room-77"},
        "uid": {"uid": uid},
        "recordid": {"recordid": recordid},
        "a day": {"since": day, "until": day + 86_400_000},
        "verdict and a week": {"verdicts": ("incomplete",), "since": day, "until": day + 7 * 86_400_000},
        "room and verdict": {"room": "room-50", "verdicts": ("incomplete",)},
    }
    print(f"{objects:,} objects, {recordings:,} recordings")
    print(f"{'query':<24}{'rows':>8}{'median ms':>12}{'worst ms':>12}")
    for name, filters in queries.items():

        def run_query(filters: dict = filters) -> list[dict]:
            return list(find_recordings(conn, RecordingFilter(**filters), now=time.time(), quiet_after=330))

        median, worst = milliseconds(run_query, 200)
        print(f"{name:<24}{len(run_query()):>8}{median:>12.2f}{worst:>12.2f}")
    conn.close()
    command = [
        sys.executable,
        "-m",
        "ossrec",
        "find",
        "--catalog",
        str(catalog),
        "--room",
        "room-77",
        "--format",
        "json",
    ]
    median, worst = milliseconds(lambda: subprocess.run(command, check=True, capture_output=True), 20)
    print(f"{'whole `ossrec find`':<24}{'':>8}{median:>12.0f}{worst:>12.0f}")
    bare, _ = milliseconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True), 20)
    print(f"{'(an empty Python)':<24}{'':>8}{bare:>12.0f}")


if __name__ == "__main__":
    main()
