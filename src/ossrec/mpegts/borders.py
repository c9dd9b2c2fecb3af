"""One segment against the next: faults that show only when a recording's segments are seen together."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ossrec.findings import Finding
from ossrec.mpegts.inspection import Inspection


class Placed(NamedTuple):
    """A segment that was looked at, at its place in a recording."""

    number: int | None  # in its playlist, from 0; None when no playlist names it
    key: str
    start: float | None  # seconds from the start of the recording
    duration: float | None  # EXTINF, seconds
    discontinuity: bool  # EXT-X-DISCONTINUITY stands before it
    follows: bool  # the one before it in the recording is the one before it here
    inspection: Inspection


def check_segments(subject: str, segments: Sequence[Placed]) -> list[Finding]:
    """Everything that is wrong with segments, each in its place; *subject* is the key of their playlist."""
    return [finding for one in segments for finding in _placed(subject, one)]


def _placed(subject: str, one: Placed) -> Iterator[Finding]:
    name = one.key.rpartition("/")[2]
    for note in one.inspection.notes:
        start = None if one.start is None else one.start + (note.at or 0.0)
        detail = f"{name}: {note.detail}" if note.detail else name
        yield Finding(note.code, subject, detail, None, one.number, start, note.length, note.packet, note.lost)
