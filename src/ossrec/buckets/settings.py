"""The settings for access to a bucket, without the credentials."""

from dataclasses import dataclass
from typing import NamedTuple

from ossrec.errors import UsageProblem


class RetryPolicy(NamedTuple):
    """How often and how long a request with a temporary failure is retried."""

    attempts: int = 8  # requests in total, the first one included
    budget: float = 120.0  # seconds from the start of the first request to the start of the last
    base: float = 0.5  # seconds; the longest wait before the second request, doubled before each further one
    cap: float = 20.0  # seconds; the longest wait that is drawn
    damaged: int = 3  # requests in total when responses arrive damaged


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """How an OSS bucket is reached; only `cnames` applies to a folder, as host names in playlists.

    Raises UsageProblem for a value out of range.
    """

    endpoint: str = ""  # host or URL; "": derived from the region
    region: str = ""  # such as cn-hangzhou; "": derived from the endpoint's host name
    internal: bool = False  # use the endpoint inside Alibaba Cloud: no traffic fees
    signing: str = "v4"  # or "v1"
    path_style: bool = False  # bucket name in the path; always so for an IP address
    cnames: tuple[str, ...] = ()  # custom domain names bound to the bucket
    timeout_connect: float = 5.0  # seconds
    timeout_read: float = 30.0  # seconds without a byte
    retries: int = 7  # of a failed request for a page or an object
    retry_budget: float = 120.0  # seconds in which retries may start
    threads: int = 8  # connections kept open

    def __post_init__(self) -> None:
        """Reject values out of range before any request is sent."""
        if self.signing not in ("v1", "v4"):
            raise UsageProblem(f"signing is {self.signing!r}: set it to v4, or to v1 for an old server")
        if self.timeout_connect <= 0 or self.timeout_read <= 0:
            raise UsageProblem("a timeout must be above 0: set it in seconds")
        if self.retries < 0 or self.threads < 1 or self.retry_budget < 0:
            raise UsageProblem("retries and the retry budget must be 0 or more, and threads 1 or more: set them higher")

    @property
    def policy(self) -> RetryPolicy:
        """The policy for `RetryingBucket`."""
        return RetryPolicy(attempts=1 + self.retries, budget=self.retry_budget)
