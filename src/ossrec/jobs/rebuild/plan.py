"""Plans the segments of a rebuilt playlist: their durations and discontinuities, by bytes, names and EXTINF."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ossrec.errors import OssrecError
from ossrec.hls.edit.plan import PlannedSegment
from ossrec.hls.relative_uris import relative_uri
from ossrec.hls.uris import resolve
from ossrec.jobs.rebuild.gather import RecorderPart, SegmentEntry
from ossrec.jobs.rebuild.inspections import KnownInspections
from ossrec.model import BucketAddress
from ossrec.mpegts.inspection import PACKED, Inspection, has_stray_packed_audio
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from ossrec.mpegts.sequence.continuity import is_contiguous_media
from ossrec.mpegts.sequence.durations import measured_durations, start_to_start, tolerance
from ossrec.mpegts.sequence.order import continues, creation_order
from ossrec.mpegts.sequence.restarts import restart_habit
from ossrec.segment_rules import SegmentState, segment_state, timeline_gap

_MISSPELLED = frozenset(("HLS176", "HLS177", "HLS178"))  # backslash, space, stray percent sign
_ABSENT = frozenset((SegmentState.MISSING, SegmentState.EMPTY))
_BOUNDARY_FAULTS = frozenset(("TS353", "TS380", "TS383", "TS384", "TS420"))  # faults that EXT-X-DISCONTINUITY repairs


class PlannedPart(NamedTuple):
    """A part of the recording as it will be written."""

    source: RecorderPart
    entries: list[SegmentEntry]  # one for each of `segments`
    segments: list[PlannedSegment]
    omitted: list[str]  # keys without a possible URI, and of missing segments of unknown duration


class _KnownSegment(NamedTuple):
    """A segment with what is known about it from the complete recording."""

    entry: SegmentEntry
    seconds: float | None
    is_measured: bool  # from its bytes, without doubt
    is_unplayable: bool
    jumps: bool  # time or format changes before it


def plan(sources: Sequence[RecorderPart], inspections: KnownInspections, address: BucketAddress) -> list[PlannedPart]:
    """Return the planned segments of every part, each compared with the segment before it.

    Raises OssrecError if the duration of a segment in the bucket is not known.
    """
    ordered = [_in_order(source, inspections.done) for source in sources]
    known = iter(_known_segments([entry for part in ordered for entry in part], inspections))
    found: list[PlannedPart] = []
    for source, entries in zip(sources, ordered, strict=True):
        part = PlannedPart(source, [], [], [])
        for _ in entries:
            one = next(known)
            if found and not part.segments:
                one = one._replace(jumps=True)  # the clock of another recorder
            segment = _planned_segment(one, source, inspections, address)
            if segment is None:
                part.omitted.append(one.entry.key or "")
            else:
                part.entries.append(one.entry)
                part.segments.append(segment)
        found.append(part)
    return found


def _in_order(source: RecorderPart, seen: Mapping[str, Inspection]) -> list[SegmentEntry]:
    """Return the entries in the order of the playlist; without a playlist, in order of time."""
    entries = source.entries
    if source.original is not None:
        return entries
    keys = [entry.key or "" for entry in entries]
    return [
        entries[number] for number in creation_order(keys, [e.stamp_ms for e in entries], [seen.get(k) for k in keys])
    ]


def _known_segments(entries: Sequence[SegmentEntry], inspections: KnownInspections) -> list[_KnownSegment]:
    seen = [inspections.done.get(entry.key or "") if entry.is_inspectable_alone else None for entry in entries]
    if has_stray_packed_audio(seen):
        seen = [
            one._replace(packet_size=None) if one is not None and one.packet_size == PACKED else one for one in seen
        ]
    usable = [None if one is None or one.packet_size is None else one for one in seen]
    durations = _durations(entries, usable)
    unplayable = [_is_unplayable(*pair) for pair in zip(entries, seen, strict=True)]
    found = _discontinuities(entries, usable, durations)
    for number in range(1, len(entries)):  # its continuation is lost, and Chromium does not play a gap without it
        found[number] |= unplayable[number - 1] and not unplayable[number]
    sure = [
        one is not None and not one.has_time_jump and not _is_doubtful(usable, durations, number)
        for number, one in enumerate(usable)
    ]
    return [_KnownSegment(*one) for one in zip(entries, durations, sure, unplayable, found, strict=True)]


def _is_doubtful(seen: Sequence[Inspection | None], durations: Sequence[float | None], number: int) -> bool:
    """Return whether a duration from the edges of a segment contradicts the start of the next one.

    EXTINF is then kept.
    """
    one, other = seen[number], seen[number + 1] if number + 1 < len(seen) else None
    seconds = durations[number]
    if one is None or other is None or one.depth == "full" or seconds is None:
        return False
    passed = start_to_start(one, other)
    return passed is not None and abs(passed - seconds) > tolerance(seconds)


def _is_unplayable(entry: SegmentEntry, seen: Inspection | None) -> bool:
    """Return whether a segment is missing, empty, or not MPEG-TS; False if its URI leads out of the bucket."""
    if segment_state(entry.key, entry.size) in _ABSENT:
        return True
    return entry.key is not None and seen is not None and seen.packet_size is None


def _durations(entries: Sequence[SegmentEntry], seen: Sequence[Inspection | None]) -> list[float | None]:
    """Return durations in seconds, measured, or for orphan segments from the names: until the next segment starts."""
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
    entries: Sequence[SegmentEntry], seen: Sequence[Inspection | None], durations: Sequence[float | None]
) -> list[bool]:
    """Return where EXT-X-DISCONTINUITY is needed: time or format jumps by the bytes or the names."""
    declared = [_extinf_or(entry, seconds) for entry, seconds in zip(entries, durations, strict=True)]
    found = [False] * len(entries)
    inspected = [inspection for inspection in seen if inspection is not None]
    restarts = bool(restart_habit(pairwise(inspected)).numbers)
    before: int | None = None
    for number, inspection in enumerate(seen):
        if inspection is None:
            continue
        if before is not None:
            found[number] = _is_break(seen, declared, before, number, restarts=restarts)
        before = number
    for number in range(1, len(entries)):
        one, other = seen[number - 1], seen[number]
        is_contiguous = one is not None and other is not None and is_contiguous_media(one, other)
        found[number] |= not is_contiguous and _is_timeline_gap(entries, durations, number)
    return found


def _is_break(
    seen: Sequence[Inspection | None], declared: Sequence[float], before: int, number: int, *, restarts: bool
) -> bool:
    """Return whether a segment does not continue the last inspected segment before it.

    Where the recorder *restarts* its counters in each segment, a restart without a loss is no break.
    """
    one, other = seen[before], seen[number]
    if one is None or other is None:
        return False
    if before < number - 1:
        return not continues(one, other, sum(declared[before + 1 : number]))
    pair = [
        SegmentInSequence(before, "", None, declared[before] or None, False, False, _without_boundary_faults(one)),
        SegmentInSequence(number, "", None, declared[number] or None, False, True, _without_boundary_faults(other)),
    ]
    found = [finding for finding in check_segments("", pair) if finding.code in _BOUNDARY_FAULTS]
    return any(finding.severity is None or not restarts for finding in found)


def _without_boundary_faults(one: Inspection) -> Inspection:
    """Return an inspection without faults inside the segment that have the code of a fault between two segments."""
    return one._replace(faults=tuple(fault for fault in one.faults if fault.code not in _BOUNDARY_FAULTS))


def _is_timeline_gap(entries: Sequence[SegmentEntry], durations: Sequence[float | None], number: int) -> bool:
    """Return whether seconds are missing before the segment at *number*, by its name and that of the one before it."""
    before, one = entries[number - 1], entries[number]
    if before.stamp_ms is None or one.stamp_ms is None or before.key == one.key:
        return False
    step = (one.stamp_ms - before.stamp_ms) / 1000
    return timeline_gap(step, _duration(before, durations[number - 1]), _duration(one, durations[number])) is not None


def _duration(entry: SegmentEntry, measured: float | None) -> float | None:
    """Return *measured*, or EXTINF if that is None or 0; None if no playlist names the segment."""
    return measured or (None if entry.listed is None else entry.listed.duration)


def _extinf_or(entry: SegmentEntry, seconds: float | None) -> float:
    """Return EXTINF; for an orphan segment *seconds*, or 0 if it will be omitted."""
    return entry.listed.duration if entry.listed is not None else seconds or 0.0


def _planned_segment(
    known: _KnownSegment, source: RecorderPart, inspections: KnownInspections, address: BucketAddress
) -> PlannedSegment | None:
    """Return the segment to write; None if it is omitted."""
    entry, one, seconds = known.entry, known.entry.listed, known.seconds
    uri = _uri(entry, source, address)
    if uri is None:
        return None
    if one is None and seconds is None:
        if known.is_unplayable:
            return None
        failure = inspections.failures.get(entry.key or "")
        why = "its bytes have no timestamps" if failure is None else failure.detail
        raise OssrecError(f"the duration of {entry.key} is not known: {why}")
    is_wrong = False
    if one is not None and seconds is not None and known.is_measured:
        is_wrong = abs(one.duration - seconds) > tolerance(seconds)
    return PlannedSegment(
        uri=uri,
        number=None if one is None else one.number,
        seconds=seconds,
        is_extinf_wrong=is_wrong,
        is_there=not known.is_unplayable,
        jumps=known.jumps,
        stamp_ms=entry.stamp_ms,
    )


def _uri(entry: SegmentEntry, source: RecorderPart, address: BucketAddress) -> str | None:
    """Return the URI to write: the original one unless it is misspelled; None if no URI can lead to the segment."""
    one = entry.listed
    if one is None or source.original is None:
        return relative_uri(entry.key or "", source.playlist_key)
    uri = source.original.playlist.segments[one.number].uri
    if entry.key is None:
        return uri
    if one.located is not None:
        return relative_uri(entry.key, source.playlist_key)
    faults = {fault.code for fault in resolve(uri, source.playlist_key, address).faults}
    if one.literal or (faults & _MISSPELLED and "?" not in uri and "://" not in uri):
        return relative_uri(entry.key, source.playlist_key) or uri
    return uri
