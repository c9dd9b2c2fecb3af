"""Writing to a bucket: new objects only, and never over one that is there."""

import hashlib
from typing import Protocol

from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.errors import BucketError, ObjectExists

MOST = 64 * 1024 * 1024  # bytes of an object that is written at once, and read back


class WritableBucket(Bucket, Protocol):
    """A bucket that new objects can be written to. What only reads takes a `Bucket`."""

    def write_new(self, key: str, data: bytes, content_type: str) -> None:
        """Make the object *key*, all of it or nothing.

        Raises ObjectExists when there is one, which then stays as it is, UsageProblem for a key that
        no object can have; AccessDenied, BucketMissing, BucketBusy, BodyDamaged.
        """


def write_once(bucket: WritableBucket, retrying: RetryingBucket, key: str, data: bytes, content_type: str) -> bool:
    """Make the object *key*, asking again as *retrying*, a wrapper of *bucket*, does.

    A request whose reply was lost may have made the object all the same; so one that is there is
    looked at before it counts as another. False when it was there before with this very content.
    Raises as `WritableBucket.write_new`; ObjectExists when its content is another.
    """
    try:
        retrying.insist(lambda: bucket.write_new(key, data, content_type))
    except ObjectExists as conflict:
        try:
            found = retrying.read(key, limit=MOST).data
        except BucketError:
            raise conflict from None
        if hashlib.sha256(found).digest() != hashlib.sha256(data).digest():
            raise
        return False
    return True
