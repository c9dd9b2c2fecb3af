"""A worker pool on a Dask cluster, whose workers open the bucket themselves.

A worker takes the credentials from its own environment. It receives the bucket's name, the bucket settings and the
segment, and sends back the result of the inspection.
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

_TIMEOUT = 30.0  # seconds to wait for the scheduler, and for a worker


class DaskPool:
    """The workers of a Dask cluster, with a slot for each of their threads."""

    is_local = False

    def __init__(self, address: str, settings: BucketSettings) -> None:
        """Connect to nothing yet: the ``with`` block does. Raises UsageProblem without the extra [dask]."""
        try:
            import distributed  # noqa: F401 - takes half a second to import, which only this pool should cost
        except ImportError:
            raise UsageProblem("--dask needs Dask: install it with `pip install 'ossrec[dask]'`") from None
        self.slots = 1
        self._address = address
        self._settings = settings
        self._client: Any = None
        self._executor: Executor | None = None
        self._last_alive = 0.0  # time.monotonic() when the cluster last had a worker

    def plan_for(self, segments: int, size: int) -> None:
        """Ignore the estimate: the cluster has a fixed size."""

    def submit(self, bucket: Bucket, target: SegmentObject, depth: Depth) -> "Future[InspectionResult]":
        """Send the inspection to the cluster; of *bucket* only the name is sent."""
        if self._executor is None:
            raise ValueError("a worker pool can only be used inside its with block")
        return self._executor.submit(inspect_in_worker, bucket.name, self._settings, target, depth)

    def result(self, future: "Future[InspectionResult]") -> InspectionResult:
        """Return the result; raises OssrecError when the cluster failed."""
        try:
            return future.result()
        except OssrecError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
            raise OssrecError(f"the Dask cluster at {self._address} failed: {reason}: check its workers") from error

    def check_alive(self) -> None:
        """Raise OssrecError when the cluster has had no worker for longer than a new one takes to start."""
        now = time.monotonic()
        if self._worker_threads():
            self._last_alive = now
        elif now - self._last_alive > _TIMEOUT:
            raise OssrecError(
                f"the Dask cluster at {self._address} has no workers left: start workers and run the check again"
            )

    def _worker_threads(self) -> int:
        """Return the number of threads of all workers, 0 when the scheduler does not respond."""
        try:
            return sum(self._client.nthreads().values())
        except (OSError, TimeoutError, CancelledError):
            return 0

    def __enter__(self) -> Self:
        """Connect to the scheduler; raises UsageProblem when it does not respond or has no workers."""
        import distributed

        connect: Any = distributed.Client  # which is not typed
        try:
            self._client = connect(self._address, timeout=_TIMEOUT, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_TIMEOUT)
        except (OSError, ValueError, TimeoutError) as error:
            self._close()
            reason = str(error).splitlines()[0] if str(error) else "no response"
            raise UsageProblem(
                f"no Dask cluster at {self._address} ({reason}): check --dask and the cluster's workers"
            ) from None
        self.slots = max(1, self._worker_threads())
        self._last_alive = time.monotonic()
        self._executor = self._client.get_executor(pure=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; the cluster keeps running."""
        if self._executor is not None:
            self._executor.shutdown(wait=kind is None)
        self._close()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
