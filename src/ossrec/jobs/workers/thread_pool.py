"""A worker pool of threads in this process: many read at once, one at a time computes."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from types import TracebackType
from typing import Self, TypeVar

from ossrec.buckets.protocol import START, Bucket
from ossrec.buckets.wrapper import BucketWrapper
from ossrec.jobs.session.daemon_threads import DaemonThreadPool
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject, inspect_object
from ossrec.model import Body, Cursor, Page
from ossrec.mpegts.inspection import Depth

# One thread at a time computes: the interpreter lock lets hardly more do so, and contenders slow each other down.
_WAITING = 2  # threads that have read a range and wait to compute, so that no connection is idle

Result = TypeVar("Result")


class ReadSlots:
    """Slots for threads: one of them computes, and as many read as there are connections.

    Threads wait for both inside C calls, which do not hold the interpreter lock.
    """

    def __init__(self, connections: int) -> None:
        """Start with all slots free."""
        self.number = slots_for(connections)
        self.computing = threading.Lock()
        self.connections: SimpleQueue[None] = SimpleQueue()  # an item for each free connection
        for _ in range(connections):
            self.connections.put(None)

    def inspect(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> InspectionResult:
        """Call `inspect_object`, taking turns with other threads."""
        taking_turns = _TakingTurns(bucket, self)
        try:
            return inspect_object(taking_turns, target, depth)
        finally:
            taking_turns.stop_computing()


def slots_for(connections: int) -> int:
    """Return the number of threads that keep so many connections busy."""
    return connections + min(connections, _WAITING)


class _TakingTurns(BucketWrapper):
    """A bucket for one thread that computes on what it reads: each call waits for a connection, then for the lock.

    The thread holds the lock from the return of a call until the next call or `stop_computing`.
    """

    def __init__(self, bucket: Bucket, slots: ReadSlots) -> None:
        """Wrap *bucket*, without the lock."""
        super().__init__(bucket)
        self._slots = slots
        self._is_computing = False

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """List a page in turn."""
        return self._in_turn(lambda: self._bucket.page(prefix, cursor, until=until))

    def read(self, key: str, *, limit: int) -> Body:
        """Read an object in turn."""
        return self._in_turn(lambda: self._bucket.read(key, limit=limit))

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Read a range in turn."""
        return self._in_turn(lambda: self._bucket.read_range(key, start, stop))

    def stop_computing(self) -> None:
        """Let another thread compute."""
        if self._is_computing:
            self._is_computing = False
            self._slots.computing.release()

    def _in_turn(self, read: Callable[[], Result]) -> Result:
        self.stop_computing()
        self._slots.connections.get()
        try:
            result = read()
        finally:
            self._slots.connections.put(None)
        self._is_computing = self._slots.computing.acquire()
        return result


class ThreadPool:
    """A worker pool of threads in this process."""

    is_local = True

    def __init__(self, connections: int) -> None:
        """Allow *connections* requests at once, from the start of the ``with`` block."""
        self._slots = ReadSlots(connections)
        self.slots = self._slots.number
        self._threads: DaemonThreadPool | None = None

    def plan_for(self, segments: int, size: int) -> None:
        """Ignore the estimate: the number of threads is fixed."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """Start the inspection of a segment."""
        if self._threads is None:
            raise ValueError("a worker pool can only be used inside its with block")
        return self._threads.submit(self._slots.inspect, bucket, target, depth)

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """Return the result of a finished inspection."""
        return future.result()

    def check_alive(self) -> None:
        """Do nothing: threads do not disappear."""

    def __enter__(self) -> Self:
        """Start the threads."""
        self._threads = DaemonThreadPool(self.slots, "inspect")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait briefly for inspections under way; cancel the others after an error."""
        if self._threads is not None:
            self._threads.__exit__(kind, error, trace)
