"""Deadlines for HTTP responses: a timeout for the header as a whole, and a minimum rate for the body.

A socket's own timeout restarts with each byte. A server that sends a byte every few seconds, or one ``100 Continue``
after the other, would hold a thread indefinitely.
"""

import http.client
import io
import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

MIN_RATE = 8 * 1024  # bytes per second; a slower body times out


class _SocketReader(io.RawIOBase):
    """The bytes of a socket, until a deadline that can be extended."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self.timeout = sock.gettimeout()  # seconds for one byte; None: no deadline
        self.deadline = time.monotonic() + (self.timeout or 0.0)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read from the socket; raises TimeoutError after the deadline."""
        if self.timeout is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(min(left, self.timeout))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the file of the socket."""
        self._raw.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """A response with the socket's timeout for its whole header, and at least `MIN_RATE` for its body.

    The body has the socket's timeout in addition. Only bytes of the body extend the deadline, framing does not.
    """

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        """Start the timeout of the header."""
        super().__init__(sock, *args, **options)
        self.fp.close()  # it has read nothing yet
        self._reader = _SocketReader(sock)
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        """Read the header; raises TimeoutError when it does not end in time."""
        super().begin()
        self._reader.deadline = time.monotonic() + (self._reader.timeout or 0.0)

    def read1(self, n: int = -1) -> bytes:
        """Read bytes of the body, each of which extends the deadline."""
        data = super().read1(n)
        self._reader.deadline += len(data) / MIN_RATE
        return data


class _HttpConnection(HTTPConnection):
    response_class = TimedResponse


class _HttpsConnection(HTTPSConnection):
    response_class = TimedResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class TimedAdapter(HTTPAdapter):
    """Sends requests directly or through a proxy, and returns responses with deadlines."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use connections whose responses are `TimedResponse`."""
        super().init_poolmanager(*args, **options)
        _use_timed(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Use connections whose responses are `TimedResponse` through a proxy too."""
        return _use_timed(super().proxy_manager_for(*args, **options))


def _use_timed(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return manager
