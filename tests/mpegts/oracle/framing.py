"""Packet sync, one byte at a time: ISO/IEC 13818-1 2.4.3.2, ETSI TR 101 290 5.2.1."""

from typing import NamedTuple

SYNC, PACKET = 0x47, 188
RUN = 5  # sync bytes in a row that make a place trusted


class Cut(NamedTuple):
    """A segment split into packets."""

    size: int | None  # of a packet, with what stands around it
    packets: list[bytes]
    losses: list[tuple[int, int]]  # of the sync byte: number of the packet behind, bytes passed over


def may_start_packet(data: bytes, at: int, size: int) -> bool:
    """Return whether a packet may start here: sync bytes follow, or it is the last and ends with the segment."""
    if data[at] != SYNC or at + PACKET > len(data):
        return False
    following = [place for place in range(at + size, at + RUN * size, size) if place < len(data)]
    if not following:
        return at + size == len(data) or at + PACKET == len(data)
    return all(data[place] == SYNC for place in following)


def find(data: bytes, begin: int, size: int) -> int | None:
    """Return the first such offset from *begin* on."""
    return next((at for at in range(begin, len(data)) if may_start_packet(data, at, size)), None)


def cut(data: bytes) -> Cut:
    """Split into packets of the size that fits first; drop those with a wrong sync byte, and truncated ones before."""
    firsts = [(at, size) for size in (188, 192, 204) if (at := find(data, 0, size)) is not None]
    if not firsts:
        return Cut(None, [], [])
    at, size = min(firsts)
    places: list[int] = []
    losses = [(0, at)] if at >= size else []
    while at < len(data):
        if data[at] == SYNC:
            if at + PACKET > len(data):
                break
            places.append(at)
            at += size
            continue
        begin = places[-1] + 1 if places and places[-1] + size == at else at
        place = find(data, begin, size)
        if place is not None and place < at:
            at = places.pop()
        losses.append((len(places), (len(data) if place is None else place) - at))
        at = len(data) if place is None else place
    return Cut(size, [data[place : place + PACKET] for place in places], losses)
