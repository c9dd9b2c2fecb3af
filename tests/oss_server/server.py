"""The service on a socket: one thread per connection, and a shutdown that leaves none."""

import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from tests.oss_server.errors import OssError
from tests.oss_server.faults import Fault, Faults
from tests.oss_server.life import Life
from tests.oss_server.service import Answer, Request, Service
from tests.oss_server.signing import AccessKey
from tests.oss_server.store import Bucket
from tests.oss_server.wire import (
    BadMessageError,
    BodyTooLargeError,
    Message,
    Reply,
    read_message,
    render_head,
    send_all,
)

_BODILESS = frozenset({204, 304})
_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST


class OssServer(Life):
    """An OSS server on 127.0.0.1 that runs until the end of its ``with`` block.

    Leaving the block closes every connection and raises what went wrong inside the server.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        region: str = "cn-hangzhou",
        access_key_id: str = "LTAI-demo",
        access_key_secret: str = "demo-secret",
    ) -> None:
        """Prepare the server, which `start` starts; port 0 is any free port."""
        self.region = region
        self.access_key_id = access_key_id
        self.access_key_secret = access_key_secret
        self.endpoint = ""
        self._port = port
        self._service = Service(region)
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._accepted = 0
        self.add_key(access_key_id, access_key_secret)

    # The interface for tests.

    @property
    def faults(self) -> Faults:
        """The faults to inject."""
        return self._service.faults

    @property
    def clock_skew(self) -> float:
        """Seconds by which the server's clock is ahead of this machine's."""
        return self._service.clock_skew

    @clock_skew.setter
    def clock_skew(self, seconds: float) -> None:
        self._service.clock_skew = seconds

    def now(self) -> float:
        """Return the seconds since 1970-01-01 UTC by the server's clock."""
        return self._service.now()

    @property
    def requests(self) -> list[Request]:
        """The requests so far in order of arrival, without signatures and tokens."""
        return list(self._service.log)

    def clear_requests(self) -> None:
        """Clear the log of requests."""
        self._service.log.clear()

    def add_key(
        self,
        id: str,  # noqa: A002 (OSS's own word)
        secret: str,
        token: str | None = None,
        *,
        expires: float | None = None,
        denied: Sequence[str] = (),
    ) -> None:
        """Accept another access key; *denied* are the kinds of calls that it may not make.

        With a *token* it is one of STS's, good until *expires* (seconds since 1970-01-01 UTC).
        """
        self._service.keys[id] = AccessKey(id, secret, token, expires, frozenset(denied))

    def bucket(self, name: str, public: bool = False) -> Bucket:
        """Return the bucket *name*, created if need be; anyone may read and list it if it is *public*."""
        return self._service.buckets.ensure(name, public=public)

    # Lifetime.

    @property
    def crashes(self) -> list[BaseException]:
        """The errors of the server itself, in order."""
        return self._service.crashes

    def start(self) -> None:
        """Listen on threads of its own; raises OSError when the port is in use."""
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=128)
        self.endpoint = "http://{}:{}".format(*self._listener.getsockname())
        thread = threading.Thread(target=self._accept, args=(self._listener,), name="oss-accept", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Close everything and wait for the threads; a second call does nothing."""
        if self._listener is None:
            return
        self._stopping.set()
        with suppress(OSError):  # wakes the thread that waits for connections
            socket.create_connection(self._listener.getsockname(), timeout=1).close()
        self._threads[0].join()
        self._listener.close()
        self._listener = None
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    # Connections.

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                if self._stopping.wait(0.05):  # out of file descriptors, say
                    return
                continue
            if self._stopping.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._accepted += 1
            thread = threading.Thread(
                target=self._serve, args=(connection, self._accepted), name="oss-connection", daemon=True
            )
            with self._lock:
                self._open.add(connection)
                self._threads = [self._threads[0], *(one for one in self._threads[1:] if one.is_alive())]
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        stream = connection.makefile("rb")
        try:
            with suppress(OSError):
                self._converse(connection, stream, number)
        finally:
            with self._lock:
                self._open.discard(connection)
            stream.close()
            connection.close()

    def _converse(self, connection: socket.socket, stream: BinaryIO, number: int) -> None:
        while not self._stopping.is_set():
            try:
                message = read_message(stream, connection)
            except BadMessageError as problem:
                self._send_refusal(connection, OssError("InvalidRequest", f"Bad request: {problem}."))
                return
            except BodyTooLargeError:
                self._send_refusal(connection, OssError("EntityTooLarge"))
                return
            if message is None:
                return
            answer = self._service.answer(message, number)
            if not self._deliver(connection, message, answer) or not message.keep_alive:
                return

    def _send_refusal(self, connection: socket.socket, error: OssError) -> None:
        reply = self._service.refuse(error)
        reply.headers.update({"Content-Length": str(len(reply.body)), "Connection": "close"})
        send_all(connection, render_head(reply), reply.body)
        # Closing while the client still sends would reset the connection and lose the response.
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        for _ in range(64):
            if not connection.recv(1 << 16):
                return

    def _deliver(self, connection: socket.socket, message: Message, answer: Answer) -> bool:
        """Send a response, changed by its fault; return False when the connection must be closed."""
        reply, fault = answer.reply, answer.fault or Fault()
        if fault.delay and self._stopping.wait(fault.delay):
            return False
        is_cut = fault.truncate_at is not None
        if is_cut or not fault.reset:
            reply.headers["Connection"] = "keep-alive" if message.keep_alive else "close"
            parts = _frame(reply, fault, has_body=message.method != "HEAD" and reply.status not in _BODILESS)
            send_all(connection, render_head(reply), *parts)
        if fault.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        return not fault.reset and not is_cut and not fault.wrong_length


def _frame(reply: Reply, fault: Fault, *, has_body: bool) -> list[bytes | memoryview]:
    """Set the header fields for the length of the body, correct or not, and return the pieces of the body to send."""
    if fault.chunked:
        reply.headers["Transfer-Encoding"] = "chunked"
    elif reply.status not in _BODILESS:
        reply.headers["Content-Length"] = str(max(0, len(reply.body) + fault.wrong_length))
    if not has_body:
        return []
    body = reply.body[: fault.truncate_at]
    return _in_chunks(body, ends=fault.truncate_at is None) if fault.chunked else [body]


def _in_chunks(body: bytes | memoryview, *, ends: bool, size: int = 8192) -> list[bytes | memoryview]:
    parts: list[bytes | memoryview] = []
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        parts += [b"%x\r\n" % len(piece), piece, b"\r\n"]
    return [*parts, b"0\r\n\r\n"] if ends else parts
