"""Packets of 188 bytes as columns: header, adaptation field, offset of the payload (ISO/IEC 13818-1 2.4.3)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]
Ticks = NDArray[np.int64]  # times, and numbers of packets in the segment
Rows = NDArray[np.intp]  # indices of packets in a batch
Marks = NDArray[np.bool_]

PACKET = 188  # bytes
SYNC = 0x47
PIDS = 0x2000  # number of PIDs
NULL = 0x1FFF  # PID of null packets

# The header as one word, big-endian (2.4.3.2).
ERROR = 0x800000  # transport_error_indicator
START = 0x400000  # payload_unit_start_indicator
SCRAMBLED = 0xC0  # transport_scrambling_control
FIELD = 0x20  # adaptation_field_control: has an adaptation field
PAYLOAD = 0x10  # adaptation_field_control: has a payload
COUNTER = 0x0F  # continuity_counter

# Flags of the adaptation field (2.4.3.4).
DISCONTINUITY = 0x80  # discontinuity_indicator
RANDOM_ACCESS = 0x40  # random_access_indicator
PCR = 0x10  # PCR_flag
_PCR_LENGTH = 7  # flags and PCR


class Packets(NamedTuple):
    """A batch of complete packets in the order of the segment; every column is as long as the batch."""

    first: int  # number of the first packet in the segment
    data: Bytes  # (n, 188); may be a view of the buffer that was read into
    header: Words
    pid: NDArray[np.uint16]
    flags: Bytes  # of the adaptation field; 0 without one
    payload: NDArray[np.int16]  # offset in the packet; 188 without a payload

    def part(self, begin: int, end: int) -> "Packets":
        """Return packets *begin* to *end* as a batch."""
        here = slice(begin, end)
        columns = self.data[here], self.header[here], self.pid[here], self.flags[here], self.payload[here]
        return Packets(self.first + begin, *columns)


def read_packets(data: Bytes, first: int) -> Packets:
    """Return the columns of packets with the bytes *data*, (n, 188), each row contiguous."""
    header = data[:, :4].view(">u4")[:, 0].astype(np.uint32)
    pid = ((header >> 8) & NULL).astype(np.uint16)
    flags = np.zeros(len(data), np.uint8)
    payload = np.full(len(data), 4, np.int16)
    control = header & (FIELD | PAYLOAD)
    if not control.all():
        payload[control == 0] = PACKET
    fields = np.flatnonzero(control & FIELD)
    if len(fields):
        length = data[fields, 4].astype(np.int16)
        payload[fields] = np.where(control[fields] & PAYLOAD, np.minimum(length + 5, PACKET), PACKET)
        read = np.where(length > 0, data[fields, 5], 0).astype(np.uint8)
        read[length < _PCR_LENGTH] &= 0xFF - PCR
        flags[fields] = read
    return Packets(first, data, header, pid, flags, payload)


def read_pcr(packets: Packets, rows: Rows) -> Ticks:
    """Return the PCR of packets that have one, in ticks of 1/27,000,000 s (2.4.3.5)."""
    field = packets.data[rows, 6:12].astype(np.int64)
    base = field[:, 0] << 25 | field[:, 1] << 17 | field[:, 2] << 9 | field[:, 3] << 1 | field[:, 4] >> 7
    return base * 300 + ((field[:, 4] & 1) << 8 | field[:, 5])
