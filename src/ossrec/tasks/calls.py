"""One call of the recorder's service, as it is noted: before it is sent, and when it has ended."""

from typing import NamedTuple, Protocol

MOST_MINUTES = 5  # that a resid is good for
VALID_MS = MOST_MINUTES * 60_000


class Asked(NamedTuple):
    """A call about to be sent; each has a traceId of its own, also when it repeats another."""

    call: str  # "apply", "start", "layout" or "stop"
    trace_id: str
    app_id: int
    room_id: str
    asked_ms: int
    stream: str | None = None  # "mixed" or "source"
    resid: str | None = None
    recordid: str | None = None


class Ended(NamedTuple):
    """What came of a call."""

    outcome: str  # "done", "refused", "unanswered" (it may have been done) or "unsent" (it was not)
    ended_ms: int
    code: int | None = None
    message: str | None = None  # the service's own, or what went wrong
    resid: str | None = None
    recordid: str | None = None


class Notes(Protocol):
    """Where calls are noted."""

    def asked(self, call: Asked) -> None:
        """Note *call* so that it outlives this process; what is raised here keeps it from being sent."""

    def ended(self, call: Asked, end: Ended) -> None:
        """Note what came of *call*; never raises, since it cannot be undone."""


class NoNotes:
    """Notes nothing."""

    def asked(self, call: Asked) -> None:
        """Do nothing."""

    def ended(self, call: Asked, end: Ended) -> None:
        """Do nothing."""


class Resid(NamedTuple):
    """The right to start one recording."""

    text: str
    applied_ms: int  # when it was asked for: the recorder gave it a little later

    def is_valid(self, now_ms: int) -> bool:
        """Younger than five minutes."""
        return now_ms < self.applied_ms + VALID_MS


class Task(NamedTuple):
    """A recording under way, as the service wants it named."""

    recordid: str
    room_id: str
    resid: str | None = None
    stream: str | None = None
