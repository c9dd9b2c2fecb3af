"""Starts of PES packets, with timestamps and length of their headers (ISO/IEC 13818-1 2.4.3.6, 2.4.3.7)."""

from typing import NamedTuple

import numpy as np

from ossrec.mpegts.demux.columns import indices, windows
from ossrec.mpegts.demux.continuity import PacketGroups
from ossrec.mpegts.demux.packets import (
    ERROR,
    PACKET,
    PAYLOAD,
    RANDOM_ACCESS,
    SCRAMBLED,
    START,
    Bytes,
    Marks,
    Packets,
    Rows,
    Ticks,
)

HEADER = 9  # bytes up to and including PES_header_data_length
_READ = 19  # bytes up to the end of the DTS
_PLAIN = np.zeros(256, np.bool_)  # stream_ids without timestamps (table 2-21)
_PLAIN[[0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF]] = True


class PesStarts(NamedTuple):
    """The PES packets that start in a batch, in its order; missing timestamps are -1."""

    rows: Rows  # packets
    pid: Ticks
    stream_id: Bytes
    pts: Ticks
    dts: Ticks  # the PTS if there is no DTS
    declared: Ticks  # bytes of the PES packet with its header; 0: unknown
    random: Marks  # random_access_indicator
    body: Ticks  # offset of the elementary stream data in the packet; may be after the end of the packet


class PidBatch(NamedTuple):
    """The packets of one PID in a batch, and the PES packets that start in them."""

    pid: int
    rows: Rows  # packets, without repeated ones
    starts: PesStarts
    numbers: Ticks  # of the packets where they start, in the segment
    before: Ticks  # payload bytes of this PID in the batch before each of them
    total: int  # payload bytes of this PID in the batch
    possible_losses: Ticks  # numbers of packets before which packets of this PID may be lost


def read_starts(packets: Packets, repeats: Marks, is_table: Marks) -> PesStarts:
    """Return the PES packets that start in a batch. A header that continues in the next packet has no timestamps."""
    wanted = (packets.header & (START | PAYLOAD | ERROR | SCRAMBLED)) == (START | PAYLOAD)
    rows = indices(wanted)
    rows = rows[~(repeats[rows] | is_table[packets.pid[rows]]) & (packets.payload[rows] <= PACKET - HEADER)]
    begin = packets.payload[rows].astype(np.int64)
    header = _headers(packets, rows, begin)
    is_start = (header[:, 0] == 0) & (header[:, 1] == 0) & (header[:, 2] == 1)
    if not is_start.all():
        rows, begin, header = rows[is_start], begin[is_start], header[is_start]
    has_times = ~_PLAIN[header[:, 3]] & ((header[:, 6] & 0xC0) == 0x80)
    flags = np.where(has_times, header[:, 7] >> 6, 0)
    has_pts = (flags >= 2) & (begin + HEADER + 5 <= PACKET) & _is_stamp(header[:, 9:14])
    pts = np.where(has_pts, _stamp(header[:, 9:14]), -1)
    has_dts = has_pts & (flags == 3) & (begin + HEADER + 10 <= PACKET) & _is_stamp(header[:, 14:19])
    dts = np.where(has_dts, _stamp(header[:, 14:19]), pts)
    length = header[:, 4].astype(np.int64) << 8 | header[:, 5]
    declared = np.where(length > 0, length + 6, 0)
    body = begin + np.where(has_times, HEADER + header[:, 8].astype(np.int64), 6)
    random = (packets.flags[rows] & RANDOM_ACCESS) != 0
    return PesStarts(rows, packets.pid[rows].astype(np.int64), header[:, 3], pts, dts, declared, random, body)


def split_by_pid(packets: Packets, groups: PacketGroups, starts: PesStarts, pids: list[int]) -> list[PidBatch]:
    """Return the packets of a batch by PID; `possible_losses` is empty, the caller sets it."""
    size = PACKET - packets.payload
    size[groups.repeats] = 0
    passed = np.zeros(len(groups.order) + 1, np.int64)
    size[groups.order].cumsum(out=passed[1:])
    parts = []
    for pid in pids:
        at = int(groups.pids.searchsorted(pid))
        is_there = at < len(groups.pids) and groups.pids[at] == pid
        begin, end = (int(groups.starts[at]), int(groups.starts[at + 1])) if is_there else (0, 0)
        rows = groups.order[begin:end]
        here = indices(starts.pid == pid)
        own = PesStarts._make(column[here] for column in starts)
        place = begin + rows.searchsorted(own.rows)
        before = passed[place] - passed[begin]
        total = int(passed[end] - passed[begin])
        once = rows[~groups.repeats[rows]]
        parts.append(PidBatch(pid, once, own, packets.first + own.rows, before, total, own.pts[:0]))
    return parts


def payload(packets: Packets, part: PidBatch, start: int, most: int) -> bytes:
    """Return the data of a PES packet from its start, from at most *most* of its packets in the batch."""
    row = int(part.starts.rows[start])
    place = int(np.searchsorted(part.rows, row))
    end = int(part.starts.rows[start + 1]) if start + 1 < len(part.starts.rows) else len(packets.pid)
    body = int(part.starts.body[start])
    skip = max(0, body - PACKET)
    pieces = [packets.data[row, body:].tobytes()]
    pieces += continuation(packets, part.rows[place + 1 : place + most], end)
    return b"".join(pieces)[skip:]


def continuation(packets: Packets, rows: Rows, end: int) -> list[bytes]:
    """Return the payloads of packets up to the row *end*."""
    own = rows[: int(np.searchsorted(rows, end))]
    return [packets.data[row, packets.payload[row] :].tobytes() for row in own.tolist()]


def _headers(packets: Packets, rows: Rows, begin: Ticks) -> Bytes:
    """Return the first bytes of each payload, (n, 19); bytes after the end of the packet are undefined."""
    last = PACKET - _READ
    header: Bytes = windows(packets.data, _READ)[rows, np.minimum(begin, last)]
    for at in indices(begin > last).tolist():
        own = packets.data[rows[at], begin[at] :]
        header[at, : len(own)] = own
    return header


def _is_stamp(five: Bytes) -> Marks:
    """Return whether the marker bits of a PTS or DTS are set, as in a valid timestamp."""
    is_stamp: Marks = (five[:, 0] & five[:, 2] & five[:, 4] & 1) == 1
    return is_stamp


def _stamp(five: Bytes) -> Ticks:
    """Return a PTS or DTS of 33 bits from its five bytes."""
    wide = five.astype(np.int64)
    return (wide[:, 0] & 0x0E) << 29 | wide[:, 1] << 22 | (wide[:, 2] & 0xFE) << 14 | wide[:, 3] << 7 | wide[:, 4] >> 1
