"""The base class of all wrappers of a bucket."""

from ossrec.buckets.protocol import Bucket
from ossrec.model import BucketAddress


class BucketWrapper:
    """A bucket that delegates to another one; subclasses override the methods that differ."""

    def __init__(self, bucket: Bucket) -> None:
        """Wrap *bucket*."""
        self._bucket = bucket

    def __repr__(self) -> str:
        """Return the names of the wrapper and of the wrapped bucket."""
        return f"{type(self).__name__}({self._bucket!r})"

    @property
    def name(self) -> str:
        """The name of the wrapped bucket."""
        return self._bucket.name

    @property
    def clock_ahead(self) -> float | None:
        """The clock difference to the wrapped bucket."""
        return self._bucket.clock_ahead

    @property
    def address(self) -> BucketAddress:
        """The host names of the wrapped bucket."""
        return self._bucket.address
