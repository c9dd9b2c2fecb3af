"""The contract that every bucket keeps; tests/buckets/test_contract.py holds each of them to it."""

from typing import Protocol

from ossrec.model import Body, BucketAddress, Cursor, Page

START = Cursor("")


class Bucket(Protocol):
    """A read-only bucket. All methods may be called from several threads at once."""

    @property
    def name(self) -> str:
        """What the catalog calls it: ``oss://name``, or the absolute path of a folder."""

    @property
    def address(self) -> BucketAddress:
        """The host names under which its own objects are reached."""

    @property
    def clock_ahead(self) -> float | None:
        """Seconds that this machine's clock is ahead of the bucket's, by its last reply; None when it is not known."""

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """The next objects whose key starts with *prefix*, past ``cursor.after``, in byte order of key.

        Keys greater than *until* are left out, and the page that reaches it is the last. A page
        may be empty and still not be the end: only ``next is None`` says so. A cursor leads on
        without its token too, and with one from another process; the token only makes it cheaper.

        Raises AccessDenied, BucketMissing, ListingDamaged, BucketBusy.
        """

    def read(self, key: str, *, limit: int) -> Body:
        """A whole object of at most *limit* bytes, checked against the bucket's checksum if it has one.

        Raises ObjectMissing, ObjectArchived, ObjectTooLarge, BodyDamaged, AccessDenied, BucketBusy.
        """

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Bytes [start, stop) of an object; clipped at its end, empty when *start* is past it.

        Raises as `read` does, but for ObjectTooLarge.
        """
