"""Packet sync: the size of packets, their sync bytes, and where packets resume after a loss of sync.

In sync means that each packet starts with a sync byte. After a missing sync byte, packets resume at the first offset
that is followed by five sync bytes at the distance of packets (ETSI TR 101 290 5.2.1), or, near the end of the segment,
by as many as fit. A single last packet must end with the segment. The search starts inside the packet before the
missing sync byte, because that packet may be truncated: then it is dropped.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ossrec.mpegts.demux.packets import PACKET, SYNC, Bytes, Rows

SIZES = (
    PACKET,
    192,
    204,
)  # 192: four bytes of time before the packet; 204: sixteen bytes of Reed-Solomon code after it
_NEAR = 16 * 1024  # bytes that are searched first: a tail seldom starts with a packet, but one follows soon
RUN = 5  # sync bytes in a row that are accepted as packets


class SyncLoss(NamedTuple):
    """A loss of packet sync."""

    packet: int  # number of the next complete packet
    offset: int  # in the segment, where the last complete packet ended
    skipped: int  # bytes up to where packets resume
    cut: bool  # the packet before was truncated, and is among these bytes
    resumed: int | None  # offset where packets resume; None: nowhere


class PacketFramer:
    """Splits a segment into packets; each piece starts with the bytes of the previous piece that were not consumed."""

    def __init__(self) -> None:
        """Start at the start of a segment, out of sync."""
        self.size: int | None = None  # of a packet; None: no packet was found yet
        self.packets = 0  # found so far
        self.trailing = 0  # bytes after the last packet, once the end was read
        self.losses: list[SyncLoss] = []  # in the last piece
        self._offset = 0  # of the next piece
        self._lost: int | None = 0  # offset from which packets are searched; None: in sync
        self._is_start = True  # less than a packet of bytes before the first packet is not a loss

    def resume_at(self, offset: int) -> None:
        """Continue at byte *offset* of the segment: search for packets again, without a loss."""
        self._offset = self._lost = offset
        self._is_start = True
        if self.size:
            self.packets = max(self.packets, offset // self.size)

    def take(self, piece: Bytes, is_last: bool) -> tuple[Bytes, int]:
        """Return the packets of a piece, (n, 188), and how many of its bytes were consumed.

        The other bytes must start the next piece. A piece that is not the last must have room for ten packets.
        """
        self.losses = []
        spans: list[tuple[int, int]] = []  # offset of the first packet, number of packets
        offsets: Rows | None = None
        at = self._find_first(piece, is_last)
        while at is not None and at < len(piece):
            size = self.size or PACKET
            wrong = _first_wrong(piece[at::size])
            if wrong is None:
                count = max(0, (len(piece) - at - PACKET) // size + 1 if is_last else (len(piece) - 1 - at) // size)
                spans.append((at, count))
                at += count * size
                break
            if offsets is None:
                offsets = _offsets(piece, size, is_last)
            more, at, is_found = self._resume(piece, offsets, (at, wrong), is_last)
            spans.append(more)
            if not is_found:
                break
        return self._finish(piece, spans, at, is_last)

    def _find_first(self, piece: Bytes, is_last: bool) -> int | None:
        """Return the offset of the first packet in this piece: 0 if in sync; None: no packet found yet."""
        if self._lost is None:
            return 0
        found = self._search(piece, is_last)
        if found is None:
            return None
        at, self.size = found
        offset = self._offset + at
        if offset - self._lost >= self.size or not self._is_start:
            self.losses.append(SyncLoss(self.packets, self._lost, offset - self._lost, False, offset))
        self._lost, self._is_start = None, False
        return at

    def _search(self, piece: Bytes, is_last: bool) -> tuple[int, int] | None:
        """Search for the first packet; return its offset and the size of packets."""
        sizes = (self.size,) if self.size else SIZES
        if len(piece) > PACKET * RUN and (piece[: PACKET * RUN : PACKET] == SYNC).all() and PACKET in sizes:
            return 0, PACKET
        near = _first_offset(piece[:_NEAR], sizes, is_last and len(piece) <= _NEAR)
        if len(piece) <= _NEAR or (near is not None and near[0] < _NEAR - RUN * SIZES[-1]):
            return near
        return _first_offset(piece, sizes, is_last)

    def _resume(
        self, piece: Bytes, offsets: Rows, where: tuple[int, int], is_last: bool
    ) -> tuple[tuple[int, int], int, bool]:
        """Search for packets after a missing sync byte; return the packets before, where to continue, and if now.

        *where* is the offset of these packets, and the index of the one without a sync byte.
        """
        at, wrong = where
        size = self.size or PACKET
        end = at + wrong * size
        search = end - size + 1 if wrong else at
        index = int(np.searchsorted(offsets, search))
        if index < len(offsets):
            found = int(offsets[index])
            whole = wrong - 1 if found < end else wrong
            self._add_loss(at, whole, found, found < end)
            return (at, whole), found, True
        if is_last:
            self._add_loss(at, wrong, None, False, len(piece))
            return (at, wrong), len(piece), False
        searched = len(piece) - (RUN - 1) * size
        if wrong and searched < end:  # the next piece shows whether the last packet is complete
            return (at, wrong - 1), end - size, False
        self._lost = self._offset + end
        return (at, wrong), max(searched, end), False

    def _add_loss(self, at: int, whole: int, found: int | None, cut: bool, stop: int = 0) -> None:
        """Add a loss of sync; `_finish` sets the number of its packet."""
        end = at + whole * (self.size or PACKET)
        skipped = (stop if found is None else found) - end
        resumed = None if found is None else self._offset + found
        self.losses.append(SyncLoss(-1, self._offset + end, skipped, cut, resumed))

    def _finish(self, piece: Bytes, spans: list[tuple[int, int]], at: int | None, is_last: bool) -> tuple[Bytes, int]:
        """Return the packets of the spans, and set the state after the piece."""
        size = self.size or PACKET
        if at is None:
            at = len(piece) if is_last else max(0, len(piece) - (RUN - 1) * SIZES[-1])
            if is_last and self.size and self._lost is not None:
                skipped = self._offset + len(piece) - self._lost
                self.losses.append(SyncLoss(self.packets, self._lost, skipped, False, None))
        elif is_last:
            self.trailing = max(0, len(piece) - at)
            self.trailing = 0 if self.trailing <= size - PACKET else self.trailing
        ends = np.cumsum([count for _, count in spans])
        number = iter(int(self.packets + end) for end in ends)
        self.losses = [one._replace(packet=next(number)) if one.packet < 0 else one for one in self.losses]
        self.packets += int(ends[-1]) if spans else 0
        self._offset += at
        return _rows(piece, [span for span in spans if span[1]], size), at


def _rows(piece: Bytes, spans: list[tuple[int, int]], size: int) -> Bytes:
    """Return packets as rows: a view if they are evenly spaced, else a copy."""
    if not spans:
        return np.empty((0, PACKET), np.uint8)
    if len(spans) == 1:
        at, count = spans[0]
        return np.ndarray((count, PACKET), np.uint8, piece, at, (size, 1))
    offsets = np.concatenate([at + size * np.arange(count) for at, count in spans])
    rows: Bytes = sliding_window_view(piece, PACKET)[offsets]
    return rows


def _first_wrong(column: Bytes) -> int | None:
    """Return the index of the first byte that is not a sync byte; reads little beyond that byte."""
    begin, step = 0, 64
    while begin < len(column):
        wrong = column[begin : begin + step] != SYNC
        first = int(wrong.argmax())
        if wrong[first]:
            return begin + first
        begin += step
        step *= 4
    return None


def _first_offset(piece: Bytes, sizes: tuple[int, ...], is_last: bool) -> tuple[int, int] | None:
    """Return the first offset at which a packet of one of these sizes may start, and that size."""
    found = [(int(offsets[0]), size) for size in sizes if len(offsets := _offsets(piece, size, is_last))]
    return min(found, default=None)


def _offsets(piece: Bytes, size: int, is_last: bool) -> Rows:
    """Return the offsets at which a packet may start: `RUN` sync bytes follow, or as many as fit before the end."""
    length = len(piece)
    sync = piece == SYNC
    good = sync.copy()
    for far in range(size, RUN * size, size):
        if far < length:
            good[: length - far] &= sync[far:]
    if not is_last:
        good[max(0, length - (RUN - 1) * size) :] = False
        return np.flatnonzero(good)
    good[max(0, length - size) :] = False
    for alone in (length - size, length - PACKET):
        if alone >= 0:
            good[alone] = sync[alone]
    return np.flatnonzero(good)
