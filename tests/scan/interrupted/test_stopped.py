"""Ctrl-C and SIGTERM stop a scan after its current step; the next scan resumes there."""

import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.errors import Interrupted
from ossrec.jobs.session.signals import StopRequest, stop_on_signals
from tests.running import run_module
from tests.scan.bucket_maker import SmallPages, put, put_recording, stem
from tests.scan.scanning import content, is_intact, scan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """About 130 objects in 7 pages."""
    place = tmp_path / "bucket"
    for number in range(12):
        put_recording(place, stem(number), 10, without=[4] if number % 5 == 0 else [])
    put(place, "readme.txt", "hello")
    return place


def stopped(folder: Path, catalog: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a scan that is stopped; fail if it does not end."""
    return run_module("tests.scan.interrupted.stopped_run", folder, catalog, *arguments)


def listed(catalog: Path) -> int:
    with closing(sqlite3.connect(catalog)) as conn:
        return int(conn.execute("SELECT objects FROM scans").fetchone()[0])


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_listing_stops_after_the_page_in_hand_and_goes_on_later(folder: Path, catalog: Path, name: str) -> None:
    result = stopped(folder, catalog, name, "list", "3", "1")
    assert (result.returncode, result.stderr) == (130, "")
    assert result.stdout.startswith("Interrupted: stopped; everything listed and checked so far is saved")
    assert is_intact(catalog)
    assert 0 < listed(catalog) <= 100

    summary = scan(SmallPages(folder), catalog)
    assert summary.resumed
    assert summary.objects == 130
    _is_like_an_undisturbed_one(folder, catalog)


def test_looking_at_playlists_stops_between_two_recordings_and_goes_on_later(folder: Path, catalog: Path) -> None:
    result = stopped(folder, catalog, "SIGINT", "read", "6", "1")
    assert (result.returncode, result.stderr) == (130, "")
    assert is_intact(catalog)
    with closing(sqlite3.connect(catalog)) as conn:
        judged, due = conn.execute("SELECT sum(NOT due), sum(due) FROM recordings").fetchone()
        read = conn.execute("SELECT count(*) FROM playlists").fetchone()[0]
    assert judged + due == 12
    assert 0 < due < 12
    assert read == judged

    assert scan(SmallPages(folder), catalog).playlists_read == due
    _is_like_an_undisturbed_one(folder, catalog)


def test_waiting_for_a_busy_bucket_ends_at_once(folder: Path, catalog: Path) -> None:
    result = stopped(folder, catalog, "SIGINT", "wait", "1", "1")
    assert (result.returncode, result.stderr) == (130, "")
    assert result.stdout.startswith("Interrupted: stopped while waiting to retry")
    scan(SmallPages(folder), catalog)
    _is_like_an_undisturbed_one(folder, catalog)


@pytest.mark.parametrize("moment", ["list", "read"])
def test_a_second_signal_ends_it_at_once_though_the_bucket_does_not_answer(
    folder: Path, catalog: Path, moment: str
) -> None:
    result = stopped(folder, catalog, "SIGINT", moment, "4", "2")
    assert result.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in result.stderr
    assert is_intact(catalog)
    scan(SmallPages(folder), catalog)
    _is_like_an_undisturbed_one(folder, catalog)


def _is_like_an_undisturbed_one(folder: Path, catalog: Path) -> None:
    calm = catalog.with_name("calm.db")
    scan(SmallPages(folder), calm)
    assert content(catalog) == content(calm)


# The wish to stop.


def test_signals_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stop_on_signals() as stop:
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] != before
        assert not stop.is_requested()
        stop.check()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_thread_leaves_signals_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def run() -> None:
        with stop_on_signals() as stop:
            seen.append((signal.getsignal(signal.SIGINT), stop.is_requested()))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


def test_who_asked_to_stop_is_told_where_everything_is_saved() -> None:
    stop = StopRequest()
    stop.request()
    assert stop.is_requested()
    assert stop.wait(60)
    with pytest.raises(Interrupted, match="the next scan resumes from there"):
        stop.check()
