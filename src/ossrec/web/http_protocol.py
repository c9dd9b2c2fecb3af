"""Connections that end in time: whoever connects and says nothing keeps no one else out.

Uvicorn waits for the head of a request as long as it takes, and counts each connection against its limit.
"""

import asyncio
from typing import Any, ClassVar, NamedTuple

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol

from ossrec.web.rejection_log import RejectionLog


class ConnectionLimits(NamedTuple):
    """What one caller, or many, may take up."""

    head: float = 5.0  # seconds from connecting, or from the last answer, to the end of the next head
    body: float = 20.0  # seconds for a body to arrive
    whole: float = 60.0  # seconds from a head to the end of its answer; storing may wait for half of it
    waiting: int = 200  # connections without a request in hand; one more takes the place of the oldest
    at_once: int = 100  # requests in hand; one more is answered with 503


LIMITS = ConnectionLimits()


class WaitingConnections:
    """The connections that wait without a request in hand, the oldest first."""

    def __init__(self, limits: ConnectionLimits, refusals: RejectionLog) -> None:
        """Nobody waits yet."""
        self.limits, self.refusals = limits, refusals
        self._waiting: dict[TimedH11Protocol, None] = {}

    def enter(self, one: "TimedH11Protocol") -> None:
        """*one* waits from now on; when there are too many, the oldest has to go."""
        self.leave(one)
        if len(self._waiting) >= self.limits.waiting:
            oldest = next(iter(self._waiting))
            self.leave(oldest)
            oldest.give_up("it waited, and others came: its connection was closed")
        self._waiting[one] = None

    def leave(self, one: "TimedH11Protocol") -> None:
        """*one* has a request in hand, or is gone."""
        self._waiting.pop(one, None)

    def protocol(self) -> type["TimedH11Protocol"]:
        """The protocol for connections that wait here."""
        return type("PromptProtocolHere", (TimedH11Protocol,), {"hall": self})


class TimedH11Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to every wait."""

    hall: ClassVar[WaitingConnections]

    def __init__(self, *args: Any, **options: Any) -> None:
        """As uvicorn makes it, for each connection."""
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_busy = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The head of a request is due."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self.hall.leave(self)
        self._due(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """As always; with the head of a request, its answer is due."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete and not self._is_busy:
            self._is_busy = True
            self.hall.leave(self)
            self._due(self.hall.limits.whole)

    def on_response_complete(self) -> None:
        """The head of the next request is due, whatever is still to come of this one's body."""
        self._is_busy = False
        if not self.transport.is_closing():
            self._wait_for_head()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Tell it, and not only the caller, who may be in the middle of an answer already."""
        self.hall.refusals.tell(f"400 to {self._caller()}: it is no HTTP")
        try:
            super().send_400_response(msg)
        except LocalProtocolError:
            self.transport.abort()

    def give_up(self, why: str) -> None:
        """Close the connection at once; a line says so unless all that was begun was answered."""
        if self._is_busy or self.conn.trailing_data[0]:
            self.hall.refusals.tell(f"408 to {self._caller()}: {why}")
        self.transport.abort()

    def _wait_for_head(self) -> None:
        self.hall.enter(self)
        self._due(self.hall.limits.head)

    def _due(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        self.give_up("the answer could not be given in time" if self._is_busy else "the request did not arrive")

    def _caller(self) -> str:
        return self.client[0] if self.client else "?"
