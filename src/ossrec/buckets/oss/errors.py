"""Convert error responses of OSS and network errors into ossrec's errors.

Every message is one line: the request, the response with Code, EC and request id, the next step. It never contains
what OSS echoes of a request (the signature, the string to sign, the access key).
"""

import re
import socket
import ssl
from collections.abc import Mapping
from typing import NamedTuple

import requests
import urllib3

from ossrec.buckets.oss.redaction import Redact, redact_nothing
from ossrec.buckets.oss.xml import XmlError, child_text, parse_xml
from ossrec.errors import (
    AccessDenied,
    BodyDamaged,
    BucketBusy,
    BucketError,
    BucketMissing,
    ListingDamaged,
    ObjectArchived,
    ObjectExists,
    ObjectMissing,
)
from ossrec.net.error_causes import causes
from ossrec.net.http_date import parse_http_date
from ossrec.net.messages import brief

POLICY_HINT = "docs/buckets.md shows the RAM policy"
CODE_LIMIT = 64  # characters of a Code, EC or request id that a message carries


class BucketRequest(NamedTuple):
    """The subject of a request, for messages and for the meaning of a 404."""

    bucket: str
    key: str | None = None  # None: a page of the listing
    signed: bool = True
    writes: bool = False

    def __str__(self) -> str:
        """Return a text such as ``oss://demo: reading 'a.m3u8'``."""
        action = "writing" if self.writes else "reading"
        return f"oss://{self.bucket}: " + ("listing" if self.key is None else f"{action} {brief(repr(self.key))}")


class Throttled(BucketBusy):
    """A busy bucket, with the wait that OSS asked for."""

    retry_after = 0.0  # seconds


class ErrorReply(NamedTuple):
    """A parsed error response of OSS."""

    status: int
    code: str = ""
    message: str = ""
    ec: str = ""
    request_id: str = ""
    endpoint: str = ""  # the right endpoint for the bucket


class _Meaning(NamedTuple):
    error: type[BucketError]
    advice: str


_KEY_PAIR = "check OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET"
_NEW_TOKEN = "get new temporary credentials and set OSS_SESSION_TOKEN with its key pair"  # noqa: S105
_MEANINGS = {
    "InvalidAccessKeyId": _Meaning(AccessDenied, "this access key does not exist or is disabled, " + _KEY_PAIR),
    "SignatureDoesNotMatch": _Meaning(AccessDenied, "the access key's secret or the region is wrong, " + _KEY_PAIR),
    "SecurityTokenExpired": _Meaning(AccessDenied, _NEW_TOKEN),
    "InvalidSecurityToken": _Meaning(AccessDenied, _NEW_TOKEN),
    "SecurityTokenNotSupported": _Meaning(AccessDenied, _NEW_TOKEN),
    "RequestTimeTooSkewed": _Meaning(AccessDenied, "this machine's clock is wrong, set it (NTP)"),
    "UserDisable": _Meaning(AccessDenied, "the account is disabled or has an unpaid bill: check it in the console"),
    "NoSuchBucket": _Meaning(BucketMissing, "check the name of the bucket and its region"),
    "NoSuchKey": _Meaning(ObjectMissing, "the object does not exist, or was deleted: scan again"),
    "SymlinkTargetNotExist": _Meaning(ObjectMissing, "the object is a link to an object that does not exist"),
    "InvalidObjectName": _Meaning(ObjectMissing, "no object can have this key"),
    "FileAlreadyExists": _Meaning(ObjectExists, "an object with this key exists already: choose another prefix"),
    "FileImmutable": _Meaning(AccessDenied, "the bucket's retention policy forbids changes"),
    "InvalidDigest": _Meaning(BodyDamaged, "the bytes changed in transit: try again"),
    "InvalidObjectState": _Meaning(
        ObjectArchived,
        "restore it first (`ossutil restore`, or the console), which takes from a minute to hours",
    ),
}
_BUSY = "OSS is busy or throttles this bucket or account: try again later, or with fewer threads"


def parse_error_reply(
    status: int, headers: Mapping[str, str], body: bytes, redact: Redact = redact_nothing
) -> ErrorReply:
    """Return the error response with the XML *body*, as far as it can be parsed, each field after *redact*."""

    def safe(text: str) -> str:
        return brief(redact(text))

    found: dict[str, str] = {}
    try:
        root = parse_xml(body)
        for name in ("Code", "Message", "EC", "RequestId", "Endpoint"):
            found[name] = child_text(root, name) or ""
    except XmlError:
        pass  # from a proxy or load balancer; status and header fields have to suffice
    return ErrorReply(
        status,
        safe(found.get("Code", ""))[:CODE_LIMIT],
        safe(found.get("Message", "")),
        safe(found.get("EC") or headers.get("x-oss-ec", ""))[:CODE_LIMIT],
        safe(headers.get("x-oss-request-id") or found.get("RequestId", ""))[:CODE_LIMIT],
        safe(found.get("Endpoint", "")),
    )


