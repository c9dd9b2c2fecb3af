"""What people can set about the way to a bucket; credentials are not among it."""

from dataclasses import dataclass
from typing import NamedTuple

from ossrec.errors import UsageProblem


class RetryPolicy(NamedTuple):
    """How long to keep asking a bucket that fails in a way which may pass."""

    attempts: int = 8  # requests in all, the first one included
    budget: float = 120.0  # seconds from the first request until the last may start
    base: float = 0.5  # seconds; the longest wait before the second request, doubled for each after it
    cap: float = 20.0  # seconds; no wait is drawn longer than that
    damaged: int = 3  # requests in all for an answer that came but does not add up


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """How an OSS bucket is reached; a folder needs none of it.

    Raises UsageProblem for a value out of range.
    """

    endpoint: str = ""  # host or URL; "": made from the region
    region: str = ""  # such as cn-hangzhou; "": read from the endpoint's name
    internal: bool = False  # the endpoint inside Alibaba Cloud: no traffic fees
    signing: str = "v4"  # or "v1"
    path_style: bool = False  # bucket in the path; IP addresses always are
    cnames: tuple[str, ...] = ()  # own host names bound to the bucket
    timeout_connect: float = 5.0  # seconds
    timeout_read: float = 30.0  # seconds without a byte
    retries: int = 7  # further requests for a page or object whose request failed
    retry_budget: float = 120.0  # seconds in which they may start
    threads: int = 8  # connections kept open

    def __post_init__(self) -> None:
        """Refuse what cannot work, before anything is asked of the network."""
        if self.signing not in ("v1", "v4"):
            raise UsageProblem(f"signing is {self.signing!r}: set it to v4, or to v1 for an old server")
        if self.timeout_connect <= 0 or self.timeout_read <= 0:
            raise UsageProblem("a timeout is not above zero: set it in seconds")
        if self.retries < 0 or self.threads < 1 or self.retry_budget < 0:
            raise UsageProblem("retries or the retry budget is below 0, or threads below 1: set them higher")

    @property
    def policy(self) -> RetryPolicy:
        """What `retrying.Retrying` is to do."""
        return RetryPolicy(attempts=1 + self.retries, budget=self.retry_budget)
