"""Verify OSS signatures V1 and V4, in a header or in the URL, with or without an STS token."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import quote

from tests.oss_server.call import Call
from tests.oss_server.errors import OssError

MAX_SKEW = 900  # seconds
MAX_URL_LIFE = 604_800  # seconds that a V4 URL may stay valid
_ALGORITHM = "OSS4-HMAC-SHA256"
_SIGNED_ALWAYS = ("content-md5", "content-type")  # besides x-oss-*, in V4
# The query parameters that V1 signs; a change of any other parameter in transit is not detected.
_V1_PARAMETERS = """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cname comp continuation-token cors delete encryption endTime group httpsConfig img inventory
    inventoryId lifecycle link live location logging metaQuery objectInfo objectMeta partNumber policy
    position publicAccessBlock qos qosInfo redundancyTransition referer regionList replication
    replicationLocation replicationProgress requestPayment resourceGroup response-cache-control
    response-content-disposition response-content-encoding response-content-language response-content-type
    response-expires restore security-token sequential startTime stat status style styleName symlink tagging
    transferAcceleration uploadId uploads versionId versioning versions vod website worm wormExtend wormId
    x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-access-point-name
    x-oss-async-process x-oss-process x-oss-request-payer x-oss-traffic-limit x-oss-write-get-object-response
