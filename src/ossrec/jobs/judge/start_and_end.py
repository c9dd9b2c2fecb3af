"""When a recording started and ended, and where that is known from."""

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
    """What one segment tells."""

    stamp_ms: int | None  # by its name
    modified: int | None  # epoch seconds of its arrival
    length: float  # seconds, 0 when neither a playlist nor a look tells


def start_and_end(holding: StoredRecording, assembled: Assembled, measured: Mapping[str, float]) -> StartAndEnd:
    """By the playlist's clock, else by the segments' names, else by their arrival in the bucket.

    *measured* has the lengths of segments that were looked at, by key; those count that no playlist tells.
    """
    moments = list(_moments(assembled, measured))
    by_name = _by_name(moments)
    by_playlist = _by_playlist(assembled.parts)
    if by_playlist is not None and _is_believable(by_playlist, by_name):
        return by_playlist
    return by_name or _by_arrival(moments, holding)


def _is_believable(clock: StartAndEnd, other: StartAndEnd | None) -> bool:
    """A recorder without a clock starts in 1970; the names of its segments, if they tell, are by another clock."""
    started = clock.started_ms or 0
    if other is not None and other.started_ms is not None:
        return abs(started - other.started_ms) <= _DAY
    return _FIRST <= started <= _LAST


def _moments(assembled: Assembled, measured: Mapping[str, float]) -> Iterator[_SegmentTime]:
    for part in assembled.parts:
        for one in part.listed.segments:
            yield _SegmentTime(one.stamp_ms, one.modified, one.duration)
    for loose in assembled.orphans:
        yield _SegmentTime(loose.stamp_ms, loose.modified, measured.get(loose.key, 0.0))


def _by_playlist(parts: list[AssembledPart]) -> StartAndEnd | None:
    if not parts or parts[0].row.program_ms is None:
        return None
    source = "PROGRAM-DATE-TIME"
    last = parts[-1].row
    if last.program_ms is None:
        return StartAndEnd(parts[0].row.program_ms, source)
    return StartAndEnd(parts[0].row.program_ms, source, last.program_ms + round(last.duration * 1000), source)


def _by_name(moments: list[_SegmentTime]) -> StartAndEnd | None:
    """A name has the time at which its segment starts."""
    source = "segment name"
    told = [(one.stamp_ms, one.length) for one in moments if one.stamp_ms is not None]
    if not told:
        return None
    return StartAndEnd(min(told)[0], source, max(stamp + round(1000 * length) for stamp, length in told), source)


def _by_arrival(moments: list[_SegmentTime], holding: StoredRecording) -> StartAndEnd:
    """A segment arrives when it is over."""
    source = "last-modified"
    told = [(one.modified, one.length) for one in moments if one.modified is not None]
    told = told or [(stored.modified, 0.0) for stored in holding.objects.values()]
    first, length = min(told)
    return StartAndEnd(first * 1000 - round(1000 * length), source, max(told)[0] * 1000, source)
