"""Inspect mutated segments and search for a traceback: ``python -m tests.mpegts.fuzz [--number N] [--seed N]``.

100,000 by default. Each mutant must give faults of the rule table, at packets and seconds inside the segment, bounded
in number, and independent of the size of blocks; then the boundaries between mutants are checked. Prints the slowest
mutant and the peak of memory.
"""

import argparse
import resource
import time
from collections import Counter
from collections.abc import Iterator
from random import Random

from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_edges
from ossrec.mpegts.inspection import MAX_FAULTS, TICKS, WRAP, Inspection, StreamFormat, StreamSummary
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from ossrec.rules import RULES
from tests.mpegts.material.healthy import BASE, RECIPES, healthy
from tests.mpegts.material.mutating import mutate
from tests.mpegts.material.streams import SIZE

LONGEST = 120  # packets of a seed: as much is enough for each rule, and looked at fast


def seeds() -> list[bytes]:
    """Return the bytes to mutate: the starts and ends of intact segments."""
    whole = [healthy(name) for name in (*BASE, *(name for name in RECIPES if name not in BASE))]
    return [part for data in whole for part in (data[: LONGEST * SIZE], data[: 30 * SIZE], data[-LONGEST * SIZE :])]


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Return *count* mutated segments, the same for the same *seed*."""
    random = Random(seed)
    pool = seeds()
    for _ in range(count):
        yield mutate(random.choice(pool), random)


def inspect_in_all_ways(data: bytes, random: Random) -> Inspection:
    """Inspect a segment in all ways, and check the results."""
    whole = inspect_blocks([data])
    check(whole, len(data))
    assert whole.read == whole.size == len(data)
    way = random.randrange(4)
    if way == 0:
        size = random.choice((1, 100, 188, 1000, 4099)) if len(data) < 10_000 else random.choice((188, 3000, 18_800))
        piece = random.choice((2048, 3001, 4096, 10_000))
        parts = inspect_blocks((data[at : at + size] for at in range(0, len(data), size)), piece=piece)
        assert plain(parts) == plain(whole), f"pieces of {piece}: {differences(parts, whole)}"
    elif way == 1:
        size = random.choice((188, 2000, 10_000, 65_536))
        ends = inspect_edges(data[:size], data[max(size, len(data) - size) :], len(data))
        check(ends, len(data))
        assert ends.read <= len(data)
    return whole


def plain(inspection: Inspection) -> Inspection:
    """Return the values that do not depend on pieces, even in broken streams.

    Details and seconds of a fault come from the frames that are known by then, and a payload that continues in the next
    piece is probed only as far as it is in this piece: enough in an intact stream.
    """
    by_payload = ("TS400", "TS401", "TS421")
    faults = (
        fault._replace(detail="", at=None, length=None) for fault in inspection.faults if fault.code not in by_payload
    )
    streams = (
        StreamSummary(one.pid, StreamFormat(one.format.kind, ""), one.packets, one.first_pts, None)
        for one in inspection.streams
    )
    return inspection._replace(faults=tuple(faults), streams=tuple(streams))


def differences(one: Inspection, other: Inspection) -> str:
    """Return the fields that differ."""
    fields = [name for name, a, b in zip(one._fields, one, other, strict=True) if a != b]
    return "; ".join(f"{name}: {getattr(one, name)} and {getattr(other, name)}" for name in fields)


def check(inspection: Inspection, size: int) -> None:
    """Check the guarantees of an inspection, whatever the bytes are."""
    assert inspection.size == size
    assert inspection.packets * SIZE <= size
    assert inspection.packet_size in (None, 188, 192, 204)
    longest = WRAP / TICKS / 2 * max(1, inspection.packets)  # seconds: each time is the nearest one to that before
    for stream in inspection.streams:
        assert 0 <= stream.packets <= inspection.packets
        assert stream.first_pts is None or 0 <= stream.first_pts < WRAP
        assert stream.length is None or stream.length >= 0, stream
        assert 0 <= stream.pid <= 0x1FFF
        stream.format.codec.encode("ascii")
    for counter in inspection.counters:
        assert 0 <= counter.first <= 15 >= counter.last >= 0
    for fault in inspection.faults:
        assert fault.code in RULES, fault
        assert fault.packet is None or 0 <= fault.packet <= inspection.packets, fault
        assert fault.at is None or 0 <= fault.at <= longest, fault
        assert fault.length is None or 0 <= fault.length <= longest, fault
        assert fault.lost is None or fault.lost >= 0, fault
        assert len(fault.detail.encode()) < 1000, fault
    most = Counter(fault.code for fault in inspection.faults).most_common(1)
    assert not most or most[0][1] <= MAX_FAULTS, most
    assert inspection.duration is None or 0 <= inspection.duration <= longest, inspection
    assert inspection.streams or inspection.faults, "nothing is there, and nothing is said"


def position(number: int, inspection: Inspection, random: Random) -> SegmentInSequence:
    """Return a mutant at its position in a playlist."""
    start = random.choice((None, number * 2.0))
    marked = random.random() < 0.2
    return SegmentInSequence(
        number, f"{number}.ts", start, random.choice((None, 0.0, 2.0)), marked, number > 0, inspection
    )


def check_boundaries(rows: list[Inspection], random: Random) -> None:
    """Check mutants as consecutive segments."""
    for finding in check_segments("a.m3u8", [position(number, one, random) for number, one in enumerate(rows)]):
        assert finding.code in RULES, finding
        assert finding.segment is not None or finding.start is None, finding


def main(count: int, seed: int) -> None:
    """Inspect *count* mutants; print the time, the slowest mutant, and the memory used."""
    random = Random(seed)
    started = time.perf_counter()
    slowest, worst, codes, rows = 0.0, 0, Counter[str](), []
    for number, data in enumerate(mutants(count, seed)):
        before = time.perf_counter()
        try:
            rows.append(inspect_in_all_ways(data, random))
            if len(rows) == 8:
                check_boundaries(rows, random)
                rows.clear()
        except BaseException:
            print(f"mutant {number} of seed {seed}, {len(data)} bytes")
            raise
        codes.update({fault.code for row in rows[-1:] for fault in row.faults})
        slowest, worst = max((slowest, worst), (time.perf_counter() - before, len(data)))
    print(f"{count} segments in {time.perf_counter() - started:.1f} s, no traceback")
    print(f"slowest: {slowest * 1000:.1f} ms for {worst} bytes")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print("found in mutants:", ", ".join(f"{code} {number}" for code, number in sorted(codes.items())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    main(given.number, given.seed)
