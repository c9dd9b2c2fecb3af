"""Looks at segments on a Dask cluster: the same plain function, run by workers that open the bucket themselves.

A worker takes the credentials from its own environment. What is sent to it is the bucket's name, the way there
and the segment; what it sends back is what it saw.
"""

import time
from concurrent.futures import CancelledError, Executor, Future
from types import TracebackType
from typing import Any, Self

from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import OssrecError, UsageProblem
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject
from ossrec.jobs.workers.remote import inspect_in_worker
from ossrec.mpegts.inspection import Depth

_PATIENCE = 30.0  # seconds for the scheduler and its first worker to answer


class DaskPool:
    """The workers of a Dask cluster, each thread of them a hand."""

    is_here = False

    def __init__(self, address: str, settings: BucketSettings) -> None:
        """The scheduler is asked when the ``with`` block begins; raises UsageProblem without the extra [dask]."""
        try:
            import distributed  # noqa: F401 - loads for half a second, which only this crew needs
        except ImportError:
            raise UsageProblem("--dask needs Dask: install it with `pip install 'ossrec[dask]'`") from None
        self.hands = 1
        self._address = address
        self._settings = settings
        self._client: Any = None
        self._executor: Executor | None = None
        self._seen = 0.0  # when there was a worker

    def expect(self, segments: int, size: int) -> None:
        """As `Crew.expect`: the cluster is as large as it is."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """As `Crew.submit`; of *bucket* only its name is sent."""
        if self._executor is None:
            raise ValueError("a crew works inside its with block")
        return self._executor.submit(inspect_in_worker, bucket.name, self._settings, target, depth)

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """As `Crew.result`."""
        try:
            return future.result()
        except OssrecError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
            raise OssrecError(f"the Dask cluster at {self._address} failed: {said}: look at its workers") from error

    def ensure(self) -> None:
        """As `Crew.ensure`: workers may be away for as long as a new one takes to start."""
        now = time.monotonic()
        if self._workers():
            self._seen = now
        elif now - self._seen > _PATIENCE:
            raise OssrecError(f"the Dask cluster at {self._address} has no workers any more: start some, check again")

    def _workers(self) -> int:
        """How many threads its workers have; 0 when the scheduler does not say."""
        try:
            return sum(self._client.nthreads().values())
        except (OSError, TimeoutError, CancelledError):
            return 0

    def __enter__(self) -> Self:
        """Reach the scheduler; raises UsageProblem when there is none, or it has no workers."""
        import distributed

        connect: Any = distributed.Client  # which has no types
        try:
            self._client = connect(self._address, timeout=_PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            self._close()
            said = str(error).splitlines()[0] if str(error) else "it does not answer"
            raise UsageProblem(f"no Dask cluster at {self._address} ({said}): check --dask and its workers") from None
        self.hands = max(1, self._workers())
        self._seen = time.monotonic()
        self._executor = self._client.get_executor(pure=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster as it is."""
        if self._executor is not None:
            self._executor.shutdown(wait=kind is None)
        self._close()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
