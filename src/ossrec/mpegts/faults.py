"""Collect the faults of a segment: bounded, and with times once these are known."""

from collections.abc import Iterable
from dataclasses import dataclass

from ossrec.mpegts.inspection import MAX_FAULTS, TICKS, SegmentFault

MERGE_DISTANCE = 256  # packets: damaged packets that are closer together are one fault
MERGED_CODES = frozenset(("TS330", "TS331", "TS351"))  # codes that are merged


@dataclass(slots=True)
class Fault:
    """A fault at a packet; times are ticks with wraps counted out."""

    code: str
    packet: int  # number in the segment
    pid: int | None = None  # of the stream that is affected; None: all streams
    lost: int | None = None
    detail: str = ""
    pts: int | None = None  # of the affected frame
    dts: int | None = None
    next_dts: int | None = None  # of the next frame
    count: int = 1  # faults that were merged
    last_packet: int = 0  # of the last merged fault, or up to which the fault reaches


class Faults:
    """The faults of a segment: at most `MAX_FAULTS` of each code are kept, further ones are counted."""

    def __init__(self) -> None:
        """Start without faults."""
        self.kept: list[Fault] = []
        self._counts: dict[str, int] = {}
        self._lost: dict[str, int] = {}  # packets of the faults that were only counted
        self._latest: dict[tuple[str, int | None], Fault] = {}

    def add(self, fault: Fault) -> None:
        """Keep a fault, merge it with the previous one, or only count it."""
        fault.last_packet = max(fault.last_packet, fault.packet)
        before = self._latest.get((fault.code, fault.pid))
        if fault.code in MERGED_CODES and before is not None and fault.packet - before.last_packet <= MERGE_DISTANCE:
            before.last_packet = fault.packet
            before.count += 1
            before.next_dts = None
            if before.lost is not None:
                before.lost += fault.lost or 0
            return
        count = self._counts[fault.code] = self._counts.get(fault.code, 0) + 1
        if fault.code in MERGED_CODES and (count <= MAX_FAULTS or before is not None):
            self._latest[fault.code, fault.pid] = fault
        if count <= MAX_FAULTS:
            self.kept.append(fault)
        else:
            self._lost[fault.code] = self._lost.get(fault.code, 0) + (fault.lost or 0)

    def without_next_frame(self) -> Iterable[Fault]:
        """Return the faults after which no frame was read yet."""
        return (fault for fault in self.kept if fault.next_dts is None)

    def in_order(self, first: int | None, end: int | None) -> list[SegmentFault]:
        """Return the faults by packet, with their seconds in a segment that lasts from *first* to *end* in ticks."""
        faults = []
        seen: dict[str, int] = {}
        for fault in sorted(self.kept, key=lambda fault: (fault.packet, fault.code, fault.pid or 0)):
            seen[fault.code] = seen.get(fault.code, 0) + 1
            omitted = self._counts[fault.code] - MAX_FAULTS
            one = _segment_fault(fault, first, end)
            if omitted > 0 and seen[fault.code] == MAX_FAULTS:
                lost = None if one.lost is None else one.lost + self._lost.get(fault.code, 0)
                one = one._replace(detail=f"{omitted + 1} more from here on, the first: {one.detail}", lost=lost)
            faults.append(one)
        return faults


def _segment_fault(fault: Fault, first: int | None, end: int | None) -> SegmentFault:
    """Return a fault with its times in seconds from the start of the segment."""
    at = length = None
    if first is not None:
        pts = first if fault.pts is None else fault.pts
        dts = first if fault.dts is None else fault.dts
        next_dts = end if fault.next_dts is None else fault.next_dts
        at = max(0, pts - first) / TICKS
        length = None if next_dts is None else max(0, next_dts - dts) / TICKS
    detail = fault.detail
    if fault.count > 1:
        packets = f"{fault.count} packets"
        detail = f"{packets}, {detail}" if detail else packets
    return SegmentFault(fault.code, detail, fault.packet, at, length, fault.lost)
