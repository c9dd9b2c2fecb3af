"""Who looks at segments: threads of this process, or anything else that runs a plain function."""

from concurrent.futures import Future
from types import TracebackType
from typing import Protocol, Self

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject
from ossrec.mpegts.inspection import Depth


class WorkerPool(Protocol):
    """Looks at segments, many at once, for as long as the ``with`` block lasts."""

    @property
    def hands(self) -> int:
        """How many it looks at at once."""

    @property
    def is_here(self) -> bool:
        """It asks the bucket that it is given; if not, a look says what was asked for it."""

    def expect(self, segments: int, size: int) -> None:
        """Told, before the ``with`` block begins, about how many segments and bytes there are to look at."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """Have a segment looked at."""

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """What came of a look that is over; raises OssrecError when whoever should look could not work."""

    def ensure(self) -> None:
        """Called while nothing comes back: raises OssrecError when nobody is left who could look."""

    def __enter__(self) -> Self:
        """Be ready."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of everybody."""
