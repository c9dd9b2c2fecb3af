"""Where packets begin: their size, the sync bytes, and where these go on after they were lost.

In step means that a sync byte stands where each packet must begin. When one is missing, the next packet is taken to
begin at the first place from which five sync bytes follow at the distance of packets (ETSI TR 101 290 5.2.1), near the
end of the segment as many as still fit; a last packet alone must end with the segment. The search begins inside the
packet before the fault, for that one may have been cut: it is then dropped.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ossrec.mpegts.demux.packets import PACKET, SYNC, Bytes, Rows

SIZES = (PACKET, 192, 204)  # with four bytes of time before it, or sixteen of Reed-Solomon code after it
_NEAR = 16 * 1024  # bytes in which packets mostly begin: a tail seldom starts with one, but holds one soon
RUN = 5  # sync bytes in a row that make a place trusted


class SyncLoss(NamedTuple):
    """A place where the sync byte was lost."""

    packet: int  # number of the next whole packet
    offset: int  # in the segment, where the last whole packet ended
    skipped: int  # bytes up to where packets go on
    cut: bool  # the packet before it was cut, and is among these bytes
    resumed: int | None  # offset where packets go on; None: nowhere


class PacketFramer:
    """Cuts a segment, given in pieces that overlap by what was not consumed, into packets."""

    def __init__(self) -> None:
        """At the start of a segment, out of step."""
        self.size: int | None = None  # of a packet; None: none was found yet
        self.packets = 0  # that were found so far
        self.left = 0  # bytes after the last packet, once the end was seen
        self.breaks: list[SyncLoss] = []  # of the last piece
        self._offset = 0  # of the piece that comes next
        self._lost: int | None = 0  # offset since when packets are searched for
        self._silent = True  # bytes before the very first packet that are less than a packet are no loss

    def go_on_at(self, offset: int) -> None:
        """What comes next stands elsewhere in the segment; packets are searched for anew, without a loss."""
        self._offset = self._lost = offset
        self._silent = True
        if self.size:
            self.packets = max(self.packets, offset // self.size)

    def take(self, piece: Bytes, is_last: bool) -> tuple[Bytes, int]:
        """The packets of a piece, (n, 188), and how many of its bytes are done with.

        What is not consumed must be the beginning of the next piece. A piece that is not the last needs ten packets.
        """
        self.breaks = []
        spans: list[tuple[int, int]] = []  # place of the first packet, number of packets
        places: Rows | None = None
        at = self._find_first(piece, is_last)
        while at is not None and at < len(piece):
            size = self.size or PACKET
            wrong = _first_wrong(piece[at::size])
            if wrong is None:
                count = max(0, (len(piece) - at - PACKET) // size + 1 if is_last else (len(piece) - 1 - at) // size)
                spans.append((at, count))
                at += count * size
                break
            if places is None:
                places = _places(piece, size, is_last)
            more, at, goes_on = self._resume(piece, places, (at, wrong), is_last)
            spans.append(more)
            if not goes_on:
                break
        return self._finish(piece, spans, at, is_last)

    def _find_first(self, piece: Bytes, is_last: bool) -> int | None:
        """Where packets begin in this piece: at once when in step, else where the search ends; None: nowhere yet."""
        if self._lost is None:
            return 0
        found = self._search(piece, is_last)
        if found is None:
            return None
        at, self.size = found
        offset = self._offset + at
        if offset - self._lost >= self.size or not self._silent:
            self.breaks.append(SyncLoss(self.packets, self._lost, offset - self._lost, False, offset))
        self._lost, self._silent = None, False
        return at

    def _search(self, piece: Bytes, is_last: bool) -> tuple[int, int] | None:
        """The first place of a packet, and the size of packets."""
        sizes = (self.size,) if self.size else SIZES
        if len(piece) > PACKET * RUN and (piece[: PACKET * RUN : PACKET] == SYNC).all() and PACKET in sizes:
            return 0, PACKET
        near = _first_place(piece[:_NEAR], sizes, is_last and len(piece) <= _NEAR)
        if len(piece) <= _NEAR or (near is not None and near[0] < _NEAR - RUN * SIZES[-1]):
            return near
        return _first_place(piece, sizes, is_last)

    def _resume(
        self, piece: Bytes, places: Rows, where: tuple[int, int], is_last: bool
    ) -> tuple[tuple[int, int], int, bool]:
        """From where a run of packets begins and where its sync bytes end: the run, where to go on, whether now."""
        at, wrong = where
        size = self.size or PACKET
        end = at + wrong * size
        search = end - size + 1 if wrong else at
        index = int(np.searchsorted(places, search))
        if index < len(places):
            place = int(places[index])
            whole = wrong - 1 if place < end else wrong
            self._break(at, whole, place, place < end)
            return (at, whole), place, True
        if is_last:
            self._break(at, wrong, None, False, len(piece))
            return (at, wrong), len(piece), False
        searched = len(piece) - (RUN - 1) * size
        if wrong and searched < end:  # whether the last packet is whole shows in the next piece
            return (at, wrong - 1), end - size, False
        self._lost = self._offset + end
        return (at, wrong), max(searched, end), False

    def _break(self, at: int, whole: int, place: int | None, cut: bool, stop: int = 0) -> None:
        """Note a loss of sync; the number of packets before it in this piece is put in by `_finish`."""
        end = at + whole * (self.size or PACKET)
        skipped = (stop if place is None else place) - end
        resumed = None if place is None else self._offset + place
        self.breaks.append(SyncLoss(-1, self._offset + end, skipped, cut, resumed))

    def _finish(self, piece: Bytes, spans: list[tuple[int, int]], at: int | None, is_last: bool) -> tuple[Bytes, int]:
        """The packets of the spans; and the state after the piece."""
        size = self.size or PACKET
        if at is None:
            at = len(piece) if is_last else max(0, len(piece) - (RUN - 1) * SIZES[-1])
            if is_last and self.size and self._lost is not None:
                skipped = self._offset + len(piece) - self._lost
                self.breaks.append(SyncLoss(self.packets, self._lost, skipped, False, None))
        elif is_last:
            self.left = max(0, len(piece) - at)
            self.left = 0 if self.left <= size - PACKET else self.left
        ends = np.cumsum([count for _, count in spans])
        number = iter(int(self.packets + end) for end in ends)
        self.breaks = [one._replace(packet=next(number)) if one.packet < 0 else one for one in self.breaks]
        self.packets += int(ends[-1]) if spans else 0
        self._offset += at
        return _rows(piece, [span for span in spans if span[1]], size), at


def _rows(piece: Bytes, spans: list[tuple[int, int]], size: int) -> Bytes:
    """Packets as rows: a view when they stand at one distance, else a copy."""
    if not spans:
        return np.empty((0, PACKET), np.uint8)
    if len(spans) == 1:
        at, count = spans[0]
        return np.ndarray((count, PACKET), np.uint8, piece, at, (size, 1))
    places = np.concatenate([at + size * np.arange(count) for at, count in spans])
    rows: Bytes = sliding_window_view(piece, PACKET)[places]
    return rows


def _first_wrong(column: Bytes) -> int | None:
    """Index of the first byte that is no sync byte; looks at no more of it than about twice as much."""
    begin, step = 0, 64
    while begin < len(column):
        wrong = column[begin : begin + step] != SYNC
        first = int(wrong.argmax())
        if wrong[first]:
            return begin + first
        begin += step
        step *= 4
    return None


def _first_place(piece: Bytes, sizes: tuple[int, ...], is_last: bool) -> tuple[int, int] | None:
    """The first place where a packet of one of these sizes may begin, and that size."""
    found = [(int(places[0]), size) for size in sizes if len(places := _places(piece, size, is_last))]
    return min(found, default=None)


def _places(piece: Bytes, size: int, is_last: bool) -> Rows:
    """Where a packet may begin: `RUN` sync bytes follow from there; near the end of the segment, as many as fit."""
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
