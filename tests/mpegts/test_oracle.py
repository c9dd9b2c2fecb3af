"""Random streams with faults in them show the same as when the rules are read one packet at a time."""

from random import Random

from hypothesis import given, settings

from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_bytes
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from tests.mpegts.fuzz import mutants
from tests.mpegts.material.streams import VIDEO
from tests.mpegts.oracle.clocks import judge_clock
from tests.mpegts.oracle.counters import JUMP, judge_counters
from tests.mpegts.oracle.cutting import cut
from tests.mpegts.oracle.fact import Fact, told
from tests.mpegts.oracle.frames import judge_frames
from tests.mpegts.oracle.joining import judge_border
from tests.mpegts.oracle.stories import stories, tell
from tests.mpegts.oracle.tables import judge_tables

COUNTERS = frozenset(("TS330", "TS331", "TS350", "TS351", "TS352"))
TABLES = frozenset(("TS340", "TS341", "TS342", "TS343", "TS344", "TS360", "TS361", "TS362"))
FRAMES = frozenset(("TS371", "TS400", "TS401", "TS430"))


def facts(inspection: Inspection, codes: frozenset[str]) -> set[Fact]:
    """What was found, of some codes."""
    return {Fact(fault.code, fault.packet, fault.lost) for fault in inspection.faults if fault.code in codes}


def table_pids(packets: list[bytes]) -> dict[int, int]:
    """PIDs that carry tables: the reserved ones, and those of PMTs, with the packet since which that is known."""
    return judge_tables(packets)[1].since


@settings(max_examples=150)
@given(stories)
def test_counters_show_the_same(names: list[str]) -> None:
    packets = tell(names)

    expected = told([fact for fact in judge_counters(packets, table_pids(packets)) if fact.code != JUMP])

    found = facts(inspect_blocks([b"".join(packets)]), COUNTERS)
    assert {fact for fact in found if (fact.lost or 0) < 16} == expected


@settings(max_examples=150)
@given(stories)
def test_tables_show_the_same(names: list[str]) -> None:
    packets = tell(names)

    expected = told(judge_tables(packets)[0])

    assert facts(inspect_blocks([b"".join(packets)]), TABLES) == expected


@settings(max_examples=150)
@given(stories)
def test_frames_show_the_same(names: list[str]) -> None:
    packets = tell(names)

    expected = told(list(judge_frames(packets, judge_tables(packets)[1].named, table_pids(packets))))

    found = facts(inspect_blocks([b"".join(packets)]), FRAMES | {"TS350"})
    assert {fact for fact in found if fact.code != "TS350" or (fact.lost or 0) >= 16} == expected


@settings(max_examples=150)
@given(stories)
def test_clocks_show_the_same(names: list[str]) -> None:
    packets = tell(["PAT", "PMT", "picture", *names])

    expected = told(list(judge_clock(packets, VIDEO)))

    assert facts(inspect_blocks([b"".join(packets)]), frozenset(("TS370",))) == expected


@settings(max_examples=100)
@given(stories, stories)
def test_borders_show_the_same(earlier: list[str], later: list[str]) -> None:
    head = ["PAT", "PMT"]
    packets = tell([*head, *earlier, *head, *later])
    count = len(tell([*head, *earlier]))
    before, after = packets[:count], packets[count:]
    looks = [inspect_blocks([b"".join(part)]) for part in (before, after)]
    placed = [
        SegmentInSequence(number, "a.ts", 0.0, None, False, number > 0, look) for number, look in enumerate(looks)
    ]

    lost = judge_border(before, after, list(judge_tables(after)[1].named))

    found = [finding.lost for finding in check_segments("a.m3u8", placed) if finding.code == "TS353"]
    assert found == ([] if lost == 0 else [lost])


@settings(max_examples=100)
@given(stories)
def test_it_does_not_matter_where_pieces_end(names: list[str]) -> None:
    data = b"".join(tell(names))

    assert inspect_blocks([data], piece=2048) == inspect_blocks([data]) == inspect_bytes(data, piece=3001)


def test_packets_are_found_at_the_same_places() -> None:
    random = Random(5)
    for data in mutants(120, seed=11):
        expected = cut(data)
        inspection = inspect_blocks([data], piece=random.choice((2048, 3001, 1 << 21)))

        found = [(fault.packet, int(fault.detail.split()[0])) for fault in inspection.faults if fault.code == "TS320"]
        assert (inspection.packet_size, inspection.packets) == (expected.size, len(expected.packets))
        if len(expected.losses) <= 20:
            assert found == expected.losses
