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
    unlisted_prefix: str | None = None  # keys that start so may exist: nothing is known of them


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


# What is said to have been recorded outside these years is a slip, seconds for milliseconds or the like.
EARLIEST_MS = 1_262_304_000_000  # 2010
LATEST_MS = 4_102_444_800_000  # 2100
AHEAD_MS = 86_400_000  # by which clocks and time zones may be wrong


class TaskFact(NamedTuple):
    """One thing that an import, a call or a callback says of a task. Times are Unix milliseconds.

    *identity* makes a fact known again: the same source never says the same identity twice. It is the traceId and
    the phase of a call (``{traceid}/asked``, ``{traceid}/done``), the msgid of a callback.
    """

    recordid: str
    source: str  # "import", "rest" or "callback"
    identity: str
    kind: str  # "stated", "applied", "started", "layout", "stopped", "idle", "failed" or "result"
    at_ms: int | None = None  # when it happened, by whoever says so
    roomid: str | None = None
    stream: str | None = None  # "mixed" or "source"
    uids: tuple[str, ...] | None = None  # users that are expected; of a result, the user that was recorded
    started_ms: int | None = None
    stopped_ms: int | None = None
    duration: float | None = None  # seconds, of the file
    file: str | None = None  # key of the playlist, as far as an address tells it
    extra: str | None = None  # JSON: what else was said


class RecorderRequest(NamedTuple):
    """A call of the recorder's service about to be sent; each has its own traceId, also when it repeats another."""

    call: str  # "apply", "start", "layout" or "stop"
    trace_id: str
    app_id: int
    room_id: str
    sent_ms: int
    stream: str | None = None  # "mixed" or "source"
    resid: str | None = None
    recordid: str | None = None


class RecorderOutcome(NamedTuple):
    """What came of a call of the recorder's service."""

    outcome: str  # "done", "refused", "unanswered" (it may have been done) or "unsent" (it was not)
    ended_ms: int
    code: int | None = None
    message: str | None = None  # the service's own, or what went wrong
    resid: str | None = None
    recordid: str | None = None
