"""A thread pool for requests to a bucket that never keeps the process from exiting."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

Args = ParamSpec("Args")
Result = TypeVar("Result")

SHUTDOWN_TIMEOUT = 2.0  # seconds that `shutdown` waits for requests under way


class DaemonThreadPool(Executor):
    """A `ThreadPoolExecutor` whose threads Python does not wait for when it exits.

    A request to a bucket that does not respond lasts until its timeout, which a user who presses Ctrl-C twice
    does not want to wait for.
    """

    def __init__(self, number: int, name: str) -> None:
        """Start *number* threads called *name*."""
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[Args, Result], /, *args: Args.args, **kwargs: Args.kwargs) -> Future[Result]:
        """Have one of the threads call *fn*."""
        future: Future[Result] = Future()
        self._tasks.put((future, partial(fn, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end, and wait for them at most `SHUTDOWN_TIMEOUT` seconds."""
        with suppress(Empty):
            while cancel_futures:
                task = self._tasks.get_nowait()
                if task is not None:
                    task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        deadline = time.monotonic() + (SHUTDOWN_TIMEOUT if wait else 0.0)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for requests under way, unless the user pressed Ctrl-C twice."""
        is_aborted = kind is not None and issubclass(kind, KeyboardInterrupt)
        self.shutdown(wait=not is_aborted, cancel_futures=kind is not None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, call = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call()
            except BaseException as error:  # raised again where the result is read
                future.set_exception(error)
            else:
                future.set_result(result)
