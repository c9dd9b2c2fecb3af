"""How long the segments of a rebuilt playlist are and where they jump, by their bytes, their names and EXTINF."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ossrec.errors import OssrecError
from ossrec.hls.edit.plan import PlannedSegment
from ossrec.hls.relative_uris import relative_uri
from ossrec.hls.uris import resolve
from ossrec.jobs.rebuild.gather import RecorderPart, SegmentEntry
from ossrec.jobs.rebuild.inspections import KnownInspections
from ossrec.model import BucketAddress
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from ossrec.mpegts.sequence.durations import measured_durations, start_to_start, tolerance
from ossrec.mpegts.sequence.order import continues, creation_order
from ossrec.segment_rules import SegmentState, segment_state, timeline_gap

_MISSPELLED = frozenset(("HLS176", "HLS177", "HLS178"))  # backslash, space, stray percent sign
_ABSENT = frozenset((SegmentState.MISSING, SegmentState.EMPTY))
_BORDERS = frozenset(("TS353", "TS380", "TS420"))  # what EXT-X-DISCONTINUITY is the remedy of


class PlannedPart(NamedTuple):
    """A part of the recording as it is to be written."""

    source: RecorderPart
    entries: list[SegmentEntry]  # beside `pieces`
    pieces: list[PlannedSegment]
    left_out: list[str]  # keys that no URI can mean, and of segments that are not there and of no known length


class _KnownSegment(NamedTuple):
    """What the whole recording tells of one segment."""

    entry: SegmentEntry
    seconds: float | None
    is_measured: bool  # by its bytes, and nothing else speaks for EXTINF
    is_gone: bool  # cannot be played
    jumps: bool


def plan(sources: Sequence[RecorderPart], looks: KnownInspections, address: BucketAddress) -> list[PlannedPart]:
    """The pieces of every part, held against those of the part before.

    Raises OssrecError when nothing tells the length of a segment that is there.
    """
    ordered = [_in_order(source, looks.seen) for source in sources]
    known = iter(_known_segments([entry for some in ordered for entry in some], looks))
    found: list[PlannedPart] = []
    for source, some in zip(sources, ordered, strict=True):
        part = PlannedPart(source, [], [], [])
        for _ in some:
            one = next(known)
            if found and not part.pieces:
                one = one._replace(jumps=True)  # another recorder's clock
            piece = _planned_segment(one, source, looks, address)
            if piece is None:
                part.left_out.append(one.entry.key or "")
            else:
                part.entries.append(one.entry)
                part.pieces.append(piece)
        found.append(part)
    return found


def _in_order(source: RecorderPart, seen: Mapping[str, Inspection]) -> list[SegmentEntry]:
    """As the playlist has them; without one as they were made."""
    entries = source.entries
    if source.original is not None:
        return entries
    keys = [entry.key or "" for entry in entries]
    return [
        entries[number] for number in creation_order(keys, [e.stamp_ms for e in entries], [seen.get(k) for k in keys])
    ]


def _known_segments(entries: Sequence[SegmentEntry], looks: KnownInspections) -> list[_KnownSegment]:
    seen = [looks.seen.get(entry.key or "") if entry.is_lookable else None for entry in entries]
    usable = [None if one is None or one.packet_size is None else one for one in seen]
    lengths = _durations(entries, usable)
    gone = [_is_unplayable(*pair) for pair in zip(entries, seen, strict=True)]
    found = _discontinuities(entries, usable, lengths)
    for number in range(1, len(entries)):  # what was to go on there is lost, and Chromium plays no gap without
        found[number] |= gone[number - 1] and not gone[number]
    sure = [one is not None and not _is_doubtful(usable, lengths, number) for number, one in enumerate(usable)]
    return [_KnownSegment(*one) for one in zip(entries, lengths, sure, gone, found, strict=True)]


def _is_doubtful(seen: Sequence[Inspection | None], lengths: Sequence[float | None], number: int) -> bool:
    """A length that only the edges of a segment tell, and that the start of the next one contradicts.

    Where EXTINF is another one too, that is left as it is.
    """
    one, other = seen[number], seen[number + 1] if number + 1 < len(seen) else None
    seconds = lengths[number]
    if one is None or other is None or one.depth == "full" or seconds is None:
        return False
    passed = start_to_start(one, other)
    return passed is not None and abs(passed - seconds) > tolerance(seconds)


def _is_unplayable(entry: SegmentEntry, seen: Inspection | None) -> bool:
    """It cannot be played: not there, empty, or no MPEG-TS. Of what leads out of the bucket nobody knows."""
    if segment_state(entry.key, entry.size) in _ABSENT:
        return True
    return entry.key is not None and seen is not None and seen.packet_size is None


def _durations(entries: Sequence[SegmentEntry], seen: Sequence[Inspection | None]) -> list[float | None]:
    """Seconds by the bytes; else, for what no EXTINF tells, by the names: up to where the next one begins."""
    found = measured_durations(seen)
    for number, entry in enumerate(entries[:-1]):
        after = entries[number + 1]
        if found[number] is not None or _extinf_or(entry, None):
            continue
        if entry.stamp_ms is not None and after.stamp_ms is not None:
            step = (after.stamp_ms - entry.stamp_ms) / 1000
            is_next = step > 0 and timeline_gap(step, None, found[number + 1]) is None
            found[number] = step if is_next else None
    return found


def _discontinuities(
    entries: Sequence[SegmentEntry], seen: Sequence[Inspection | None], lengths: Sequence[float | None]
) -> list[bool]:
    """Where EXT-X-DISCONTINUITY belongs: bytes or names say that time or format jumps."""
    told = [_extinf_or(entry, seconds) for entry, seconds in zip(entries, lengths, strict=True)]
    found = [False] * len(entries)
    before: int | None = None
    for number, inspection in enumerate(seen):
        if inspection is None:
            continue
        if before is not None:
            found[number] = _is_break(seen, told, before, number)
        before = number
    for number in range(1, len(entries)):
        found[number] |= _is_timeline_gap(entries, lengths, number)
    return found


def _is_break(seen: Sequence[Inspection | None], told: Sequence[float], before: int, number: int) -> bool:
    """The bytes of a segment do not continue those of the last one before it that was looked at."""
    one, other = seen[before], seen[number]
    if one is None or other is None:
        return False
    if before < number - 1:
        return not continues(one, other, sum(told[before + 1 : number]))
    pair = [
        SegmentInSequence(before, "", None, told[before] or None, False, False, one),
        SegmentInSequence(number, "", None, told[number] or None, False, True, other),
    ]
    return any(finding.code in _BORDERS for finding in check_segments("", pair))


def _is_timeline_gap(entries: Sequence[SegmentEntry], lengths: Sequence[float | None], number: int) -> bool:
    """Return whether seconds are missing before the segment at *number*, by its name and that of the one before it."""
    before, one = entries[number - 1], entries[number]
    if before.stamp_ms is None or one.stamp_ms is None or before.key == one.key:
        return False
    step = (one.stamp_ms - before.stamp_ms) / 1000
    return timeline_gap(step, _duration(before, lengths[number - 1]), _duration(one, lengths[number])) is not None


def _duration(entry: SegmentEntry, measured: float | None) -> float | None:
    """Return *measured*, or EXTINF if that is None or 0; None if no playlist names the segment."""
    return measured or (None if entry.slice is None else entry.slice.duration)


def _extinf_or(entry: SegmentEntry, seconds: float | None) -> float:
    """Seconds by EXTINF; of a segment that no playlist names *seconds*, and nothing if it is to be left out."""
    return entry.slice.duration if entry.slice is not None else seconds or 0.0


def _planned_segment(
    known: _KnownSegment, source: RecorderPart, looks: KnownInspections, address: BucketAddress
) -> PlannedSegment | None:
    """What is to be written; None for a segment that is to be left out."""
    entry, one, seconds = known.entry, known.entry.slice, known.seconds
    uri = _uri(entry, source, address)
    if uri is None:
        return None
    if one is None and seconds is None:
        if known.is_gone:
            return None
        failure = looks.failures.get(entry.key or "")
        why = "its bytes carry no times" if failure is None else failure.detail
        raise OssrecError(f"nothing tells how long {entry.key} is: {why}")
    misstated = False
    if one is not None and seconds is not None and known.is_measured:
        misstated = abs(one.duration - seconds) > tolerance(seconds)
    return PlannedSegment(
        uri=uri,
        number=None if one is None else one.number,
        seconds=seconds,
        is_extinf_wrong=misstated,
        is_there=not known.is_gone,
        jumps=known.jumps,
        stamp_ms=entry.stamp_ms,
    )


def _uri(entry: SegmentEntry, source: RecorderPart, address: BucketAddress) -> str | None:
    """How the segment is to be named: as it was, unless that was spelled badly; None when no URI can mean it."""
    one = entry.slice
    if one is None or source.original is None:
        return relative_uri(entry.key or "", source.at)
    uri = source.original.playlist.segments[one.number].uri
    if entry.key is None:
        return uri
    if one.key is None:
        return relative_uri(entry.key, source.at)
    faults = {fault.code for fault in resolve(uri, source.at, address).faults}
    if one.literal or (faults & _MISSPELLED and "?" not in uri and "://" not in uri):
        return relative_uri(entry.key, source.at) or uri
    return uri
