"""Whether it is a segment that cannot be read, or the whole bucket: 100,000 requests must not fail one by one."""

from ossrec.buckets.protocol import Bucket
from ossrec.errors import AccessDenied, BucketBusy
from ossrec.jobs.access import ARCHIVED, DENIED, FAILED
from ossrec.jobs.check.in_flight import Done
from ossrec.jobs.workers.inspect_object import InspectionResult

_ENOUGH = 20  # failures in a row that raise the question


class CompletedInspection:
    """A look that has come back, with what came of it."""

    __slots__ = ("landed", "looked")

    def __init__(self, landed: Done, looked: InspectionResult) -> None:
        """Both belong together."""
        self.landed = landed
        self.looked = looked


class OutageDetector:
    """Failures to read from one bucket, held back until another look shows that the bucket can be read."""

    def __init__(self, bucket: Bucket) -> None:
        """Nothing was tried yet."""
        self._bucket = bucket
        self._held: list[CompletedInspection] = []
        self._worked = False

    def hear(self, answer: CompletedInspection) -> list[CompletedInspection]:
        """What can be believed now. Raises AccessDenied, BucketMissing or BucketBusy when the bucket is the cause."""
        failure = answer.looked.failure
        if failure is None or failure.code == ARCHIVED:
            self._worked = True
            return [*self._let_go(), answer]
        self._held.append(answer)
        return self._settle() if len(self._held) >= _ENOUGH else []

    def end(self) -> list[CompletedInspection]:
        """What is still held back, now that no more looks follow; raises as `hear`."""
        return self._let_go() if self._worked or not self._held else self._settle()

    def _settle(self) -> list[CompletedInspection]:
        last = self._held[-1].looked
        codes = {answer.looked.failure.code for answer in self._held if answer.looked.failure is not None}
        self._bucket.page(last.target.key, until=last.target.key)  # raises when the bucket itself cannot be read
        said = "" if last.failure is None else last.failure.detail
        if codes == {DENIED}:
            raise AccessDenied(said)
        if codes == {FAILED} and len(self._held) >= _ENOUGH:
            raise BucketBusy(f"{len(self._held)} segments in a row could not be read: {said}")
        return self._let_go()

    def _let_go(self) -> list[CompletedInspection]:
        held, self._held = self._held, []
        return held
