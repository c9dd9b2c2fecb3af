"""Continuity counters at the boundary of two segments, which continue in HLS: RFC 8216 3, ISO/IEC 13818-1 2.4.3.3."""

from tests.mpegts.material.streams import Packet, read_packet
from tests.mpegts.oracle.counters import without_pcr


def of_pid(packets: list[bytes], pid: int) -> list[tuple[Packet, bytes]]:
    """Return the packets of a PID without discarded ones, each also as its repetition would be."""
    read = ((read_packet(raw), raw) for raw in packets)
    return [(packet, without_pcr(raw, packet)) for packet, raw in read if packet.pid == pid and packet.control]


def lost_between(before: list[bytes], after: list[bytes], pid: int) -> int:
    """Return the packets of a PID that are lost between two segments, modulo 16."""
    left, right = of_pid(before, pid), of_pid(after, pid)
    if not left or not right:
        return 0
    last, first = left[-1][0], right[0][0]
    is_copy = len(left) > 1 and left[-1][1] == left[-2][1] and last.has_payload
    goes_on = first.has_payload and not first.starts
    if first.jumps or (goes_on and first.cc == last.cc and not is_copy):  # perhaps the last one again
        return 0
    return (first.cc - last.cc - first.has_payload) & 15


def check_boundary(before: list[bytes], after: list[bytes], pids: list[int]) -> int | None:
    """Return the packets lost of all these streams; None: all counters restart."""
    shared = [pid for pid in pids if of_pid(before, pid) and of_pid(after, pid)]
    lost = [lost_between(before, after, pid) for pid in shared]
    is_new = any(lost) and all(of_pid(after, pid)[0][0].cc <= 1 for pid in shared)
    return None if is_new else sum(lost)
