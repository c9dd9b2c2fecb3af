"""After SIGKILL at any moment the catalog is intact, and a later run gives the result of an undisturbed one."""

import random
import signal
from pathlib import Path

import pytest

from tests.running import run_module
from tests.scan.bucket_maker import SmallPages, playlist, put, put_recording, segment, stem
from tests.scan.scanning import content, is_intact, scan

KILLS = 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """About 200 objects: 14 recordings, some of them damaged, and other files."""
    place = tmp_path / "bucket"
    for number in range(10):
        put_recording(place, stem(number), 12, without=[3] if number % 4 == 0 else [])
    put_recording(place, stem(20, uid="7"), 5, ended=False)
    for number in range(6):
        put(place, segment(stem(21), number))
    put(place, "2026/readme.txt", "hello")
    put(place, "2026/plain-0.ts")
    put(place, f"{stem(22)}.m3u8", playlist(["plain-0.ts", "plain-1.ts"]))
    return place


def test_killed_first_scans_end_like_an_undisturbed_one(folder: Path, tmp_path: Path) -> None:
    scan(SmallPages(folder), tmp_path / "calm.db")
    wild = tmp_path / "wild.db"
    _scan_with_kills(folder, wild, seed=1)
    assert content(wild) == content(tmp_path / "calm.db")


def test_killed_later_scans_end_like_an_undisturbed_one(folder: Path, tmp_path: Path) -> None:
    calm, wild = tmp_path / "calm.db", tmp_path / "wild.db"
    for catalog in (calm, wild):
        scan(SmallPages(folder), catalog)
    _change(folder)
    scan(SmallPages(folder), calm)
    _scan_with_kills(folder, wild, seed=2)
    assert content(wild) == content(calm)


def _change(folder: Path) -> None:
    """Objects are added, deleted and changed at the start, in the middle and at the end of the listing."""
    for number in (0, 5, 9):
        (folder / segment(stem(number), 7)).unlink()
    for file in folder.glob(f"{stem(2)}*"):
        file.unlink()
    put_recording(folder, stem(30, "new"), 30)
    put(folder, f"{stem(4)}.m3u8", playlist(segment(stem(4), number) for number in range(9)))
    put(folder, "2026/plain-1.ts")
    put(folder, "a-first-object.bin", "x")
    (folder / "2026/readme.txt").unlink()


def _scan_with_kills(folder: Path, catalog: Path, seed: int) -> None:
    """Run scans that are killed at random statements, and check the catalog after each; the last scan is not killed."""
    draw = random.Random(seed)
    killed = 0
    for _ in range(KILLS):
        ended = _run(folder, catalog, draw.randrange(30 if killed < 3 else 400))
        if ended == -signal.SIGKILL:
            killed += 1
        assert not catalog.exists() or is_intact(catalog)
    assert killed > KILLS // 3
    assert _run(folder, catalog, 1_000_000) == 0
    assert is_intact(catalog)


def _run(folder: Path, catalog: Path, statements: int) -> int:
    return run_module("tests.scan.interrupted.killed_run", folder, catalog, str(statements)).returncode
