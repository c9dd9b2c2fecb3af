"""What a scan tells of itself: while it runs, and at its end."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Protocol

from ossrec.buckets.settings import RetryPolicy


class ScanState(NamedTuple):
    """Where a running scan is."""

    phase: str  # "listing" or "checking"
    objects: int  # listed so far, by this run
    expected: int | None  # objects of the last scan, when there was one
    checked: int  # recordings judged so far
    due: int | None  # recordings to judge, known once the listing is done
    playlists: int  # read so far
    findings: int  # warnings and errors found so far


class Progress(Protocol):
    """Told where a scan is, after each page and each batch of recordings."""

    def __call__(self, state: ScanState) -> None:
        """Show *state*; called often, returns at once."""


@dataclass(slots=True)
class ScanSummary:
    """The result of one scan. Sizes are bytes, times seconds."""

    bucket: str
    prefix: str
    resumed: bool = False
    objects: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    unnamed: int = 0  # objects whose name breaks the naming rule, in the whole prefix
    skipped: int = 0  # things in a folder that are no objects: hidden, unreadable, links out of it
    skipped_names: list[dict[str, str]] = field(default_factory=list)  # name and reason, but for hidden ones
    playlists_read: int = 0
    requests: dict[str, int] = field(default_factory=dict)  # made, by kind: list, get, retry
    bytes_read: int = 0
    recordings: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)  # recordings under the prefix, by verdict
    changes: list[str] = field(default_factory=list)  # sentences: "3 became complete"
    warnings: list[str] = field(default_factory=list)  # one line each: what could not be looked at
    notices: list[str] = field(default_factory=list)  # one line each: what else people should know
    tasks: dict[str, int] | None = None  # recordings that contradict their tasks, or that none knows; None: no tasks
    check: dict[str, Any] | None = None  # the summary of the check that followed, at the depths `edges` and `full`
    seconds: float = 0.0

    @property
    def partly(self) -> bool:
        """Something in the bucket could not be looked at."""
        return bool(self.warnings or (self.check and self.check["warnings"]))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How to scan. Times are seconds."""

    prefix: str = ""
    depth: str = "listing"  # "edges" and "full" let a check follow
    idle: float = 30.0  # a room with nobody publishing for so long has stopped
    lag: float = 300.0  # how long an upload may take to arrive
    threads: int = 8  # playlists read at once, and ranges listed at once
    wait: bool = False  # wait for another run to end instead of failing
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009 - a value that never changes
    fresh: bool = False  # start over instead of resuming a scan that did not finish
