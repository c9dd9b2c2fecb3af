"""The interface of a bucket; tests/buckets/test_contract.py runs the same tests against every implementation."""

from typing import Protocol

from ossrec.model import Body, BucketAddress, Cursor, Page

START = Cursor("")


class Bucket(Protocol):
    """A read-only bucket. All methods may be called from several threads at once."""

    @property
    def name(self) -> str:
        """The bucket's name in the catalog: ``oss://name``, or the absolute path of a folder."""

    @property
    def address(self) -> BucketAddress:
        """The host names of the bucket."""

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which this machine's clock is ahead of the bucket's, by the last response; None if unknown."""

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """Return the next objects whose key starts with *prefix* and is greater than ``cursor.after``, in byte order.

        Keys greater than *until* are omitted, and the page that reaches it is the last. An empty page is not the end:
        only ``next is None`` is. A cursor is valid without its token, and with a token from another process; the token
        only makes the request cheaper.

        Raises AccessDenied, BucketMissing, ListingDamaged, BucketBusy.
        """

    def read(self, key: str, *, limit: int) -> Body:
        """Return an object of at most *limit* bytes, verified against the bucket's checksum if it has one.

        Raises ObjectMissing, ObjectArchived, ObjectTooLarge, BodyDamaged, AccessDenied, BucketBusy.
        """

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Return bytes [start, stop) of an object; clipped at its end, empty when *start* is past the end.

        Raises as `read` does, except for ObjectTooLarge.
        """
