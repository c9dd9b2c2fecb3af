"""The pool of daemon threads behaves as the standard library's, but never waits long for a thread that hangs."""

import threading
from concurrent.futures import CancelledError

import pytest

from ossrec.jobs.session import daemon_threads as module
from ossrec.jobs.session.daemon_threads import DaemonThreadPool
from tests.running import PATIENCE


def test_calls_run_at_once_on_as_many_threads() -> None:
    meet = threading.Barrier(3, timeout=PATIENCE)
    with DaemonThreadPool(3, "look") as pool:
        futures = [pool.submit(lambda number: (meet.wait(), number)[1], number) for number in range(6)]
        assert [future.result() for future in futures] == list(range(6))


def test_what_a_call_raises_is_raised_where_its_result_is_asked_for() -> None:
    with DaemonThreadPool(1, "look") as pool:
        failed, fine = pool.submit(int, "x"), pool.submit(int, "f", base=16)
        with pytest.raises(ValueError, match="invalid literal"):
            failed.result()
        assert fine.result() == 15


def test_leaving_waits_for_what_is_under_way() -> None:
    done, go_on = [], threading.Event()
    with DaemonThreadPool(1, "look") as pool:
        pool.submit(lambda: (go_on.wait(PATIENCE), done.append(1)))
        go_on.set()
    assert done == [1]


def test_what_has_not_begun_is_cancelled_when_something_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHUTDOWN_TIMEOUT", 0.05)
    begun, hang = threading.Event(), threading.Event()

    def run() -> None:
        with DaemonThreadPool(1, "look") as pool:
            pool.submit(lambda: (begun.set(), hang.wait()))
            waiting.append(pool.submit(int))
            begun.wait(PATIENCE)
            raise KeyError

    waiting: list[object] = []
    with pytest.raises(KeyError):
        run()
    hang.set()
    with pytest.raises(CancelledError):
        waiting[0].result()  # type: ignore[attr-defined]


def test_threads_never_keep_the_process_from_ending() -> None:
    kinds = []
    with DaemonThreadPool(2, "look") as pool:
        kinds.append(pool.submit(lambda: threading.current_thread().daemon).result())
    assert kinds == [True]
