"""Inspect a segment in a worker process: open the bucket there, with its own credentials."""

import threading
from collections.abc import Callable
from functools import lru_cache

from ossrec.buckets.open import open_bucket
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryEvent, RetryingBucket
from ossrec.buckets.settings import BucketSettings
from ossrec.jobs.workers.inspect_object import InspectionResult, SegmentObject, inspect_object
from ossrec.mpegts.inspection import Depth

InspectFunction = Callable[[Bucket, SegmentObject, Depth], InspectionResult]


def inspect_in_worker(
    name: str,
    settings: BucketSettings,
    target: SegmentObject,
    depth: Depth,
    inspect: InspectFunction = inspect_object,
) -> InspectionResult:
    """Inspect a segment of the bucket *name* with the credentials in the environment of this process.

    The result includes the number of requests and retries, and the clock difference to the bucket. Raises OssrecError
    when the bucket cannot be opened here.
    """
    with _opening:
        bucket = _bucket(name, settings)
    retries: list[RetryEvent] = []
    result = inspect(RetryingBucket(bucket, settings.policy, on_retry=retries.append), target, depth)
    requests = result.requests + len(retries)
    return result._replace(requests=requests, retries=len(retries), clock_ahead=bucket.clock_ahead)


_opening = threading.Lock()  # otherwise the first threads would open a bucket each


@lru_cache(maxsize=16)
def _bucket(name: str, settings: BucketSettings) -> Bucket:
    """Return one bucket for all inspections of a process, so that its connections are reused."""
    return open_bucket(name, settings)
