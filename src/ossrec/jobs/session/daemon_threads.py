"""Threads for requests to a bucket, which never keep the process from ending."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

Args = ParamSpec("Args")
Answer = TypeVar("Answer")

PATIENCE = 2.0  # seconds that `shutdown` waits for requests under way


class DaemonThreadPool(Executor):
    """As `ThreadPoolExecutor`, but Python does not wait for its threads when it exits.

    A request to a bucket that does not answer takes until its timeout. Whoever presses Ctrl-C twice
    does not want to wait for that.
    """

    def __init__(self, number: int, name: str) -> None:
        """*number* threads, called *name*, from now on."""
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[Args, Answer], /, *args: Args.args, **kwargs: Args.kwargs) -> Future[Answer]:
        """Have *fn* called by one of the threads."""
        future: Future[Answer] = Future()
        self._tasks.put((future, partial(fn, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end; waits at most `PATIENCE` for them."""
        with suppress(Empty):
            while cancel_futures:
                task = self._tasks.get_nowait()
                if task is not None:
                    task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        deadline = time.monotonic() + (PATIENCE if wait else 0.0)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for requests under way, but not for somebody who pressed Ctrl-C twice."""
        impatient = kind is not None and issubclass(kind, KeyboardInterrupt)
        self.shutdown(wait=not impatient, cancel_futures=kind is not None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, call = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = call()
            except BaseException as error:  # it belongs to whoever asks for the result
                future.set_exception(error)
            else:
                future.set_result(answer)
