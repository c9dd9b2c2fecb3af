"""The measures and findings of a recording from the inspections of its segments."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.store.inspections import FormatTable, StoredInspection
from ossrec.catalog.store.playlists import PlaylistRow
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedSegment, UnlistedSegment
from ossrec.jobs.judge.assemble import Assembled, AssembledPart
from ossrec.jobs.judge.inspectable import inspectable_segments
from ossrec.jobs.judge.inspection_rows import failure_row, inspection_row
from ossrec.jobs.judge.measure import measure
from ossrec.mpegts.inspection import CounterEnds, Inspection, SegmentFault, StreamFormat, StreamSummary

KEY = "day/rid_a_b.m3u8"
ETAG = b"e" * 16
PICTURE = StreamFormat("video", "h264", 640, 360)
SOUND = StreamFormat("audio", "aac", sample_rate=48_000, channels=2)


def piece(number: int, **other: object) -> JoinedSegment:
    """Return segment *number* of 10 s, present and complete except for the fields *other*."""
    plain = JoinedSegment(
        number=number,
        key=f"day/s{number}.ts",
        uri=f"s{number}.ts",
        line=5 + 2 * number,
        start=10.0 * number,
        duration=10.0,
        discontinuity=False,
        gap=False,
        encrypted=False,
        fragment=False,
        byterange_end=None,
        size=188_000,
        modified=0,
        stamp_ms=None,
    )
    return plain._replace(**other)  # type: ignore[arg-type]


def assembled(
    *slices: JoinedSegment, looks: dict[str, StoredInspection] | None = None, orphans: tuple[UnlistedSegment, ...] = ()
) -> Assembled:
    row = PlaylistRow(1, ".m3u8", ETAG, 100, 0, 0, "media", True, len(slices), 10.0 * len(slices), 10, None)
    listed = JoinedPlaylist(key=KEY, modified=0, ended=True, segments=slices, orphans=orphans)
    parts = [AssembledPart(row, KEY, False, [], [], listed)] if slices else []
    return Assembled(parts, [], list(orphans), [], looks or {})


@pytest.fixture
def formats(tmp_path: Path) -> Iterator[FormatTable]:
    with closing(open_for_writing(tmp_path / "catalog.db")) as conn:
        yield FormatTable(conn)


def look(
    formats: FormatTable, number: int, *notes: SegmentFault, depth: str = "full", inspected: int = 100
) -> StoredInspection:
    """Return the inspection of segment *number* of a continuous recording, with *notes* as its only faults."""
    start = 90_000 * (10 + 10 * number)
    streams = (StreamSummary(256, PICTURE, 900, start, 900_000, 5, True), StreamSummary(257, SOUND, 90, start, 900_000))
    counters = (CounterEnds(256, 900 * number % 16, (900 * (number + 1) - 1) % 16),)
    kind = "full" if depth == "full" else "edges"
    seen = Inspection(kind, 188_000, 188_000, 188, 1000, streams, counters, notes)
    return inspection_row((1, f"s{number}.ts", ETAG), seen, inspected, formats)


LOST = SegmentFault("TS350", "PID 256", packet=500, at=5.0, length=0.5, lost=3)


@pytest.mark.parametrize(
    ("slices", "keys"),
    [
        pytest.param([piece(0), piece(1)], ["day/s0.ts", "day/s1.ts"], id="segments that are there"),
        pytest.param([piece(0, size=None), piece(1)], ["day/s1.ts"], id="but not one that is missing"),
        pytest.param([piece(0, size=0), piece(1)], ["day/s1.ts"], id="nor an empty one"),
        pytest.param([piece(0, key=None), piece(1)], ["day/s1.ts"], id="nor one outside of the bucket"),
        pytest.param([piece(0, encrypted=True), piece(1)], ["day/s1.ts"], id="nor an enciphered one"),
        pytest.param([piece(0, fragment=True), piece(1)], ["day/s1.ts"], id="nor a fragment of MP4"),
        pytest.param([piece(0, key="day/s0.aac"), piece(1)], ["day/s1.ts"], id="nor packed audio"),
        pytest.param([piece(0), piece(1, key="day/s0.ts")], ["day/s0.ts"], id="and none twice"),
    ],
)
def test_segments_that_can_be_looked_at(slices: list[JoinedSegment], keys: list[str]) -> None:
    assert [one.key for one in inspectable_segments(assembled(*slices))] == keys


def test_a_segment_behind_a_missing_one_does_not_follow_the_one_before_that() -> None:
    found = inspectable_segments(assembled(piece(0), piece(1, size=None), piece(2), piece(3)))

    assert [(one.number, one.follows) for one in found] == [(0, False), (2, False), (3, True)]


def test_parts_of_one_object_are_one_segment_as_long_as_all() -> None:
    parts = [piece(n, key="day/all.ts", byterange_end=1880 * (n + 1), size=5640) for n in range(3)]

    (one,) = inspectable_segments(assembled(*parts))

    assert (one.key, one.start, one.duration, one.number) == ("day/all.ts", 0.0, 30.0, 0)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([("day/all.ts", 1880), ("day/all.ts", 3760)], id="the end is not played"),
        pytest.param(
            [("day/all.ts", 94_000), ("day/x.ts", 188_000), ("day/all.ts", 188_000)], id="another comes between"
        ),
        pytest.param([("day/all.ts", 188_000), ("day/all.ts", 188_000)], id="a part is played twice"),
        pytest.param([("day/all.ts", 188_000), ("day/all.ts", 94_000), ("day/all.ts", 188_000)], id="they go back"),
    ],
)
def test_an_object_that_is_not_played_in_one_go_has_no_length_to_hold_against(parts: list[tuple[str, int]]) -> None:
    slices = [piece(number, key=key, byterange_end=end) for number, (key, end) in enumerate(parts)]

    found = {one.key: one.duration for one in inspectable_segments(assembled(*slices))}

    assert found["day/all.ts"] is None
    assert found.get("day/x.ts", 10.0) == 10.0


def test_without_a_playlist_segments_stand_by_the_times_in_their_names() -> None:
    orphans = (UnlistedSegment("day/x1.ts", 188, 0, 1_000_000), UnlistedSegment("day/x2.ts", 188, 0, 1_012_500))

    found = inspectable_segments(assembled(orphans=orphans))

    assert [(one.number, one.start) for one in found] == [(0, 0.0), (1, 12.5)]


def test_what_no_playlist_names_is_looked_at_and_has_no_place() -> None:
    found = inspectable_segments(assembled(piece(0), orphans=(UnlistedSegment("day/x1.ts", 188, 0, 1_000_000),)))

    assert [(one.key, one.number, one.start) for one in found] == [("day/s0.ts", 0, 0.0), ("day/x1.ts", None, None)]


def test_a_recording_that_nobody_looked_into(formats: FormatTable) -> None:
    measures, found, failures, *_ = measure(assembled(piece(0), piece(1)), KEY, formats)

    assert (measures.depth, measures.segments_inspectable, measures.inspected) == ("listing", 2, None)
    assert measures.measured_duration is None
    assert (found, failures) == ([], [])


def test_a_sound_recording_is_measured(formats: FormatTable) -> None:
    looks = {f"day/s{n}.ts": look(formats, n, inspected=100 + n) for n in range(2)}

    measures, found, *_ = measure(assembled(piece(0), piece(1), looks=looks), KEY, formats)

    assert found == []
    assert (measures.depth, measures.inspected, measures.damaged_seconds) == ("full", 100, 0)
    assert (measures.measured_duration, measures.bit_rate, measures.first_pts) == (20.0, 150_400, 900_000)
    assert (measures.video_codec, measures.width, measures.height) == ("h264", 640, 360)
    assert (measures.audio_codec, measures.sample_rate, measures.channels) == ("aac", 48_000, 2)


def test_how_long_it_is_stays_open_where_the_end_of_a_segment_does_not_show(formats: FormatTable) -> None:
    looks = {f"day/s{n}.ts": look(formats, n) for n in range(2)}
    picture = StreamSummary(256, PICTURE, 900, 90_000 * 30, None, 1, True)
    seen = Inspection("edges", 188_000, 2000, 188, 1000, (picture,))
    looks["day/s2.ts"] = inspection_row((1, "s2.ts", ETAG), seen, 100, formats)

    measures, *_ = measure(assembled(piece(0), piece(1), piece(2), looks=looks), KEY, formats)

    assert (measures.measured_duration, measures.bit_rate) == (None, 150_400)


def test_where_it_starts_stays_open_while_a_stream_may_start_earlier(formats: FormatTable) -> None:
    picture, sound = (
        StreamSummary(256, PICTURE, 900, 90_000 * 10, 900_000, 5, True),
        StreamSummary(257, SOUND, 40, None, None),
    )
    for depth, start in (("edges", None), ("full", 900_000)):
        seen = Inspection(depth, 188_000, 2000, 188, 1000, (picture, sound))  # type: ignore[arg-type]
        row = inspection_row((1, "s0.ts", ETAG), seen, 100, formats)

        measures = measure(assembled(piece(0), looks={"day/s0.ts": row}), KEY, formats).measures

        assert (row.first_pts, measures.first_pts) == (start, start)
        assert measures.measured_duration == 10.0


def test_segments_that_no_playlist_names_are_measured_as_they_were_made(formats: FormatTable) -> None:
    """Each segment starts with audio of the one before, so that they overlap."""
    looks, orphans = {}, []
    for number, name in enumerate(("x10.ts", "x9.ts", "x8.ts")):
        at = 90_000 * (100 - 10 * number)
        streams = (StreamSummary(256, PICTURE, 900, at, 900_000), StreamSummary(257, SOUND, 90, at - 54_000, 900_000))
        seen = Inspection("full", 188_000, 188_000, 188, 1000, streams)
        looks[f"day/{name}"] = inspection_row((1, name, ETAG), seen, 100, formats)
        orphans.append(UnlistedSegment(f"day/{name}", 188_000, 0, None))

    measured = measure(assembled(looks=looks, orphans=tuple(orphans)), KEY, formats)

    assert measured.measures.measured_duration == 30.0
    assert measured.measures.first_pts == 90_000 * 80 - 54_000
    assert measured.durations == {"day/x8.ts": 10.0, "day/x9.ts": 10.0, "day/x10.ts": 10.0}


def test_the_format_is_that_of_the_first_segment_that_shows_it(formats: FormatTable) -> None:
    start, announced = 90_000 * 10, StreamFormat("audio", "aac")
    streams = (StreamSummary(256, PICTURE, 900, start, 900_000, 5, True), StreamSummary(257, announced, 0, None, None))
    silent = Inspection("full", 188_000, 188_000, 188, 1000, streams)
    looks = {"day/s0.ts": inspection_row((1, "s0.ts", ETAG), silent, 100, formats), "day/s1.ts": look(formats, 1)}

    measures, *_ = measure(assembled(piece(0), piece(1), looks=looks), KEY, formats)

    assert (measures.audio_codec, measures.sample_rate, measures.channels) == ("aac", 48_000, 2)


@pytest.mark.parametrize(
    ("depths", "depth"),
    [
        pytest.param(["full", "full"], "full", id="all of them to the end"),
        pytest.param(["full", "edges"], "edges", id="some only at the edges"),
        pytest.param(["full", None], "listing", id="one not at all"),
    ],
)
def test_the_depth_is_that_of_the_least_looked_at(formats: FormatTable, depths: list[str | None], depth: str) -> None:
    looks = {f"day/s{n}.ts": look(formats, n, depth=one) for n, one in enumerate(depths) if one}

    assert measure(assembled(piece(0), piece(1), looks=looks), KEY, formats).measures.depth == depth


def test_a_fault_in_a_segment_stands_where_it_is_in_the_recording(formats: FormatTable) -> None:
    looks = {"day/s0.ts": look(formats, 0), "day/s1.ts": look(formats, 1, LOST)}

    measures, (finding,), *_ = measure(assembled(piece(0), piece(1), looks=looks), KEY, formats)

    assert (finding.code, finding.subject, finding.segment) == ("TS350", KEY, 1)
    assert (finding.start, finding.length, finding.packet, finding.lost) == (15.0, 0.5, 500, 3)
    assert "s1.ts" in finding.detail
    assert measures.damaged_seconds == 0.5


def test_seconds_that_are_damaged_twice_count_once(formats: FormatTable) -> None:
    again = LOST._replace(at=5.25, length=1.0)
    looks = {"day/s0.ts": look(formats, 0, LOST, again)}

    assert measure(assembled(piece(0), looks=looks), KEY, formats).measures.damaged_seconds == 1.25


@pytest.mark.parametrize(
    ("note", "seconds"),
    [
        pytest.param(SegmentFault("TS310", at=0.0), 10.0, id="all of a segment that is none"),
        pytest.param(SegmentFault("TS350", at=9.5, length=30.0), 0.5, id="no more than is left of the segment"),
        pytest.param(SegmentFault("TS380", at=0.0), 0.0, id="nothing where only the clock jumps"),
        pytest.param(SegmentFault("TS380", at=7.0, length=3.0), 3.0, id="the end that is missing"),
        pytest.param(SegmentFault("TS401", at=0.0, length=10.0), 0.0, id="nothing by a warning"),
    ],
)
def test_how_much_a_fault_spoils(formats: FormatTable, note: SegmentFault, seconds: float) -> None:
    looks = {"day/s0.ts": look(formats, 0), "day/s1.ts": look(formats, 1, note)}

    assert measure(assembled(piece(0), piece(1), looks=looks), KEY, formats).measures.damaged_seconds == seconds


def test_a_look_that_failed_leaves_the_depth_and_says_why(formats: FormatTable) -> None:
    failed = failure_row((1, "s1.ts", ETAG), "full", 7, ("LOOK003", "the bucket failed"))
    looks = {"day/s0.ts": look(formats, 0), "day/s1.ts": failed}

    measures, found, failures, *_ = measure(assembled(piece(0), piece(1), looks=looks), KEY, formats)

    assert measures.depth == "listing"
    assert [(f.code, f.subject, f.detail) for f in failures] == [("LOOK003", "day/s1.ts", "the bucket failed")]
    assert found == []


@pytest.mark.parametrize(("archived", "number"), [(True, 1), (False, 0)], ids=["while it is", "not once restored"])
def test_a_segment_counts_as_archived(formats: FormatTable, archived: bool, number: int) -> None:
    failed = failure_row((1, "s0.ts", ETAG), "full", 7, ("LOOK001", "Archive"))

    _, _, failures, *_ = measure(assembled(piece(0, archived=archived), looks={"day/s0.ts": failed}), KEY, formats)

    assert len(failures) == number


def test_segments_that_an_inspection_skips_do_not_reduce_the_depth(formats: FormatTable) -> None:
    slices = (piece(0), piece(1, encrypted=True), piece(2, fragment=True))

    measures, found, *_ = measure(assembled(*slices, looks={"day/s0.ts": look(formats, 0)}), KEY, formats)

    assert found == []
    assert measures.depth == "full"