def error_from_reply(
    request: BucketRequest, refusal: ErrorReply, headers: Mapping[str, str], clock_ahead: float | None
) -> BucketError:
    """Return the error for an error response; *clock_ahead* is as `Bucket.clock_ahead`, seconds."""
    meaning = _meaning(request, refusal)
    advice = meaning.advice
    if refusal.code == "RequestTimeTooSkewed" and clock_ahead is not None:
        side = "ahead of" if clock_ahead > 0 else "behind"
        advice = f"this machine's clock is {abs(clock_ahead):.0f} s {side} OSS's, set it (NTP)"
    message = f"{request}: {_describe(refusal)}: {advice}"
    details = {"code": refusal.code, "ec": refusal.ec, "request_id": refusal.request_id}
    if meaning.error is BucketBusy:
        busy = Throttled(message, **details)
        busy.retry_after = _retry_after(headers)
        return busy
    return meaning.error(message, **details)


def _meaning(request: BucketRequest, refusal: ErrorReply) -> _Meaning:
    status = refusal.status
    if refusal.endpoint or status // 100 == 3:
        step = f"set the endpoint to {refusal.endpoint}" if refusal.endpoint else "check the region and the endpoint"
        return _Meaning(AccessDenied, f"the bucket cannot be reached at this endpoint: {step}")
    if refusal.code in _MEANINGS:
        return _MEANINGS[refusal.code]
    if status >= 500 or status in (408, 429):
        return _Meaning(BucketBusy, _BUSY)
    if status in (401, 403):
        if request.signed:
            return _Meaning(AccessDenied, f"the access key needs {_needed_right(request)} ({POLICY_HINT})")
        return _Meaning(AccessDenied, "no credentials are set: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET")
    if status == 404:
        return _MEANINGS["NoSuchBucket" if request.key is None or request.writes else "NoSuchKey"]
    return _Meaning(
        BucketError, f"OSS says {refusal.message!r}: check the region, the endpoint and the signing version"
    )


def _needed_right(request: BucketRequest) -> str:
    """Return the RAM action and resource that the request needs."""
    if request.key is None:
        return "oss:ListObjects on the bucket"
    return "oss:PutObject on the output prefix" if request.writes else "oss:GetObject on its prefix"


def _describe(refusal: ErrorReply) -> str:
    parts = [f"EC {refusal.ec}" if refusal.ec else "no EC"]
    parts.append(f"request id {refusal.request_id}" if refusal.request_id else "no request id: perhaps not from OSS")
    return f"{refusal.status} {refusal.code or 'without a code'} ({', '.join(parts)})"


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of the Retry-After header field, 0 without it (RFC 9110 10.2.3)."""
    text = headers.get("Retry-After", "")
    if re.fullmatch("[0-9]{1,6}", text):
        return float(text)
    then, now = parse_http_date(text), parse_http_date(headers.get("Date"))
    return 0.0 if then is None or now is None else max(0.0, then - now)


def damaged_reply(request: BucketRequest, detail: str, request_id: str = "") -> BucketError:
    """Return the error for a response whose body is truncated or does not match its header."""
    message = f"{request}: {detail} (request id {request_id or 'unknown'}): try again, and check the network or proxy"
    kind = ListingDamaged if request.key is None else BodyDamaged
    return kind(message, request_id=request_id)


def damaged_page(request: BucketRequest, detail: str, request_id: str = "") -> ListingDamaged:
    """Return the error for a complete page that is invalid or inconsistent."""
    problem = f"{request}: invalid page, {detail} (request id {request_id or 'unknown'})"
    return ListingDamaged(f"{problem}: try again, and check that no proxy is in between", request_id=request_id)


def network_error(request: BucketRequest, host: str, error: Exception, request_id: str = "") -> BucketError:
    """Return the error for a network error, without its own text, which may contain the password of a proxy."""
    chain = list(causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in chain)

    if has(urllib3.exceptions.IncompleteRead):
        return damaged_reply(request, "the response ended too early", request_id)
    if has(ssl.SSLCertVerificationError):
        advice = "check the endpoint, or set REQUESTS_CA_BUNDLE to your own CA"
        return BucketError(f"{request}: the certificate of {host} is not trusted: {advice}")
    if has(requests.exceptions.SSLError, ssl.SSLError):
        problem = "the TLS handshake failed: check that the endpoint supports https, or start it with http://"
    elif has(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        problem = "the proxy refused or failed: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
    elif has(socket.gaierror, urllib3.exceptions.NameResolutionError):
        problem = "host name not found: check the region, the endpoint and the network"
    elif has(ConnectionRefusedError):
        problem = "the connection was refused: check the endpoint and its port"
    elif has(requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        problem = "the connection timed out: check the network, and that the endpoint is not an internal one"
    elif has(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        problem = "no response in time: try again later"
    else:
        problem = "the connection was interrupted: try again later"
    return BucketBusy(f"{request}: {host}: {problem}", request_id=request_id)
