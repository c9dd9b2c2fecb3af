"""What a call of the recorder's service is about, and where it is noted: before it is sent, and when it has ended."""

from typing import NamedTuple, Protocol

from ossrec.model import RecorderOutcome, RecorderRequest

MOST_MINUTES = 5  # that a resid is good for
VALID_MS = MOST_MINUTES * 60_000


class CallLog(Protocol):
    """Where calls are noted."""

    def asked(self, call: RecorderRequest) -> None:
        """Note *call* so that it outlives this process; what is raised here keeps it from being sent."""

    def ended(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        """Note what came of *call*; never raises, since it cannot be undone."""


class NoCallLog:
    """Notes nothing."""

    def asked(self, call: RecorderRequest) -> None:
        """Do nothing."""

    def ended(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        """Do nothing."""


class Resid(NamedTuple):
    """The right to start one recording."""

    text: str
    applied_ms: int  # when it was asked for: the recorder gave it a little later

    def is_valid(self, now_ms: int) -> bool:
        """Younger than five minutes."""
        return now_ms < self.applied_ms + VALID_MS


class TaskHandle(NamedTuple):
    """A recording under way, as the service wants it named."""

    recordid: str
    room_id: str
    resid: str | None = None
    stream: str | None = None
