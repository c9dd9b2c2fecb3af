"""Parse a request: bucket, key and operation."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from tests.oss_server.errors import OssError
from tests.oss_server.store import BUCKET_NAME
from tests.oss_server.wire import Message

_ABSOLUTE = re.compile("https?://([^/?#]*)")
_SUBRESOURCE_NAMES = """
    accessPoint acl append bucketInfo cname comp cors delete encryption inventory lifecycle live location
    logging metaQuery objectMeta policy publicAccessBlock qos referer replication requestPayment resourceGroup
    restore stat style symlink tagging transferAcceleration uploadId uploads versioning versions vod website
    worm x-oss-async-process x-oss-process
"""
_SUBRESOURCES = frozenset(_SUBRESOURCE_NAMES.split())


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its address parsed."""

    method: str
    host: str  # as the client addressed it, with its port
    bucket: str  # "" for the service itself
    key: str  # "" for the bucket itself
    query: tuple[tuple[str, str], ...]  # decoded, in order
    headers: Mapping[str, str]  # names in lower case, values as latin-1
    body: bytes = b""

    @property
    def params(self) -> dict[str, str]:
        """The query parameters with a value: OSS treats an empty parameter as absent."""
        return {name: value for name, value in self.query if value}

    @property
    def subresources(self) -> frozenset[str]:
        """The query parameters that select another operation."""
        return _SUBRESOURCES & {name for name, _ in self.query}

    @property
    def kind(self) -> str:
        """BUCKETS, LIST, INFO, LOCATION, GET, HEAD, PUT, DELETE, RESTORE, or OTHER."""
        return _OPERATIONS.get((self.method, _depth(self), self.subresources), "OTHER")


_NOTHING: frozenset[str] = frozenset()
_OPERATIONS = {
    ("GET", 0, _NOTHING): "BUCKETS",
    ("GET", 1, _NOTHING): "LIST",
    ("GET", 1, frozenset({"bucketInfo"})): "INFO",
    ("GET", 1, frozenset({"location"})): "LOCATION",
    ("GET", 2, _NOTHING): "GET",
    ("HEAD", 2, _NOTHING): "HEAD",
    ("HEAD", 2, frozenset({"objectMeta"})): "HEAD",
    ("PUT", 2, _NOTHING): "PUT",
    ("DELETE", 2, _NOTHING): "DELETE",
    ("POST", 2, frozenset({"restore"})): "RESTORE",
}


def _depth(call: Call) -> int:
    return (2 if call.key else 1) if call.bucket else 0


def read_call(message: Message, find_bucket: Callable[[str], str | None]) -> Call:
    """Take a request apart; *find_bucket* names the bucket that a host name stands for, or None.

    The target may be an absolute URL, as a client of an HTTP proxy sends it. Addresses by IP number
    and ``localhost`` are path style. Raises OssError for names OSS would not accept.
    """
    absolute = _ABSOLUTE.match(message.target)
    host = absolute[1] if absolute else message.headers.get("host", "")
    path, _, query = message.target[absolute.end() if absolute else 0 :].partition("#")[0].partition("?")
    bucket = None if _is_path_style(host) else find_bucket(hostname(host))
    if bucket is None:
        bucket, _, path = path.removeprefix("/").partition("/")
    else:
        path = path.removeprefix("/")
    return Call(
        message.method,
        host,
        _check_bucket(bucket, path),
        _check_key(_decode(path, "InvalidObjectName")),
        _parse_query(query),
        message.headers,
        message.body,
    )


def hostname(host: str) -> str:
    """Return the value of a Host header field without its port, in lower case."""
    return re.sub(r":\d*$", "", host).lower()


def _is_path_style(host: str) -> bool:
    name = hostname(host).strip("[]")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name
    return True


def _check_bucket(name: str, path: str) -> str:
    if (name or path) and not BUCKET_NAME.fullmatch(name):
        raise OssError("InvalidBucketName", details={"BucketName": name})
    return name


def _check_key(key: str) -> str:
    if len(key.encode()) > 1023:
        raise OssError("InvalidObjectName", "The Length of Object name must be less than 1024.")
    if key.startswith(("/", "\\")):
        raise OssError("InvalidObjectName", details={"ObjectName": key})
    return key


def _parse_query(text: str) -> tuple[tuple[str, str], ...]:
    """Return name and value of each parameter; ``+`` is a space, a parameter without ``=`` has no value."""
    pairs = (part.partition("=") for part in text.split("&") if part)
    return tuple((_decode_form(name), _decode_form(value)) for name, _, value in pairs)


def _decode_form(text: str) -> str:
    return _decode(text.replace("+", " "), "InvalidArgument")


def _decode(text: str, code: str) -> str:
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise OssError(code, "The name is not UTF-8.") from None
