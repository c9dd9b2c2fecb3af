"""Faults to inject: responses that fail, are delayed, are truncated, or are wrong."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.oss_server.call import Call
from tests.oss_server.errors import OssError
from tests.oss_server.wire import Reply

_CODES = {403: "AccessDenied", 404: "NoSuchKey", 500: "InternalError"}  # where only a status is given


@dataclass(frozen=True, slots=True)
class Fault:
    """A change to the responses to some requests; a fault may combine several.

    A fault with ``status`` or ``code`` answers in place of the server; all others spoil what the
    server would have answered.
    """

    method: str = "*"  # LIST, GET, HEAD, PUT, DELETE, RESTORE, BUCKETS, INFO, LOCATION; "*" is any
    key: str | None = None  # only this key; for a LIST, only this prefix
    times: int | None = 1  # None: always
    skip: int = 0  # matching requests that are answered correctly first
    status: int = 0  # 0: that of `code`, or 503 for an unknown code
    code: str = ""  # "": a code for the status
    message: str = ""
    delay: float = 0.0  # seconds before the reply
    reset: bool = False  # the connection is reset without a response, or after `truncate_at` bytes
    truncate_at: int | None = None  # the body ends after so many bytes, with the Content-Length of the whole
    wrong_length: int = 0  # added to the true Content-Length
    chunked: bool = False  # the body is chunked, without a Content-Length
    bad_crc: bool = False  # x-oss-hash-crc64ecma does not match the body
    empty_page: bool = False  # a page without keys that is marked as truncated
    short_page: int | None = None  # a page of at most so many keys
    malformed: bool = False  # the second half of the body is missing, with a matching Content-Length
    rewrite: Callable[[bytes], bytes] | None = None  # changes the body, with a matching Content-Length
    headers: Mapping[str, str | None] = field(default_factory=dict)  # fields to set, or to remove if None
    after: Callable[[], object] | None = None  # called when the response is ready, before it is sent

    @property
    def refusal(self) -> OssError | None:
        """Return the error response of this fault, if it has one."""
        if not self.status and not self.code:
            return None
        code = self.code or _CODES.get(self.status, "ServiceUnavailable")
        return OssError(code, self.message, status=self.status)

    @property
    def page_limit(self) -> int | None:
        """Return the limit of keys in a page."""
        return 0 if self.empty_page else self.short_page

    def spoil(self, reply: Reply) -> Reply:
        """Return the response with its body and headers changed."""
        body = bytes(reply.body) if self.malformed or self.rewrite else reply.body
        if self.malformed:
            body = body[: len(body) // 2]
        if self.rewrite:
            body = self.rewrite(bytes(body))
        headers = dict(reply.headers)
        if self.bad_crc and "x-oss-hash-crc64ecma" in headers:
            headers["x-oss-hash-crc64ecma"] = str(int(headers["x-oss-hash-crc64ecma"]) ^ 1)
        for name, value in self.headers.items():
            headers.pop(name, None)
            if value is not None:
                headers[name] = value
        return Reply(reply.status, headers, body)


class Faults:
    """The active faults, in the order in which they were added."""

    def __init__(self) -> None:
        """Start without faults."""
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def add(self, *faults: Fault) -> None:
        """Activate *faults*. The first fault that matches a request applies to it."""
        with self._lock:
            self._waiting += [_Waiting(fault, fault.skip, fault.times) for fault in faults]

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting = []

    def __len__(self) -> int:
        """Return the number of faults that have not applied as often as requested."""
        with self._lock:
            return sum(one.left is not None for one in self._waiting)

    def take(self, call: Call) -> Fault | None:
        """Return the fault that applies to *call*, if any, and count it."""
        name = call.params.get("prefix", "") if call.kind == "LIST" else call.key
        with self._lock:
            for one in self._waiting:
                if one.fault.method not in ("*", call.kind) or one.fault.key not in (None, name):
                    continue
                if one.skip:
                    one.skip -= 1
                    continue
                if one.left is not None:
                    one.left -= 1
                    if not one.left:
                        self._waiting.remove(one)
                return one.fault
        return None


@dataclass(slots=True, eq=False)
class _Waiting:
    fault: Fault
    skip: int
    left: int | None
