"""Measure how many names per second the parser reads on one core, and how long it takes to import it.

    python benchmarks/names.py [--names 20000] [--rounds 9]

Each line of the table has its own set of distinct keys, made from a fixed seed, so that nothing is
cached. The table shows the best of the rounds, which the machine disturbed least, and the median.
"""

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from ossrec.naming import parse_name, readings

TARGET = 500_000  # names per second, for the typical keys


def recordid(draw: random.Random) -> str:
    return f"{draw.getrandbits(140):035x}"


def room(draw: random.Random) -> str:
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=draw.randint(5, 12)))


def uid(draw: random.Random) -> str:
    return str(draw.randint(10_000_000, 4_294_967_295))


def mixed(draw: random.Random) -> str:
    return f"rec/2026-11-01/rid_{recordid(draw)}_{room(draw)}"


def source(draw: random.Random) -> str:
    return f"{mixed(draw)}__uid_s_{uid(draw)}__uid_e"


def stamp(draw: random.Random) -> str:
    return f"202611{draw.randint(1, 30):02}{draw.randint(0, 235959999):09}"


TYPICAL: dict[str, Callable[[random.Random], str]] = {
    "playlist, mixed": lambda draw: f"{mixed(draw)}.m3u8",
    "playlist, source": lambda draw: f"{source(draw)}.m3u8",
    "segment, mixed": lambda draw: f"{mixed(draw)}_{stamp(draw)}.ts",
    "segment, source": lambda draw: f"{source(draw)}_{stamp(draw)}.ts",
    "segment, room with underscores": lambda draw: f"{mixed(draw)}_b_{room(draw)}_{stamp(draw)}.ts",
    "playlist, room in Chinese": lambda draw: f"rec/rid_{recordid(draw)}_课堂{room(draw)}.m3u8",
}
RARE: dict[str, Callable[[random.Random], str]] = {
    "segment of a backup": lambda draw: f"bak0_{mixed(draw).rpartition('/')[2]}_{stamp(draw)}.ts",
    "segment with a number": lambda draw: f"{source(draw)}_{draw.randint(0, 9999):04}.ts",
    "segment in a sub-folder": lambda draw: f"{mixed(draw)}/{draw.randint(0, 9999):04}.ts",
    "playlist uploaded again": lambda draw: f"{mixed(draw)}_{draw.randint(10**9, 10**11)}_3.m3u8",
    "three readings": lambda draw: f"{mixed(draw)}__uid_s_x__uid_s_{uid(draw)}__uid_e.m3u8",
    "not a recording": lambda draw: f"photos/2026/{room(draw)}.jpg",
}


def names_per_second(read: Callable[[str], object], keys: list[str], rounds: int) -> tuple[float, float]:
    """Return (best, median) of *rounds* passes over *keys*."""
    rates = []
    for _ in range(rounds):
        before = time.perf_counter()
        for key in keys:
            read(key)
        rates.append(len(keys) / (time.perf_counter() - before))
    return max(rates), statistics.median(rates)


def start_up_ms(code: str, rounds: int) -> tuple[float, float]:
    """Return the (least, median) wall time of an interpreter that runs *code*, in ms."""
    times = []
    for _ in range(rounds):
        before = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append((time.perf_counter() - before) * 1000)
    return min(times), statistics.median(times)


def main() -> None:
    options = argparse.ArgumentParser(description="Measure names per second and startup time.")
    options.add_argument("--names", type=int, default=20_000, help="distinct keys for each line of the table")
    options.add_argument("--rounds", type=int, default=9)
    given = options.parse_args()
    print(f"Python {sys.version.split()[0]}, {given.names:,} keys per line, {given.rounds} rounds\n")
    print(f"{'parse_name':32}{'best':>12}{'median':>12}   names/s")
    for kinds, target in ((TYPICAL, TARGET), (RARE, 0)):
        for title, make in kinds.items():
            draw = random.Random(title)
            best, median = names_per_second(parse_name, [make(draw) for _ in range(given.names)], given.rounds)
            short = "   below the target" if best < target else ""
            print(f"{title:32}{best:12,.0f}{median:12,.0f}{short}")
    draw = random.Random("readings")
    keys = [TYPICAL["segment, source"](draw) for _ in range(given.names)]
    best, median = names_per_second(readings, keys, given.rounds)
    print(f"{'readings() of segment, source':32}{best:12,.0f}{median:12,.0f}")
    bare = start_up_ms("pass", 3 * given.rounds)
    loaded = start_up_ms("import ossrec.naming", 3 * given.rounds)
    print(f"\nstartup:  bare {bare[0]:.1f} ms, import ossrec.naming adds {loaded[0] - bare[0]:.1f} ms (least)")
    print(f"          bare {bare[1]:.1f} ms, import ossrec.naming adds {loaded[1] - bare[1]:.1f} ms (median)")


if __name__ == "__main__":
    main()
