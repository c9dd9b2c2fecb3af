"""Read the bytes of one segment from a bucket and inspect them; a failure of the bucket becomes a finding.

`inspect_object` is a function of plain values, so that threads, processes and other machines can run it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.encoding import pack_etag
from ossrec.errors import BucketError, ObjectArchived, ObjectMissing
from ossrec.findings import Finding
from ossrec.jobs.access import access_finding, archived_segment
from ossrec.mpegts.inspection import Depth, Inspection

# docs/performance.md has the measurements: the first key frame fits, the first audio frame not with every muxer.
HEAD = 128 * 1024  # bytes read at the start of a segment at depth `edges`
TAIL = 128 * 1024  # and at its end
BLOCK = 8 * 1024 * 1024  # bytes in one request at depth `full`


class SegmentObject(NamedTuple):
    """A segment to inspect, as listed."""

    key: str
    size: int
    etag: bytes  # as stored in the catalog


class InspectionResult(NamedTuple):
    """An inspection, or the finding that reports why there is none; with the cost of the requests."""

    target: SegmentObject
    inspection: Inspection | None
    failure: Finding | None
    requests: int
    bytes_read: int
    retries: int = 0  # how many of the requests repeat a failed one; counted by pools that are not local
    clock_ahead: float | None = None  # as `Bucket.clock_ahead`; set by pools that are not local


def inspect_object(bucket: Bucket, target: SegmentObject, depth: Depth) -> InspectionResult:
    """Inspect a segment; may be called from several threads at once."""
    reader = _Reader(bucket, target)
    try:
        inspection, failure = _inspect(reader, target, depth), None
    except ObjectArchived as error:
        inspection, failure = None, archived_segment(bucket.name, target.key, str(error))
    except BucketError as error:
        inspection, failure = None, access_finding(target.key, error)
    return InspectionResult(target, inspection, failure, reader.requests, reader.bytes_read)


def read_cost(size: int, depth: Depth) -> tuple[int, int]:
    """Return the requests and bytes that the inspection of a segment of *size* bytes takes."""
    if depth == "full":
        return -(-size // BLOCK), size
    if size <= HEAD + TAIL:
        return 1, size
    return 2, HEAD + TAIL


def _inspect(reader: "_Reader", target: SegmentObject, depth: Depth) -> Inspection:
    from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_bytes, inspect_edges  # loads numpy

    if depth == "full" and not target.size:
        return inspect_bytes(b"")
    if target.size <= (BLOCK if depth == "full" else HEAD + TAIL):  # head and tail cover all of it
        return inspect_bytes(reader.read(0, target.size))
    if depth == "full":
        return inspect_blocks(reader.blocks())
    head = reader.read(0, HEAD)
    return inspect_edges(head, reader.read(target.size - TAIL, target.size), target.size)


class _ObjectChanged(ObjectMissing):
    """The object is another version than the listed one."""


class _Reader:
    """Reads ranges of one object, and counts requests and bytes."""

    def __init__(self, bucket: Bucket, target: SegmentObject) -> None:
        self._bucket = bucket
        self._target = target
        self.requests = 0
        self.bytes_read = 0

    def blocks(self) -> Iterator[bytes]:
        for start in range(0, self._target.size, BLOCK):
            yield self.read(start, min(start + BLOCK, self._target.size))

    def read(self, start: int, stop: int) -> bytes:
        self.requests += 1
        body = self._bucket.read_range(self._target.key, start, stop)
        self.bytes_read += len(body.data)
        if pack_etag(body.etag) != self._target.etag or body.size != self._target.size:
            raise _ObjectChanged("the object changed after the last scan: scan again")
        return body.data
