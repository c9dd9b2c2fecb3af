"""Continuity counters that restart in each segment, because the recorder starts a new muxer for each of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ossrec.findings import Finding, Severity
from ossrec.habits import is_habit
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.continuity import compared_counters, counter_jump, gaps_between
from ossrec.mpegts.sequence.durations import tolerance

MEETING = 0.1  # seconds by which timestamps that meet may differ: a frame of low-rate audio or of slow video


class RestartHabit(NamedTuple):
    """The boundaries of a recording at which its recorder restarts the continuity counters, if that is its habit."""

    numbers: frozenset[int]  # of the boundaries, in the order in which they were given; empty: no habit
    boundaries: int  # at which counters can be compared

    def findings(self, subject: str) -> Iterator[Finding]:
        """Yield one info about the habit; *subject* is the key of the playlist."""
        if self.numbers:
            detail = f"all continuity counters restart at {len(self.numbers)} of {self.boundaries} boundaries"
            yield Finding("TS353", subject, f"{detail}, and the timestamps meet", severity=Severity.INFO)


def restart_habit(boundaries: Iterable[tuple[Inspection, Inspection]]) -> RestartHabit:
    """Return the *boundaries* without a loss at which the counters restart, if they do so at nearly all of them.

    A counter that restarts may continue the one before by chance, so what counts is the value at which it starts.
    """
    restarts, places, jumps = [], 0, False
    for number, (before, after) in enumerate(boundaries):
        pairs = compared_counters(before, after)
        if not pairs:
            continue
        places += 1
        if all(one.first <= 1 for _, one in pairs) and _meet(before, after):
            restarts.append(number)
            jumps = jumps or counter_jump(before, after) is not None
    is_found = jumps and is_habit(len(restarts), places)
    return RestartHabit(frozenset(restarts) if is_found else frozenset(), places)


def _meet(before: Inspection, after: Inspection) -> bool:
    """Return whether the timestamps continue from one segment to the next without a lost frame.

    Video beside audio may end earlier, within the usual tolerance: a still screen sends few pictures.
    """
    gaps = gaps_between(before, after)
    if "audio" not in gaps:
        return "video" in gaps and abs(gaps["video"]) <= MEETING
    video = abs(gaps.get("video", 0.0))
    return abs(gaps["audio"]) <= MEETING and video <= tolerance(before.duration or 0.0)
