"""A check with processes gives the same result as with threads; a lost process is reported in one line."""

import os
import pickle
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import OssrecError
from ossrec.jobs.check.check import check_recordings
from ossrec.jobs.check.report import CheckCallbacks, CheckOptions, CheckState, CheckSummary
from ossrec.jobs.workers import process_pool as module
from ossrec.jobs.workers.adaptive_pool import AdaptivePool
from ossrec.jobs.workers.inspect_object import SegmentObject
from ossrec.jobs.workers.process_pool import ProcessPool
from ossrec.jobs.workers.thread_pool import ThreadPool
from tests.buckets.sample_buckets import connect, environment
from tests.check.run_check import check, content, put_recordings, recording, rewrite, select, upload
from tests.oss_server import Fault, OssServer
from tests.scan.bucket_maker import DAY, segment, stem
from tests.scan.scanning import is_intact, scan

SECRET = "a-secret-that-only-the-environment-knows"


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An OSS with recordings whole, spoilt, archived and unreadable in part, its key in the environment."""
    with OssServer(access_key_secret=SECRET) as server:
        for number in range(4):
            upload(server, recording(stem(number), 4, "mix"))
        bucket = server.bucket("recordings")
        bucket.put(segment(stem(1), 2), b"\0" * 18_800, DAY)
        bucket.put(segment(stem(2), 1), recording(stem(2), 2, "mix")[segment(stem(2), 1)], DAY, storage="Archive")
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def scanned(folder: Path, catalog: Path) -> Path:
    """Eight recordings of four segments in a folder, one of them spoilt."""
    put_recordings(folder, 8, 4)
    rewrite(folder, segment(stem(4, "room4"), 2), b"\0" * 18_800, later=0)
    scan(folder, catalog)
    return catalog


def settings_for(server: OssServer) -> BucketSettings:
    return BucketSettings(endpoint=server.endpoint, region=server.region)


def run_check(catalog: Path, pool: Any, bucket: Bucket | None = None, **told: Any) -> CheckSummary:
    return check_recordings(
        catalog, lambda name: bucket or LocalBucket(name), CheckOptions("full"), pool, CheckCallbacks(**told)
    )


def copy_of(catalog: Path) -> Path:
    other = catalog.with_name("other.db")
    other.write_bytes(catalog.read_bytes())
    return other


def without_request_ids(told: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[Any]]:
    plain = dict(told)
    for name, place in (("looks", 4), ("findings", 5), ("packets", 2)):
        plain[name] = [(*row[:place], (row[place] or "").split("request")[0], *row[place + 1 :]) for row in told[name]]
    return plain


def test_processes_give_the_catalog_and_the_summary_that_threads_give(stored: OssServer, catalog: Path) -> None:
    scan(connect(stored), catalog)
    here = copy_of(catalog)
    stored.faults.add(Fault("GET", key=segment(stem(3), 0), times=None, status=403))
    bucket = connect(stored)
    alone = run_check(here, ThreadPool(3), bucket)
    pool = ProcessPool(3, 2, settings_for(stored))
    other = run_check(catalog, pool, bucket)
    assert without_request_ids(content(catalog)) == without_request_ids(content(here))
    assert (other.segments, other.verdicts, other.bytes_read) == (14, alone.verdicts, alone.bytes_read)
    assert other.requests == alone.requests == {"list": 0, "get": 15, "retry": 0}
    assert other.warnings[0].startswith("LOOK002 ")


def test_a_folder_is_looked_at_by_processes_too(scanned: Path) -> None:
    here = copy_of(scanned)
    alone = run_check(here, ThreadPool(2))
    other = run_check(scanned, ProcessPool(4, 2, BucketSettings()))
    assert (other.segments, other.requests) == (32, alone.requests)
    assert content(scanned) == content(here)


def test_what_they_repeat_is_counted(stored: OssServer, catalog: Path) -> None:
    scan(connect(stored), catalog)
    stored.faults.add(Fault("GET", key=segment(stem(0), 0), times=2, headers={"Retry-After": "0"}, status=503))
    summary = run_check(catalog, ProcessPool(4, 2, settings_for(stored)), connect(stored))
    assert (summary.requests, summary.warnings) == ({"list": 0, "get": 17, "retry": 2}, [])


def test_the_clock_of_the_bucket_counts_though_only_others_asked_it(
    server: OssServer, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By this machine's clock the last segment came too long ago, by the bucket's a minute ago: it is recorded yet."""
    server.clock_skew = -600.0
    objects = recording(stem(0), 3)
    del objects[f"{stem(0)}.m3u8"]
    for key, data in objects.items():
        server.bucket("recordings").put(key, data, round(server.now()) - 60)
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    scan(connect(server), catalog)
    summary = run_check(catalog, ProcessPool(2, 2, settings_for(server)), connect(server))
    assert (summary.segments, summary.verdicts) == (3, {"recording": 1})


def test_all_of_them_together_ask_as_many_at_once_as_was_said(stored: OssServer, catalog: Path) -> None:
    scan(connect(stored), catalog)
    stored.clear_requests()
    pool = ProcessPool(3, 2, settings_for(stored))
    assert pool.slots == 2 + 2 + 1 + 1
    run_check(catalog, pool, connect(stored))
    assert len({request.connection for request in stored.requests}) <= 3
    assert ProcessPool(2, 8, settings_for(stored)).slots == 4


