"""Intact segments of many encoders have no findings above info, at any depth."""

import pytest

from ossrec.findings import Severity
from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_edges
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from ossrec.rules import RULES
from tests.mpegts.material.breaking import widen
from tests.mpegts.material.healthy import BASE, LISTED, RECIPES, RESTARTED, SERIES, healthy, series
from tests.mpegts.material.media import cut, cut_and_listed

EDGE = 64 * 1024  # bytes at each end


def edges(data: bytes, size: int = EDGE) -> Inspection:
    """Inspect the edges only."""
    return inspect_edges(data[:size], data[max(size, len(data) - size) :], len(data))


def alarms(codes: list[str]) -> list[str]:
    """Return the codes above info."""
    return [code for code in codes if RULES[code].severity > Severity.INFO]


def found(inspection: Inspection) -> list[str]:
    return [fault.code for fault in inspection.faults]


@pytest.mark.parametrize("name", RECIPES)
def test_an_intact_segment_has_no_findings(name: str) -> None:
    data = healthy(name)

    inspection = inspect_blocks([data])

    assert alarms(found(inspection)) == [], inspection.faults
    assert inspection.depth == "full"
    assert inspection.size == inspection.read == len(data)


@pytest.mark.parametrize("size", [4096, 10_000, EDGE])
@pytest.mark.parametrize("name", RECIPES)
def test_the_edges_of_an_intact_segment_have_no_findings(name: str, size: int) -> None:
    data = healthy(name)

    inspection = edges(data, size)

    assert alarms(found(inspection)) == [], inspection.faults
    assert inspection.size == len(data)
    assert inspection.read == min(len(data), 2 * size)


@pytest.mark.parametrize("block", [188, 1000, 65_536])
@pytest.mark.parametrize("piece", [2048, 4099, 18_800])
@pytest.mark.parametrize("name", BASE)
def test_it_does_not_matter_where_blocks_and_pieces_end(name: str, piece: int, block: int) -> None:
    data = healthy(name)

    found = inspect_blocks((data[at : at + block] for at in range(0, len(data), block)), piece=piece)

    assert found == inspect_blocks([data])


@pytest.mark.parametrize("size", [192, 204])
@pytest.mark.parametrize("name", BASE)
def test_wide_packets_are_only_worth_knowing(name: str, size: int) -> None:
    inspection = inspect_blocks([widen(size)(healthy(name))])

    assert set(found(inspection)) == {"TS321"}
    assert inspection.packet_size == size
    assert inspection.streams == inspect_blocks([healthy(name)]).streams


def placed(inspections: list[Inspection]) -> list[SegmentInSequence]:
    """Return consecutive segments, with EXTINF as measured."""
    start, rows = 0.0, []
    for number, one in enumerate(inspections):
        rows.append(SegmentInSequence(number, f"{number}.ts", start, one.duration, False, number > 0, one))
        start += one.duration or 0.0
    return rows


@pytest.mark.parametrize(
    "look",
    [lambda data: inspect_blocks([data]), edges, lambda data: edges(data, 4096)],
    ids=["full", "edges", "narrow edges"],
)
@pytest.mark.parametrize("name", SERIES)
def test_sound_segments_in_a_row_raise_no_alarm(name: str, look) -> None:  # type: ignore[no-untyped-def]
    findings = check_segments("a.m3u8", placed([look(data) for data in series(name)]))

    assert alarms([finding.code for finding in findings]) == [], findings


@pytest.mark.parametrize(
    "look",
    [lambda data: inspect_blocks([data]), lambda data: edges(data, 16_384)],
    ids=["full", "edges"],
)
@pytest.mark.parametrize("name", LISTED)
def test_sound_segments_are_as_long_as_their_muxer_says(name: str, look) -> None:  # type: ignore[no-untyped-def]
    recipe, seconds = LISTED[name]
    segments = cut_and_listed(recipe, seconds=seconds)
    rows = placed([look(data) for _, data in segments])

    findings = check_segments("a.m3u8", [row._replace(duration=segments[row.number or 0][0]) for row in rows])

    assert len(segments) > 2
    assert alarms([finding.code for finding in findings]) == [], findings


def test_what_was_not_read_between_head_and_tail_is_no_frame() -> None:
    ((length, data), *_) = cut_and_listed(LISTED["25 pictures a second, B-frames, 2 s"][0], seconds=2)

    assert [edges(data, size).duration for size in (2048, 3072, 4096)] == pytest.approx([length] * 3, abs=0.2)


def test_counters_that_restart_in_each_segment_are_one_info() -> None:
    segments = cut(*RESTARTED)

    findings = check_segments("a.m3u8", placed([inspect_blocks([data]) for data in segments]))

    (restarts,) = [finding for finding in findings if finding.code == "TS353"]
    boundaries = len(segments) - 1
    assert restarts.severity is Severity.INFO
    assert f"restart at {boundaries} of {boundaries} boundaries" in restarts.detail
    assert alarms([finding.code for finding in findings if finding is not restarts]) == [], findings


WRAPPED = [name for name in RECIPES if "wrap" in name]


@pytest.mark.parametrize("name", WRAPPED)
def test_times_that_wrap_give_the_same_duration(name: str) -> None:
    plain = inspect_blocks([healthy("AAC only" if "audio only" in name else "H.264 and AAC")])
    wrapped = inspect_blocks([healthy(name)])

    assert wrapped.duration == pytest.approx(plain.duration, abs=0.1)
    assert wrapped.first_pts is not None
    assert wrapped.first_pts > 1 << 32


@pytest.mark.parametrize("name", RECIPES)
def test_streams_are_those_that_were_encoded(name: str) -> None:
    recipe, inspection = RECIPES[name], inspect_blocks([healthy(name)])

    codecs = {"libx264": "h264", "libx265": "hevc", "libmp3lame": "mp3", "libopus": "opus"}
    video, audio = inspection.first("video"), inspection.first("audio")
    assert (video is None, audio is None) == (recipe.video is None, recipe.audio is None)
    if video is not None and recipe.video is not None:
        assert video.format[1:4] == (codecs.get(recipe.video, recipe.video), *recipe.size)
        assert video.starts_with_key
        assert video.length == pytest.approx(recipe.seconds * 90_000, abs=90_000 * 0.05)
    if audio is not None and recipe.audio is not None:
        assert audio.format.codec == codecs.get(recipe.audio, recipe.audio)
        assert audio.format.sample_rate == recipe.sample_rate
        assert audio.format.channels in (recipe.channels, None)
        assert audio.length == pytest.approx(recipe.seconds * 90_000, abs=90_000 * 0.1)
