"""The header fields of OSS responses: length, range, checksum, ETag and modification time of an object."""

import re

import requests
from fastcrc import crc64

from ossrec.buckets.limits import MAX_OBJECT_BYTES
from ossrec.buckets.oss.errors import CODE_LIMIT, BucketRequest, damaged_reply
from ossrec.model import Body
from ossrec.net.http_date import parse_http_date
from ossrec.net.messages import brief

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")
_LENGTH = re.compile("[0-9]{1,19}")


def request_id(response: requests.Response) -> str:
    """Return the request id, "" if OSS sent none."""
    return brief(response.headers.get("x-oss-request-id", ""))[:CODE_LIMIT]


def content_length(response: requests.Response) -> int | None:
    """Return Content-Length, None for a chunked body."""
    text = response.headers.get("Content-Length", "")
    return int(text) if _LENGTH.fullmatch(text) else None


def content_range(response: requests.Response) -> tuple[int, int, int] | None:
    """Return start, stop and the size of the object from Content-Range (RFC 9110 14.4), None without the field."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return (int(match[1]), int(match[2]) + 1, int(match[3])) if match and int(match[3]) <= MAX_OBJECT_BYTES else None


def verify_body(request: BucketRequest, response: requests.Response, data: bytes) -> None:
    """Verify the length and the CRC-64 of an object that was read in full; raises BodyDamaged."""
    size, crc = content_length(response), response.headers.get("x-oss-hash-crc64ecma")
    if size is not None and size != len(data):
        raise damaged_reply(request, f"received {len(data)} bytes instead of {size}", request_id(response))
    if crc is not None and crc.strip() != str(crc64.xz(data)):
        raise damaged_reply(request, "the bytes do not match their checksum", request_id(response))


def body_of(request: BucketRequest, response: requests.Response, data: bytes, size: int) -> Body:
    """Return *data* with the properties of the object; raises BodyDamaged when the response lacks them."""
    etag, modified = response.headers.get("ETag"), parse_http_date(response.headers.get("Last-Modified"))
    if etag is None or modified is None or size > MAX_OBJECT_BYTES:
        detail = "the response is not an OSS object: it has no ETag, no Last-Modified or no valid size"
        raise damaged_reply(request, detail, request_id(response))
    return Body(data, size, etag.strip('"'), int(modified), response.headers.get("Content-Encoding", ""))
