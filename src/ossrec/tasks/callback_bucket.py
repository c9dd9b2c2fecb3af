"""In which bucket the address in a callback says that its file is."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

_OSS = ".aliyuncs.com"
_ENDPOINT = re.compile(r"(?:s3\.)?oss-[a-z0-9-]+")  # what stands there instead of a bucket, in path style


def bucket_named_in(body: str) -> str | None:
    """The bucket in the file's address; None when that does not tell, as under a domain of the customer's own."""
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
    inside = host.removesuffix(_OSS)
    if _ENDPOINT.fullmatch(inside):
        return parts.path.lstrip("/").partition("/")[0] or None
    return inside.partition(".")[0]


def _address(body: str) -> str | None:
    context = _object(_object(body).get("context"))
    address = context.get("fileaddress")
    return address if isinstance(address, str) else None


def _object(value: Any) -> dict[str, Any]:
    """*value*, or the JSON in it, if that is an object; else an empty one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
