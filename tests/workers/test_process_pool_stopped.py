"""`ossrec check` with processes, stopped by a signal: its messages, what it saves, and no process left."""

import os
import select as polling
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import ossrec
from tests.buckets.sample_buckets import connect, environment
from tests.check.run_check import check, content, recording, select, upload
from tests.oss_server import OssServer
from tests.scan.bucket_maker import stem
from tests.scan.scanning import is_intact, scan
from tests.workers.stuck_bucket import SOON, StuckBucket

ROOT = Path(__file__).parents[2]
SEGMENTS = 24
PLANNED = b"ossrec: about 24 segments of 6 recordings to check: 24 requests, "
STOPPING = b"ossrec: stopping after the current segments; Ctrl-C again stops at once"
KEPT = b"ossrec: stopped; all inspected segments are saved; the next check resumes from there"

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs to wait for processes of others")


@pytest.fixture
def stored(server: OssServer, catalog: Path) -> OssServer:
    """Six recordings of four segments, scanned."""
    for number in range(6):
        upload(server, recording(stem(number), 4, "mix"))
    scan(connect(server), catalog)
    return server


@pytest.fixture
def undisturbed(stored: OssServer, catalog: Path) -> Path:
    """The same catalog after a check that nobody disturbed."""
    other = catalog.with_name("undisturbed.db")
    other.write_bytes(catalog.read_bytes())
    check(other, lambda _: connect(stored), depth="full")
    return other


class RunningCheck:
    """A check in a process group of its own that looks with two processes, until the bucket is stuck."""

    def __init__(self, server: OssServer, catalog: Path) -> None:
        numbers = catalog.with_name("processes")
        command = [sys.executable, "-m", "tests.workers.process_run", str(numbers), "check", "--catalog", str(catalog)]
        settings = ["--endpoint", server.endpoint, "--region", server.region, "--threads", "4", "--processes", "2"]
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("OSSREC_", "OSS_"))},
            **environment(server),
            "PYTHONPATH": str(Path(ossrec.__file__).parents[1]),
        }
        self._stuck = StuckBucket(server, 12)
        self.process = subprocess.Popen(
            [*command, "--depth", "full", *settings],
            cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self._stuck.is_stuck.wait(SOON)
        self.workers = [os.pidfd_open(int(line)) for line in numbers.read_text().split()]

    def end(self) -> tuple[int, bytes, bytes]:
        """What came of it: exit code, stdout, stderr."""
        out, err = self.process.communicate(timeout=2 * SOON)
        return self.process.returncode, out, err

    def are_gone(self) -> bool:
        """Both processes have ended, or do so soon."""
        return len(self.workers) == 2 and all(polling.select([one], [], [], SOON)[0] for one in self.workers)

    def close(self) -> None:
        """Leave nothing behind, whatever failed."""
        self._stuck.free()
        for one in self.workers:
            os.close(one)
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def running(stored: OssServer, undisturbed: Path, catalog: Path) -> Iterator[RunningCheck]:
    check_under_way = RunningCheck(stored, catalog)
    yield check_under_way
    check_under_way.close()


def resumes(server: OssServer, catalog: Path, undisturbed: Path) -> bool:
    """The next check looks at all that is not kept, and ends as the one that nobody disturbed."""
    server.faults.clear()
    assert is_intact(catalog)
    ((kept,),) = select(catalog, "SELECT count(*) FROM inspections WHERE failure IS NULL")
    again = check(catalog, lambda _: connect(server), depth="full")
    return again.segments == SEGMENTS - kept and content(catalog) == content(undisturbed)


SIGNALS = {
    "Ctrl-C, which the whole group gets": (os.killpg, signal.SIGINT),
    "SIGTERM to the check alone": (os.kill, signal.SIGTERM),
    "SIGTERM to all, as from systemd": (os.killpg, signal.SIGTERM),
}


@pytest.mark.parametrize(("send", "number"), SIGNALS.values(), ids=SIGNALS)
def test_a_signal_stops_it_as_it_does_with_threads(
    stored: OssServer, running: RunningCheck, catalog: Path, undisturbed: Path, send: object, number: int
) -> None:
    assert callable(send)
    send(running.process.pid, number)
    code, out, err = running.end()
    first, *rest = err.splitlines()
    assert first.startswith(PLANNED)
    assert (code, out, rest) == (130, b"", [STOPPING, KEPT])
    assert running.are_gone()
    assert resumes(stored, catalog, undisturbed)


def test_a_second_ctrl_c_ends_it_at_once(
    stored: OssServer, running: RunningCheck, catalog: Path, undisturbed: Path
) -> None:
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.stderr is not None
    assert running.process.stderr.readline().startswith(PLANNED)
    assert running.process.stderr.readline().strip() == STOPPING
    with suppress(ProcessLookupError):  # it may have stopped by then
        os.killpg(running.process.pid, signal.SIGINT)
    code, out, err = running.end()
    assert (code, out) == (130, b"")
    assert set(err.splitlines()) <= {KEPT}
    assert running.are_gone()
    assert resumes(stored, catalog, undisturbed)


def test_kill_9_leaves_no_process_behind(
    stored: OssServer, running: RunningCheck, catalog: Path, undisturbed: Path
) -> None:
    running.process.kill()
    assert running.are_gone()
    code, out, err = running.end()
    assert (code, out, len(err.splitlines())) == (-signal.SIGKILL, b"", 1)
    assert resumes(stored, catalog, undisturbed)


def test_processes_that_were_all_killed_are_told(
    stored: OssServer, running: RunningCheck, catalog: Path, undisturbed: Path
) -> None:
    for one in running.workers:
        signal.pidfd_send_signal(one, signal.SIGKILL)
    code, out, err = running.end()
    _, *lost, told = err.splitlines()
    killed = b"was killed (SIGKILL: perhaps out of memory)"
    gone = b"no worker process is left, the last one"
    assert told == b"ossrec: %s %s: run the check again to resume" % (gone, killed)
    first = b"ossrec: warning: a worker process %s: continuing with 1 of 2" % killed
    assert lost in ([], [first])  # nothing of the first, where both went at once
    assert (code, out) == (3, b"")
    assert resumes(stored, catalog, undisturbed)
