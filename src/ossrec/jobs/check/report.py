"""The options, forecast, progress and summary of a check."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ossrec.buckets.settings import RetryPolicy
from ossrec.catalog.query.due_inspections import InspectionCost, Share
from ossrec.catalog.query.filters import RecordingFilter
from ossrec.mpegts.inspection import Depth


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check inspects, and how. Times are seconds."""

    depth: Depth = "edges"
    wanted: RecordingFilter = RecordingFilter()  # noqa: RUF009 - a value that never changes
    recordings: tuple[str, ...] = ()  # references; empty: all that *wanted* selects
    again: float | None = None  # age from which inspections of this depth are repeated; None: never
    share: Share = Share(1, 1)  # noqa: RUF009
    budget: int | None = None  # bytes to read at most; the first segment is inspected whatever its size
    time: float | None = None  # after which no inspection is started
    idle: float = 30.0  # a recording has ended after this long without a publisher
    lag: float = 300.0  # the longest delay of an upload
    wait: bool = False  # wait while another run holds the catalog, instead of failing
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009


class CheckForecast(NamedTuple):
    """The work ahead of a check, as far as the catalog knows."""

    run: InspectionCost  # inspections of this check, within its budget
    due: InspectionCost  # all inspections that are due
    archived: int  # selected segments not inspected to this depth yet, which must be restored first
    time: float | None = None  # seconds after which no inspection is started
    resumed_from: int | None = None  # start of the interrupted check that this one resumes; epoch seconds


class CheckState(NamedTuple):
    """The progress of a running check."""

    recordings: int  # evaluated so far
    segments: int  # inspected so far
    bytes_read: int
    findings: int  # warnings and errors found so far
    planned: InspectionCost  # estimate of all inspections of this check


def _ignore(*_: object) -> None:
    """Do nothing."""


class CheckCallbacks(NamedTuple):
    """Functions that a check calls."""

    planned: Callable[[CheckForecast], object] = _ignore  # before it begins
    progress: Callable[[CheckState], object] = _ignore  # after each segment; returns at once
    stopping: Callable[[], object] = _ignore  # from the handler of a signal that asks to stop


@dataclass(slots=True)
class CheckSummary:
    """The result of one check. Sizes are bytes, times seconds."""

    depth: str
    buckets: list[str] = field(default_factory=list)  # opened
    due: dict[str, int] = field(default_factory=dict)  # estimate of all work that was due: recordings, segments …
    planned: dict[str, int] = field(default_factory=dict)  # estimate of the part within the budget
    recordings: int = 0  # evaluated
    segments: int = 0  # inspected
    archived: int = 0  # selected segments not inspected to this depth yet, which must be restored first
    requests: dict[str, int] = field(default_factory=dict)  # sent, by kind: get, list, retry
    bytes_read: int = 0  # of segments
    findings: int = 0  # warnings and errors of the evaluated recordings
    verdicts: dict[str, int] = field(default_factory=dict)  # of the evaluated recordings
    changes: list[str] = field(default_factory=list)  # sentences: "3 became damaged"
    stopped_by: str | None = None  # "budget" or "time"
    remaining: dict[str, int] = field(default_factory=dict)  # estimate of the work for the next check
    warnings: list[str] = field(default_factory=list)  # one line each: what could not be inspected
    seconds: float = 0.0

    @property
    def partly(self) -> bool:
        """The check could not inspect everything."""
        return bool(self.warnings)

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as it is printed in JSON."""
        return asdict(self)


def summary_before(depth: str, forecast: CheckForecast) -> CheckSummary:
    """Return the summary of a check that has not started: all due work remains."""
    requests = {"list": 0, "get": 0, "retry": 0}
    due = forecast.due._asdict()
    return CheckSummary(
        depth,
        due=due,
        planned=forecast.run._asdict(),
        archived=forecast.archived,
        requests=requests,
        remaining=dict(due),
    )
