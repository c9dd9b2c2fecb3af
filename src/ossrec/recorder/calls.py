"""Values of a call to the recorder's service, and the log that records each call before and after it."""

from typing import NamedTuple, Protocol

from ossrec.model import RecorderOutcome, RecorderRequest

RESID_MINUTES = 5  # a resid is valid for so long
VALID_MS = RESID_MINUTES * 60_000


class CallLog(Protocol):
    """A log of calls."""

    def log_request(self, call: RecorderRequest) -> None:
        """Store *call* durably before it is sent. An exception prevents the request from being sent."""

    def log_outcome(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        """Store the outcome of *call*. Never raises: the call cannot be undone."""


class NoCallLog:
    """A log that stores nothing."""

    def log_request(self, call: RecorderRequest) -> None:
        """Do nothing."""

    def log_outcome(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        """Do nothing."""


class Resid(NamedTuple):
    """The permission to start one recording."""

    text: str
    applied_ms: int  # when the request for it was sent; the recorder's five minutes begin a little later

    def is_valid(self, now_ms: int) -> bool:
        """Tell whether it is younger than five minutes."""
        return now_ms < self.applied_ms + VALID_MS


class TaskHandle(NamedTuple):
    """A running recording, with the ids that the service requires."""

    recordid: str
    room_id: str
    resid: str | None = None
    stream: str | None = None
