"""Which segments are due: not inspected to this depth, changed since, or inspected too long ago; filters."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.query.due_inspections import InspectionPolicy, find_due_recordings
from ossrec.catalog.query.filters import QueryTime, RecordingFilter
from ossrec.errors import CatalogMissing, UsageProblem
from tests.check.run_check import (
    check,
    depths,
    put_all,
    put_recordings,
    recording,
    rewrite,
    select,
    slice_of,
    watched_bucket,
)
from tests.scan.bucket_maker import DAY, rid, segment, stem
from tests.scan.scanning import found, scan

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Head and tail are so small that the segments at hand are longer: else a look at the edges sees all."""
    monkeypatch.setattr("ossrec.jobs.workers.inspect_object.HEAD", 188 * 20)
    monkeypatch.setattr("ossrec.jobs.workers.inspect_object.TAIL", 188 * 10)


def test_what_was_looked_at_so_deep_is_not_due_again(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    assert check(catalog).segments == 6
    assert depths(catalog) == [("complete", "edges")] * 2
    again = check(catalog)
    assert (again.segments, again.recordings, again.buckets) == (0, 0, [])


def test_a_deeper_look_is_due_after_a_shallower_one_but_not_the_other_way_round(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    check(catalog, depth="edges")
    assert check(catalog, depth="full").segments == 6
    assert depths(catalog) == [("complete", "full")] * 2
    assert check(catalog, depth="edges", again=0.0).segments == 0


def test_only_a_segment_that_changed_is_read_again(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    check(catalog, depth="full")
    key = segment(stem(1, "room1"), 1)
    rewrite(folder, key, slice_of("camera", 1) + slice_of("camera", 1)[-188:])
    assert scan(folder, catalog).changed == 1
    assert [depth for _, depth in depths(catalog)] == ["full", "listing"]  # what is there now was not looked at
    bucket = watched_bucket(folder)
    assert check(catalog, lambda _: bucket, depth="full").recordings == 1
    assert {name for name, _, _ in bucket.ranges} == {key}
    assert [depth for _, depth in depths(catalog)] == ["full", "full"]


def test_a_scan_after_a_check_keeps_what_the_check_saw(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 1)
    spoilt = bytearray(slice_of("camera", 1))
    spoilt[188 * 4] = 0
    rewrite(folder, segment(stem(0, "room0"), 1), bytes(spoilt), later=0)
    scan(folder, catalog)
    check(catalog, depth="full")
    before = found(catalog)
    assert before[0]["verdict"] == "damaged"
    put_all(folder, {"2026/readme.txt": b"x"})
    scan(folder, catalog)
    with closing(sqlite3.connect(catalog, isolation_level=None)) as conn:
        conn.execute("UPDATE recordings SET due = 1")
    scan(folder, catalog)
    assert found(catalog) == before


def test_with_again_old_looks_are_made_again(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    check(catalog)
    with closing(sqlite3.connect(catalog, isolation_level=None)) as conn:
        conn.execute("UPDATE inspections SET inspected = inspected - 100 WHERE stem_id = 1")
        conn.execute("UPDATE recordings SET inspected = inspected - 100 WHERE path LIKE '%room0'")
    assert check(catalog, again=1000.0).segments == 0
    again = check(catalog, again=50.0)
    assert (again.recordings, again.segments) == (1, 3)
    assert check(catalog, again=50.0).segments == 0
    both = check(catalog, again=0.0)
    assert (both.segments, both.remaining["segments"]) == (6, 0)


def test_a_look_from_the_future_is_made_again_once(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    check(catalog)
    with closing(sqlite3.connect(catalog, isolation_level=None)) as conn:
        conn.execute("UPDATE inspections SET inspected = inspected + 100000000 WHERE stem_id = 1")
        conn.execute("UPDATE recordings SET inspected = inspected + 100000000 WHERE path LIKE '%room0'")
    assert check(catalog).segments == 0
    again = check(catalog, again=1000.0)
    assert (again.recordings, again.segments, again.remaining["segments"]) == (1, 3, 0)
    assert check(catalog, again=1000.0).segments == 0


def test_the_newest_recording_comes_first(folder: Path, catalog: Path) -> None:
    for number, modified in enumerate((DAY, DAY + 7200, DAY + 3600)):
        of = f"2026/rid_{rid(number)}_room"
        keys = [f"{of}_{number}.ts"]
        put_all(folder, {keys[0]: slice_of("camera", 0)}, modified=modified)
    scan(folder, catalog)
    with closing(sqlite3.connect(catalog)) as conn:
        due = find_due_recordings(
            conn, RecordingFilter(), InspectionPolicy("edges"), QueryTime(now=DAY, quiet_after=330.0)
        )
    assert [one.path for one in due] == [f"2026/rid_{rid(number)}_room" for number in (1, 2, 0)]


@pytest.mark.parametrize("of", [1, 2, 7])
def test_each_recording_is_in_one_share(folder: Path, catalog: Path, of: int) -> None:
    put_recordings(folder, 12, segments=1)
    scan(folder, catalog)
    assert sum(check(catalog, share=(number, of)).recordings for number in range(1, of + 1)) == 12
    assert depths(catalog) == [("complete", "edges")] * 12


@pytest.mark.parametrize(
    ("asked", "rooms"),
    [
        pytest.param({"room": "room1"}, ["room1"], id="of a room"),
        pytest.param({"recordid": rid(2)}, ["room2"], id="of a task"),
        pytest.param({"verdicts": ("incomplete",)}, ["room3"], id="of a verdict"),
        pytest.param({"since": 4_000_000_000_000}, [], id="of a time"),
        pytest.param({"prefix": "2026/"}, ["room0", "room1", "room2", "room3"], id="under a prefix"),
        pytest.param({"prefix": "2027/"}, [], id="under another prefix"),
        pytest.param({"bucket": "oss://other"}, [], id="in a bucket that was never scanned"),
        pytest.param({"recordings": (rid(0), f"2026/rid_{rid(2)}_room2.m3u8")}, ["room0", "room2"], id="by name"),
        pytest.param({"recordings": (rid(0),), "room": "room1"}, [], id="by a name and another room"),
    ],
)
def test_what_is_asked_for(folder: Path, catalog: Path, asked: dict[str, Any], rooms: list[str]) -> None:
    put_recordings(folder, 4, segments=1)
    (folder / segment(stem(3, "room3"), 0)).unlink()
    put_all(folder, {segment(stem(3, "room3"), 1): slice_of("camera", 1)})
    scan(folder, catalog)
    check(catalog, **asked)
    assert [row["roomid"] for row in found(catalog) if row["depth"] == "edges"] == rooms


def test_a_name_that_reads_in_two_ways_is_found_by_either(folder: Path, catalog: Path) -> None:
    put_all(folder, recording(f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e"))
    scan(folder, catalog)
    assert check(catalog, room="a__uid_s_b").recordings == 1


def test_a_name_that_no_recording_goes_by_is_told(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 1)
    scan(folder, catalog)
    with pytest.raises(UsageProblem, match="the catalog has no recording nobody"):
        check(catalog, recordings=("nobody",))


def test_a_recording_that_is_gone_is_not_due(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog)
    for file in folder.glob("2026/*room0*"):
        file.unlink()
    scan(folder, catalog)
    assert check(catalog).recordings == 1


def test_a_catalog_that_is_not_there_is_not_made(catalog: Path) -> None:
    with pytest.raises(CatalogMissing):
        check(catalog)
    assert list(catalog.parent.iterdir()) == []


def test_what_no_scan_listed_to_its_end_is_left_to_a_scan(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 2)
    scan(folder, catalog, prefix=f"2026/rid_{rid(0)}_room0_")
    summary = check(catalog)
    assert summary.recordings == 0
    assert ["no scan has listed all of it" in line for line in summary.warnings] == [True]


def test_what_lies_outside_the_prefix_of_the_scan_is_not_called_missing(folder: Path, catalog: Path) -> None:
    objects = recording(stem(1))
    first = segment(stem(1), 0)
    objects[f"{stem(1)}.m3u8"] = objects[f"{stem(1)}.m3u8"].replace(
        first[5:].encode(), b"../other/" + first[5:].encode()
    )
    put_all(folder, objects)
    scan(folder, catalog, prefix="2026/")
    before = set(select(catalog, "SELECT code, detail FROM findings WHERE source IN ('listing', 'access')"))
    assert {code for code, _ in before} >= {"HLS174"}
    check(catalog)
    assert set(select(catalog, "SELECT code, detail FROM findings WHERE source IN ('listing', 'access')")) == before


def test_a_check_is_a_run_of_its_own_that_scans_do_not_take_for_a_scan(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 1)
    objects = scan(folder, catalog).objects
    check(catalog)
    assert select(catalog, "SELECT kind, state, objects FROM scans ORDER BY id") == [
        ("scan", "finished", objects),
        ("check", "finished", 0),
    ]
    assert not scan(folder, catalog).resumed


def test_a_change_that_a_check_finds_is_told_by_the_history(folder: Path, catalog: Path) -> None:
    put_recordings(folder, 1)
    rewrite(folder, segment(stem(0, "room0"), 1), b"\0" * 188 * 100, later=0)
    scan(folder, catalog)
    summary = check(catalog)
    assert summary.changes == ["1 became damaged"]
    changes = select(
        catalog, "SELECT k.kind, was, became FROM changes c JOIN scans k ON k.id = c.scan_id ORDER BY k.id"
    )
    assert changes == [("scan", None, "complete"), ("check", "complete", "damaged")]
