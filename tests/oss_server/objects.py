"""Operations on one object: GET and HEAD with ranges and conditions, PUT, DELETE, restore."""

import base64
import binascii
import hashlib
import re
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from typing import NamedTuple

from tests.oss_server.call import Call
from tests.oss_server.errors import OssError, invalid_argument
from tests.oss_server.listing import restore_header
from tests.oss_server.store import RESTORE_TIMES, STORAGE_CLASSES, Bucket, Stored
from tests.oss_server.wire import Reply

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*(?:,.*)?")
_OVERRIDES = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)


class Span(NamedTuple):
    """Bytes [start, stop)."""

    start: int
    stop: int


def read_object(bucket: Bucket, call: Call, now: float) -> Reply:
    """Respond to GetObject or HeadObject; the body is always that of a GET.

    Raises OssError: NoSuchKey, InvalidObjectState, PreconditionFailed, NotModified, InvalidRange.
    """
    stored = _find(bucket, call)
    _check_conditions(stored, call)
    if call.method == "GET" and not stored.is_readable(now):
        raise OssError("InvalidObjectState", details={"ObjectName": call.key})
    headers = _headers(stored, now)
    headers.update(_overrides(call))
    whole = Span(0, len(stored.data))
    span = None
    if call.method == "GET" and "range" in call.headers:
        is_standard = call.headers.get("x-oss-range-behavior", "").lower() == "standard"
        span = read_range(call.headers["range"], whole.stop, is_standard=is_standard)
    if span is None:
        if stored.content_md5:
            headers["Content-MD5"] = stored.content_md5
        return Reply(200, headers, stored.data)
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{whole.stop}"
    return Reply(206, headers, memoryview(stored.data)[span.start : span.stop])


def read_range(header: str, size: int, *, is_standard: bool) -> Span | None:
    """Return the range that a Range header requests, None for the whole object; only the first range counts.

    Where RFC 9110 clips or refuses, OSS ignores the header: any end or start beyond the object, or
    a suffix longer than it, gives the whole object. With ``x-oss-range-behavior: standard`` the end
    is clipped, and a start beyond the object raises OssError InvalidRange.
    """
    found = _RANGE.fullmatch(header)
    if not found or found[0].partition(",")[0].strip() == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, stop = size - int(last), size
        fits = 0 < int(last) <= size
        start = max(0, start)
    else:
        start, stop = int(first), int(last) + 1 if last else size
        fits = start < size and stop <= size
        if last and stop <= start:
            return None
    if fits:
        return Span(start, stop)
    if not is_standard:
        return None
    if start >= size:
        details = {"ActualObjectSize": str(size), "RangeHeader": header}
        raise OssError("InvalidRange", details=details)
    return Span(start, min(stop, size))


def _find(bucket: Bucket, call: Call) -> Stored:
    stored = bucket.get(call.key)
    if stored is None:
        raise OssError("NoSuchKey", details={"Key": call.key})
    return stored


def _headers(stored: Stored, now: float) -> dict[str, str]:
    headers = {
        "Content-Type": "application/octet-stream",
        **stored.headers,
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.etag}"',
        "Last-Modified": formatdate(stored.modified, usegmt=True),
        "x-oss-object-type": stored.type,
        "x-oss-hash-crc64ecma": str(stored.crc),
        "x-oss-storage-class": stored.storage,
    }
    restore = restore_header(stored, now)
    if restore is not None:
        headers["x-oss-restore"] = restore
    return headers


def _overrides(call: Call) -> dict[str, str]:
    """Return the header fields that a query may set, such as ``response-content-type``."""
    given = {name: value for name in _OVERRIDES if (value := call.params.get(f"response-{name}"))}
    if any(re.search("[\r\n]", value) for value in given.values()):
        raise OssError("InvalidArgument", "A response header is invalid.")
    return {name.title(): value for name, value in given.items()}


def _check_conditions(stored: Stored, call: Call) -> None:
    """Check If-Match and the other conditions; a condition on an ETag takes precedence over a date."""
    match, none_match = call.headers.get("if-match"), call.headers.get("if-none-match")
    unmodified = _parse_date(call.headers.get("if-unmodified-since"))
    modified = _parse_date(call.headers.get("if-modified-since"))
    if match is not None:
        if not _matches(stored, match):
            raise OssError("PreconditionFailed", details={"Condition": "If-Match"})
    elif unmodified is not None and stored.modified > unmodified:
        raise OssError("PreconditionFailed", details={"Condition": "If-Unmodified-Since"})
    if none_match is not None:
        if _matches(stored, none_match):
            raise OssError("NotModified")
    elif modified is not None and stored.modified <= modified:
        raise OssError("NotModified")


def _matches(stored: Stored, etags: str) -> bool:
    return any(etag.strip().strip('"') in ("*", stored.etag) for etag in etags.split(","))


def _parse_date(text: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None  # RFC 9110 13.1.3: an invalid date is ignored
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() if moment else None


def write_object(bucket: Bucket, call: Call) -> Reply:
    """Respond to PutObject.

    Raises OssError: InvalidDigest, FileAlreadyExists, InvalidArgument, NotImplemented.
    """
    if "x-oss-copy-source" in call.headers:
        raise OssError("NotImplemented", "This server does not copy objects.")
    _check_digest(call)
    storage = call.headers.get("x-oss-storage-class", "Standard")
    if storage not in STORAGE_CLASSES:
        raise invalid_argument("x-oss-storage-class", storage, "The storage class is invalid.")
    kept = {name: value for name, value in call.headers.items() if name.startswith("x-oss-meta-")}
    if "content-type" in call.headers:
        kept["Content-Type"] = call.headers["content-type"]
    with bucket.lock:
        if call.headers.get("x-oss-forbid-overwrite") == "true" and bucket.get(call.key):
            raise OssError("FileAlreadyExists")
        stored = bucket.put(call.key, call.body, storage=storage, headers=kept)
    headers = {
        "ETag": f'"{stored.etag}"',
        "x-oss-hash-crc64ecma": str(stored.crc),
        "Content-MD5": stored.content_md5 or "",
    }
    return Reply(200, headers)


def _check_digest(call: Call) -> None:
    given = call.headers.get("content-md5")
    if given is None:
        return
    try:
        digest = base64.b64decode(given, validate=True)
    except binascii.Error:
        raise OssError("InvalidDigest") from None
    if digest != hashlib.md5(call.body, usedforsecurity=False).digest():
        raise OssError("InvalidDigest")


def delete_object(bucket: Bucket, call: Call) -> Reply:
    """Respond to DeleteObject: the same whether the object existed or not."""
    bucket.delete(call.key)
    return Reply(204)


def restore_object(bucket: Bucket, call: Call, now: float) -> Reply:
    """Respond to RestoreObject: 202 the first time, 409 during the restore, 200 when the copy exists.

    Raises OssError: NoSuchKey, OperationNotSupported, RestoreAlreadyInProgress.
    """
    days = re.search(rb"<Days>\s*(\d{1,3})\s*</Days>", call.body)
    with bucket.lock:
        stored = _find(bucket, call)
        if stored.storage not in RESTORE_TIMES:
            raise OssError("OperationNotSupported")
        done = stored.restored(now)
        if done is False:
            raise OssError("RestoreAlreadyInProgress")
        if done:
            return Reply(200)
        bucket.ask_restore(call.key, int(days[1]) if days else 1)
    return Reply(202)
