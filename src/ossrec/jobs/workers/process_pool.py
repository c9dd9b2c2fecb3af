"""A worker pool of a few processes of this program, because one interpreter computes on one core only.

Each process has its share of the connections, opens the buckets itself, and takes the credentials from the environment
that it inherits. It receives the bucket's name, the bucket settings and the segment, and sends back the result of the
inspection.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from types import TracebackType
from typing import IO, NamedTuple, Self

from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import OssrecError
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject
from ossrec.jobs.workers.thread_pool import slots_for
from ossrec.mpegts.inspection import Depth

_PROGRAM = "ossrec.jobs.workers.process_worker"
_EXIT_TIMEOUT = 2.0  # seconds for the processes to exit
# Threads of numpy's that nothing here has work for.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class _Request(NamedTuple):
    """A requested inspection."""

    bucket: str  # its name
    target: SegmentObject
    depth: Depth


class _Worker:
    """A worker process, seen from its parent."""

    def __init__(self, connections: int, settings: BucketSettings) -> None:
        """Start the process; raises OSError when it cannot be started."""
        self.slots = slots_for(connections)
        self.pending: dict[int, tuple[_Request, Future[InspectionResult]]] = {}  # by number
        self.is_running = True
        self.process, self._requests, self._responses = _start_process()
        self._send((connections, replace(settings, threads=connections)))

    @property
    def load(self) -> float:
        """The pending requests per slot."""
        return len(self.pending) / self.slots

    def request(self, number: int, request: _Request, future: "Future[InspectionResult]") -> None:
        """Send a request, whose result *future* will receive."""
        self.pending[number] = (request, future)
        self._send((number, *request))

    def responses(self) -> Iterator[tuple[int, InspectionResult | OssrecError]]:
        """Yield the responses with the number of their request, until the process exits."""
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):  # ValueError: the pipe was closed here
            while True:
                yield pickle.load(self._responses)  # noqa: S301 - from this very program

    def close_input(self) -> None:
        """Send no more requests: the process exits by itself."""
        with suppress(OSError):
            self._requests.close()

    def wait_for_exit(self, timeout: float) -> int:
        """Wait for the process to exit, kill it after *timeout* seconds, and return its exit code."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._responses.close()
        return code

    def _send(self, message: object) -> None:
        with suppress(OSError):  # the process has exited, which the thread that reads its responses notices
            self._requests.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))
            self._requests.flush()


class ProcessPool:
    """A worker pool of processes, each with threads of its own."""

    is_local = False

    def __init__(
        self,
        connections: int,
        processes: int,
        settings: BucketSettings,
        report: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Allow *connections* requests at once in all processes together, from the start of the ``with`` block.

        *report* receives one line for each process that is lost, on another thread.
        """
        number = min(connections, processes)
        self._shares = [connections // number + (index < connections % number) for index in range(number)]
        self.slots = sum(map(slots_for, self._shares))
        self._settings = settings
        self._report = report
        self._numbers = count()
        self._lock = threading.Lock()  # for all below
        self._workers: list[_Worker] = []
        self._readers: list[threading.Thread] = []
        self._failure = ""  # once no process is left
        self._is_closing = False

    def plan_for(self, segments: int, size: int) -> None:
        """Ignore the estimate: the number of processes is fixed."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """Send the inspection to a process; of *bucket* only the name is sent."""
        if not self._workers:
            raise ValueError("a worker pool can only be used inside its with block")
        future: Future[InspectionResult] = Future()
        with self._lock:
            self._dispatch(_Request(bucket.name, target, depth), future)
        return future

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """Return the result; raises OssrecError when no process is left."""
        return future.result()

    def check_alive(self) -> None:
        """Do nothing: when the last process is lost, its requests fail by themselves."""

    def __enter__(self) -> Self:
        """Start the processes; raises OSError when the system cannot start them."""
        try:
            with _signals_blocked():
                for share in self._shares:
                    self._workers.append(_Worker(share, self._settings))
        except BaseException:
            self._shut_down(0.0)
            raise
        self._readers = [threading.Thread(target=self._read, args=(worker,), daemon=True) for worker in self._workers]
        for thread in self._readers:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the processes, whatever they have under way; after a second Ctrl-C without waiting."""
        self._shut_down(0.0 if kind is not None and issubclass(kind, KeyboardInterrupt) else _EXIT_TIMEOUT)

    def _dispatch(self, request: _Request, future: "Future[InspectionResult]") -> None:
        """Send a request to the process with the least load; the caller holds the lock."""
        running = [worker for worker in self._workers if worker.is_running]
        if running:
            min(running, key=lambda worker: worker.load).request(next(self._numbers), request, future)
        elif future.set_running_or_notify_cancel():
            future.set_exception(OssrecError(self._failure))

    def _read(self, worker: _Worker) -> None:
        """Pass on the responses of a process until it exits; runs on a thread of its own."""
        for number, response in worker.responses():
            with self._lock:
                _, future = worker.pending.pop(number)
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(response, OssrecError):
                future.set_exception(response)
            else:
                future.set_result(response)
        if not self._is_closing:
            self._replace_lost(worker)

    def _replace_lost(self, worker: _Worker) -> None:
        """Give the pending requests of a process that was killed or failed to the others."""
        with self._lock:
            worker.is_running = False
            worker.close_input()
        how = _describe_exit(worker.wait_for_exit(_EXIT_TIMEOUT))
        with self._lock:
            left = sum(one.is_running for one in self._workers)
            self.slots = max(1, self.slots - worker.slots)
            self._failure = f"no worker process is left, the last one {how}: run the check again to resume"
            if left:
                self._report(f"a worker process {how}: continuing with {left} of {len(self._workers)}")
            for request, future in worker.pending.values():
                self._dispatch(request, future)
            worker.pending.clear()

    def _shut_down(self, timeout: float) -> None:
        self._is_closing = True
        until = time.monotonic() + timeout
        for worker in self._workers:
            worker.close_input()
        for thread in self._readers:
            thread.join(max(0.0, until - time.monotonic()))
        for worker in self._workers:
            worker.wait_for_exit(max(0.0, until - time.monotonic()))


def _start_process() -> "tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]":
    """Start a process that imports the same modules as this one; return it with its input and output pipes.

    Its stderr is discarded unless OSSREC_DEBUG is set.
    """
    if not sys.executable:
        raise OSError("the path of the Python interpreter is unknown")
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - "" is the current one
    environment = _ONE_THREAD | os.environ | {"PYTHONPATH": path}
    stderr = None if os.environ.get("OSSREC_DEBUG") else subprocess.DEVNULL
    command = [sys.executable, "-P", "-m", _PROGRAM]  # -P: import nothing from the current folder
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=stderr, env=environment)  # noqa: S603
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process has no pipes")
    return process, process.stdin, process.stdout


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block Ctrl-C and SIGTERM in processes started in the ``with`` block: their parent handles stop requests."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _describe_exit(code: int) -> str:
    """Return how a process ended, as text."""
    if code >= 0:
        return f"exited (exit code {code}; OSSREC_DEBUG=1 shows why)"
    if -code == signal.SIGKILL:
        return "was killed (SIGKILL: perhaps out of memory)"
    return f"was killed ({signal.Signals(-code).name if -code in set(signal.Signals) else f'signal {-code}'})"
