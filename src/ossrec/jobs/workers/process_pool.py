"""Looks at segments with a few processes of this program, for one interpreter alone looks at little at once.

Each has its share of the connections, opens the buckets itself, and takes the credentials from the environment that
it inherits. What is sent to it is the bucket's name, the way there and the segment; what it sends back is what it saw.
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
_PATIENCE = 2.0  # seconds for the processes to end
# Threads of numpy's that nothing here has work for.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class _Request(NamedTuple):
    """A look that is wanted."""

    bucket: str  # its name
    target: SegmentObject
    depth: Depth


class _Worker:
    """A process, seen from the one that started it."""

    def __init__(self, connections: int, settings: BucketSettings) -> None:
        """Start it; raises OSError when that cannot be done."""
        self.hands = slots_for(connections)
        self.asked: dict[int, tuple[_Request, Future[InspectionResult]]] = {}  # and not answered yet
        self.is_there = True
        self.process, self._asks, self._answers = _start()
        self._send((connections, replace(settings, threads=connections)))

    @property
    def load(self) -> float:
        """How much of what it can do at once it was asked for."""
        return len(self.asked) / self.hands

    def ask(self, number: int, ask: _Request, future: "Future[InspectionResult]") -> None:
        """Have a segment looked at."""
        self.asked[number] = (ask, future)
        self._send((number, *ask))

    def answers(self) -> Iterator[tuple[int, InspectionResult | OssrecError]]:
        """What it says, until it ends."""
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):  # ValueError: nobody listens any more
            while True:
                yield pickle.load(self._answers)  # noqa: S301 - from this very program

    def let_go(self) -> None:
        """Nothing more will be asked: it ends by itself."""
        with suppress(OSError):
            self._asks.close()

    def end(self, patience: float) -> int:
        """Wait for its end, which is forced after so many seconds; gives its exit code."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._answers.close()
        return code

    def _send(self, message: object) -> None:
        with suppress(OSError):  # it has ended, which whoever waits for its answers finds out
            self._asks.write(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))
            self._asks.flush()


class ProcessPool:
    """Processes, each with threads of its own."""

    is_here = False

    def __init__(
        self, connections: int, processes: int, settings: BucketSettings, tell: Callable[[str], object] = lambda _: None
    ) -> None:
        """So many requests at once in all, from when the ``with`` block begins.

        *tell* is told in a line of a process that was lost, on a thread of its own.
        """
        number = min(connections, processes)
        self._shares = [connections // number + (index < connections % number) for index in range(number)]
        self.hands = sum(map(slots_for, self._shares))
        self._settings = settings
        self._tell = tell
        self._numbers = count()
        self._lock = threading.Lock()  # of all below
        self._workers: list[_Worker] = []
        self._listeners: list[threading.Thread] = []
        self._end = ""  # how the last one ended, once all have
        self._is_over = False

    def expect(self, segments: int, size: int) -> None:
        """As `Crew.expect`: so many processes as was said."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """As `Crew.submit`; of *bucket* only its name is sent."""
        if not self._workers:
            raise ValueError("a crew works inside its with block")
        future: Future[InspectionResult] = Future()
        with self._lock:
            self._give(_Request(bucket.name, target, depth), future)
        return future

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """As `Crew.result`."""
        return future.result()

    def ensure(self) -> None:
        """As `Crew.ensure`: what was asked of the last process has failed by now."""

    def __enter__(self) -> Self:
        """Start the processes; raises OSError when the system has no room for them."""
        try:
            with _unheard():
                for share in self._shares:
                    self._workers.append(_Worker(share, self._settings))
        except BaseException:
            self._dismiss(0.0)
            raise
        self._listeners = [threading.Thread(target=self._listen, args=(one,), daemon=True) for one in self._workers]
        for thread in self._listeners:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the processes end, whatever they have under way."""
        self._dismiss(0.0 if kind is not None and issubclass(kind, KeyboardInterrupt) else _PATIENCE)

    def _give(self, ask: _Request, future: "Future[InspectionResult]") -> None:
        """Have whoever has least to do look; call it with the lock."""
        there = [worker for worker in self._workers if worker.is_there]
        if there:
            min(there, key=lambda worker: worker.load).ask(next(self._numbers), ask, future)
        elif future.set_running_or_notify_cancel():
            future.set_exception(OssrecError(self._end))

    def _listen(self, worker: _Worker) -> None:
        for number, answer in worker.answers():
            with self._lock:
                _, future = worker.asked.pop(number)
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(answer, OssrecError):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        if not self._is_over:
            self._lose(worker)

    def _lose(self, worker: _Worker) -> None:
        """Somebody ended a process: the others go on with what it had in hand."""
        with self._lock:
            worker.is_there = False
            worker.let_go()
        how = _ending(worker.end(_PATIENCE))
        with self._lock:
            left = sum(one.is_there for one in self._workers)
            self.hands = max(1, self.hands - worker.hands)
            self._end = f"the processes that look at segments are gone, the last one {how}: check again to go on"
            if left:
                self._tell(f"a process that looks at segments {how}: {left} of {len(self._workers)} are left and go on")
            for ask, future in worker.asked.values():
                self._give(ask, future)
            worker.asked.clear()

    def _dismiss(self, patience: float) -> None:
        self._is_over = True
        until = time.monotonic() + patience
        for worker in self._workers:
            worker.let_go()
        for thread in self._listeners:
            thread.join(max(0.0, until - time.monotonic()))
        for worker in self._workers:
            worker.end(max(0.0, until - time.monotonic()))


def _start() -> "tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]":
    """A process that finds the same modules as this one, and the pipes to it and from it.

    Only a user who looks for a fault hears it complain.
    """
    if not sys.executable:
        raise OSError("it is not known where Python is")
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - "" is the current one
    environment = _ALONE | os.environ | {"PYTHONPATH": path}
    stderr = None if os.environ.get("OSSREC_DEBUG") else subprocess.DEVNULL
    command = [sys.executable, "-P", "-m", _PROGRAM]  # -P: the current folder holds anybody's modules
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=stderr, env=environment)  # noqa: S603
    if process.stdin is None or process.stdout is None:
        raise ValueError("both are pipes")
    return process, process.stdin, process.stdout


@contextmanager
def _unheard() -> Iterator[None]:
    """What is started meanwhile does not hear Ctrl-C and SIGTERM: who asks to stop asks the process that started it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended by itself (exit code {code}; OSSREC_DEBUG=1 shows why)"
    if -code == signal.SIGKILL:
        return "was killed (SIGKILL: for want of memory, perhaps)"
    return f"was killed ({signal.Signals(-code).name if -code in set(signal.Signals) else f'signal {-code}'})"
