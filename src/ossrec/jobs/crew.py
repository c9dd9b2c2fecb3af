"""Who looks at segments: threads of this process, or anything else that runs a plain function."""

from concurrent.futures import Future
from types import TracebackType
from typing import Protocol, Self

from ossrec.buckets.protocol import Bucket
from ossrec.jobs.inspecting import Looked, Target, inspect_object
from ossrec.jobs.threads import Threads
from ossrec.mpegts.inspection import Depth


class Crew(Protocol):
    """Looks at segments, many at once, for as long as the ``with`` block lasts."""

    hands: int  # how many it looks at at once

    def submit(self, bucket: Bucket, target: Target, depth: Depth) -> "Future[Looked]":
        """Have a segment looked at."""

    def result(self, future: "Future[Looked]") -> Looked:
        """What came of a look that is over; raises OssrecError when whoever should look could not work."""

    def __enter__(self) -> Self:
        """Be ready."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of everybody."""


class ThreadCrew:
    """Threads of this process."""

    def __init__(self, threads: int) -> None:
        """So many of them, from when the ``with`` block begins."""
        self.hands = threads
        self._threads: Threads | None = None

    def submit(self, bucket: Bucket, target: Target, depth: Depth) -> "Future[Looked]":
        """As `Crew.submit`."""
        if self._threads is None:
            raise ValueError("a crew works inside its with block")
        return self._threads.submit(inspect_object, bucket, target, depth)

    def result(self, future: "Future[Looked]") -> Looked:
        """As `Crew.result`."""
        return future.result()

    def __enter__(self) -> Self:
        """Start the threads."""
        self._threads = Threads(self.hands, "inspect")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait a moment for looks under way, but for none that are still to begin."""
        if self._threads is not None:
            self._threads.__exit__(kind, error, trace)
