"""PAT and PMT: the streams that they list, and their faults."""

import numpy as np
import pytest

from ossrec.mpegts.demux.packets import Packets, read_packets
from ossrec.mpegts.demux.psi import MAX_STREAMS, Tables
from tests.mpegts.material.streams import (
    AAC,
    AUDIO,
    H264,
    PAT,
    PMT,
    SIZE,
    VIDEO,
    Packet,
    pat,
    pmt,
    section,
    write_packet,
)


def packets(*rows: Packet) -> Packets:
    raw = b"".join(map(write_packet, rows))
    return read_packets(np.frombuffer(raw, np.uint8).reshape(-1, SIZE), 0)


def spread(pid: int, payload: bytes, cc: int = 0) -> list[Packet]:
    """Return a section as packets."""
    parts = [payload[at : at + 184] for at in range(0, len(payload), 184)]
    return [Packet(pid, (cc + number) & 15, part, starts=not number) for number, part in enumerate(parts)]


def read(*rows: Packet) -> tuple[Tables, list[str]]:
    """Return the tables after these packets, and the codes of their faults."""
    tables, codes, rest = Tables(), [], packets(*rows)
    while len(rest.pid):
        events, count, _ = tables.follow(rest)
        codes += [event.code for event in events]
        rest = rest.part(count, len(rest.pid))
    return tables, codes


FIRST = Packet(PAT, 0, pat(), starts=True)


def test_streams_come_in_the_order_of_the_pmt() -> None:
    tables, codes = read(FIRST, Packet(PMT, 0, pmt([(AAC, AUDIO), (H264, VIDEO)]), starts=True))

    assert [(entry.pid, entry.stream_type) for entry in tables.entries()] == [(AUDIO, AAC), (VIDEO, H264)]
    assert (tables.complete, codes, tables.pcr_pids()) == (1, [], {VIDEO})


def test_a_pmt_may_go_over_packets() -> None:
    wide = pmt([(H264, 0x100 + number) for number in range(MAX_STREAMS + 20)])

    tables, codes = read(FIRST, *spread(PMT, wide))

    assert len(wide) > 2 * SIZE
    assert (len(tables.entries()), codes) == (MAX_STREAMS, [])


def test_a_section_that_lost_a_packet_is_given_up_and_no_wrong_crc() -> None:
    wide = spread(PMT, pmt([(H264, 0x100 + number) for number in range(60)]))

    tables, codes = read(FIRST, wide[0], *wide[2:])

    assert (tables.entries(), codes) == ([], [])


def test_a_pmt_before_the_pat_is_not_known_for_one() -> None:
    tables, _ = read(Packet(PMT, 0, pmt(), starts=True), FIRST)

    assert (tables.entries(), tables.complete, tables.has_pat) == ([], None, True)


def test_network_information_is_no_program() -> None:
    tables, codes = read(Packet(PAT, 0, pat([(0, 0x10), (1, PMT)]), starts=True))

    assert (tables.programs, codes) == ({1: PMT}, [])


BROKEN = pat()[:-1] + bytes([pat()[-1] ^ 1])
OTHER = pmt([(H264, VIDEO)], version=1)


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        pytest.param([Packet(PAT, 0, BROKEN, starts=True)], ["TS343"], id="the CRC of the PAT"),
        pytest.param([FIRST, Packet(PMT, 0, pmt()[:-1] + b"\x00", starts=True)], ["TS343"], id="the CRC of the PMT"),
        pytest.param([Packet(PAT, 0, pat([(1, PMT), (2, 0x1001)]), starts=True)], ["TS344"], id="two programs"),
        pytest.param(
            [FIRST, Packet(PMT, 0, pmt(), starts=True), Packet(PMT, 1, OTHER, starts=True)],
            ["TS361"],
            id="another PMT",
        ),
        pytest.param(
            [FIRST, Packet(PMT, 0, pmt(), starts=True), Packet(PMT, 1, pmt(version=1), starts=True)],
            [],
            id="another version that says the same",
        ),
        pytest.param([FIRST, Packet(0x200, 0, BROKEN, starts=True)], [], id="what others carry is theirs"),
        pytest.param([Packet(PAT, 0, section(0x42, 1, b"x" * 20)[:-1] + b"?", starts=True)], [], id="another table"),
        pytest.param([Packet(PAT, 0, b"\xff" * 184, starts=True)], [], id="a pointer behind the end"),
        pytest.param([Packet(PAT, 0, b"\x00\x00\xbf\xff" + bytes(180), starts=True)], [], id="a section without end"),
    ],
)
def test_what_is_wrong_is_told(rows: list[Packet], codes: list[str]) -> None:
    assert read(*rows)[1] == codes


def test_sections_that_never_end_are_not_kept() -> None:
    flood = [Packet(PAT, number & 15, b"\x00\x00\xbf\xff" + bytes([number & 255]) * 180) for number in range(3000)]

    tables, codes = read(flood[0]._replace(starts=True), *flood[1:])

    assert (tables.has_pat, codes) == (False, [])
