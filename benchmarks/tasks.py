"""Measure importing tasks, linking recordings to them, and listing mismatches.

    python benchmarks/tasks.py [--tasks 1000000] [--no-stops]

The catalog gets a recording for each task, in no order of recordid: every 50th belongs to no known task, every 97th to
another room, 100 are still running, and 1,000 have lost all files. With --no-stops, no task has a stop time, so its
state follows from its files. Listing is not measured here, see scan.py.
"""

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.tasks.task_list import STATES, TaskFilter, find_tasks
from ossrec.catalog.tasks.unmatched import KINDS, LateBounds, unmatched
from ossrec.jobs.tasks.link import link

START = 1_780_000_000  # the first task, epoch seconds
ROOMS = 20_000
_COLUMNS = (
    "path, folder, recordid, roomid, uid, stream, playlist, started_ms, ended_ms, duration, verdict, bucket_id,"
    " conforming, ambiguous, first_seen, last_changed, due"
)


def recordid(number: int) -> str:
    """Return a recordid; consecutive numbers give recordids in no order."""
    return "ba110" + hashlib.md5(str(number).encode()).hexdigest()[:30]


def write_tasks(path: Path, tasks: int, *, stops: bool) -> None:
    """Write a CSV file like an export of a database, with stop times if *stops*."""
    with path.open("w") as file:
        file.write("recordid,room,stream_type,uids,started_at,stopped_at,customer,region\n")
        for number in range(tasks):
            kind = f"source,{10_000_000 + number}" if number % 3 == 0 else "mixed,"
            began = START + 10 * number
            ended = began + 3600 if stops else ""
            rest = f"room-{number % ROOMS},{kind},{began},{ended},customer-{number % 1000},cn-hangzhou"
            file.write(f"{recordid(number)},{rest}\n")


def recordings(tasks: int) -> Iterator[tuple[Any, ...]]:
    """Yield a recording's row for each task."""
    for number in range(tasks):
        name = recordid(number if number % 50 else number + 2 * tasks)
        room = f"room-{number % ROOMS}" if number % 97 else "elsewhere"
        uid = str(10_000_000 + number) if number % 3 == 0 else None
        source = "" if uid is None else f"__uid_s_{uid}__uid_e"
        path = f"r/rid_{name}_{room}{source}"
        began = (START + 10 * number) * 1000
        yield (
            path,
            "r/",
            name,
            room,
            uid,
            "source" if uid else "mixed",
            f"{path}.m3u8",
            began,
            began + 3_600_000,
            3600.0,
        )


def fill(catalog: Path, tasks: int) -> None:
    """Write the recordings to the catalog, in the state after a scan."""
    with closing(open_for_writing(catalog)) as conn, transaction(conn):
        conn.execute("INSERT INTO buckets (id, name) VALUES (1, 'oss://recordings')")
        late = START + 10 * tasks + 86_400
        conn.execute(
            "INSERT INTO scans (bucket_id, prefix, started, finished, state) VALUES (1, '', ?1, ?1, 'finished')",
            (late,),
        )
        conn.executemany(
            f"INSERT INTO recordings ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'complete', 1, 1, 0, 1, 1, 0)",
            recordings(tasks),
        )
        live = "UPDATE recordings SET verdict = 'recording', duration = NULL, last_arrival = ? WHERE id % ? = 7"
        conn.execute(live, (late + 3600, max(tasks // 100, 10)))
        conn.execute("UPDATE recordings SET verdict = 'gone' WHERE id % ? = 8", (max(tasks // 1000, 10),))
        conn.execute("INSERT INTO changes SELECT 1, id, 'unfinished', 'gone', 0 FROM recordings WHERE verdict = 'gone'")


def timed(name: str, begun: float, cpu: float, note: str = "") -> None:
    """Print the time since *begun* and the CPU time since *cpu*."""
    print(f"{name:<36}{time.perf_counter() - begun:>9.3f}{time.process_time() - cpu:>9.3f}  {note}")


def run_import(catalog: Path, file: Path) -> None:
    """Run `ossrec tasks import` as a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "ossrec", "tasks", "import", str(file), "--catalog", str(catalog)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    note = f"{done.stdout.splitlines()[1].strip()}; peak {after.ru_maxrss / 1024:.0f} MiB"
    print(f"{'ossrec tasks import':<36}{time.perf_counter() - begun:>9.2f}{spent:>9.2f}  {note}")


def main() -> None:
    """Import and link the tasks, run the queries, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--no-stops", action="store_true")
    options = parser.parse_args()
    tasks = options.tasks
    with tempfile.TemporaryDirectory() as folder:
        catalog, file = Path(folder) / "catalog.db", Path(folder) / "tasks.csv"
        write_tasks(file, tasks, stops=not options.no_stops)
        print(f"{tasks:,} tasks, {file.stat().st_size / 1e6:.0f} MB of CSV\n{'':<36}{'seconds':>9}{'CPU s':>9}")
        run_import(catalog, file)
        size = catalog.stat().st_size / tasks
        run_import(catalog, file)
        print(f"{size:.0f} bytes of catalog per task")
        fill(catalog, tasks)
        with closing(open_for_writing(catalog)) as conn:
            measure(conn, tasks)


def measure(conn: Any, tasks: int) -> None:
    """Link all recordings, link again without new facts, run each query, and print the times."""
    for name in ("link all recordings", "link again, nothing new"):
        begun, cpu = time.perf_counter(), time.process_time()
        with transaction(conn):
            linked = link(conn, START + 10 * tasks)
        timed(name, begun, cpu, str(linked._asdict()))
    late = START + 10 * tasks + 90_000  # an hour after the last scan began
    for kind in KINDS:
        begun, cpu = time.perf_counter(), time.process_time()
        number = sum(1 for _ in unmatched(conn, LateBounds(late, 30, 300), (kind,)))
        timed(f"unmatched --kind {kind}", begun, cpu, f"{number:,} rows")
    queries = {
        "list --limit 50": TaskFilter(limit=50),
        **{f"list --state {one} --limit 50": TaskFilter(states=(one,), limit=50) for one in STATES},
        "list --state started,recording …": TaskFilter(states=("started", "recording"), limit=50),
        "list --state started, all of them": TaskFilter(states=("started",)),
        "list --since, one hour": TaskFilter(since=(late - 93_600) * 1000),
        "list --room": TaskFilter(room="room-77"),
        "list --recordid": TaskFilter(recordid=recordid(77)),
    }
    for name, filters in queries.items():
        begun, cpu = time.perf_counter(), time.process_time()
        number = sum(1 for _ in find_tasks(conn, filters, now=late, quiet_after=330))
        timed(name, begun, cpu, f"{number:,} rows")


if __name__ == "__main__":
    main()
