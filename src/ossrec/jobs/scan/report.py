"""The options, progress and summary of a scan."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Protocol

from ossrec.buckets.settings import RetryPolicy


class ScanState(NamedTuple):
    """The progress of a running scan."""

    phase: str  # "listing" or "checking"
    objects: int  # listed so far, by this run
    expected: int | None  # objects of the last scan; None without one
    checked: int  # recordings evaluated so far
    due: int | None  # recordings to evaluate; None during the listing
    playlists: int  # read so far
    findings: int  # warnings and errors found so far


class Progress(Protocol):
    """Shows the progress of a scan after each page and each batch of recordings."""

    def __call__(self, state: ScanState) -> None:
        """Show *state*; called often, must return at once."""


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
    unnamed: int = 0  # files under the prefix that are not recordings
    skipped: int = 0  # entries of a folder that are not listed: hidden, unreadable, or links out of the folder
    skipped_names: list[dict[str, str]] = field(default_factory=list)  # name and reason, except for hidden ones
    playlists_read: int = 0
    requests: dict[str, int] = field(default_factory=dict)  # made, by kind: list, get, retry
    bytes_read: int = 0
    recordings: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)  # recordings under the prefix, by verdict
    changes: list[str] = field(default_factory=list)  # sentences: "3 became complete"
    warnings: list[str] = field(default_factory=list)  # one line each: objects and folders that could not be read
    notices: list[str] = field(default_factory=list)  # one line each: other facts worth knowing
    tasks: dict[str, int] | None = None  # recordings that contradict their task or have none; None without tasks
    check: dict[str, Any] | None = None  # summary of the check that followed, at depth `edges` or `full`
    seconds: float = 0.0

    @property
    def partly(self) -> bool:
        """Return whether a part of the bucket could not be read."""
        return bool(self.warnings or (self.check and self.check["warnings"]))

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How to scan. Times are seconds."""

    prefix: str = ""
    depth: str = "listing"  # "edges" and "full": a check follows
    idle: float = 30.0  # a recording has ended after this long without a publisher
    lag: float = 300.0  # how long an upload may take to arrive
    threads: int = 8  # playlists read at once, and key ranges listed at once
    wait: bool = False  # wait for another run instead of failing
    retry: RetryPolicy = RetryPolicy()  # noqa: RUF009 - a value that never changes
    fresh: bool = False  # restart instead of resuming an unfinished scan
