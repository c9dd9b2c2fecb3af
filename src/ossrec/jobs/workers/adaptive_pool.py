"""A worker pool that uses threads for little work and processes for much, which take half a second to start."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject
from ossrec.jobs.workers.pool import WorkerPool
from ossrec.mpegts.inspection import Depth

# docs/performance.md has the measurements.
_SECONDS_PER_SEGMENT = 0.002  # of CPU time for one inspection, whatever the segment's size
_SECONDS_PER_BYTE = 0.6e-9  # … and for each of its bytes
_WORTHWHILE = 3.0  # seconds of CPU time from which processes are worth their start
_CONNECTIONS = 4  # that one process uses at full speed
_MAX_PROCESSES = 8  # whose results one thread can save as fast as they come


def useful_processes(connections: int) -> int:
    """Return the number of processes that inspect fastest over so many connections on this machine."""
    return max(1, min(_usable_processors(), connections // _CONNECTIONS, _MAX_PROCESSES))


def _usable_processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class AdaptivePool:
    """One of two worker pools, chosen by the amount of work."""

    def __init__(self, small: WorkerPool, large: WorkerPool, report: Callable[[str], object] = lambda _: None) -> None:
        """Use *small* for little work, and *large* for much; *report* receives a line if *large* cannot start."""
        self._small = small
        self._large = large
        self._report = report
        self._chosen = small

    @property
    def slots(self) -> int:
        """Return the slots of the chosen pool."""
        return self._chosen.slots

    @property
    def is_local(self) -> bool:
        """The chosen pool is local."""
        return self._chosen.is_local

    def plan_for(self, segments: int, size: int) -> None:
        """Choose a pool for the work, as estimated."""
        seconds = segments * _SECONDS_PER_SEGMENT + size * _SECONDS_PER_BYTE
        self._chosen = self._large if seconds > _WORTHWHILE else self._small
        self._chosen.plan_for(segments, size)

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """Submit to the chosen pool."""
        return self._chosen.submit(bucket, target, depth)

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """Return a result of the chosen pool."""
        return self._chosen.result(future)

    def check_alive(self) -> None:
        """Check the chosen pool."""
        self._chosen.check_alive()

    def __enter__(self) -> Self:
        """Start the chosen pool; use the small one if the large one cannot be started."""
        try:
            self._chosen.__enter__()
        except OSError as error:
            self._report(f"worker processes could not be started ({error.strerror or error}): using threads only")
            self._chosen = self._small
            self._chosen.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the chosen pool."""
        self._chosen.__exit__(kind, error, trace)
