"""Collects the findings about one playlist, in a bounded number."""

from typing import Protocol

from ossrec.findings import Finding, Severity

REPEATS = 1000  # findings of one code; more are only counted, because a hostile playlist can break a rule on every line
EXCERPT = 200  # characters of text from a bucket in a detail


class SegmentPosition(Protocol):
    """The position of a segment in its playlist and in the recording."""

    @property
    def number(self) -> int:
        """Position in the playlist, from 0."""

    @property
    def line(self) -> int:
        """Of its URI, from 1."""

    @property
    def start(self) -> float:
        """Seconds from the start of the recording."""

    @property
    def duration(self) -> float:
        """Seconds."""


class FindingCollector:
    """Findings about *subject*, at most `REPEATS` of each code."""

    __slots__ = ("_found", "_seconds", "_seen", "subject")

    def __init__(self, subject: str) -> None:
        """Start without findings."""
        self.subject = subject
        self._found: list[Finding] = []
        self._seen: dict[str, int] = {}
        self._seconds: dict[str, float] = {}  # of findings that were only counted

    def add(
        self,
        code: str,
        detail: str = "",
        line: int | None = None,
        *,
        segment: int | None = None,
        start: float | None = None,
        length: float | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Add a finding, or only count it if there are too many of its code; *severity* is INFO for a habit."""
        seen = self._seen[code] = self._seen.get(code, 0) + 1
        if seen <= REPEATS:
            self._found.append(Finding(code, self.subject, detail, line, segment, start, length, severity=severity))
        elif length is not None:
            self._seconds[code] = self._seconds.get(code, 0.0) + length

    def add_at(self, place: SegmentPosition, code: str, detail: str = "") -> None:
        """Add a finding about a complete segment."""
        self.add(code, detail, place.line, segment=place.number, start=place.start, length=place.duration)

    def all(self) -> list[Finding]:
        """Return the findings by line, those without a line last, then one finding for each code with too many."""
        found = sorted(self._found, key=_line)
        found.extend(
            Finding(code, self.subject, f"and {seen - REPEATS} more of the same", length=self._seconds.get(code))
            for code, seen in self._seen.items()
            if seen > REPEATS
        )
        return found


def _line(finding: Finding) -> float:
    return float("inf") if finding.line is None else finding.line


def excerpt(text: str, length: int = EXCERPT) -> str:
    """Return *text* from a bucket for a detail, shortened to *length* characters."""
    return text if len(text) <= length else text[:length] + "…"
