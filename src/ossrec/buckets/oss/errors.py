"""What went wrong between us and OSS, and what to do about it: replies and network errors as our own errors.

Every message is one line: what was asked, what came back with Code, EC and request id, the next step.
Nothing that OSS echoes of a request (its signature, the string that was signed, the access key) enters it.
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
    """What was asked of a bucket, for messages and for the meaning of a 404."""

    bucket: str
    key: str | None = None  # None: a page of the listing
    signed: bool = True
    writes: bool = False

    def __str__(self) -> str:
        """Such as ``oss://demo: reading 'a.m3u8'``."""
        does = "writing" if self.writes else "reading"
        return f"oss://{self.bucket}: " + ("listing" if self.key is None else f"{does} {brief(repr(self.key))}")


class Throttled(BucketBusy):
    """Busy, and OSS said for how long."""

    retry_after = 0.0  # seconds


class ErrorReply(NamedTuple):
    """An error reply as OSS meant it."""

    status: int
    code: str = ""
    message: str = ""
    ec: str = ""
    request_id: str = ""
    endpoint: str = ""  # where the bucket would answer instead


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
    "RequestTimeTooSkewed": _Meaning(AccessDenied, "the clock is off, set it (NTP)"),
    "UserDisable": _Meaning(AccessDenied, "the account is closed or has a bill to pay"),
    "NoSuchBucket": _Meaning(BucketMissing, "check the bucket's name, and the region it is in"),
    "NoSuchKey": _Meaning(ObjectMissing, "it is not there, or not any more: scan again"),
    "SymlinkTargetNotExist": _Meaning(ObjectMissing, "it is a link to an object that is not there"),
    "InvalidObjectName": _Meaning(ObjectMissing, "no object can have such a key"),
    "FileAlreadyExists": _Meaning(ObjectExists, "there is another object already, name another prefix"),
    "FileImmutable": _Meaning(AccessDenied, "the bucket's retention policy allows no change"),
    "InvalidDigest": _Meaning(BodyDamaged, "the bytes changed on their way, try again"),
    "InvalidObjectState": _Meaning(
        ObjectArchived,
        "restore it first (`ossutil restore`, or the console); that takes a minute to hours",
    ),
}
_BUSY = "OSS is busy or throttles this bucket or account: try again later, or with fewer threads"


def parse_error_reply(
    status: int, headers: Mapping[str, str], body: bytes, hide: Redact = redact_nothing
) -> ErrorReply:
    """The error reply of which *body* is the XML, as far as it can be read, each part of it through *hide*."""

    def told(text: str) -> str:
        return brief(hide(text))

    found: dict[str, str] = {}
    try:
        root = parse_xml(body)
        for name in ("Code", "Message", "EC", "RequestId", "Endpoint"):
            found[name] = child_text(root, name) or ""
    except XmlError:
        pass  # from a proxy or load balancer; status and headers have to do
    return ErrorReply(
        status,
        told(found.get("Code", ""))[:CODE_LIMIT],
        told(found.get("Message", "")),
        told(found.get("EC") or headers.get("x-oss-ec", ""))[:CODE_LIMIT],
        told(headers.get("x-oss-request-id") or found.get("RequestId", ""))[:CODE_LIMIT],
        told(found.get("Endpoint", "")),
    )


def error_from_reply(
    asked: BucketRequest, refusal: ErrorReply, headers: Mapping[str, str], clock_ahead: float | None
) -> BucketError:
    """What an error reply to *asked* means; *clock_ahead* is how far our clock is before OSS's, seconds."""
    meaning = _meaning(asked, refusal)
    advice = meaning.advice
    if refusal.code == "RequestTimeTooSkewed" and clock_ahead is not None:
        side = "ahead of" if clock_ahead > 0 else "behind"
        advice = f"this machine's clock is {abs(clock_ahead):.0f} s {side} OSS's, set it (NTP)"
    message = f"{asked}: {_shown(refusal)}: {advice}"
    details = {"code": refusal.code, "ec": refusal.ec, "request_id": refusal.request_id}
    if meaning.error is BucketBusy:
        busy = Throttled(message, **details)
        busy.retry_after = _retry_after(headers)
        return busy
    return meaning.error(message, **details)


