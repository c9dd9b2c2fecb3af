"""What the capabilities hand to each other: plain values, no behaviour."""

from typing import NamedTuple

COLD = ("Archive", "ColdArchive", "DeepColdArchive")  # storage classes whose objects must be restored to be read


class ObjectInfo(NamedTuple):
    """One object as a listing shows it."""

    key: str
    size: int  # bytes
    modified: int  # LastModified, seconds since 1970-01-01 UTC
    etag: str  # without quotes
    storage: str = "Standard"  # StorageClass
    restore: str = ""  # RestoreInfo of an archived object, as OSS spells it


class Skipped(NamedTuple):
    """Something in a bucket that cannot be listed as an object, and why."""

    name: str  # printable; bytes that are not UTF-8 stand as \\xNN
    reason: str
    unseen: str | None = None  # keys that start so may exist: nothing is known of them


class Cursor(NamedTuple):
    """Where a listing goes on."""

    after: str  # the last key seen so far, "" at the start
    token: str = ""  # NextContinuationToken, when the bucket gave one


class Page(NamedTuple):
    """A part of a listing: objects in byte order of key."""

    objects: list[ObjectInfo]
    next: Cursor | None  # None: this is the end of the listing
    skipped: tuple[Skipped, ...] = ()


class Body(NamedTuple):
    """Bytes of an object, with what the bucket said of the object when it gave them."""

    data: bytes
    size: int  # of the whole object, bytes
    etag: str
    modified: int  # seconds since 1970-01-01 UTC


class BucketAddress(NamedTuple):
    """The host names under which a bucket's own objects are reached, all in lower case.

    ``http://{one of hosts}/{key}`` is virtual-hosted or CNAME addressing,
    ``http://{one of path_hosts}/{bucket}/{key}`` is path style.
    """

    bucket: str
    hosts: frozenset[str] = frozenset()
    path_hosts: frozenset[str] = frozenset()
