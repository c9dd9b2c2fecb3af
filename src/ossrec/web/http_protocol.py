"""HTTP connections with deadlines, so that idle clients cannot block others.

Uvicorn has no timeout for the head of a request, and counts each connection against its limit.
"""

import asyncio
from typing import Any, ClassVar, NamedTuple

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol

from ossrec.web.rejection_log import RejectionLog


class ConnectionLimits(NamedTuple):
    """Limits on the time and number of connections."""

    head: float = 5.0  # seconds from connecting, or from the last response, to the end of the next head
    body: float = 20.0  # seconds until the body has arrived
    whole: float = 60.0  # seconds from a head to the end of its response; storing may wait for half of it
    waiting: int = 200  # connections without a request; a further one replaces the oldest
    at_once: int = 100  # requests in progress; a further one is answered with 503


LIMITS = ConnectionLimits()


class WaitingConnections:
    """The connections without a request, oldest first."""

    def __init__(self, limits: ConnectionLimits, rejections: RejectionLog) -> None:
        """Start without connections."""
        self.limits, self.rejections = limits, rejections
        self._waiting: dict[TimedH11Protocol, None] = {}

    def add(self, connection: "TimedH11Protocol") -> None:
        """Add a connection that waits for a request. If there are too many, close the oldest."""
        self.remove(connection)
        if len(self._waiting) >= self.limits.waiting:
            oldest = next(iter(self._waiting))
            self.remove(oldest)
            oldest.abort("closed to make room for newer connections")
        self._waiting[connection] = None

    def remove(self, connection: "TimedH11Protocol") -> None:
        """Remove a connection that has a request, or is closed."""
        self._waiting.pop(connection, None)

    def protocol_class(self) -> type["TimedH11Protocol"]:
        """Return the protocol class for uvicorn, bound to these connections."""
        return type("BoundTimedH11Protocol", (TimedH11Protocol,), {"waiting": self})


class TimedH11Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1 protocol with a deadline for every step."""

    waiting: ClassVar[WaitingConnections]

    def __init__(self, *args: Any, **options: Any) -> None:
        """Called by uvicorn for each connection."""
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_busy = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline for the head of a request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the deadline."""
        self.waiting.remove(self)
        self._set_deadline(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Handle events; when the head of a request is complete, start the deadline for its response."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete and not self._is_busy:
            self._is_busy = True
            self.waiting.remove(self)
            self._set_deadline(self.waiting.limits.whole)

    def on_response_complete(self) -> None:
        """Start the deadline for the head of the next request, even if this request's body is not complete."""
        self._is_busy = False
        if not self.transport.is_closing():
            self._wait_for_head()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Log the rejection, then send it if no response has begun."""
        self.waiting.rejections.add(f"400 to {self._caller()}: not HTTP")
        try:
            super().send_400_response(msg)
        except LocalProtocolError:
            self.transport.abort()

    def abort(self, why: str) -> None:
        """Close the connection at once; log *why* if a request was begun and not answered."""
        if self._is_busy or self.conn.trailing_data[0]:
            self.waiting.rejections.add(f"408 to {self._caller()}: {why}")
        self.transport.abort()

    def _wait_for_head(self) -> None:
        self.waiting.add(self)
        self._set_deadline(self.waiting.limits.head)

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._deadline_passed)

    def _deadline_passed(self) -> None:
        self.abort("no response before the deadline" if self._is_busy else "the request did not arrive")

    def _caller(self) -> str:
        return self.client[0] if self.client else "?"
