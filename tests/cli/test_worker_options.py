"""The worker pool follows from settings and machine, and is the same for a scan and a check."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ossrec
from ossrec.buckets.settings import BucketSettings
from ossrec.cli.worker_options import choose_worker_pool
from ossrec.jobs.workers import adaptive_pool
from tests.check.run_check import put_recordings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("threads", "processes", "slots"),
    [
        pytest.param(8, 1, 10, id="threads alone"),
        pytest.param(8, 0, 10, id="no further processes"),
        pytest.param(1, 4, 2, id="one connection cannot be shared"),
        pytest.param(8, 2, 12, id="two processes"),
        pytest.param(8, 64, 16, id="no more processes than connections"),
    ],
)
def test_the_number_of_processes_is_as_given(threads: int, processes: int, slots: int) -> None:
    pool = choose_worker_pool(threads, processes, None, BucketSettings())
    pool.plan_for(1_000_000, 10**12)
    assert (pool.slots, pool.is_local) == (slots, slots in (2, 10))


@pytest.mark.parametrize(
    ("processors", "connections", "processes"),
    [(1, 8, 1), (2, 8, 2), (16, 8, 2), (16, 4, 1), (16, 16, 4), (64, 256, 8), (16, 1, 1)],
)
def test_the_default_number_of_processes_is_as_many_as_are_useful(
    monkeypatch: pytest.MonkeyPatch, processors: int, connections: int, processes: int
) -> None:
    monkeypatch.setattr(adaptive_pool, "_usable_processors", lambda: processors)
    assert adaptive_pool.useful_processes(connections) == processes


@pytest.mark.parametrize("depth", ["edges", "full"])
def test_a_scan_that_checks_segments_uses_processes_too(tmp_path: Path, depth: str) -> None:
    bucket, numbers = tmp_path / "bucket", tmp_path / "numbers"
    bucket.mkdir()
    put_recordings(bucket, 3)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("OSSREC_", "OSS_"))}
    environ |= {"PYTHONPATH": str(Path(ossrec.__file__).parents[1]), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "tests.workers.process_run", str(numbers), "scan", str(bucket), "--depth", depth]
    done = subprocess.run(
        [*command, "--processes", "2", "--catalog", str(tmp_path / "catalog.db")],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "segments    9, 0 findings" in done.stdout
    assert "requests: 0 list, 9 get, 0 retry" in done.stdout
    assert done.stderr.startswith("ossrec: about 9 segments")
    assert len(done.stderr.splitlines()) == 1
    assert len(numbers.read_text().split()) == 2
