"""A bucket that asks again when the failure may pass: with exponential back-off, full jitter and a budget."""

import random
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ossrec.buckets.protocol import START, Bucket
from ossrec.buckets.settings import RetryPolicy
from ossrec.buckets.wrapper import BucketWrapper
from ossrec.errors import BodyDamaged, BucketBusy, BucketError, Interrupted, ListingDamaged
from ossrec.model import Body, Cursor, Page

Answer = TypeVar("Answer")


class RetryEvent(NamedTuple):
    """One failed request that will be made again."""

    error: BucketError
    attempt: int  # how many failed so far
    wait: float  # seconds until the next


def sleep(seconds: float) -> bool:
    """Wait; nothing can interrupt it but a signal."""
    time.sleep(seconds)
    return False


def ignore(_: RetryEvent) -> None:
    """Tell nobody."""


class RetryingBucket(BucketWrapper):
    """Another bucket, with requests repeated that were throttled, timed out, broke off or came damaged.

    403, 404 and whatever else will not pass raise at once. The n-th wait is drawn evenly from 0 to
    ``base * 2 ** n`` seconds, at most ``cap``, so that many clients which failed together do not come
    back together; where OSS says Retry-After, that is waited at least. When attempts or budget are
    used up, the last error is raised, its message saying how often and how long it was tried.
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

        *wait* waits so many seconds and answers whether the work was stopped meanwhile: with
        ``threading.Event.wait``, setting the event ends every wait at once, by Interrupted.
        *on_retry* is told of each failure that is not raised, from the thread that met it.
        """
        super().__init__(bucket)
        self._policy = policy
        self._wait = wait
        self._on_retry = on_retry
        self._clock = clock
        self._draw = draw

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """As of the bucket within, persistently; raises Interrupted when stopped during a wait."""
        return self.insist(lambda: self._bucket.page(prefix, cursor, until=until))

    def read(self, key: str, *, limit: int) -> Body:
        """As of the bucket within, persistently; raises Interrupted when stopped during a wait."""
        return self.insist(lambda: self._bucket.read(key, limit=limit))

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """As of the bucket within, persistently; raises Interrupted when stopped during a wait."""
        return self.insist(lambda: self._bucket.read_range(key, start, stop))

    def insist(self, ask: Callable[[], Answer]) -> Answer:
        """What *ask* answers, asked again as this bucket is; raises Interrupted when stopped during a wait."""
        begun = self._clock()
        failed = damaged = 0
        while True:
            try:
                return ask()
            except (BucketBusy, BodyDamaged, ListingDamaged) as error:
                failed += 1
                damaged += not isinstance(error, BucketBusy)
                pause = self._pause(error, failed)
                spent = self._clock() - begun
                is_over = failed >= self._policy.attempts or damaged >= self._policy.damaged
                if is_over or spent + pause > self._policy.budget:
                    if failed == 1:
                        raise
                    raise _given_up(error, failed, spent) from error
                self._on_retry(RetryEvent(error, failed, pause))
            if self._wait(pause):
                raise Interrupted(f"stopped while waiting to ask {self.name} again: run it again to go on")

    def _pause(self, error: BucketError, failed: int) -> float:
        """Seconds to wait after the *failed*-th failure."""
        most = min(self._policy.cap, self._policy.base * 2.0 ** min(failed - 1, 60))
        asked_for: float = getattr(error, "retry_after", 0.0)
        return max(asked_for, self._draw() * most)


def _given_up(error: BucketError, failed: int, spent: float) -> BucketError:
    """*error* again, saying what was tried."""
    message = f"{error} (given up after {failed} attempts in {spent:.0f} s)"
    return type(error)(message, code=error.code, ec=error.ec, request_id=error.request_id)
