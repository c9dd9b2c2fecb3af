"""Budget, time, memory, Ctrl-C and the lock: a check stops in time, and the next one resumes from there."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.errors import CatalogLocked, Interrupted
from ossrec.jobs.check.report import CheckCallbacks, CheckState
from ossrec.jobs.workers import inspect_object as inspecting
from ossrec.model import Body
from tests.check.run_check import (
    WatchedBucket,
    check,
    content,
    depths,
    put_all,
    put_recordings,
    recording,
    select,
    slice_of,
    watched_bucket,
)
from tests.scan.bucket_maker import playlist, put, segment, stem
from tests.scan.scanning import found, is_intact, scan

SIZES = [len(slice_of("camera", number)) for number in range(3)]


@pytest.fixture
def scanned(folder: Path, catalog: Path) -> Path:
    """Four recordings of three segments."""
    put_recordings(folder, 4)
    scan(folder, catalog)
    return catalog


def test_a_budget_is_kept_and_every_night_gets_on(scanned: Path) -> None:
    budget = sum(SIZES) + SIZES[0] + 10
    nights = 0
    while (summary := check(scanned, depth="full", budget=budget)).stopped_by:
        nights += 1
        assert 0 < summary.bytes_read <= budget
        assert summary.remaining["segments"] > 0
        assert is_intact(scanned)
    assert 2 <= nights <= 4
    assert depths(scanned) == [("complete", "full")] * 4


def test_a_budget_smaller_than_a_segment_still_lets_one_be_looked_at(scanned: Path) -> None:
    for night in range(1, 4):
        summary = check(scanned, depth="full", budget=1)
        assert (summary.segments, summary.stopped_by, summary.remaining["segments"]) == (1, "budget", 12 - night)
    assert sorted(depths(scanned)) == [("complete", "full")] + [("complete", "listing")] * 3


def test_what_was_seen_of_a_recording_in_part_counts_at_once(folder: Path, catalog: Path) -> None:
    put_all(folder, recording(stem(1)) | {segment(stem(1), 0): b"\0" * 18_800})
    scan(folder, catalog)
    check(catalog, depth="full", budget=1)
    assert depths(catalog) == [("damaged", "listing")]


def test_when_the_time_is_over_no_look_is_begun(scanned: Path) -> None:
    summary = check(scanned, time=0.0)
    assert (summary.segments, summary.recordings, summary.stopped_by) == (0, 0, "time")
    assert summary.remaining["segments"] == 12


def test_a_signal_stops_it_after_the_segments_in_hand(folder: Path, scanned: Path) -> None:
    told: list[str] = []

    def stop_soon(state: CheckState) -> None:
        if state.segments == 4 and not told:
            os.kill(os.getpid(), signal.SIGINT)

    talk = CheckCallbacks(progress=stop_soon, stopping=lambda: told.append("asked"))
    with pytest.raises(Interrupted, match="all inspected segments are saved; the next check resumes from there"):
        check(scanned, threads=1, callbacks=talk)
    assert told == ["asked"]
    (kept,) = select(scanned, "SELECT count(*) FROM inspections")[0]
    assert 4 <= kept < 12
    assert is_intact(scanned)
    assert check(scanned).segments == 12 - kept
    calm = scanned.with_name("calm.db")
    scan(folder, calm)
    check(calm)
    assert content(scanned) == content(calm)


class Hanging(WatchedBucket):
    """A folder that does not answer, to somebody who loses patience."""

    asked = threading.Event()

    def read_range(self, key: str, start: int, stop: int) -> Any:
        main = threading.main_thread().ident or 0
        signal.pthread_kill(main, signal.SIGINT)
        self.asked.wait()
        signal.pthread_kill(main, signal.SIGINT)
        threading.Event().wait()


def test_a_second_signal_ends_it_at_once(folder: Path, scanned: Path) -> None:
    bucket = Hanging(str(folder))
    with pytest.raises((KeyboardInterrupt, Interrupted)):
        check(scanned, lambda _: bucket, threads=1, callbacks=CheckCallbacks(stopping=bucket.asked.set))
    assert is_intact(scanned)
    assert check(scanned).segments == 12


def test_a_second_run_is_told_who_holds_the_catalog(scanned: Path) -> None:
    with lock_catalog(scanned), pytest.raises(CatalogLocked) as told:
        check(scanned)
    assert told.value.exit_code == 11


class Counted(WatchedBucket):
    """A folder that knows how many bytes it gave and nobody let go of."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.largest = 0

    def read_range(self, key: str, start: int, stop: int) -> Body:
        body: Body = super().read_range(key, start, stop)
        self.largest = max(self.largest, len(body.data))
        return body


def test_a_segment_of_any_size_is_read_in_blocks(folder: Path, catalog: Path) -> None:
    import tracemalloc

    key = segment(stem(1), 0)
    put(folder, f"{stem(1)}.m3u8", playlist([key]))
    put(folder, key, slice_of("camera", 0))
    with (folder / key).open("r+b") as file:
        file.truncate(188 * 1_600_000)  # 300 MB, all of it zeros but for the start
    scan(folder, catalog)
    bucket = Counted(str(folder))
    tracemalloc.start()
    try:
        check(catalog, lambda _: bucket, depth="full", threads=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert bucket.largest == inspecting.BLOCK
    assert peak < 12 * inspecting.BLOCK
    assert found(catalog)[0]["verdict"] == "damaged"


def test_a_plan_does_not_read(folder: Path, scanned: Path) -> None:
    bucket = watched_bucket(folder)
    check(scanned, lambda _: bucket, room="nobody")
    assert bucket.ranges == []
