"""Random streams with faults give the same findings as an implementation that reads one packet at a time."""

from random import Random

from hypothesis import given, settings

from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_bytes
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from tests.mpegts.fuzz import mutants
from tests.mpegts.material.streams import VIDEO
from tests.mpegts.oracle.boundary import check_boundary
from tests.mpegts.oracle.clocks import check_pcr
from tests.mpegts.oracle.counters import JUMP, check_counters
from tests.mpegts.oracle.fact import Fact, reported
from tests.mpegts.oracle.frames import check_frames
from tests.mpegts.oracle.framing import cut
from tests.mpegts.oracle.scenarios import scenarios, write_stream
from tests.mpegts.oracle.tables import check_tables

COUNTERS = frozenset(("TS330", "TS331", "TS350", "TS351", "TS352"))
TABLES = frozenset(("TS340", "TS341", "TS342", "TS343", "TS344", "TS360", "TS361", "TS362"))
FRAMES = frozenset(("TS371", "TS400", "TS401", "TS430"))


def facts(inspection: Inspection, codes: frozenset[str]) -> set[Fact]:
    """Return the findings with these codes."""
    return {Fact(fault.code, fault.packet, fault.lost) for fault in inspection.faults if fault.code in codes}


def table_pids(packets: list[bytes]) -> dict[int, int]:
    """Return the PIDs of tables, reserved or of a PMT, with the packet from which that is known."""
    return check_tables(packets)[1].since


@settings(max_examples=150)
@given(scenarios)
def test_counters_show_the_same(names: list[str]) -> None:
    packets = write_stream(names)

    expected = reported([fact for fact in check_counters(packets, table_pids(packets)) if fact.code != JUMP])

    found = facts(inspect_blocks([b"".join(packets)]), COUNTERS)
    assert {fact for fact in found if (fact.lost or 0) < 16} == expected


@settings(max_examples=150)
@given(scenarios)
def test_tables_show_the_same(names: list[str]) -> None:
    packets = write_stream(names)

    expected = reported(check_tables(packets)[0])

    assert facts(inspect_blocks([b"".join(packets)]), TABLES) == expected


@settings(max_examples=150)
@given(scenarios)
def test_frames_show_the_same(names: list[str]) -> None:
    packets = write_stream(names)

    expected = reported(list(check_frames(packets, check_tables(packets)[1].named, table_pids(packets))))

    found = facts(inspect_blocks([b"".join(packets)]), FRAMES | {"TS350"})
    assert {fact for fact in found if fact.code != "TS350" or (fact.lost or 0) >= 16} == expected


@settings(max_examples=150)
@given(scenarios)
def test_clocks_show_the_same(names: list[str]) -> None:
    packets = write_stream(["PAT", "PMT", "picture", *names])

    expected = reported(list(check_pcr(packets, VIDEO)))

    assert facts(inspect_blocks([b"".join(packets)]), frozenset(("TS370",))) == expected


@settings(max_examples=100)
@given(scenarios, scenarios)
def test_boundaries_show_the_same(earlier: list[str], later: list[str]) -> None:
    head = ["PAT", "PMT"]
    packets = write_stream([*head, *earlier, *head, *later])
    count = len(write_stream([*head, *earlier]))
    before, after = packets[:count], packets[count:]
    looks = [inspect_blocks([b"".join(part)]) for part in (before, after)]
    placed = [
        SegmentInSequence(number, "a.ts", 0.0, None, False, number > 0, look) for number, look in enumerate(looks)
    ]

    lost = check_boundary(before, after, list(check_tables(after)[1].named))

    found = [finding.lost for finding in check_segments("a.m3u8", placed) if finding.code == "TS353"]
    assert found == ([] if lost == 0 else [lost])


@settings(max_examples=100)
@given(scenarios)
def test_it_does_not_matter_where_pieces_end(names: list[str]) -> None:
    data = b"".join(write_stream(names))

    assert inspect_blocks([data], piece=2048) == inspect_blocks([data]) == inspect_bytes(data, piece=3001)


def test_packets_are_found_at_the_same_offsets() -> None:
    random = Random(5)
    for data in mutants(120, seed=11):
        expected = cut(data)
        inspection = inspect_blocks([data], piece=random.choice((2048, 3001, 1 << 21)))

        found = [(fault.packet, int(fault.detail.split()[0])) for fault in inspection.faults if fault.code == "TS320"]
        assert (inspection.packet_size, inspection.packets) == (expected.size, len(expected.packets))
        if len(expected.losses) <= 20:
            assert found == expected.losses
