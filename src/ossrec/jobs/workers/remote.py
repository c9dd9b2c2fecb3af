"""A look from another process than the one that keeps the catalog: what it is sent, and what it does there."""

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
    name: str, settings: BucketSettings, target: SegmentObject, depth: Depth, look: InspectFunction = inspect_object
) -> InspectionResult:
    """Look at a segment from the process that runs this, with the credentials in its environment.

    What was asked of the bucket, repeats included, and what the bucket said of the time is told with it. Raises
    OssrecError when the bucket cannot be opened here.
    """
    with _opening:
        bucket = _bucket(name, settings)
    retries: list[RetryEvent] = []
    looked = look(RetryingBucket(bucket, settings.policy, on_retry=retries.append), target, depth)
    requests = looked.requests + len(retries)
    return looked._replace(requests=requests, retries=len(retries), clock_ahead=bucket.clock_ahead)


_opening = threading.Lock()  # else threads that come first open one each


@lru_cache(maxsize=16)
def _bucket(name: str, settings: BucketSettings) -> Bucket:
    """One bucket for all looks of a process, so that its connections are used again."""
    return open_bucket(name, settings)
