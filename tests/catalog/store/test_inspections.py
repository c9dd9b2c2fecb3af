"""Inspections in the catalog: stored, replaced, and joined with formats."""

import sqlite3

import pytest

from ossrec.catalog.store.inspections import (
    FormatTable,
    StoredInspection,
    inspections_of_stem,
    save_inspection,
    stored_inspection,
)
from ossrec.catalog.store.scans import bucket_number
from ossrec.catalog.store.stems import Stems

REST = "_20261101120000123.ts"
GOOD = StoredInspection(1, REST, b"1" * 16, "edges", 100, None, None, 4096, 188, 40, 90_000, 4000, faults="[]")
FAILED = StoredInspection(1, REST, b"1" * 16, "full", 200, "LOOK003", "the bucket failed", 0)


@pytest.fixture
def writer(writer: sqlite3.Connection) -> sqlite3.Connection:
    Stems(writer, bucket_number(writer, "oss://one"), 1).locate("rid_a_b_20261101120000123.ts")
    return writer


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        pytest.param([GOOD], GOOD, id="a look is kept"),
        pytest.param([FAILED], FAILED, id="a failure is kept where nothing was known"),
        pytest.param([FAILED, GOOD], GOOD, id="a look replaces a failure"),
        pytest.param([GOOD, FAILED], GOOD, id="a failure says nothing against a look at the same version"),
        pytest.param(
            [GOOD, FAILED._replace(etag=b"2" * 16)],
            FAILED._replace(etag=b"2" * 16),
            id="a failure replaces a look at another version",
        ),
        pytest.param(
            [GOOD, GOOD._replace(inspected=300)],
            GOOD._replace(inspected=300),
            id="a later inspection replaces an inspection",
        ),
    ],
)
def test_what_is_kept_of_looks_at_one_object(
    writer: sqlite3.Connection, rows: list[StoredInspection], kept: StoredInspection
) -> None:
    for row in rows:
        save_inspection(writer, row)

    assert inspections_of_stem(writer, 1) == {(1, REST): kept}
    assert stored_inspection(writer, 1, REST) == kept


def test_an_object_that_nobody_looked_at_has_no_look(writer: sqlite3.Connection) -> None:
    assert stored_inspection(writer, 1, REST) is None


def test_a_format_has_one_number(writer: sqlite3.Connection) -> None:
    formats, others = FormatTable(writer), FormatTable(writer)
    picture = ("video", "h264", 640, 360, None, None)
    sound = ("audio", "aac", None, None, 48_000, 2)

    first, second = formats.number(picture), formats.number(sound)

    assert (others.number(picture), others.number(sound)) == (first, second)
    assert others.content(first) == picture
    assert FormatTable(writer).content(second) == sound
    assert writer.execute("SELECT count(*) FROM formats").fetchone() == (2,)
