"""`kill -9` loses nothing that was committed, and a later check ends like an undisturbed one."""

import random
import shutil
import signal
from pathlib import Path

import pytest

from ossrec.jobs.check import run as module
from tests.check.run_check import check, content, put_recordings, rewrite, select
from tests.running import run_module
from tests.scan.bucket_maker import segment, stem
from tests.scan.scanning import is_intact, scan

KILLS = 6


@pytest.fixture
def scanned(folder: Path, catalog: Path) -> Path:
    """Eight recordings of four segments, some of them spoilt."""
    put_recordings(folder, 8, 4)
    for number in (1, 4):
        rewrite(folder, segment(stem(number, f"room{number}"), 2), b"\0" * 18_800, later=0)
    scan(folder, catalog)
    return catalog


def test_killed_checks_end_like_an_undisturbed_one(scanned: Path) -> None:
    undisturbed = scanned.with_name("undisturbed.db")
    shutil.copy(scanned, undisturbed)
    check(undisturbed, depth="full")
    draw = random.Random(3)
    killed = 0
    for _ in range(KILLS):
        killed += _run(scanned, draw.randrange(20, 160)) == -signal.SIGKILL
        assert is_intact(scanned)
    assert killed > KILLS // 3
    assert _run(scanned, 1_000_000) == 0
    assert content(scanned) == content(undisturbed)
    assert select(scanned, "SELECT count(*) FROM scans WHERE kind = 'check' AND state = 'checking'") == [(0,)]


def test_what_was_seen_before_a_kill_is_not_read_again(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COMMIT_EVERY", 0.0)

    def power_cut(*_: object) -> None:
        raise RuntimeError("the power is cut")

    with monkeypatch.context() as patch:
        patch.setattr("ossrec.jobs.check.bucket_sessions.BucketSession.judge", power_cut)
        with pytest.raises(RuntimeError, match="power"):
            check(scanned, threads=1)
    (kept,) = select(scanned, "SELECT count(*) FROM inspections")[0]
    assert 0 < kept < 32
    assert check(scanned).segments == 32 - kept
    assert select(scanned, "SELECT count(*) FROM recordings WHERE due") == [(0,)]


def test_a_recording_whose_looks_are_all_kept_is_judged_by_whatever_runs_next(
    scanned: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = scanned.with_name("undisturbed.db")
    shutil.copy(scanned, undisturbed)
    check(undisturbed)
    monkeypatch.setattr(module, "_COMMIT_EVERY", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr("ossrec.jobs.check.bucket_sessions.BucketSession.judge", lambda *_: None)
        check(scanned)
    other = scanned.with_name("other.db")
    shutil.copy(scanned, other)
    assert check(scanned).segments == 0
    scan(folder, other)
    assert content(scanned) == content(undisturbed)
    assert content(other) == content(undisturbed)


def _run(catalog: Path, statements: int) -> int:
    return run_module("tests.check.killed_run", catalog, "full", str(statements)).returncode
