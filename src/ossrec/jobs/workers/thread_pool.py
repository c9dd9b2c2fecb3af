"""Threads of this process that read and inspect segments."""

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

# Only one thread looks at once: Python lets hardly more do so, and those that try slow each other down.
_WAITING = 2  # threads that have read and wait for their turn, so that no connection does


Answer = TypeVar("Answer")


class ReadSlots:
    """Who may do what now: so many read at once, one looks. Both are waited for in C, which holds up nobody else."""

    def __init__(self, connections: int) -> None:
        """All are free."""
        self.hands = slots_for(connections)
        self.looking = threading.Lock()
        self.connections: SimpleQueue[None] = SimpleQueue()  # those that are free
        for _ in range(connections):
            self.connections.put(None)

    def look(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> InspectionResult:
        """As `inspect_object`, in turns with whoever else is here."""
        his = _TakingTurns(bucket, self)
        try:
            return inspect_object(his, target, depth)
        finally:
            his.rest()


def slots_for(connections: int) -> int:
    """How many threads keep so many connections busy."""
    return connections + min(connections, _WAITING)


class _TakingTurns(BucketWrapper):
    """A bucket for one who looks at what he reads: after each call he waits for his turn to look, and then has it."""

    def __init__(self, bucket: Bucket, turns: ReadSlots) -> None:
        """It is not his turn yet."""
        super().__init__(bucket)
        self._turns = turns
        self._has_turn = False

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """As of the bucket within."""
        return self._in_turn(lambda: self._bucket.page(prefix, cursor, until=until))

    def read(self, key: str, *, limit: int) -> Body:
        """As of the bucket within."""
        return self._in_turn(lambda: self._bucket.read(key, limit=limit))

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """As of the bucket within."""
        return self._in_turn(lambda: self._bucket.read_range(key, start, stop))

    def rest(self) -> None:
        """Let another one look."""
        if self._has_turn:
            self._has_turn = False
            self._turns.looking.release()

    def _in_turn(self, read: Callable[[], Answer]) -> Answer:
        self.rest()
        self._turns.connections.get()
        try:
            answer = read()
        finally:
            self._turns.connections.put(None)
        self._has_turn = self._turns.looking.acquire()
        return answer


class ThreadPool:
    """Threads of this process: some look at what they have read while others read."""

    is_here = True

    def __init__(self, connections: int) -> None:
        """So many requests at once, from when the ``with`` block begins."""
        self._turns = ReadSlots(connections)
        self.hands = self._turns.hands
        self._threads: DaemonThreadPool | None = None

    def expect(self, segments: int, size: int) -> None:
        """As `Crew.expect`: it is the same whatever there is to do."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """As `Crew.submit`."""
        if self._threads is None:
            raise ValueError("a crew works inside its with block")
        return self._threads.submit(self._turns.look, bucket, target, depth)

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """As `Crew.result`."""
        return future.result()

    def ensure(self) -> None:
        """As `Crew.ensure`: threads do not go away."""

    def __enter__(self) -> Self:
        """Start the threads."""
        self._threads = DaemonThreadPool(self.hands, "inspect")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait a moment for looks under way, but for none that are still to begin."""
        if self._threads is not None:
            self._threads.__exit__(kind, error, trace)
