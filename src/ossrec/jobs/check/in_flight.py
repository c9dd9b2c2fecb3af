"""Inspections in flight: enough to keep every slot of a worker pool busy, within a limit on memory."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.check.plan import InspectionTask
from ossrec.jobs.workers.inspect_object import BLOCK, InspectionResult
from ossrec.jobs.workers.pool import WorkerPool
from ossrec.mpegts.inspection import Depth

_MAX_BYTES = 256 * 1024 * 1024  # that inspections in flight may hold
_POLL = 1.0  # seconds
_PER_SLOT = 2  # inspections: one under way, one queued


class Done(NamedTuple):
    """An inspection that a worker has finished."""

    recording_id: int
    task: InspectionTask
    future: "Future[InspectionResult]"


class InFlight:
    """Inspections that were submitted and not collected yet; they are collected in the order in which they finish."""

    def __init__(self, pool: WorkerPool, depth: Depth) -> None:
        """Start with nothing in flight."""
        self._pool = pool
        self._depth = depth
        self._done: SimpleQueue[Done] = SimpleQueue()
        self._pending: set[Future[InspectionResult]] = set()
        self._bytes = 0

    @property
    def is_empty(self) -> bool:
        """Nothing is in flight."""
        return not self._pending

    def has_room(self, task: InspectionTask) -> bool:
        """There is a slot and memory for *task*."""
        if not self._pending:
            return True
        has_slot = len(self._pending) < _PER_SLOT * self._pool.slots
        return has_slot and self._bytes + _held_bytes(task) <= _MAX_BYTES

    def submit(self, bucket: Bucket, recording_id: int, task: InspectionTask) -> None:
        """Hand an inspection to the pool."""
        future = self._pool.submit(bucket, task.target, self._depth)
        self._pending.add(future)
        self._bytes += _held_bytes(task)
        future.add_done_callback(lambda done: self._done.put(Done(recording_id, task, done)))

    def next_done(self, while_waiting: Callable[[], None]) -> Done:
        """Wait for the next inspection to finish and return it.

        *while_waiting* is called about once a second, and may raise to end the wait.
        """
        done = None
        while done is None:
            try:
                done = self._done.get(timeout=_POLL)
            except Empty:  # a signal delivered to another thread is handled only when this one wakes
                while_waiting()
        self._pending.discard(done.future)
        self._bytes -= _held_bytes(done.task)
        return done

    @property
    def has_done(self) -> bool:
        """`next_done` would return at once."""
        return not self._done.empty()

    def cancel(self) -> None:
        """Cancel the inspections that no worker has started."""
        for future in list(self._pending):
            future.cancel()


def _held_bytes(task: InspectionTask) -> int:
    """Return the bytes that an inspection holds at most: its current block, whatever the depth."""
    return min(task.target.size, BLOCK)
