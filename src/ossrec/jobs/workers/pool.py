"""The interface of a worker pool, which inspects segments on threads, in processes or on other machines."""

from concurrent.futures import Future
from types import TracebackType
from typing import Protocol, Self

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject
from ossrec.mpegts.inspection import Depth


class WorkerPool(Protocol):
    """Inspects segments, many at once, while its ``with`` block lasts."""

    @property
    def slots(self) -> int:
        """The number of inspections under way at once."""

    @property
    def is_local(self) -> bool:
        """Requests go through the bucket passed to `submit`; if not, the results carry the number of requests."""

    def plan_for(self, segments: int, size: int) -> None:
        """Prepare for about so many segments and bytes; called before the ``with`` block begins."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """Start the inspection of a segment."""

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """Return the result of a finished inspection; raises OssrecError when the worker failed."""

    def check_alive(self) -> None:
        """Raise OssrecError when no worker is left; called while no result arrives."""

    def __enter__(self) -> Self:
        """Start the workers."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the workers."""
