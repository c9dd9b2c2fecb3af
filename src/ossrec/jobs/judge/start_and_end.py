"""Start and end of a recording, and the source of each."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ossrec.catalog.store.recordings import StoredRecording
from ossrec.jobs.judge.assemble import Assembled, AssembledPart


class StartAndEnd(NamedTuple):
    """Start and end of a recording in Unix ms, each with its source."""

    started_ms: int | None = None
    started_from: str | None = None
    ended_ms: int | None = None
    ended_from: str | None = None


_DAY = 86_400_000
_FIRST, _LAST = 946_684_800_000, 4_102_444_800_000  # the years 2000 to 2099


class _SegmentTime(NamedTuple):
    """The times known of one segment."""

    stamp_ms: int | None  # the start, from its name
    modified: int | None  # epoch seconds of its arrival
    duration: float  # seconds, 0 if neither a playlist nor an inspection has it


def start_and_end(recording: StoredRecording, assembled: Assembled, measured: Mapping[str, float]) -> StartAndEnd:
    """Return start and end by EXT-X-PROGRAM-DATE-TIME, else by the names of segments, else by their arrival.

    *measured* has the seconds of inspected segments by key; it is used for orphans, which have no EXTINF.
    """
    times = list(_segment_times(assembled, measured))
    by_name = _by_name(times)
    by_playlist = _by_playlist(assembled.parts)
    if by_playlist is not None and _is_plausible(by_playlist, by_name):
        return by_playlist
    return by_name or _by_arrival(times, recording)


def _is_plausible(clock: StartAndEnd, other: StartAndEnd | None) -> bool:
    """Return whether the recorder's clock was set; otherwise it starts in 1970. Names of segments use another clock."""
    started = clock.started_ms or 0
    if other is not None and other.started_ms is not None:
        return abs(started - other.started_ms) <= _DAY
    return _FIRST <= started <= _LAST


def _segment_times(assembled: Assembled, measured: Mapping[str, float]) -> Iterator[_SegmentTime]:
    for part in assembled.parts:
        for one in part.joined.segments:
            yield _SegmentTime(one.stamp_ms, one.modified, one.duration)
    for orphan in assembled.orphans:
        yield _SegmentTime(orphan.stamp_ms, orphan.modified, measured.get(orphan.key, 0.0))


def _by_playlist(parts: list[AssembledPart]) -> StartAndEnd | None:
    if not parts or parts[0].row.program_ms is None:
        return None
    source = "PROGRAM-DATE-TIME"
    last = parts[-1].row
    if last.program_ms is None:
        return StartAndEnd(parts[0].row.program_ms, source)
    return StartAndEnd(parts[0].row.program_ms, source, last.program_ms + round(last.duration * 1000), source)


def _by_name(times: list[_SegmentTime]) -> StartAndEnd | None:
    """Return start and end by names, which have the start of their segment."""
    source = "segment name"
    known = [(one.stamp_ms, one.duration) for one in times if one.stamp_ms is not None]
    if not known:
        return None
    return StartAndEnd(min(known)[0], source, max(stamp + round(1000 * seconds) for stamp, seconds in known), source)


def _by_arrival(times: list[_SegmentTime], recording: StoredRecording) -> StartAndEnd:
    """Return start and end by arrival: a segment arrives at its end."""
    source = "last-modified"
    known = [(one.modified, one.duration) for one in times if one.modified is not None]
    known = known or [(stored.modified, 0.0) for stored in recording.objects.values()]
    first, seconds = min(known)
    return StartAndEnd(first * 1000 - round(1000 * seconds), source, max(known)[0] * 1000, source)
