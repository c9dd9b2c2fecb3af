"""Measure how long `ossrec` takes as a whole process.

    python benchmarks/startup.py [--runs 21] [--catalog FILE]

The commands run many times in turns, so that a disturbance affects all of them; the table shows the
median and the quickest run. The catalog is made by a scan of the fixtures.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ossrec

ROOT = Path(__file__).parents[1]
COMMANDS = {
    "an empty Python": ["-c", "pass"],
    "import ossrec.naming": ["-c", "import ossrec.naming"],
    "ossrec --version": ["-m", "ossrec", "--version"],
    "ossrec find --room, json": ["-m", "ossrec", "find", "--room", "biology", "--format", "json"],
    "ossrec find --room, table": ["-m", "ossrec", "find", "--room", "biology"],
    "ossrec find, all, json": ["-m", "ossrec", "find", "--format", "json"],
    "ossrec show, json": ["-m", "ossrec", "show", "{recording}", "--format", "json"],
    "ossrec parse": ["-m", "ossrec", "parse", "rid_aa_lobby.m3u8", "--format", "json"],
    "ossrec explain": ["-m", "ossrec", "explain", "LST260"],
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--catalog", type=Path, help="measure on this catalog")
    parser.add_argument(
        "--recording", default="ba1111200000ff1e7630665432057e1667b06", help="recording for `ossrec show`"
    )
    options = parser.parse_args()
    environ = os.environ | {"PYTHONPATH": str(Path(ossrec.__file__).parents[1])}
    with tempfile.TemporaryDirectory() as folder:
        catalog = options.catalog or Path(folder, "fixtures.db")
        environ["OSSREC_CATALOG"] = str(catalog)
        if options.catalog is None:
            scan = [
                sys.executable,
                "-m",
                "ossrec",
                "scan",
                "-q",
                "--fail-on",
                "never",
                str(ROOT / "fixtures" / "buckets"),
            ]
            subprocess.run(scan, env=environ, check=True, stdout=subprocess.DEVNULL)
        taken = measure(environ, options.recording, options.runs)
    print(f"{'':28}{'median':>10}{'quickest':>10}  ms, of {options.runs} runs, Python {sys.version.split()[0]}")
    for name, times in taken.items():
        print(f"{name:28}{statistics.median(times):10.1f}{min(times):10.1f}")


def measure(environ: dict[str, str], recording: str, runs: int) -> dict[str, list[float]]:
    """Return the milliseconds of each run of each command; a run before the first only warms the caches."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(runs + 1):
        for name, arguments in COMMANDS.items():
            command = [sys.executable, *(part.format(recording=recording) for part in arguments)]
            begun = time.perf_counter()
            subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if turn:
                taken[name].append((time.perf_counter() - begun) * 1000)
    return taken


if __name__ == "__main__":
    main()
