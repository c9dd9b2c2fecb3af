"""The bucket in the file address of a callback."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

_OSS = ".aliyuncs.com"
_ENDPOINT = re.compile(r"(?:s3\.)?oss-[a-z0-9-]+")  # the host without a bucket, in path-style addresses


def bucket_named_in(body: str) -> str | None:
    """Return the bucket in the file's address; None if the address has none, as with a custom domain."""
    address = _address(body)
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    if not host.endswith(_OSS):
        return None
    prefix = host.removesuffix(_OSS)
    if _ENDPOINT.fullmatch(prefix):
        return parts.path.lstrip("/").partition("/")[0] or None
    return prefix.partition(".")[0]


def _address(body: str) -> str | None:
    context = _object(_object(body).get("context"))
    address = context.get("fileaddress")
    return address if isinstance(address, str) else None


def _object(value: Any) -> dict[str, Any]:
    """Return *value*, or the JSON in it, if that is an object; else an empty object."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
