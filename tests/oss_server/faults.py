"""What can be made to go wrong: single replies that fail, come late, break off, or lie."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.oss_server.call import Call
from tests.oss_server.errors import OssError
from tests.oss_server.wire import Reply

_CODES = {403: "AccessDenied", 404: "NoSuchKey", 500: "InternalError"}  # where only a status is given


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to spoil the replies to some requests; several may be combined in one fault.

    A fault with ``status`` or ``code`` answers in place of the server; all others spoil what the
    server would have answered.
    """

    method: str = "*"  # LIST, GET, HEAD, PUT, DELETE, RESTORE, BUCKETS, INFO, LOCATION; "*" is any
    key: str | None = None  # only this key; for a LIST, only this prefix
    times: int | None = 1  # None: always
    skip: int = 0  # requests that are let through first
    status: int = 0  # 0: as `code` has it, 503 for a code that the server does not know
    code: str = ""  # "": one that goes with the status
    message: str = ""
    delay: float = 0.0  # seconds before the reply
    reset: bool = False  # the connection is reset instead of a reply, or after `truncate_at` bytes
    truncate_at: int | None = None  # the body ends after so many bytes, under the length of the whole
    wrong_length: int = 0  # added to the true Content-Length
    chunked: bool = False  # the body comes in chunks, without a Content-Length
    bad_crc: bool = False  # x-oss-hash-crc64ecma is that of other bytes
    empty_page: bool = False  # a page without keys that says it is truncated
    short_page: int | None = None  # a page of at most so many keys
    malformed: bool = False  # the second half of the body is missing, its length agreeing
    rewrite: Callable[[bytes], bytes] | None = None  # the body goes through this, its length agreeing
    headers: Mapping[str, str | None] = field(default_factory=dict)  # set, or with None left out
    after: Callable[[], object] | None = None  # run once the reply is made, before it is sent

    @property
    def refusal(self) -> OssError | None:
        """What is answered in place of the server."""
        if not self.status and not self.code:
            return None
        code = self.code or _CODES.get(self.status, "ServiceUnavailable")
        return OssError(code, self.message, status=self.status)

    @property
    def page_limit(self) -> int | None:
        """The most keys that a page may hold."""
        return 0 if self.empty_page else self.short_page

    def spoil(self, reply: Reply) -> Reply:
        """The reply with a changed body and changed headers."""
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
    """The faults that wait for their requests, in the order they were added."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []

    def add(self, *faults: Fault) -> None:
        """Let *faults* happen from now on. The first that fits a request is the one it meets."""
        with self._lock:
            self._waiting += [_Waiting(fault, fault.skip, fault.times) for fault in faults]

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting = []

    def __len__(self) -> int:
        """How many faults have not happened as often as they should."""
        with self._lock:
            return sum(one.left is not None for one in self._waiting)

    def take(self, call: Call) -> Fault | None:
        """The fault that *call* meets, if any; it has then happened once more."""
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
