"""Compare ossrec with other programs that read a transport stream, each as a whole process.

    python benchmarks/mpegts.py [--file big.ts] [--megabytes 1000] [--rounds 7]

Without a file, one is made: x264 and AAC by ffmpeg, repeated with `-c copy`, so that counters and timestamps continue.
The programs take turns, round by round, on one core and on the same file, which is in the page cache. The table shows
the best of the rounds, which the machine disturbed least. "reading alone" is the time that Python needs to start and to
read the file. Programs that are not installed, such as TSDuck (`tsp`), are omitted.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ = "b=bytearray(1<<20);f=open({path!r},'rb',buffering=0)\nwhile f.readinto(b):pass"
OSSREC = (
    "from ossrec.mpegts.inspect_segment import inspect_file as i\n"
    "r=i({path!r});assert r.duration and not r.faults,r.faults"
)
PYAV = "import av\nfor p in av.open({path!r}).demux():pass"
PEERS = {
    "ossrec, all rules": [sys.executable, "-c", OSSREC],
    "ffprobe -count_packets": ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets"],
    "ffmpeg -c copy -f null": ["ffmpeg", "-v", "error", "-i", "{path}", "-map", "0", "-c", "copy", "-f", "null", "-"],
    "PyAV demux": [sys.executable, "-c", PYAV],
    "TSDuck continuity": ["tsp", "-I", "file", "{path}", "-P", "continuity", "-O", "drop"],
    "reading alone": [sys.executable, "-c", READ],
}


def make(target: Path, megabytes: int) -> None:
    """Make a stream of about that size: encode a minute of it, and repeat that."""
    minute = target.with_name("minute.ts")
    run = ["ffmpeg", "-v", "error", "-y"]
    picture = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30", "-f", "lavfi", "-i", "sine=440:r=48000", "-t", "60"]
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-b:v", "4M", "-maxrate", "4M", "-bufsize", "4M"]
    subprocess.run([*run, *picture, *coding, "-c:a", "aac", "-b:a", "128k", str(minute)], check=True)
    times = max(0, megabytes * 1_000_000 // minute.stat().st_size)
    again = ["-stream_loop", str(times), "-i", str(minute), "-c", "copy", "-f", "mpegts", str(target)]
    subprocess.run([*run, *again], check=True)
    minute.unlink()


def command(name: str, path: str) -> list[str]:
    """Return the command line of a program."""
    parts = [part.format(path=path) for part in PEERS[name]]
    return [*parts, path] if name.startswith("ffprobe") else parts


def once(arguments: list[str]) -> tuple[float, int]:
    """Run a process; return its time in seconds and its peak memory in KiB."""
    begun = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{arguments[0]} failed")
    return taken, usage.ru_maxrss


def measure(path: str, rounds: int) -> None:
    """Run all programs in turns, and print a table."""
    names = [name for name in PEERS if shutil.which(command(name, path)[0])]
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in names}
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for turn in range(rounds + 1):
        for name in names:
            result = once(command(name, path))
            if turn:  # the first turn only warms the caches
                taken[name].append(result)
    size = Path(path).stat().st_size
    own = min(seconds for seconds, _ in taken["ossrec, all rules"])
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"{size / 1e6:,.0f} MB, best of {rounds}\n\n{'':26}{'MB/s':>8}{'ossrec is':>12}{'peak MiB':>10}")
    for name, results in taken.items():
        best = min(seconds for seconds, _ in results)
        memory = max(kib for _, kib in results) / 1024
        print(f"{name:26}{size / 1e6 / best:8,.0f}{best / own:11.2f}x{memory:10.0f}")


def main() -> None:
    """Make the file if none is given, and measure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--file", type=Path, help="measure on this file")
    options.add_argument("--megabytes", type=int, default=1000, help="size of the file that is made")
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.file or Path(folder, "long.ts")
        if given.file is None:
            make(path, given.megabytes)
        measure(str(path), given.rounds)


if __name__ == "__main__":
    main()
