"""A bucket in memory, for tests with odd keys, small pages, failures, or changes between pages."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from hashlib import md5
from typing import NamedTuple

from ossrec.buckets.protocol import START
from ossrec.errors import BucketBusy, ObjectMissing, ObjectTooLarge
from ossrec.model import Body, BucketAddress, Cursor, ObjectInfo, Page
from tests.scan.bucket_maker import DAY


class Stored(NamedTuple):
    """An object."""

    data: bytes = b""
    modified: int = DAY
    storage: str = "Standard"

    def info(self, key: str) -> ObjectInfo:
        """Return the object as a listing shows it."""
        return ObjectInfo(key, len(self.data), self.modified, self.etag, self.storage)

    @property
    def etag(self) -> str:
        """The ETag as OSS computes it."""
        return md5(self.data).hexdigest().upper()


class MemoryBucket:
    """Implements `ossrec.buckets.protocol.Bucket` over a dict that the test may change at any time."""

    def __init__(
        self, objects: Mapping[str, Stored] | None = None, *, size: int = 1000, name: str = "oss://memory"
    ) -> None:
        """*size* is the most objects of a page."""
        self.objects = dict(objects or {})
        self.size = size
        self.name = name
        self.clock_ahead: float | None = None
        self.address = BucketAddress("memory")
        self.listed: list[tuple[str, str, str | None]] = []  # prefix, after, until of each page
        self.read_keys: list[str] = []
        self.fails_after: int | None = None  # pages
        self.before_page: Callable[[], object] = lambda: None

    def put(self, objects: Mapping[str, bytes], *, modified: int = DAY) -> None:
        """Add objects to the bucket."""
        self.objects |= {key: Stored(data, modified) for key, data in objects.items()}

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """As `protocol.Bucket.page`; every call fails after *fails_after* pages."""
        self.before_page()
        if self.fails_after is not None and len(self.listed) >= self.fails_after:
            raise BucketBusy("the bucket fails: try again later", code="ServiceUnavailable")
        self.listed.append((prefix, cursor.after, until))
        wanted = sorted(key for key in list(self.objects) if key.startswith(prefix))
        if cursor.after:
            wanted = wanted[bisect_right(wanted, cursor.after) :]
        if until is not None:
            wanted = wanted[: bisect_right(wanted, until)]
        some = [self.objects[key].info(key) for key in wanted[: self.size]]
        return Page(some, Cursor(some[-1].key) if len(wanted) > self.size else None)

    def read(self, key: str, *, limit: int) -> Body:
        """As `protocol.Bucket.read`."""
        self.read_keys.append(key)
        if key not in self.objects:
            raise ObjectMissing(f"{key} is not there")
        data, modified, _ = stored = self.objects[key]
        if len(data) > limit:
            raise ObjectTooLarge(f"{key} has {len(data)} bytes")
        return Body(data, len(data), stored.etag, modified)

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """As `protocol.Bucket.read_range`."""
        body = self.read(key, limit=1 << 30)
        return body._replace(data=body.data[start:stop])
