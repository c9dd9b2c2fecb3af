"""Plain values that pass between the packages: objects and pages of a bucket, facts and calls of recording tasks."""

from typing import NamedTuple

COLD = ("Archive", "ColdArchive", "DeepColdArchive")  # storage classes whose objects must be restored before reading


class ObjectInfo(NamedTuple):
    """An object as listed."""

    key: str
    size: int  # bytes
    modified: int  # LastModified, seconds since 1970-01-01 UTC
    etag: str  # without quotes
    storage: str = "Standard"  # StorageClass
    restore: str = ""  # RestoreInfo of an archived object, as OSS writes it


class Skipped(NamedTuple):
    """An entry of a bucket that cannot be listed as an object, and the reason."""

    name: str  # printable; bytes that are not UTF-8 as \\xNN
    reason: str
    unlisted_prefix: str | None = None  # keys that start so may exist: nothing is known of them


class Cursor(NamedTuple):
    """The position from which a listing continues."""

    after: str  # the last key seen so far, "" at the start
    token: str = ""  # NextContinuationToken, if the bucket gave one


class Page(NamedTuple):
    """A part of a listing: objects in byte order of key."""

    objects: list[ObjectInfo]
    next: Cursor | None  # None at the end of the listing
    skipped: tuple[Skipped, ...] = ()


class Body(NamedTuple):
    """Bytes of an object, with the properties of the object at the time of reading."""

    data: bytes
    size: int  # of the whole object, bytes
    etag: str
    modified: int  # seconds since 1970-01-01 UTC
    encoding: str = ""  # Content-Encoding; the bytes are as stored, still encoded


class BucketAddress(NamedTuple):
    """The host names of a bucket, all in lower case.

    ``http://{one of hosts}/{key}`` is virtual-hosted or CNAME addressing,
    ``http://{one of path_hosts}/{bucket}/{key}`` is path style.
    """

    bucket: str
    hosts: frozenset[str] = frozenset()
    path_hosts: frozenset[str] = frozenset()


# A recording time outside these years is an error, such as seconds in place of milliseconds.
EARLIEST_MS = 1_262_304_000_000  # 2010
LATEST_MS = 4_102_444_800_000  # 2100
AHEAD_MS = 86_400_000  # tolerance for wrong clocks and time zones


class TaskFact(NamedTuple):
    """A fact about a task from an import, a call or a callback. Times are Unix milliseconds.

    *identity* is unique within a source, so that a repeated fact is recognized. It is the traceId and the phase of a
    call (``{traceid}/asked``, ``{traceid}/done``), or the msgid of a callback.
    """

    recordid: str
    source: str  # "import", "rest" or "callback"
    identity: str
    kind: str  # "stated", "applied", "started", "layout", "stopped", "idle", "failed" or "result"
    at_ms: int | None = None  # time of the event, by the source's clock
    roomid: str | None = None
    stream: str | None = None  # "mixed" or "source"
    uids: tuple[str, ...] | None = None  # expected users; in a result, the recorded user
    started_ms: int | None = None
    stopped_ms: int | None = None
    duration: float | None = None  # of the file, seconds
    file: str | None = None  # key of the playlist, if the address contains it
    extra: str | None = None  # JSON: all other fields


class RecorderRequest(NamedTuple):
    """A call of the recorder's service before it is sent; every call has its own traceId, retries too."""

    call: str  # "apply", "start", "layout" or "stop"
    trace_id: str
    app_id: int
    room_id: str
    sent_ms: int
    stream: str | None = None  # "mixed" or "source"
    resid: str | None = None
    recordid: str | None = None


class RecorderOutcome(NamedTuple):
    """The outcome of a call of the recorder's service."""

    outcome: str  # "done", "refused", "unanswered" (it may have been done) or "unsent" (it was not)
    ended_ms: int
    code: int | None = None
    message: str | None = None  # of the service, or the local error
    resid: str | None = None
    recordid: str | None = None
