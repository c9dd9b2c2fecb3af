"""Process a request: address, fault, signature, permission, operation; every request is logged."""

import base64
import secrets
import time
from collections import deque
from email.utils import formatdate
from typing import NamedTuple

from tests.oss_server import account, objects
from tests.oss_server.call import Call, hostname, read_call
from tests.oss_server.errors import OssError
from tests.oss_server.faults import Fault, Faults
from tests.oss_server.listing import list_objects
from tests.oss_server.signing import AccessKey, Rules, authenticate
from tests.oss_server.store import Bucket, Buckets
from tests.oss_server.wire import Message, Reply

_SECRET_HEADERS = frozenset({"authorization", "x-oss-security-token"})
_SECRET_PARAMETERS = frozenset({"Signature", "x-oss-signature", "security-token", "x-oss-security-token"})
_LOG_LENGTH = 100_000


class Request(NamedTuple):
    """A logged request."""

    method: str
    kind: str  # as in `Fault.method`; OTHER for an unknown operation
    bucket: str
    key: str
    query: dict[str, str]  # decoded; signatures and tokens are "***"
    headers: dict[str, str]  # names in lower case; signatures and tokens are "***"
    status: int  # of the response, 0 if the connection was reset
    connection: int  # number of the connection, from 1


class Answer(NamedTuple):
    """A response, and how to deliver it."""

    reply: Reply
    fault: Fault | None


class Service:
    """An OSS account in one region, without a network."""

    def __init__(self, region: str) -> None:
        """Start without keys and buckets."""
        self.region = region
        self.clock_skew = 0.0  # seconds by which the server's clock is ahead
        self.keys: dict[str, AccessKey] = {}
        self.buckets = Buckets(self.now)
        self.faults = Faults()
        self.crashes: list[BaseException] = []  # errors of the server itself
        self.log: deque[Request] = deque(maxlen=_LOG_LENGTH)

    def now(self) -> float:
        """Return the seconds since 1970-01-01 UTC by the server's clock."""
        return time.time() + self.clock_skew

    def answer(self, message: Message, connection: int) -> Answer:
        """Return the response to a request. An error of the server itself is a 500 and is added to `crashes`."""
        begun = time.monotonic()
        call, fault = None, None
        host = hostname(message.headers.get("host", ""))
        try:
            call = read_call(message, self.buckets.by_host)
            host = call.host
            fault = self.faults.take(call)
            reply = self._run(call, fault)
        except OssError as error:
            reply = self._refuse(error, message.method, host)
        except Exception as error:  # the server continues
            self.crashes.append(error)
            reply = self._refuse(OssError("InternalError"), message.method, host)
        reply = self._complete(reply, begun)
        if fault:
            reply = self._meet(fault, reply)
        self.log.append(_log_entry(call, message, fault, reply, connection))
        if fault and fault.after:
            self._run_callback(fault)
        return Answer(reply, fault)

    def refuse(self, error: OssError) -> Reply:
        """Return the response to an invalid HTTP request."""
        return self._complete(self._refuse(error, "", ""), time.monotonic())

    def _run(self, call: Call, fault: Fault | None) -> Reply:
        if fault and fault.refusal:
            raise fault.refusal
        rules = Rules(self.keys.get, self.region, self.now())
        identity = authenticate(call, rules)
        bucket = self.buckets.get(call.bucket) if call.bucket else None
        if call.bucket and bucket is None:
            raise OssError("NoSuchBucket", details={"BucketName": call.bucket})
        _check_permission(call, identity, bucket)
        limit = fault.page_limit if fault else None
        return self._operate(call, bucket, limit)

    def _operate(self, call: Call, bucket: Bucket | None, page_limit: int | None) -> Reply:
        kind, now = call.kind, self.now()
        if kind == "OTHER":
            raise OssError("NotImplemented" if call.method in _METHODS else "MethodNotAllowed")
        if bucket is None:
            return _document(account.list_buckets(self.buckets, call, self.region))
        if kind == "LIST":
            return _document(list_objects(bucket, call, now, page_limit))
        if kind == "INFO":
            return _document(account.bucket_info(bucket, self.region))
        if kind == "LOCATION":
            return _document(account.bucket_location(self.region))
        if kind == "PUT":
            return objects.write_object(bucket, call)
        if kind == "DELETE":
            return objects.delete_object(bucket, call)
        if kind == "RESTORE":
            return objects.restore_object(bucket, call, now)
        return objects.read_object(bucket, call, now)

    def _refuse(self, error: OssError, method: str, host: str) -> Reply:
        request_id = _new_request_id()
        headers = {"x-oss-request-id": request_id, "x-oss-ec": error.ec}
        if error.status == 304:
            return Reply(304, headers)
        body = error.render(request_id, host)
        if method == "HEAD":
            headers["x-oss-err"] = base64.b64encode(body).decode()
        return Reply(error.status, {"Content-Type": "application/xml", **headers}, body)

    def _complete(self, reply: Reply, begun: float) -> Reply:
        common = {
            "Server": "AliyunOSS",
            "Date": formatdate(self.now(), usegmt=True),
            "x-oss-request-id": _new_request_id(),
            "x-oss-server-time": str(round((time.monotonic() - begun) * 1000)),
        }
        return Reply(reply.status, {**common, **reply.headers}, reply.body)

    def _meet(self, fault: Fault, reply: Reply) -> Reply:
        try:
            return fault.spoil(reply)
        except Exception as error:
            self.crashes.append(error)
            return reply

    def _run_callback(self, fault: Fault) -> None:
        try:
            if fault.after:
                fault.after()
        except Exception as error:
            self.crashes.append(error)


_METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
_ANYONE_READS = frozenset({"GET", "HEAD"})


def _check_permission(call: Call, identity: AccessKey | None, bucket: Bucket | None) -> None:
    if identity is not None:
        if call.kind in identity.denied:
            raise OssError("AccessDenied")
        return
    if bucket is None:
        raise OssError("AccessDenied", "Anonymous access is forbidden for this operation.")
    if bucket.public and call.kind in _ANYONE_READS:
        return
    if bucket.lists_publicly and call.kind == "LIST":
        return
    raise OssError("AccessDenied", "Anonymous user has no right to access this bucket.")


def _document(body: bytes) -> Reply:
    return Reply(200, {"Content-Type": "application/xml"}, body)


def _new_request_id() -> str:
    return f"{int(time.time()):08X}{secrets.token_hex(8).upper()}"


def _log_entry(call: Call | None, message: Message, fault: Fault | None, reply: Reply, connection: int) -> Request:
    headers = {name: _redact(name, value) for name, value in message.headers.items()}
    status = 0 if fault and fault.reset and fault.truncate_at is None else reply.status
    if call is None:
        return Request(message.method, "OTHER", "", "", {}, headers, status, connection)
    query = {name: "***" if name in _SECRET_PARAMETERS else value for name, value in call.query}
    return Request(call.method, call.kind, call.bucket, call.key, query, headers, status, connection)


def _redact(name: str, value: str) -> str:
    if name not in _SECRET_HEADERS:
        return value
    return f"{value.partition(' ')[0]} ***" if name == "authorization" else "***"
