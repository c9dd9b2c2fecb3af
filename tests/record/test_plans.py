"""Queries on the table `calls` use an index and never scan all rows."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ossrec.catalog.tasks import calls
from ossrec.jobs.session.short_writes import short_write_connection

ASKED = {"room": "r", "app": "1", "stream": "mixed", "since": 0, "until": 1}


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with short_write_connection(tmp_path / "c.db") as opened:
        yield opened


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        pytest.param(calls._RATE, ("1", 9), id="the rate"),
        pytest.param(calls._OPEN_IN_ROOM, ASKED, id="an open start of a room"),
        pytest.param(calls._LATER, ("r", 1, "1", "mixed"), id="the start after an open one"),
        pytest.param(calls._UNUSED, (0,), id="resids that nobody used"),
        pytest.param(calls._OF_TASK, ("x",), id="the calls of a task"),
        pytest.param(calls._POSSIBLE, ASKED, id="what an open start may be"),
    ],
)
def test_calls_are_found_by_an_index(conn: sqlite3.Connection, sql: str, values: object) -> None:
    plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values)]  # type: ignore[arg-type]
    assert [step for step in plan if step.startswith("SCAN") and "SUBQUERY" not in step and "known" not in step] == []


def test_open_starts_are_found_among_what_is_open(conn: sqlite3.Connection) -> None:
    plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {calls._OPEN}", {"since": 0})]
    assert plan[0] == "SCAN c USING INDEX calls_open"
