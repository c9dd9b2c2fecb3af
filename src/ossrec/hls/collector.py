"""Collects findings about one playlist, and keeps their number bounded."""

from typing import Protocol

from ossrec.findings import Finding

REPEATS = 1000  # of one code; the rest is counted, for a hostile playlist can break a rule on every line
EXCERPT = 200  # characters of foreign text in a detail


class SegmentPosition(Protocol):
    """A segment of a playlist, whatever else is known of it."""

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
    """Findings about *subject* in the order they were made, at most `REPEATS` of a code."""

    __slots__ = ("_found", "_seconds", "_seen", "subject")

    def __init__(self, subject: str) -> None:
        """Start with none."""
        self.subject = subject
        self._found: list[Finding] = []
        self._seen: dict[str, int] = {}
        self._seconds: dict[str, float] = {}  # of what was only counted

    def add(
        self,
        code: str,
        detail: str = "",
        line: int | None = None,
        *,
        segment: int | None = None,
        start: float | None = None,
        length: float | None = None,
    ) -> None:
        """Keep one more finding, or only count it."""
        seen = self._seen[code] = self._seen.get(code, 0) + 1
        if seen <= REPEATS:
            self._found.append(Finding(code, self.subject, detail, line, segment, start, length))
        elif length is not None:
            self._seconds[code] = self._seconds.get(code, 0.0) + length

    def add_at(self, place: SegmentPosition, code: str, detail: str = "") -> None:
        """Keep one more, about all of a segment."""
        self.add(code, detail, place.line, segment=place.number, start=place.start, length=place.duration)

    def all(self) -> list[Finding]:
        """The findings by line, those without one last; then one for each code that had too many."""
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
    """Foreign text for a detail, cut to a bearable length."""
    return text if len(text) <= length else text[:length] + "…"
