"""Repeated inspections with --again, and resuming an interrupted check."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.errors import Interrupted
from ossrec.jobs.check.check import forecast_check
from ossrec.jobs.check.report import CheckCallbacks, CheckForecast, CheckOptions, CheckState
from ossrec.jobs.workers import inspect_object as inspecting
from tests.check.run_check import check, depths, put_recordings, select, watched_bucket
from tests.scan.scanning import scan

LONG_AGO = 3 * 86_400


@pytest.fixture
def inspected(folder: Path, catalog: Path) -> Path:
    """Four recordings of three small segments, all looked at days ago, at depth edges."""
    put_recordings(folder, 4)
    scan(folder, catalog)
    assert check(catalog).segments == 12
    backdate(catalog, LONG_AGO)
    return catalog


def backdate(catalog: Path, seconds: int) -> None:
    """Have all looks and checks been made so many seconds earlier."""
    with closing(sqlite3.connect(catalog, isolation_level=None)) as conn:
        for sql in (
            "UPDATE inspections SET inspected = inspected - ?1",
            "UPDATE recordings SET inspected = inspected - ?1",
            "UPDATE scans SET started = started - ?1, finished = finished - ?1,"
            " summary = json_set(summary, '$.inspected_since', json_extract(summary, '$.inspected_since') - ?1)"
            " WHERE kind = 'check'",
        ):
            conn.execute(sql, (seconds,))


def stop_after(segments: int) -> CheckCallbacks:
    """Somebody presses Ctrl-C after so many segments."""
    asked: list[int] = []

    def press(state: CheckState) -> None:
        if state.segments == segments and not asked:
            asked.append(1)
            os.kill(os.getpid(), signal.SIGINT)

    return CheckCallbacks(progress=press)


def interrupted(catalog: Path, segments: int, again: float = 0.0) -> int:
    """A check that is stopped so; how many of its looks were kept, of them that are not from before."""
    before = dict(select(catalog, "SELECT stem_id || suffix, inspected FROM inspections"))
    with pytest.raises(Interrupted, match="the same check, started within two days, resumes from there"):
        check(catalog, again=again, threads=1, callbacks=stop_after(segments))
    after = dict(select(catalog, "SELECT stem_id || suffix, inspected FROM inspections"))
    return sum(inspected != before[key] for key, inspected in after.items())


def test_small_segments_are_looked_at_again_at_the_edges(folder: Path, inspected: Path) -> None:
    assert depths(inspected) == [("complete", "full")] * 4  # head and tail are all there is of them
    assert check(inspected).segments == 0
    assert check(inspected, again=LONG_AGO + 100.0).segments == 0
    bucket = watched_bucket(folder)
    again = check(inspected, lambda _: bucket, again=LONG_AGO - 100.0)
    assert (again.due["segments"], again.segments, again.remaining["segments"]) == (12, 12, 0)
    assert len(bucket.ranges) == 12
    assert check(inspected, again=LONG_AGO - 100.0).segments == 0


def test_a_full_look_at_a_large_segment_is_not_repeated_by_one_at_its_edges(
    folder: Path, inspected: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = sorted(size for (size,) in select(inspected, "SELECT size FROM objects WHERE suffix LIKE '%.ts'"))
    monkeypatch.setattr(inspecting, "HEAD", sizes[0] - 188)
    monkeypatch.setattr(inspecting, "TAIL", 188)
    small = sizes.count(sizes[0])
    assert 0 < small < 12
    again = check(inspected, again=0.0)
    assert (again.due["segments"], again.segments, again.remaining["segments"]) == (small, small, 0)
    assert depths(inspected) == [("complete", "full")] * 4
    backdate(inspected, LONG_AGO)
    assert check(inspected, again=0.0, depth="full").segments == 12


def test_a_check_of_all_again_that_was_stopped_goes_on(inspected: Path) -> None:
    kept = interrupted(inspected, 4)
    assert 4 <= kept < 12
    told: list[CheckForecast] = []
    more = check(inspected, again=0.0, callbacks=CheckCallbacks(told.append))
    assert (more.due["segments"], more.segments, more.remaining["segments"]) == (12 - kept, 12 - kept, 0)
    assert [one.resumed_from is not None for one in told] == [True]
    assert check(inspected, again=0.0).segments == 12  # that one came to its end: all again


def test_it_goes_on_though_it_is_stopped_again_and_another_check_ran_meanwhile(inspected: Path) -> None:
    kept = interrupted(inspected, 2)
    backdate(inspected, 3600)
    kept += interrupted(inspected, 3)
    backdate(inspected, 3600)
    assert check(inspected).segments == 0
    assert check(inspected, again=1000.0, room="room0").segments == 3
    assert check(inspected, again=0.0).segments in range(12 - kept - 3, 12 - kept + 1)


def test_a_budget_that_is_used_up_is_no_end_either(inspected: Path) -> None:
    first = check(inspected, again=0.0, budget=30_000, threads=1)
    assert (first.stopped_by, 0 < first.remaining["segments"] < 12) == ("budget", True)
    second = check(inspected, again=0.0)
    assert second.segments == first.remaining["segments"]
    assert select(inspected, "SELECT count(*) FROM inspections WHERE inspected < unixepoch() - 86400") == [(0,)]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        pytest.param({"again": 0.0, "room": "room1"}, 3, id="of a room"),
        pytest.param({"again": 0.0, "depth": "full"}, 12, id="of another depth"),
        pytest.param({"again": 0.0, "share": (1, 1)}, None, id="the same"),
    ],
)
def test_only_the_same_check_goes_on(inspected: Path, asked: dict[str, object], due: int | None) -> None:
    kept = interrupted(inspected, 4)
    summary = check(inspected, **asked)  # type: ignore[arg-type]
    assert summary.due["segments"] == (12 - kept if due is None else due)


def test_one_that_was_stopped_days_ago_is_begun_anew(inspected: Path) -> None:
    interrupted(inspected, 4)
    backdate(inspected, 2 * 86_400 + 60)
    outlook = forecast_check(inspected, CheckOptions(again=0.0))
    assert (outlook.due.segments, outlook.resumed_from) == (12, None)


def test_where_others_did_what_it_had_left_it_begins_anew(inspected: Path) -> None:
    interrupted(inspected, 4)
    check(inspected, again=LONG_AGO - 100.0)
    outlook = forecast_check(inspected, CheckOptions(again=0.0))
    assert (outlook.due.segments, outlook.resumed_from) == (12, None)


@pytest.mark.parametrize("summary", ["nonsense", "[1]", "{}", '{"requested": 3}', "null"])
def test_what_others_write_into_a_run_is_no_check_to_go_on_with(inspected: Path, summary: str) -> None:
    interrupted(inspected, 4)
    with closing(sqlite3.connect(inspected, isolation_level=None)) as conn:
        conn.execute("UPDATE scans SET summary = ? WHERE kind = 'check'", (summary,))
    assert forecast_check(inspected, CheckOptions(again=0.0)).due.segments == 12