def _meaning(asked: BucketRequest, refusal: ErrorReply) -> _Meaning:
    status = refusal.status
    if refusal.endpoint or status // 100 == 3:
        there = f"set the endpoint to {refusal.endpoint}" if refusal.endpoint else "check the region and the endpoint"
        return _Meaning(AccessDenied, f"the bucket is not reached at this endpoint, {there}")
    if refusal.code in _MEANINGS:
        return _MEANINGS[refusal.code]
    if status >= 500 or status in (408, 429):
        return _Meaning(BucketBusy, _BUSY)
    if status in (401, 403):
        if asked.signed:
            return _Meaning(AccessDenied, f"the access key needs {_right(asked)} ({POLICY_HINT})")
        return _Meaning(AccessDenied, "no credentials are set: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET")
    if status == 404:
        return _MEANINGS["NoSuchBucket" if asked.key is None or asked.writes else "NoSuchKey"]
    return _Meaning(
        BucketError, f"OSS says {refusal.message!r}: check the region, the endpoint and the signing version"
    )


def _right(asked: BucketRequest) -> str:
    """What RAM must allow for that."""
    if asked.key is None:
        return "oss:ListObjects on the bucket"
    return "oss:PutObject on the output prefix" if asked.writes else "oss:GetObject on its prefix"


def _shown(refusal: ErrorReply) -> str:
    parts = [f"EC {refusal.ec}" if refusal.ec else "no EC"]
    parts.append(f"request id {refusal.request_id}" if refusal.request_id else "no request id, so perhaps not from OSS")
    return f"{refusal.status} {refusal.code or 'without a code'} ({', '.join(parts)})"


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the Retry-After header asks for, 0 without one (RFC 9110 10.2.3)."""
    text = headers.get("Retry-After", "")
    if re.fullmatch("[0-9]{1,6}", text):
        return float(text)
    then, now = parse_http_date(text), parse_http_date(headers.get("Date"))
    return 0.0 if then is None or now is None else max(0.0, then - now)


def damaged_reply(asked: BucketRequest, detail: str, request_id: str = "") -> BucketError:
    """A reply whose body ended too early, or too late."""
    message = f"{asked}: {detail} (request id {request_id or 'unknown'}): try again, and check the network or proxy"
    kind = ListingDamaged if asked.key is None else BodyDamaged
    return kind(message, request_id=request_id)


def damaged_page(asked: BucketRequest, detail: str, request_id: str = "") -> ListingDamaged:
    """A page that came whole, and is no answer."""
    said = f"{asked}: a page does not add up, {detail} (request id {request_id or 'unknown'})"
    return ListingDamaged(f"{said}: try again, and check that no proxy stands between", request_id=request_id)


def network_error(asked: BucketRequest, host: str, error: Exception, request_id: str = "") -> BucketError:
    """What a network error means. Its own text is left out: it may hold a proxy's password."""
    chain = list(causes(error))

    def met(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in chain)

    if met(urllib3.exceptions.IncompleteRead):
        return damaged_reply(asked, "the reply ended too early", request_id)
    if met(ssl.SSLCertVerificationError):
        advice = "check the endpoint, or set REQUESTS_CA_BUNDLE to your own CA"
        return BucketError(f"{asked}: the certificate of {host} is not trusted: {advice}")
    if met(requests.exceptions.SSLError, ssl.SSLError):
        said = "no secure connection came about: check that the endpoint speaks https, or begin it with http://"
    elif met(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        said = "the proxy refused or failed: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
    elif met(socket.gaierror, urllib3.exceptions.NameResolutionError):
        said = "its name is not known: check the region, the endpoint and the network"
    elif met(ConnectionRefusedError):
        said = "the connection was refused: check the endpoint and its port"
    elif met(requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        said = "no connection in time: check the network, and that the endpoint is not an internal one"
    elif met(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        said = "no answer in time: try again later"
    else:
        said = "the connection broke: try again later"
    return BucketBusy(f"{asked}: {host}: {said}", request_id=request_id)
