"""What a check is told and tells: how to look, where it is, and what came of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ossrec.buckets.settings import RetryPolicy
from ossrec.catalog.query.due_inspections import InspectionCost, Share
from ossrec.catalog.query.filters import RecordingFilter
from ossrec.mpegts.inspection import Depth


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How to look. Times are seconds."""

    depth: Depth = "edges"
    wanted: RecordingFilter = RecordingFilter()  # noqa: RUF009 - a value that never changes
    recordings: tuple[str, ...] = ()  # as people name them; empty: all that is wanted
    again: float | None = None  # looks of this depth that are older are made again; None: none of them
    share: Share = Share(1, 1)  # noqa: RUF009
    budget: int | None = None  # bytes to read at most; a first segment is looked at however large it is
    time: float | None = None  # after which no further look is begun
    idle: float = 30.0  # a room with nobody publishing for so long has stopped
    lag: float = 300.0  # how long an upload may take to arrive
    wait: bool = False  # wait for another run to end instead of failing
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009


class CheckForecast(NamedTuple):
    """What a check is about to do, as far as the catalog knows."""

    run: InspectionCost  # what this check does, by its budget
    due: InspectionCost  # all that is due
    archived: int  # segments of what was asked for that were never looked at so deep, and must be restored first
    time: float | None = None  # seconds after which it begins no further look
    goes_on_from: int | None = None  # when the stopped check began that it goes on with; epoch seconds


class CheckState(NamedTuple):
    """Where a running check is."""

    recordings: int  # judged so far
    segments: int  # looked at so far
    bytes_read: int
    findings: int  # warnings and errors found so far
    planned: InspectionCost  # about what this check does


def _nothing(*_: object) -> None:
    """Tells nobody."""


class CheckCallbacks(NamedTuple):
    """Whom a check tells what."""

    planned: Callable[[CheckForecast], object] = _nothing  # before it begins
    progress: Callable[[CheckState], object] = _nothing  # after each segment; returns at once
    stopping: Callable[[], object] = _nothing  # from the handler of a signal that asks to stop


@dataclass(slots=True)
class CheckSummary:
    """The result of one check. Sizes are bytes, times seconds."""

    depth: str
    buckets: list[str] = field(default_factory=list)  # that were looked into
    due: dict[str, int] = field(default_factory=dict)  # about what there was to do in all: recordings, segments …
    planned: dict[str, int] = field(default_factory=dict)  # about what of that the budget has room for
    recordings: int = 0  # judged
    segments: int = 0  # looked at
    archived: int = 0  # segments that were never looked at so deep, and must be restored first
    requests: dict[str, int] = field(default_factory=dict)  # made, by kind: get, list, retry
    bytes_read: int = 0  # of segments
    findings: int = 0  # warnings and errors about these recordings
    verdicts: dict[str, int] = field(default_factory=dict)  # of these recordings
    changes: list[str] = field(default_factory=list)  # sentences: "3 became damaged"
    stopped_by: str | None = None  # "budget" or "time"
    left: dict[str, int] = field(default_factory=dict)  # about what the next run has to do
    warnings: list[str] = field(default_factory=list)  # one line each: what could not be looked at
    seconds: float = 0.0

    @property
    def partly(self) -> bool:
        """Something could not be looked at."""
        return bool(self.warnings)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def summary_before(depth: str, outlook: CheckForecast) -> CheckSummary:
    """The summary of a check that did nothing yet: all that is due is left."""
    requests = {"list": 0, "get": 0, "retry": 0}
    due = outlook.due._asdict()
    return CheckSummary(
        depth, due=due, planned=outlook.run._asdict(), archived=outlook.archived, requests=requests, left=dict(due)
    )
