"""An inspection that is stored and loaded again is the same inspection."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.store.inspections import FormatTable
from ossrec.jobs.judge.inspection_rows import inspection_from_row, inspection_row
from ossrec.mpegts.inspection import CounterEnds, Inspection, SegmentFault, StreamFormat, StreamSummary

IDENTITY = (1, "_20261101120000123.ts", b"e" * 16)

pids = st.integers(0, 8191)
ticks = st.none() | st.integers(0, 2**33 - 1)
size = st.none() | st.integers(1, 2**20)
formats = st.builds(
    StreamFormat,
    st.sampled_from(["video", "audio", "data"]),
    st.sampled_from(["h264", "aac", "0x86"]),
    size,
    size,
    size,
    size,
)
maybe = st.none() | st.booleans()
streams = st.builds(StreamSummary, pids, formats, st.integers(0, 2**40), ticks, ticks, size, maybe, maybe, maybe)
flags = [st.booleans()] * (len(CounterEnds._fields) - 3)
counters = st.builds(CounterEnds, pids, st.integers(0, 15), st.integers(0, 15), *flags)
seconds = st.none() | st.floats(0, 1e6)
notes = st.builds(SegmentFault, st.just("TS350"), st.text(st.characters(codec="utf-8")), size, seconds, seconds, size)
inspections = st.builds(
    Inspection,
    st.sampled_from(["edges", "full"]),
    st.just(18_800),
    st.integers(0, 18_800),
    st.sampled_from([None, 188, 192, 204]),
    st.integers(0, 100),
    st.lists(streams, max_size=3).map(tuple),
    st.lists(counters, max_size=4).map(tuple),
    st.lists(notes, max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path: Path = tmp_path_factory.mktemp("looks") / "catalog.db"
    with closing(open_for_writing(path)) as conn:
        yield conn


@given(inspection=inspections)
def test_a_look_comes_back_as_it_was(catalog: sqlite3.Connection, inspection: Inspection) -> None:
    known = FormatTable(catalog)

    row = inspection_row(IDENTITY, inspection, 1_793_534_400, known)

    assert inspection_from_row(row, 18_800, FormatTable(catalog)) == inspection
    assert row[:3] == IDENTITY
    assert row.failure is None


def test_its_columns_say_what_people_ask_for(catalog: sqlite3.Connection) -> None:
    picture = StreamSummary(256, StreamFormat("video", "h264", 640, 360), 900, 90_000, 900_000, 3, True)
    sound = StreamSummary(257, StreamFormat("audio", "aac", sample_rate=48_000, channels=2), 90, 88_000, 910_000)
    known = FormatTable(catalog)

    row = inspection_row(IDENTITY, Inspection("full", 188_000, 188_000, 188, 1000, (sound, picture)), 7, known)

    assert known.content(row.video or 0) == ("video", "h264", 640, 360, None, None)
    assert known.content(row.audio or 0) == ("audio", "aac", None, None, 48_000, 2)
    assert (row.first_pts, row.duration_ms, row.packets, row.inspected) == (88_000, 10_111, 1000, 7)
    assert row.faults is None


def test_a_row_without_parameter_sets_says_nothing_about_them(catalog: sqlite3.Connection) -> None:
    known = FormatTable(catalog)
    picture = StreamSummary(256, StreamFormat("video", "h264", 640, 360), 900, 90_000, 900_000, 3, True, False, False)
    row = inspection_row(IDENTITY, Inspection("full", 188, 188, 188, 1, (picture,)), 7, known)
    number = row.video

    before = row._replace(streams=f"[[256,{number},900,90000,900000,3,true]]")

    read = inspection_from_row(before, 188, known)
    assert read is not None
    assert read.streams == (picture._replace(has_parameter_sets=None, starts_with_parameter_sets=None),)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("streams", "{"),
        ("streams", "7"),
        ("streams", "[[1, 99999, 3, 4, 5, 6, 7]]"),
        ("streams", '[["x", 1, 3, 4, 5, 6, 7]]'),
        ("streams", "[" * 100_000),
        ("counters", "[[1, 2]]"),
        ("counters", '[[1, 2, 3, "x"]]'),
        ("faults", '[["TS999", "", 1, 2, 3, 4]]'),
        ("faults", '[["TS350", 5, 1, 2, 3, 4]]'),
        ("faults", '[["TS350", "", 1, NaN, 3, 4]]'),
        ("faults", '[["TS350", "", 1, [], 3, 4]]'),
    ],
)
def test_what_somebody_else_wrote_there_is_no_look(catalog: sqlite3.Connection, column: str, text: str) -> None:
    known = FormatTable(catalog)
    row = inspection_row(IDENTITY, Inspection("full", 188, 188, 188, 1), 7, known)

    assert inspection_from_row(row._replace(**{column: text}), 188, known) is None
