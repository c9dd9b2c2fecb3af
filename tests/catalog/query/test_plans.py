"""Every usual query uses an index: none scans all recordings."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from ossrec.catalog.query.filters import Query, QueryTime, RecordingFilter, ambiguous_query, build_query
from ossrec.catalog.query.find import _NEWEST_FIRST, _select
from tests.catalog.builder import CatalogBuilder

PLANS: dict[str, tuple[dict[str, Any], str]] = {
    "a room": ({"room": "x"}, "recordings_by_room (roomid=?)"),
    "a room since": ({"room": "x", "since": 5}, "recordings_by_room (roomid=? AND started_ms>?)"),
    "a room in a time range": (
        {"room": "x", "since": 5, "until": 9},
        "recordings_by_room (roomid=? AND started_ms>? AND started_ms<?)",
    ),
    "a user": ({"uid": "x"}, "recordings_by_uid (uid=?)"),
    "a task": ({"recordid": "x"}, "recordings_by_recordid (recordid=?)"),
    "a room of one verdict": ({"room": "x", "verdicts": ("complete",)}, "recordings_by_room (roomid=?)"),
    "a room in a bucket": ({"room": "x", "bucket": "b"}, "recordings_by_room (roomid=?)"),
    "a task in a time range": ({"recordid": "x", "since": 5}, "recordings_by_recordid (recordid=?)"),
    "a verdict": ({"verdicts": ("damaged",)}, "recordings_by_verdict (verdict=?)"),
    "a verdict since": ({"verdicts": ("damaged",), "since": 5}, "recordings_by_verdict (verdict=? AND started_ms>?)"),
    "a time range": ({"since": 5, "until": 9}, "recordings_by_start (started_ms>? AND started_ms<?)"),
    "a time range in a bucket": ({"since": 5, "bucket": "b"}, "recordings_by_start (started_ms>?)"),
    "a prefix": ({"prefix": "a/", "bucket": "b"}, "(bucket_id=? AND path>? AND path<?)"),
    "a prefix since": ({"prefix": "a/", "bucket": "b", "since": 5}, "recordings_by_start (started_ms>?)"),
    "all, newest first": ({}, "recordings_by_start"),
}


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    build = CatalogBuilder(tmp_path_factory.mktemp("plans") / "c.db")
    yield build.conn
    build.conn.close()


def plan(conn: sqlite3.Connection, query: Query) -> list[str]:
    rows = conn.execute(f"EXPLAIN QUERY PLAN {_select(query)} {_NEWEST_FIRST}", query.values | {"limit": -1})
    return [row[3] for row in rows]


@pytest.mark.parametrize(("wanted", "expected"), PLANS.values(), ids=PLANS)
def test_uses_the_index(conn: sqlite3.Connection, wanted: dict[str, Any], expected: str) -> None:
    steps = plan(conn, build_query(RecordingFilter(**wanted), [1] if "bucket" in wanted else None, QueryTime(9.0, 1.0)))
    assert any(expected in step for step in steps), steps
    if wanted:
        assert not any(step.startswith("SCAN") for step in steps), steps


def test_other_readings_are_searched_among_ambiguous_names_only(conn: sqlite3.Connection) -> None:
    for wanted in (
        RecordingFilter(room="x"),
        RecordingFilter(uid="x", since=5),
        RecordingFilter(room="x", uid="y", verdicts=("gone",)),
    ):
        query = ambiguous_query(wanted, None, QueryTime(9.0, 1.0))
        assert query is not None
        steps = plan(conn, query)
        assert all("recordings_ambiguous" in step for step in steps if "recordings" in step), steps


def test_recordings_longer_than_a_day_are_found_by_their_own_index(conn: sqlite3.Connection) -> None:
    steps = plan(conn, build_query(RecordingFilter(since=5, until=9), None, QueryTime(9.0, 1.0)))
    assert any("recordings_long" in step for step in steps), steps
