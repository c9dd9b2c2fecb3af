"""Threads for little work, processes for much: these take half a second to start."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject
from ossrec.jobs.workers.pool import WorkerPool
from ossrec.mpegts.inspection import Depth

# docs/performance.md has what was measured.
_SEGMENT = 0.002  # seconds of a processor that a look takes, whatever the segment's size
_BYTE = 0.6e-9  # … and for each byte
_WORTH = 3.0  # seconds of looking that make processes worth their start
_CONNECTIONS = 4  # that one process serves at their full speed
_MOST = 8  # processes that one thread keeps up with, which writes down what all of them saw


def useful_processes(connections: int) -> int:
    """How many processes look best at what so many connections bring, on this machine."""
    return max(1, min(_processors(), connections // _CONNECTIONS, _MOST))


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class AdaptivePool:
    """One of two crews, chosen by how much there is to do."""

    def __init__(self, few: WorkerPool, many: WorkerPool, tell: Callable[[str], object] = lambda _: None) -> None:
        """*few* does little work, and also much if *many* cannot be had, of which *tell* is told."""
        self._few = few
        self._many = many
        self._tell = tell
        self._crew = few

    @property
    def hands(self) -> int:
        """As of the crew that was chosen."""
        return self._crew.hands

    @property
    def is_here(self) -> bool:
        """As of the crew that was chosen."""
        return self._crew.is_here

    def expect(self, segments: int, size: int) -> None:
        """As `WorkerPool.expect`: chooses."""
        self._crew = self._many if segments * _SEGMENT + size * _BYTE > _WORTH else self._few
        self._crew.expect(segments, size)

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """As of the crew that was chosen."""
        return self._crew.submit(bucket, target, depth)

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """As of the crew that was chosen."""
        return self._crew.result(future)

    def ensure(self) -> None:
        """As of the crew that was chosen."""
        self._crew.ensure()

    def __enter__(self) -> Self:
        """Begin; without processes if the system has no room for them."""
        try:
            self._crew.__enter__()
        except OSError as error:
            self._tell(f"no processes could be started ({error.strerror or error}): threads look alone")
            self._crew = self._few
            self._crew.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As of the crew that was chosen."""
        self._crew.__exit__(kind, error, trace)
