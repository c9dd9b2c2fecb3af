"""Looks in flight: as many as keep a crew busy, and no more bytes of them than memory has room for."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.check.plan import InspectionTask
from ossrec.jobs.workers.inspect_object import BLOCK, InspectionResult
from ossrec.jobs.workers.pool import WorkerPool
from ossrec.mpegts.inspection import Depth

_MOST_BYTES = 256 * 1024 * 1024  # that looks in flight may hold
_GLANCE = 1.0  # seconds
_AHEAD = 2  # looks for each hand: one under way, one to go on with


class Done(NamedTuple):
    """A look that has come back."""

    ticket: int  # of the recording
    task: InspectionTask
    future: "Future[InspectionResult]"


class InFlight:
    """Looks that were begun and have not been taken back yet, in the order in which they are ready."""

    def __init__(self, crew: WorkerPool, depth: Depth) -> None:
        """Nothing is in flight."""
        self._crew = crew
        self._depth = depth
        self._landed: SimpleQueue[Done] = SimpleQueue()
        self._flying: set[Future[InspectionResult]] = set()
        self._weight = 0

    @property
    def is_empty(self) -> bool:
        """Nothing is in flight."""
        return not self._flying

    def has_room(self, task: InspectionTask) -> bool:
        """There are hands and memory for one more."""
        if not self._flying:
            return True
        few = len(self._flying) < _AHEAD * self._crew.hands
        return few and self._weight + _weight(task) <= _MOST_BYTES

    def launch(self, bucket: Bucket, ticket: int, task: InspectionTask) -> None:
        """Begin a look."""
        future = self._crew.submit(bucket, task.target, self._depth)
        self._flying.add(future)
        self._weight += _weight(task)
        future.add_done_callback(lambda done: self._landed.put(Done(ticket, task, done)))

    def take(self, meanwhile: Callable[[], None]) -> Done:
        """The next one that is ready; waits for it, and calls *meanwhile* now and then, which may raise."""
        landed = None
        while landed is None:
            try:
                landed = self._landed.get(timeout=_GLANCE)
            except Empty:  # a signal that met another thread is seen to when this one wakes
                meanwhile()
        self._flying.discard(landed.future)
        self._weight -= _weight(landed.task)
        return landed

    @property
    def has_landed(self) -> bool:
        """One need not be waited for."""
        return not self._landed.empty()

    def cancel(self) -> None:
        """Begin none of those that were not begun yet."""
        for future in list(self._flying):
            future.cancel()


def _weight(task: InspectionTask) -> int:
    """Bytes that a look holds at most; the block at hand, whatever the depth."""
    return min(task.target.size, BLOCK)