"""
_V1_SIGNED = frozenset(_V1_PARAMETERS.split())


class AccessKey(NamedTuple):
    """An access key that the server accepts."""

    id: str
    secret: str
    token: str | None = None  # its STS token
    expires: float | None = None  # expiry of the STS token, seconds since 1970-01-01 UTC
    denied: frozenset[str] = frozenset()  # kinds of calls that its RAM policy denies


class Rules(NamedTuple):
    """The state of the server that a signature is verified against."""

    find_key: Callable[[str], AccessKey | None]
    region: str
    now: float  # seconds since 1970-01-01 UTC, by the server's clock


class _Proof(NamedTuple):
    """A signature with its inputs."""

    key: AccessKey
    given: str
    expected: str
    string_to_sign: bytes
    canonical_request: bytes = b""


def authenticate(call: Call, rules: Rules) -> AccessKey | None:
    """Return the key that signed *call*, None for an anonymous call.

    Raises OssError as OSS does: InvalidAccessKeyId, InvalidSecurityToken, RequestTimeTooSkewed,
    SignatureDoesNotMatch, InvalidArgument, and AccessDenied for a URL that has expired.
    """
    authorization = call.headers.get("authorization", "")
    params = call.params
    if authorization.startswith(f"{_ALGORITHM} "):
        proof = _prove_v4_header(call, authorization, rules)
    elif authorization.startswith("OSS "):
        proof = _prove_v1_header(call, authorization, rules)
    elif authorization:
        raise OssError("InvalidArgument", "Unsupported Authorization Type", ec="0002-00000002")
    elif params.get("x-oss-signature-version") == _ALGORITHM:
        proof = _prove_v4_url(call, params, rules)
    elif "OSSAccessKeyId" in params:
        proof = _prove_v1_url(call, params, rules)
    else:
        return None
    if not hmac.compare_digest(proof.given.encode(), proof.expected.encode()):
        raise _mismatch(proof)
    return proof.key


# Version 1: HMAC-SHA1 over method, two headers, a date, the x-oss- headers and the resource.


def _prove_v1_header(call: Call, authorization: str, rules: Rules) -> _Proof:
    identity, separator, given = authorization.removeprefix("OSS ").rpartition(":")
    if not separator:
        raise OssError("InvalidArgument", "Authorization header is invalid.", ec="0002-00000062")
    key = _find_key(identity, call.headers.get("x-oss-security-token"), rules)
    date = call.headers.get("x-oss-date") or call.headers.get("date", "")
    _check_skew(_parse_date(date), rules)
    return _prove_v1(call, key, given, date)


def _prove_v1_url(call: Call, params: Mapping[str, str], rules: Rules) -> _Proof:
    key = _find_key(params["OSSAccessKeyId"], params.get("security-token"), rules)
    expires = params.get("Expires", "")
    if not re.fullmatch("[0-9]{1,12}", expires):
        raise OssError("AccessDenied", "Invalid date (should be seconds since epoch).", ec="0002-00000070")
    if rules.now > int(expires):
        raise _expired(int(expires), rules)
    return _prove_v1(call, key, params.get("Signature", ""), expires)


def _prove_v1(call: Call, key: AccessKey, given: str, date: str) -> _Proof:
    headers = call.headers
    first = [call.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    own = sorted(f"{name}:{value}" for name, value in headers.items() if name.startswith("x-oss-"))
    text = "\n".join([*first, *own, ""]).encode("latin-1") + _v1_resource(call).encode()
    expected = base64.b64encode(hmac.digest(key.secret.encode(), text, "sha1")).decode()
    return _Proof(key, given, expected, text)


def _v1_resource(call: Call) -> str:
    signed = sorted(pair for pair in call.query if pair[0] in _V1_SIGNED)
    query = "&".join(f"{name}={value}" if value else name for name, value in signed)
    path = f"/{call.bucket}/{call.key}" if call.bucket else "/"
    return f"{path}?{query}" if query else path


# Version 4: HMAC-SHA256 with a key bound to day, region and product, over a canonical request.


def _prove_v4_header(call: Call, authorization: str, rules: Rules) -> _Proof:
    fields = dict(part.strip().partition("=")[::2] for part in authorization.partition(" ")[2].split(","))
    if call.headers.get("x-oss-content-sha256") != "UNSIGNED-PAYLOAD":
        raise OssError("InvalidArgument", "Invalid x-oss-content-sha256 header.", ec="0002-00000224")
    date = call.headers.get("x-oss-date") or _basic_date(call.headers.get("date", ""))
    identity, scope = _read_credential(fields.get("Credential", ""), date, rules.region)
    key = _find_key(identity, call.headers.get("x-oss-security-token"), rules)
    _check_skew(_parse_date(date), rules)
    additional = [name for name in fields.get("AdditionalHeaders", "").split(";") if name]
    return _prove_v4(call, key, fields.get("Signature", ""), date, scope, additional)


def _prove_v4_url(call: Call, params: Mapping[str, str], rules: Rules) -> _Proof:
    date = params.get("x-oss-date", "")
    identity, scope = _read_credential(params.get("x-oss-credential", ""), date, rules.region)
    key = _find_key(identity, params.get("x-oss-security-token"), rules)
    expires = params.get("x-oss-expires", "")
    if not re.fullmatch("[0-9]{1,12}", expires) or not 1 <= int(expires) <= MAX_URL_LIFE:
        raise OssError("InvalidArgument", "x-oss-expires must be between 1 and 604800 seconds.", ec="0002-00000232")
    signed_at = _parse_date(date)
    if rules.now > signed_at + int(expires):
        raise _expired(signed_at + int(expires), rules)
    if signed_at > rules.now + MAX_SKEW:
        raise _skewed(signed_at, rules)
    additional = [name for name in params.get("x-oss-additional-headers", "").split(";") if name]
    return _prove_v4(call, key, params.get("x-oss-signature", ""), date, scope, additional)


def _prove_v4(
    call: Call, key: AccessKey, given: str, date: str, scope: tuple[str, ...], additional: list[str]
) -> _Proof:
    request = _v4_request(call, additional)
    text = f"{_ALGORITHM}\n{date}\n{'/'.join(scope)}\n{hashlib.sha256(request).hexdigest()}".encode()
    secret = f"aliyun_v4{key.secret}".encode()
    for part in scope:
        secret = hmac.digest(secret, part.encode(), "sha256")
    return _Proof(key, given, hmac.digest(secret, text, "sha256").hex(), text, request)


def _v4_request(call: Call, additional: list[str]) -> bytes:
    """Return the canonical request. Its path contains the bucket even if the host name does."""
    path = quote(f"/{call.bucket}/{call.key}" if call.bucket else "/", safe="/")
    pairs = sorted(
        (quote(name, safe=""), quote(value, safe="")) for name, value in call.query if name != "x-oss-signature"
    )
    query = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    signed = {name for name in call.headers if name.startswith("x-oss-") or name in _SIGNED_ALWAYS}
    names = sorted(signed | (set(additional) & set(call.headers)))
    headers = "".join(f"{name}:{call.headers[name]}\n" for name in names).encode("latin-1")
    payload = call.headers.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD")
    head = f"{call.method}\n{path}\n{query}\n".encode()
    return head + headers + f"\n{';'.join(sorted(additional))}\n{payload}".encode()


def _read_credential(credential: str, date: str, region: str) -> tuple[str, tuple[str, ...]]:
    """Return access key id and scope of ``id/date/region/oss/aliyun_v4_request``."""
    identity, *scope = credential.rsplit("/", 4)
    if len(scope) != 4 or not identity:
        raise OssError("InvalidArgument", "Invalid Credential in Authorization header.", ec="0002-00000223")
    wanted = (
        ("date", date[:8], "0002-00000225"),
        ("region", region, "0002-00000226"),
        ("product", "oss", "0002-00000227"),
        ("version", "aliyun_v4_request", "0002-00000228"),
    )
    for given, (name, value, ec) in zip(scope, wanted, strict=True):
        if given != value:
            raise OssError("InvalidArgument", f"Invalid signing {name} in Authorization header.", ec=ec)
    return identity, tuple(scope)


# Shared by both versions.


def _find_key(identity: str, token: str | None, rules: Rules) -> AccessKey:
    key = rules.find_key(identity)
    if key is None or (key.token is None) != (token is None):
        ec = "0002-00000902" if token is None else "0002-00000002"  # the latter: no such STS key
        raise OssError("InvalidAccessKeyId", ec=ec, details={"OSSAccessKeyId": identity})
    if token != key.token:
        raise OssError("InvalidSecurityToken")
    if key.expires is not None and rules.now > key.expires:
        raise OssError("SecurityTokenExpired")
    return key


def _parse_date(text: str) -> float:
    """Return the seconds since 1970-01-01 UTC of an HTTP date or of ``20261122T123456Z``."""
    try:
        if re.fullmatch(r"\d{8}T\d{6}Z", text):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        message = "OSS authentication requires a valid Date."
        raise OssError("AccessDenied", message, ec="0002-00000501") from None


def _basic_date(text: str) -> str:
    return datetime.fromtimestamp(_parse_date(text), UTC).strftime("%Y%m%dT%H%M%SZ")


def _check_skew(signed_at: float, rules: Rules) -> None:
    if abs(rules.now - signed_at) > MAX_SKEW:
        raise _skewed(signed_at, rules)


def _skewed(signed_at: float, rules: Rules) -> OssError:
    details = {
        "MaxAllowedSkewMilliseconds": str(MAX_SKEW * 1000),
        "RequestTime": _timestamp(signed_at),
        "ServerTime": _timestamp(rules.now),
    }
    return OssError("RequestTimeTooSkewed", details=details)


def _expired(end: float, rules: Rules) -> OssError:
    times = {"Expires": _timestamp(end), "ServerTime": _timestamp(rules.now)}
    return OssError("AccessDenied", "Request has expired.", ec="0002-00000069", details=times)


def _mismatch(proof: _Proof) -> OssError:
    details = {
        "OSSAccessKeyId": proof.key.id,
        "SignatureProvided": proof.given,
        "StringToSign": proof.string_to_sign.decode(errors="replace"),
        "StringToSignBytes": proof.string_to_sign.hex(" ").upper(),
    }
    if proof.canonical_request:
        details["CanonicalRequest"] = proof.canonical_request.decode(errors="replace")
    return OssError("SignatureDoesNotMatch", details=details)


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
