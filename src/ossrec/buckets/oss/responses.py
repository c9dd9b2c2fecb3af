"""What OSS's replies say of an object: its length, its part, its checksum, its ETag and time."""

import re

import requests
from fastcrc import crc64

from ossrec.buckets.limits import MOST_BYTES, http_time
from ossrec.buckets.oss.errors import CODE_LIMIT, BucketRequest, cut_short
from ossrec.model import Body
from ossrec.net.messages import brief

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})")
_LENGTH = re.compile("[0-9]{1,19}")


def request_id(response: requests.Response) -> str:
    """What OSS calls the request, "" when it did not say."""
    return brief(response.headers.get("x-oss-request-id", ""))[:CODE_LIMIT]


def length(response: requests.Response) -> int | None:
    """Content-Length, None for a body in chunks."""
    text = response.headers.get("Content-Length", "")
    return int(text) if _LENGTH.fullmatch(text) else None


def part_of(response: requests.Response) -> tuple[int, int, int] | None:
    """Start, stop and the size of the whole object from Content-Range (RFC 9110 14.4), None without it."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return (int(match[1]), int(match[2]) + 1, int(match[3])) if match and int(match[3]) <= MOST_BYTES else None


def check_whole(asked: BucketRequest, response: requests.Response, data: bytes) -> None:
    """Hold a whole object against the length and the CRC-64 of its reply; raises BodyDamaged."""
    size, crc = length(response), response.headers.get("x-oss-hash-crc64ecma")
    if size is not None and size != len(data):
        raise cut_short(asked, f"{len(data)} bytes came instead of {size}", request_id(response))
    if crc is not None and crc.strip() != str(crc64.xz(data)):
        raise cut_short(asked, "the bytes do not match their checksum", request_id(response))


def body_of(asked: BucketRequest, response: requests.Response, data: bytes, size: int) -> Body:
    """*data* with what the reply says of the object; raises BodyDamaged when it is no object's reply."""
    etag, modified = response.headers.get("ETag"), http_time(response.headers.get("Last-Modified"))
    if etag is None or modified is None or size > MOST_BYTES:
        detail = "what came is no object of OSS, it has no ETag, no Last-Modified or no possible size"
        raise cut_short(asked, detail, request_id(response))
    return Body(data, size, etag.strip('"'), int(modified))
