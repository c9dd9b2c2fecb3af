"""What every wrapper of a bucket passes on as it is."""

from ossrec.buckets.protocol import Bucket
from ossrec.model import BucketAddress


class BucketWrapper:
    """A bucket around another one; who derives from it says what is different."""

    def __init__(self, bucket: Bucket) -> None:
        """Wrap *bucket*."""
        self._bucket = bucket

    def __repr__(self) -> str:
        """The wrapper, and the bucket within."""
        return f"{type(self).__name__}({self._bucket!r})"

    @property
    def name(self) -> str:
        """As of the bucket within."""
        return self._bucket.name

    @property
    def clock_ahead(self) -> float | None:
        """As of the bucket within."""
        return self._bucket.clock_ahead

    @property
    def address(self) -> BucketAddress:
        """As of the bucket within."""
        return self._bucket.address
