"""Write new objects to a bucket, without ever overwriting an existing one."""

import hashlib
from typing import Protocol

from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.errors import BucketError, ObjectExists

MAX_WRITE_BYTES = 64 * 1024 * 1024  # bytes of an object that is written at once, and read back


class WritableBucket(Bucket, Protocol):
    """A bucket that new objects can be written to. Code that only reads takes a `Bucket`."""

    def write_new(self, key: str, data: bytes, content_type: str) -> None:
        """Create the object *key*, with all of *data* or not at all.

        Raises ObjectExists when the object exists already, which leaves it unchanged; UsageProblem for an invalid key;
        AccessDenied, BucketMissing, BucketBusy, BodyDamaged.
        """


def write_once(bucket: WritableBucket, retrying: RetryingBucket, key: str, data: bytes, content_type: str) -> bool:
    """Create the object *key*, with retries as for *retrying*, a wrapper of *bucket*.

    A request whose response was lost may have created the object all the same; so the content of an existing object is
    compared first. Returns False when the object existed already with the same content. Raises as
    `WritableBucket.write_new`, and ObjectExists only for an object with other content.
    """
    try:
        retrying.retry(lambda: bucket.write_new(key, data, content_type))
    except ObjectExists as conflict:
        try:
            found = retrying.read(key, limit=MAX_WRITE_BYTES).data
        except BucketError:
            raise conflict from None
        if hashlib.sha256(found).digest() != hashlib.sha256(data).digest():
            raise
        return False
    return True
