"""Replies that end in time, however their bytes drip: a timeout for the whole head, and a rate for the body.

A socket's own timeout begins anew with each byte. A server that sends one every few seconds, or one
``100 Continue`` after the other, would hold a thread for ever.
"""

import http.client
import io
import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

SLOWEST = 8 * 1024  # bytes per second; a body that trickles in slower counts as timed out


class _Timed(io.RawIOBase):
    """The bytes of a socket, until a moment that may be put off."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self.patience = sock.gettimeout()  # seconds for one byte; None: the caller wants no end
        self.until = time.monotonic() + (self.patience or 0.0)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As of the socket; raises TimeoutError when the moment has come."""
        if self.patience is not None:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(min(left, self.patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """A reply whose head must be there within the socket's timeout, and whose body no slower than `SLOWEST`.

    The body has the socket's timeout in addition. Framing counts for nothing: only bytes of the body
    give it more time.
    """

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        """Begin to wait for the head."""
        super().__init__(sock, *args, **options)
        self.fp.close()  # nothing was read by it yet
        self._timed = _Timed(sock)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the head; raises TimeoutError when it does not end in time."""
        super().begin()
        self._grant(self._timed.patience or 0.0)

    def read1(self, n: int = -1) -> bytes:
        """As always, and each byte gives the next ones more time."""
        data = super().read1(n)
        self._timed.until += len(data) / SLOWEST
        return data

    def _grant(self, seconds: float) -> None:
        self._timed.until = time.monotonic() + seconds


class _HttpConnection(HTTPConnection):
    response_class = TimedResponse


class _HttpsConnection(HTTPSConnection):
    response_class = TimedResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class TimedAdapter(HTTPAdapter):
    """Sends requests as requests does, directly or by a proxy; replies come as `TimedResponse`."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """As always, with our connections."""
        super().init_poolmanager(*args, **options)
        _use_timed(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """As always, with our connections."""
        return _use_timed(super().proxy_manager_for(*args, **options))


def _use_timed(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return manager
