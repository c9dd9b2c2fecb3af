"""Parse mutated playlists, to find exceptions: ``python -m tests.hls.fuzz [COUNT [SEED]]``, by default 100,000.

Each must give findings that are in the rule table and bounded in number, strings that can be encoded
as UTF-8, and keys inside the prefix. The time of the slowest playlist is printed.
"""

import sys
import time
from collections.abc import Iterator
from random import Random

from ossrec.hls.collector import REPEATS
from ossrec.hls.listing.check import JoinedPlaylist, JoinedSegment, check_listing, totals_of
from ossrec.hls.parser.master import read_master
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Segment
from ossrec.hls.uris import ResolvedUri, resolve_playlist
from ossrec.rules import RULES
from tests.hls.cases import header as cases_header
from tests.hls.cases import segments as cases_segments
from tests.hls.cases import syntax as cases_syntax
from tests.hls.cases.uris import ADDRESS, PLAYLIST, PREFIX
from tests.hls.mutations import mutate
from tests.hls.playlists import INTACT, MASTER, RECORDER


def seeds() -> list[bytes]:
    """Return the playlists to mutate: those of all cases, and a few complete ones more often."""
    cases = (*cases_syntax.CASES, *cases_header.CASES, *cases_segments.CASES)
    texts = [text for case in cases for text in (case.broken, case.near_miss)] + [INTACT, RECORDER, MASTER] * 30
    return [text if isinstance(text, bytes) else text.encode() for text in texts]


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Yield *count* mutated playlists, the same for the same *seed*."""
    random = Random(seed)
    pool = seeds()
    for _ in range(count):
        yield mutate(random.choice(pool), random)


def survive(data: bytes, random: Random) -> None:
    """Process a playlist as a scan does, and check the guarantees for the results."""
    playlist = read_playlist(data, PLAYLIST)
    assert all(type(line) is str and "\n" not in line for line in playlist.lines)
    if playlist.kind == "master":
        read_master(playlist)
    resolved = resolve_playlist(playlist, PLAYLIST, ADDRESS, PREFIX)
    joined = [
        _join(segment, target, random) for segment, target in zip(playlist.segments, resolved.segments, strict=True)
    ]
    listed = JoinedPlaylist(PLAYLIST, 1_764_576_000, playlist.ended, joined, reported_duration=60.0)
    found = [*playlist.findings, *resolved.findings, *check_listing(listed)]
    for finding in found:
        assert finding.code in RULES, finding
        assert len(finding.detail.encode()) < 8192, finding
    assert len(found) <= len(RULES) * (REPEATS + 1)
    assert found or playlist.ended
    totals = totals_of(listed)
    assert totals.expected == totals.present + totals.missing
    assert 0 <= totals.missing_seconds <= playlist.duration + 1e-6 * playlist.duration + 1e-6
    for target in (*resolved.segments, *resolved.resources):
        assert target.key is None or target.key.startswith(PREFIX), target
        (target.key or "").encode()


def _join(segment: Segment, target: ResolvedUri, random: Random) -> JoinedSegment:
    """Join a segment with an object that may be present."""
    end = sum(segment.byterange) if segment.byterange else None
    size = random.choice((None, 0, 187, 188, 188_000)) if target.key else None
    stamp = random.choice((None, 0, int(segment.start * 1000)))
    marks = (segment.discontinuity, segment.gap, segment.encrypted, segment.fragment)
    place = (segment.number, target.key, segment.uri, segment.line, segment.start, segment.duration)
    return JoinedSegment(*place, *marks, end, size, size and 1_764_576_000 + int(segment.start), stamp)


def main(count: int = 100_000, seed: int = 1) -> None:
    """Process *count* mutants; print the total time and the slowest."""
    random = Random(seed)
    started = time.perf_counter()
    slowest, worst = 0.0, b""
    for number, data in enumerate(mutants(count, seed)):
        before = time.perf_counter()
        try:
            survive(data, random)
        except BaseException:
            print(f"mutant {number} of seed {seed}: {data[:2000]!r}")
            raise
        took = time.perf_counter() - before
        if took > slowest:
            slowest, worst = took, data
    print(f"{count} playlists in {time.perf_counter() - started:.1f} s, no traceback")
    print(f"slowest: {slowest * 1000:.1f} ms for {len(worst)} bytes")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
