"""A bucket that retries requests after temporary failures, with exponential backoff, full jitter and a time budget."""

import random
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ossrec.buckets.protocol import START, Bucket
from ossrec.buckets.settings import RetryPolicy
from ossrec.buckets.wrapper import BucketWrapper
from ossrec.errors import BodyDamaged, BucketBusy, BucketError, Interrupted, ListingDamaged
from ossrec.model import Body, Cursor, Page

Result = TypeVar("Result")


class RetryEvent(NamedTuple):
    """A failed request that will be retried."""

    error: BucketError
    attempt: int  # failed attempts so far
    wait: float  # seconds until the next attempt


def sleep(seconds: float) -> bool:
    """Wait for *seconds*, which only a signal interrupts; return False, as the work was not stopped."""
    time.sleep(seconds)
    return False


def ignore(_: RetryEvent) -> None:
    """Do nothing."""


class RetryingBucket(BucketWrapper):
    """A bucket with requests retried that were throttled, timed out, were interrupted or returned damaged data.

    Permanent errors such as 403 and 404 are raised at once. The n-th wait is drawn uniformly from 0 to
    ``base * 2 ** (n - 1)`` seconds, at most ``cap``, so that clients which failed together do not retry together; it is
    at least the Retry-After of OSS. When attempts or budget are used up, the last error is raised, with the number of
    attempts and the seconds spent in its message.
    """

    def __init__(
        self,
        bucket: Bucket,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - a value that never changes
        *,
        wait: Callable[[float], bool] = sleep,
        on_retry: Callable[[RetryEvent], object] = ignore,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """Wrap *bucket*.

        *wait* waits for some seconds and returns True if the work was stopped in the meantime: with
        ``threading.Event.wait``, setting the event ends every wait at once, and Interrupted is raised.
        *on_retry* is called for each failure that will be retried, on the thread that made the request.
        """
        super().__init__(bucket)
        self._policy = policy
        self._wait = wait
        self._on_retry = on_retry
        self._clock = clock
        self._draw = draw

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """List a page with retries; raises Interrupted when stopped during a wait."""
        return self.retry(lambda: self._bucket.page(prefix, cursor, until=until))

    def read(self, key: str, *, limit: int) -> Body:
        """Read an object with retries; raises Interrupted when stopped during a wait."""
        return self.retry(lambda: self._bucket.read(key, limit=limit))

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Read a range with retries; raises Interrupted when stopped during a wait."""
        return self.retry(lambda: self._bucket.read_range(key, start, stop))

    def retry(self, call: Callable[[], Result]) -> Result:
        """Return the result of *call*, which is retried as a request; raises Interrupted when stopped during a wait."""
        started = self._clock()
        failed = damaged = 0
        while True:
            try:
                return call()
            except (BucketBusy, BodyDamaged, ListingDamaged) as error:
                failed += 1
                damaged += not isinstance(error, BucketBusy)
                pause = self._pause(error, failed)
                spent = self._clock() - started
                is_exhausted = failed >= self._policy.attempts or damaged >= self._policy.damaged
                if is_exhausted or spent + pause > self._policy.budget:
                    if failed == 1:
                        raise
                    raise _with_attempts(error, failed, spent) from error
                self._on_retry(RetryEvent(error, failed, pause))
            if self._wait(pause):
                raise Interrupted(f"stopped while waiting to retry a request to {self.name}: run the command again")

    def _pause(self, error: BucketError, failed: int) -> float:
        """Return the seconds to wait after the *failed*-th failure."""
        longest = min(self._policy.cap, self._policy.base * 2.0 ** min(failed - 1, 60))
        retry_after: float = getattr(error, "retry_after", 0.0)
        return max(retry_after, self._draw() * longest)


def _with_attempts(error: BucketError, failed: int, spent: float) -> BucketError:
    """Return a copy of *error* whose message ends with the attempts made."""
    message = f"{error} (gave up after {failed} attempts in {spent:.0f} s)"
    return type(error)(message, code=error.code, ec=error.ec, request_id=error.request_id)