def test_what_is_sent_to_them_holds_no_credentials(
    stored: OssServer, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(connect(stored), catalog)
    monkeypatch.setenv("OSS_SESSION_TOKEN", "")
    sent: list[bytes] = []
    send = module._Worker._send

    def noted(self: Any, message: object) -> None:
        sent.append(pickle.dumps(message))
        send(self, message)

    monkeypatch.setattr(module._Worker, "_send", noted)
    summary = run_check(catalog, ProcessPool(4, 2, settings_for(stored)), connect(stored))
    assert (summary.segments, len(sent)) == (15, 2 + 15)
    assert pickle.loads(sent[0]) == (2, BucketSettings(endpoint=stored.endpoint, region=stored.region, threads=2))
    assert pickle.loads(sent[2])[1] == "oss://recordings"
    assert not any(word.encode() in one for one in sent for word in (stored.access_key_id, SECRET))


class KillWorkers:
    """Kills some of a pool's processes once a segment was looked at."""

    def __init__(self, pool: ProcessPool, number: int) -> None:
        self._victims = pool._workers
        self._number = number

    def __call__(self, state: CheckState) -> None:
        if state.segments and self._number:
            for worker in self._victims[: self._number]:
                os.kill(worker.process.pid, signal.SIGKILL)
            self._number = 0


def test_what_a_killed_process_had_in_hand_is_done_by_the_others(scanned: Path) -> None:
    undisturbed = copy_of(scanned)
    check(undisturbed, depth="full")
    told: list[str] = []
    pool = ProcessPool(4, 2, BucketSettings(), told.append)
    summary = run_check(scanned, pool, progress=KillWorkers(pool, 1))
    killed = "a worker process was killed (SIGKILL: perhaps out of memory)"
    assert told == [f"{killed}: continuing with 1 of 2"]
    assert (summary.segments, summary.warnings) == (32, [])
    assert content(scanned) == content(undisturbed)
    assert [worker.process.returncode for worker in pool._workers] == [-signal.SIGKILL, 0]


def test_when_all_were_killed_it_ends_and_the_next_check_goes_on(scanned: Path) -> None:
    undisturbed = copy_of(scanned)
    check(undisturbed, depth="full")
    pool = ProcessPool(4, 2, BucketSettings())
    killed = r"no worker process is left, the last one was killed .*: run the check again to resume"
    with pytest.raises(OssrecError, match=killed):
        run_check(scanned, pool, progress=KillWorkers(pool, 2))
    ((kept,),) = select(scanned, "SELECT count(*) FROM inspections")
    assert 0 < kept < 32
    assert is_intact(scanned)
    assert check(scanned, depth="full").segments == 32 - kept
    assert content(scanned) == content(undisturbed)


def test_processes_that_cannot_work_are_told(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PROGRAM", "ossrec.no_such_module")
    with pytest.raises(OssrecError, match=r"exited \(exit code 1; OSSREC_DEBUG=1 shows why\)"):
        run_check(scanned, ProcessPool(4, 2, BucketSettings()))


def test_a_failure_that_nobody_foresaw_is_a_line(stored: OssServer, catalog: Path) -> None:
    with ProcessPool(2, 2, settings_for(stored)) as pool:
        future = pool.submit(connect(stored), SegmentObject("a.ts", "188", b"e"), "full")  # type: ignore[arg-type]
        with pytest.raises(OssrecError, match=r"^unexpected error: TypeError: .*$"):
            pool.result(future)


def test_without_room_for_processes_threads_look(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr("ossrec.jobs.workers.adaptive_pool._WORTHWHILE", 0.0)
    told: list[str] = []
    summary = run_check(scanned, AdaptivePool(ThreadPool(2), ProcessPool(4, 2, BucketSettings()), told.append))
    assert summary.segments == 32
    assert told == ["worker processes could not be started (No such file or directory): using threads only"]


def test_all_end_with_the_block_and_threads_too(scanned: Path) -> None:
    before = threading.active_count()
    with ProcessPool(4, 2, BucketSettings()) as pool:
        pass
    assert [worker.process.returncode for worker in pool._workers] == [0, 0]
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("segments", "size", "has_many"),
    [
        pytest.param(100, 150_000_000, False, id="a recording of 15 minutes"),
        pytest.param(100_000, 26_000_000_000, True, id="the edges of a large bucket"),
        pytest.param(3_000, 20_000_000_000, True, id="a night's budget"),
        pytest.param(1, 100_000_000, False, id="one long segment"),
    ],
)
def test_processes_are_for_much_work(segments: int, size: int, has_many: bool) -> None:
    pool = AdaptivePool(ThreadPool(8), ProcessPool(8, 2, BucketSettings()))
    pool.plan_for(segments, size)
    assert pool.is_local is not has_many
    assert pool.slots == (12 if has_many else 10)


def test_a_budget_bounds_what_is_expected(scanned: Path) -> None:
    told: list[tuple[int, int]] = []

    class Heard(ThreadPool):
        def plan_for(self, segments: int, size: int) -> None:
            told.append((segments, size))

    for budget in (None, 50_000):
        options = CheckOptions("full", again=0.0, budget=budget)
        check_recordings(scanned, LocalBucket, options, Heard(1), CheckCallbacks())
    (segments, size), (some, less) = told
    assert segments == 32
    assert 0 < some < 32
    assert 50_000 - size // 32 * 2 < less <= 50_000
