"""The age at which an inspection is repeated, by the rows of the catalog: no bucket is read here."""

from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.query.due_inspections import InspectionPolicy, find_due_recordings, inspection_cost
from ossrec.catalog.query.filters import QueryTime, RecordingFilter
from tests.catalog.builder import NOW, CatalogBuilder, mixed

DAY = 86_400
CLOCK = QueryTime(NOW, 330.0)
AGAIN = InspectionPolicy("full", NOW - 30 * DAY, NOW)


@pytest.fixture
def build(tmp_path: Path) -> CatalogBuilder:
    return CatalogBuilder(tmp_path / "c.db")


def add_inspected(build: CatalogBuilder, room: str, inspected: int, depth: str = "full") -> None:
    """Add a recording of one segment, which was inspected at that time."""
    key = mixed(room)
    segment = f"{key.removesuffix('.m3u8')}_20261101100000000.ts"
    build.recording(key, started="20261101100000000", segments_inspectable=1, depth=depth, inspected=inspected)
    build.object(segment)
    build.inspection(segment, inspected=inspected, depth=depth)


@pytest.mark.parametrize(
    ("inspected", "is_due"),
    [
        pytest.param(NOW - 31 * DAY, True, id="too long ago"),
        pytest.param(NOW - 30 * DAY - 1, True, id="a second too long ago"),
        pytest.param(NOW - 30 * DAY, False, id="just not too long ago"),
        pytest.param(NOW, False, id="now"),
        pytest.param(NOW + 1, True, id="in a second from now"),
        pytest.param(NOW + 3650 * DAY, True, id="in ten years"),
    ],
)
def test_an_inspection_is_old_if_it_is_too_long_ago_or_in_the_future(
    build: CatalogBuilder, inspected: int, is_due: bool
) -> None:
    add_inspected(build, "lobby", inspected)
    due = find_due_recordings(build.conn, RecordingFilter(), AGAIN, CLOCK)
    assert [one.path for one in due] == ([mixed("lobby").removesuffix(".m3u8")] if is_due else [])
    everything = find_due_recordings(build.conn, RecordingFilter(), InspectionPolicy("full", NOW + 1, NOW), CLOCK)
    cost, archived = inspection_cost(build.conn, everything, AGAIN)
    assert (cost.segments, archived) == (is_due, 0)
    assert AGAIN.is_met("full", inspected, 188_000) != is_due


def test_without_a_limit_no_inspection_is_old(build: CatalogBuilder) -> None:
    for room, inspected in (("a", 0), ("b", NOW), ("c", NOW + DAY)):
        add_inspected(build, room, inspected)
    policy = InspectionPolicy("full", None, NOW)
    assert find_due_recordings(build.conn, RecordingFilter(), policy, CLOCK) == []
    everything = find_due_recordings(build.conn, RecordingFilter(), InspectionPolicy("full", NOW + 2 * DAY), CLOCK)
    assert len(everything) == 3
    assert inspection_cost(build.conn, everything, policy)[0].segments == 0
    assert all(policy.is_met("full", inspected, 188_000) for inspected in (0, NOW, NOW + DAY))


@pytest.mark.parametrize("inspected", [0, NOW + DAY])
@pytest.mark.parametrize(
    ("ends", "is_due"), [pytest.param(187_999, False, id="large"), pytest.param(188_000, True, id="small")]
)
def test_a_full_inspection_is_old_at_depth_edges_only_for_a_small_segment(
    build: CatalogBuilder, inspected: int, ends: int, is_due: bool
) -> None:
    add_inspected(build, "lobby", inspected)
    policy = AGAIN._replace(depth="edges", ends=ends)
    due = find_due_recordings(build.conn, RecordingFilter(), policy, CLOCK)
    assert len(due) == is_due
    everything = find_due_recordings(build.conn, RecordingFilter(), AGAIN, CLOCK)
    assert inspection_cost(build.conn, everything, policy)[0].segments == is_due
    assert policy.is_met("full", inspected, 188_000) != is_due
    assert find_due_recordings(build.conn, RecordingFilter(), policy._replace(inspected_before=None), CLOCK) == []
    add_inspected(build, "hall", inspected, depth="edges")
    assert len(find_due_recordings(build.conn, RecordingFilter(), policy, CLOCK)) == is_due + 1


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        pytest.param({"room": "x"}, "recordings_by_room (roomid=?)", id="of a room"),
        pytest.param({"uid": "x"}, "recordings_by_uid (uid=?)", id="of a user"),
        pytest.param({"recordid": "x"}, "recordings_by_recordid (recordid=?)", id="of a task"),
        pytest.param({"verdicts": ("damaged",)}, "recordings_by_verdict (verdict=?", id="of a verdict"),
        pytest.param({"until": 9}, "recordings_by_start (started_ms<?)", id="of a time"),
    ],
)
def test_a_filter_on_due_recordings_uses_its_index(build: CatalogBuilder, wanted: dict[str, Any], index: str) -> None:
    statements: list[str] = []
    build.conn.set_trace_callback(statements.append)
    find_due_recordings(build.conn, RecordingFilter(**wanted), AGAIN, CLOCK)
    build.conn.set_trace_callback(None)
    (query,) = [sql for sql in statements if "inspected NOT BETWEEN" in sql]
    steps = [row[3] for row in build.conn.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any(index in step for step in steps), steps
    assert not any(step.startswith("SCAN recordings") for step in steps), steps


def test_the_cost_is_counted_by_the_primary_key_of_inspections(build: CatalogBuilder) -> None:
    add_inspected(build, "lobby", NOW)
    statements: list[str] = []
    build.conn.set_trace_callback(statements.append)
    inspection_cost(
        build.conn, find_due_recordings(build.conn, RecordingFilter(), InspectionPolicy("full", NOW + 1), CLOCK), AGAIN
    )
    build.conn.set_trace_callback(None)
    (query,) = [sql for sql in statements if "LEFT JOIN inspections" in sql]
    steps = [row[3] for row in build.conn.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any("SEARCH i USING PRIMARY KEY (stem_id=? AND suffix=?)" in step for step in steps), steps
