"""A check on a Dask cluster gives the same result as on threads, and sends no credentials to the cluster."""

import gc
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ossrec
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import OssrecError, UsageProblem
from ossrec.jobs.check.check import check_recordings
from ossrec.jobs.check.report import CheckCallbacks, CheckOptions
from ossrec.jobs.workers import dask_pool as module
from ossrec.jobs.workers.dask_pool import DaskPool, inspect_in_worker
from ossrec.jobs.workers.inspect_object import SegmentObject
from tests.buckets.sample_buckets import connect
from tests.check.run_check import check, content, recording, upload
from tests.oss_server import Fault, OssServer
from tests.running import PATIENCE
from tests.scan.bucket_maker import DAY, segment, stem
from tests.scan.scanning import scan
from tests.workers.stuck_bucket import SOON, StuckBucket

# Sockets of a cluster that is torn down close when they are collected, as distributed leaves them; `collected` sees to
# it that this is here, and not in whatever test runs next.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("dask"),
]
SECRET = "a-secret-of-the-workers-only"
# A dashboard takes port 8787 unless told, and warns, which fails a test, where somebody has it already.
DASHBOARD = "127.0.0.1:0"
CONFIG = {"distributed.comm.timeouts.connect": "120s", "distributed.admin.log-format": "%(message)s"}


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def stored() -> Iterator[OssServer]:
    """An OSS with recordings whole, spoilt, archived and unreadable in part."""
    with OssServer(access_key_secret=SECRET) as server:
        for number in range(4):
            upload(server, recording(stem(number), 4, "mix"))
        bucket = server.bucket("recordings")
        bucket.put(segment(stem(1), 2), b"\0" * 18_800, DAY)
        bucket.put(segment(stem(2), 1), recording(stem(2), 2, "mix")[segment(stem(2), 1)], DAY, storage="Archive")
        yield server


@pytest.fixture
def address(stored: OssServer) -> Iterator[str]:
    """A cluster of two workers, which have the credentials in their own environment."""
    import dask
    from distributed import LocalCluster

    variables = {"OSS_ACCESS_KEY_ID": stored.access_key_id, "OSS_ACCESS_KEY_SECRET": SECRET}
    with (
        dask.config.set(CONFIG),
        LocalCluster(
            n_workers=2,
            threads_per_worker=2,
            processes=True,
            dashboard_address=DASHBOARD,
            env=variables,
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster.scheduler_address


def test_a_cluster_gives_the_catalog_that_threads_give(stored: OssServer, address: str, catalog: Path) -> None:
    scan(connect(stored), catalog)
    here = catalog.with_name("here.db")
    here.write_bytes(catalog.read_bytes())
    stored.faults.add(Fault("GET", key=segment(stem(3), 0), times=None, status=403))
    summary = check(here, lambda _: connect(stored), depth="full")

    settings = BucketSettings(endpoint=stored.endpoint, region=stored.region)
    assert SECRET not in os.environ.values()
    pool = DaskPool(address, settings)
    other = check_recordings(catalog, lambda _: connect(stored), CheckOptions(depth="full"), pool, CheckCallbacks())
    assert pool.slots == 4
    assert (other.segments, other.verdicts, other.warnings[0][:7]) == (14, summary.verdicts, "LOOK002")
    assert other.requests == summary.requests == {"list": 0, "get": 15, "retry": 0}

    def without_request_ids(told: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[Any]]:
        plain = dict(told)
        for name, place in (("looks", 4), ("findings", 5), ("packets", 2)):
            plain[name] = [
                (*row[:place], (row[place] or "").split("request")[0], *row[place + 1 :]) for row in told[name]
            ]
        return plain

    assert without_request_ids(content(catalog)) == without_request_ids(content(here))


def test_a_cluster_that_ends_meanwhile_is_told_in_one_line(stored: OssServer, catalog: Path) -> None:
    import dask
    from distributed import LocalCluster

    scan(connect(stored), catalog)
    stuck = StuckBucket(stored, 6)
    names = {"OSS_ACCESS_KEY_ID": stored.access_key_id, "OSS_ACCESS_KEY_SECRET": SECRET}
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("OSSREC_", "OSS_"))}
    variables["PYTHONPATH"] = str(Path(ossrec.__file__).parents[1])
    where = ["--catalog", str(catalog), "--endpoint", stored.endpoint, "--region", stored.region]
    with (
        dask.config.set(CONFIG),
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=True, dashboard_address=DASHBOARD, env=names, silence_logs=50
        ) as cluster,
    ):
        command = [sys.executable, "-m", "ossrec", "check", *where, "--dask", cluster.scheduler_address]
        process = subprocess.Popen(
            command, env=variables | names, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            assert stuck.is_stuck.wait(3 * SOON)
            cluster.close()
            stuck.free()
            out, err = process.communicate(timeout=3 * SOON)
        finally:
            stuck.free()
            process.kill()
            process.communicate()
    *before, told = err.splitlines()
    assert len(before) == 2  # what there is to look at, and that some of it is archived
    assert told.startswith(f"ossrec: the Dask cluster at {cluster.scheduler_address} ")
    assert (process.returncode, out) == (3, "")


def test_what_is_sent_to_workers_holds_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSS_ACCESS_KEY_ID", "LTAI-mine")
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", SECRET)
    monkeypatch.setenv("OSS_SESSION_TOKEN", "a-token")
    sent: list[bytes] = []

    class Executor:
        def submit(self, *task: object) -> None:
            sent.append(pickle.dumps(task))

    from ossrec.buckets.open import open_bucket

    settings = BucketSettings(region="cn-hangzhou")
    bucket = open_bucket("oss://recordings", settings)
    pool = DaskPool("tcp://nowhere:1", settings)
    pool._executor = Executor()  # type: ignore[assignment]
    pool.submit(bucket, SegmentObject("a.ts", 188, b"e"), "full")
    task = pickle.loads(sent[0])
    assert task == (inspect_in_worker, "oss://recordings", settings, SegmentObject("a.ts", 188, b"e"), "full")
    assert not any(word.encode() in sent[0] for word in ("LTAI-mine", SECRET, "a-token"))


def test_without_dask_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageProblem, match=r"pip install 'ossrec\[dask\]'"):
        DaskPool("tcp://127.0.0.1:1", BucketSettings())


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TIMEOUT", 0.3)
    with (
        pytest.raises(UsageProblem, match=r"no Dask cluster at tcp://127\.0\.0\.1:1 "),
        DaskPool("tcp://127.0.0.1:1", BucketSettings()),
    ):
        pass


def test_a_cluster_that_lost_its_workers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set(CONFIG),
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=DASHBOARD) as cluster,
        DaskPool(cluster.scheduler_address, BucketSettings()) as pool,
    ):
        pool.check_alive()
        cluster.scale(0)
        monkeypatch.setattr(module, "_TIMEOUT", 0.0)
        with pytest.raises(OssrecError, match="has no workers left: start workers and run the check again"):
            _check_for(pool, PATIENCE)


def _check_for(pool: DaskPool, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pool.check_alive()
