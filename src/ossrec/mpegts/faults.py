"""Faults as they are met in a segment: kept in bounds, and given their times once these are known."""

from collections.abc import Iterable
from dataclasses import dataclass

from ossrec.mpegts.inspection import MOST_NOTES, TICKS, SegmentFault

NEAR = 256  # packets: marks of damage that stand closer together are one fault
MERGED = frozenset(("TS330", "TS331", "TS351"))  # codes whose faults are taken together like that


@dataclass(slots=True)
class Fault:
    """One fault, at a packet; times are ticks with wraps counted out."""

    code: str
    packet: int  # number in the segment
    pid: int | None = None  # whose times it concerns; None: those of all streams
    lost: int | None = None
    detail: str = ""
    begins: int | None = None  # PTS of the frame that is hit
    since: int | None = None  # its DTS
    until: int | None = None  # DTS of the next frame
    count: int = 1  # faults that were taken together
    last: int = 0  # packet of the last of them, or up to which it reaches


class Faults:
    """At most `MOST_NOTES` of each code are kept; more are counted."""

    def __init__(self) -> None:
        """Nothing was met."""
        self.kept: list[Fault] = []
        self._counts: dict[str, int] = {}
        self._lost: dict[str, int] = {}  # packets, by the events that were only counted
        self._latest: dict[tuple[str, int | None], Fault] = {}

    def add(self, event: Fault) -> bool:
        """Keep one more, or only count it; whether it is kept and wants its times."""
        event.last = max(event.last, event.packet)
        before = self._latest.get((event.code, event.pid))
        if event.code in MERGED and before is not None and event.packet - before.last <= NEAR:
            before.last = event.packet
            before.count += 1
            before.until = None
            if before.lost is not None:
                before.lost += event.lost or 0
            return False
        count = self._counts[event.code] = self._counts.get(event.code, 0) + 1
        if event.code in MERGED and (count <= MOST_NOTES or before is not None):
            self._latest[event.code, event.pid] = event
        if count <= MOST_NOTES:
            self.kept.append(event)
            return True
        self._lost[event.code] = self._lost.get(event.code, 0) + (event.lost or 0)
        return False

    def waiting(self) -> Iterable[Fault]:
        """Those whose next frame was not seen yet."""
        return (event for event in self.kept if event.until is None)

    def notes(self, first: int | None, end: int | None) -> list[SegmentFault]:
        """All of them by packet, in times of a segment that lasts from *first* to *end*."""
        notes = []
        seen: dict[str, int] = {}
        for event in sorted(self.kept, key=lambda event: (event.packet, event.code, event.pid or 0)):
            seen[event.code] = seen.get(event.code, 0) + 1
            rest = self._counts[event.code] - MOST_NOTES
            note = _note(event, first, end)
            if rest > 0 and seen[event.code] == MOST_NOTES:
                lost = None if note.lost is None else note.lost + self._lost.get(event.code, 0)
                note = note._replace(detail=f"{rest + 1} more from here on, the first: {note.detail}", lost=lost)
            notes.append(note)
        return notes


def _note(event: Fault, first: int | None, end: int | None) -> SegmentFault:
    """An event in seconds from the start of the segment."""
    at = length = None
    if first is not None:
        begins = first if event.begins is None else event.begins
        since = first if event.since is None else event.since
        until = end if event.until is None else event.until
        at = max(0, begins - first) / TICKS
        length = None if until is None else max(0, until - since) / TICKS
    detail = event.detail
    if event.count > 1:
        times = f"{event.count} packets"
        detail = f"{times}, {detail}" if detail else times
    return SegmentFault(event.code, detail, event.packet, at, length, event.lost)
