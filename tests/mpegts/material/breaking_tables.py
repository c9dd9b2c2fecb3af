"""Break PAT and PMT of an intact segment: remove, move or replace them."""

from collections.abc import Callable

from tests.mpegts.material.breaking import Change, stream_of
from tests.mpegts.material.streams import PAT, SIZE, pid_of, pmt, read_packet, split, tables, write_packet


def is_table(data: bytes, which: str) -> Callable[[bytes], bool]:
    """Return a function that recognizes packets of the PAT or PMT."""
    pid = PAT if which == "pat" else tables(data)[0]
    return lambda raw: pid_of(raw) == pid


def without_table(which: str) -> Change:
    """Remove every PAT or PMT."""

    def change(data: bytes) -> bytes:
        chosen = is_table(data, which)
        return b"".join(raw for raw in split(data) if not chosen(raw))

    return change


def break_table(which: str) -> Change:
    """Flip a bit in the first PAT or PMT, after the section header."""

    def change(data: bytes) -> bytes:
        chosen, packets = is_table(data, which), split(data)
        at = next(number for number, raw in enumerate(packets) if chosen(raw))
        packets[at] = packets[at][:14] + bytes([packets[at][14] ^ 0x10]) + packets[at][15:]
        return b"".join(packets)

    return change


def late_tables(data: bytes) -> bytes:
    """Move the first PAT and PMT after the first ten media packets, and remove those in between."""
    table = tables(data)[0]
    packets = split(data)
    psi = [raw for raw in packets if pid_of(raw) in (PAT, table)][:2]
    media = [raw for raw in packets if pid_of(raw) not in (PAT, table)]
    return b"".join(media[:10] + psi + media[10:])


def replace_table(which: str, payload: Callable[[bytes], bytes], share: float = 0.5) -> Change:
    """Replace PAT or PMT from a share of them on; all of them if there are fewer than two."""

    def change(data: bytes) -> bytes:
        chosen, packets = is_table(data, which), split(data)
        own = [number for number, raw in enumerate(packets) if chosen(raw)]
        for number in own[int(len(own) * share) :]:
            packets[number] = packets[number][:4] + payload(data).ljust(SIZE - 4, b"\xff")
        return b"".join(packets)

    return change


def second_pmt(data: bytes) -> bytes:
    """Insert a PMT of another version in the middle, with the first stream only."""
    table, streams = tables(data)
    assert table is not None
    pid, kind = next(iter(streams.items()))
    other = pmt([(kind, pid), (0x15, 0x1ABC)], version=9, clock=pid)
    packets = split(data)
    last = [read_packet(raw) for raw in packets[: len(packets) // 2] if pid_of(raw) == table][-1]
    raw = write_packet(last._replace(cc=(last.cc + 1) & 15, payload=other, starts=True))
    following = [
        bytes([*p[:3], p[3] & 0xF0 | (p[3] + 1) & 15, *p[4:]]) if pid_of(p) == table else p
        for p in packets[len(packets) // 2 :]
    ]
    return b"".join([*packets[: len(packets) // 2], raw, *following])


def still_tables(data: bytes) -> bytes:
    """Set all counters of PAT and PMT to the same value."""
    table = tables(data)[0]
    return b"".join(
        bytes([*raw[:3], raw[3] & 0xF0, *raw[4:]]) if pid_of(raw) in (PAT, table) else raw for raw in split(data)
    )


def as_type(kind: str, number: int) -> Change:
    """Announce the streams of a kind under another stream_type, in every PMT."""

    def payload(data: bytes) -> bytes:
        own = stream_of(data, kind)
        streams = tables(data)[1]
        return pmt(
            [(number if pid == own else before, pid) for pid, before in streams.items()], clock=next(iter(streams))
        )

    return replace_table("pmt", payload, 0)


def as_types(number: int) -> Change:
    """Announce all streams under another stream_type, in every PMT."""

    def payload(data: bytes) -> bytes:
        return pmt([(number, pid) for pid in tables(data)[1]], clock=next(iter(tables(data)[1])))

    return replace_table("pmt", payload, 0)
