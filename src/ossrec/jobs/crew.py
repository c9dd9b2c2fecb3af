"""Who looks at segments: threads of this process, or anything else that runs a plain function."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from ossrec.buckets.around import Around
from ossrec.buckets.protocol import START, Bucket
from ossrec.jobs.inspecting import Looked, Target, inspect_object
from ossrec.jobs.threads import Threads
from ossrec.model import Body, Cursor, Page
from ossrec.mpegts.inspection import Depth

_LOOKING = 1  # thread that looks at once: Python lets hardly more do so, and those that try slow each other down
_WAITING = 2  # threads that have read and wait for their turn, so that no connection does


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


class _Turns(NamedTuple):
    """How many threads may do something at once."""

    reading: threading.Semaphore
    looking: threading.Semaphore


class _InTurns(Around):
    """A bucket for somebody who looks at what he reads: while he reads, another one may look."""

    def __init__(self, bucket: Bucket, turns: _Turns) -> None:
        """Whoever calls has a turn to look, and gets it back after each call."""
        super().__init__(bucket)
        self._turns = turns

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """As of the bucket within."""
        with self._reading():
            return self._bucket.page(prefix, cursor, until=until)

    def read(self, key: str, *, limit: int) -> Body:
        """As of the bucket within."""
        with self._reading():
            return self._bucket.read(key, limit=limit)

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """As of the bucket within."""
        with self._reading():
            return self._bucket.read_range(key, start, stop)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        self._turns.looking.release()
        try:
            with self._turns.reading:
                yield
        finally:
            self._turns.looking.acquire()


class ThreadCrew:
    """Threads of this process: some look at what they have read while others read."""

    def __init__(self, connections: int) -> None:
        """So many requests at once, from when the ``with`` block begins."""
        self.hands = connections + min(connections, _WAITING)
        self._turns = _Turns(threading.Semaphore(connections), threading.Semaphore(_LOOKING))
        self._threads: Threads | None = None

    def submit(self, bucket: Bucket, target: Target, depth: Depth) -> "Future[Looked]":
        """As `Crew.submit`."""
        if self._threads is None:
            raise ValueError("a crew works inside its with block")
        return self._threads.submit(self._look, bucket, target, depth)

    def _look(self, bucket: Bucket, target: Target, depth: Depth) -> Looked:
        with self._turns.looking:
            return inspect_object(_InTurns(bucket, self._turns), target, depth)

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
