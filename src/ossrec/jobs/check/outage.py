"""Tell an unreadable segment from an unreadable bucket, so that 100,000 requests do not fail one by one."""

from ossrec.buckets.protocol import Bucket
from ossrec.errors import AccessDenied, BucketBusy
from ossrec.jobs.access import ARCHIVED, DENIED, FAILED
from ossrec.jobs.check.in_flight import Done
from ossrec.jobs.workers.inspect_object import InspectionResult

_MAX_FAILURES = 20  # in a row, before the bucket itself is tested


class CompletedInspection:
    """A finished inspection with its result."""

    __slots__ = ("done", "result")

    def __init__(self, done: Done, result: InspectionResult) -> None:
        """Pair the two."""
        self.done = done
        self.result = result


class OutageDetector:
    """Failures to read from one bucket, held back until another inspection shows that the bucket can be read."""

    def __init__(self, bucket: Bucket) -> None:
        """Start without results."""
        self._bucket = bucket
        self._held: list[CompletedInspection] = []
        self._has_worked = False

    def add(self, completed: CompletedInspection) -> list[CompletedInspection]:
        """Add a result and return the results that can be saved now.

        Raises AccessDenied, BucketMissing or BucketBusy when the bucket is the cause of the failures.
        """
        failure = completed.result.failure
        if failure is None or failure.code == ARCHIVED:
            self._has_worked = True
            return [*self._release(), completed]
        self._held.append(completed)
        return self._test_bucket() if len(self._held) >= _MAX_FAILURES else []

    def flush(self) -> list[CompletedInspection]:
        """Return the results still held back, now that no more follow; raises as `add`."""
        return self._release() if self._has_worked or not self._held else self._test_bucket()

    def _test_bucket(self) -> list[CompletedInspection]:
        last = self._held[-1].result
        failures = (completed.result.failure for completed in self._held)
        codes = {failure.code for failure in failures if failure is not None}
        self._bucket.page(last.target.key, until=last.target.key)  # raises when the bucket itself cannot be read
        detail = "" if last.failure is None else last.failure.detail
        if codes == {DENIED}:
            raise AccessDenied(detail)
        if codes == {FAILED} and len(self._held) >= _MAX_FAILURES:
            raise BucketBusy(f"{len(self._held)} segments in a row could not be read: {detail}")
        return self._release()

    def _release(self) -> list[CompletedInspection]:
        held, self._held = self._held, []
        return held
