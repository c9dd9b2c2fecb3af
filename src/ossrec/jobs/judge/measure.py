"""Combine the inspections of a recording's segments: findings at their positions, durations and formats."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ossrec.catalog.store.inspections import FormatTable, StoredInspection
from ossrec.catalog.store.recordings import Measures
from ossrec.catalog.store.stems import recorder_number
from ossrec.findings import Finding, Severity
from ossrec.jobs.access import ARCHIVED
from ossrec.jobs.judge.assemble import Assembled
from ossrec.jobs.judge.inspectable import InspectableSegment, inspectable_segments
from ossrec.jobs.judge.inspection_rows import inspection_from_row
from ossrec.mpegts.inspection import Inspection, Kind, StreamFormat
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from ossrec.mpegts.sequence.continuity import is_contiguous_media
from ossrec.mpegts.sequence.durations import measured_durations
from ossrec.mpegts.sequence.misplaced import misplaced_segments
from ossrec.mpegts.sequence.order import creation_order
from ossrec.naming import parse_name
from ossrec.rules import rule_of

_TIME_JUMP = "TS380"  # between neighbors; without a length, no part of the recording is lost
_ROUNDING = 0.0005  # times of segments are whole milliseconds


class Measurement(NamedTuple):
    """The combined inspections of a recording."""

    measures: Measures
    found: list[Finding]  # in the bytes of segments, and between neighbors
    failures: list[Finding]  # of segments that could not be inspected
    durations: dict[str, float]  # seconds, by key of the segment
    contiguous: frozenset[str] = frozenset()  # keys of segments with media that continues that of the one before


def measure(assembled: Assembled, subject: str, formats: FormatTable) -> Measurement:
    """Return the findings and measures from the inspections of a recording; findings are about *subject*."""
    segments = inspectable_segments(assembled)
    rows = [_current_row(one, assembled) for one in segments]
    failures = [_failure(one.key, row) for one, row in zip(segments, rows, strict=True) if row and row.failure]
    seen = [
        None if row is None or row.failure is not None else inspection_from_row(row, one.size, formats)
        for one, row in zip(segments, rows, strict=True)
    ]
    inspected = [row for row, inspection in zip(rows, seen, strict=True) if row is not None and inspection is not None]
    if not inspected:
        return Measurement(Measures(segments_inspectable=len(segments)), [], failures, {})
    known = list(sequence_of(segments, seen))
    order = _order(segments, seen, assembled)
    contiguous = contiguous_segments(segments, seen, order)
    misplaced = misplaced_segments(subject, known, contiguous)
    found = [*check_segments(subject, known), *misplaced]
    lengths = measured_durations([seen[number] for number in order])
    sizes = [segments[number].size for number in order]
    measures = _measures(sizes, [seen[number] for number in order], lengths)._replace(
        depth="listing" if len(inspected) < len(segments) else min(row.depth for row in inspected),  # "edges" < "full"
        segments_inspectable=len(segments),
        inspected=min(row.inspected for row in inspected),
        damaged_seconds=round(_damaged(found, segments), 3),
    )
    durations = {
        segments[number].key: length for number, length in zip(order, lengths, strict=True) if length is not None
    }
    return Measurement(measures, found, failures, durations, contiguous)


def _current_row(one: InspectableSegment, assembled: Assembled) -> StoredInspection | None:
    """Return the stored inspection of a segment, except for a failure to read it while it was archived."""
    row = assembled.inspections.get(one.key)
    if row is not None and row.failure == ARCHIVED and _is_restored(one, assembled):
        return None
    return row


def _is_restored(one: InspectableSegment, assembled: Assembled) -> bool:
    """Return whether an archived object can be read again.

    An object that was listed in another storage class was archived after the listing.
    """
    if one.archived:
        return False
    return one.key not in assembled.stored or assembled.stored[one.key][1].storage is not None


def _failure(key: str, row: StoredInspection) -> Finding:
    return Finding(row.failure or "", key, row.detail or "")


def sequence_of(
    segments: Sequence[InspectableSegment], seen: Sequence[Inspection | None]
) -> Iterator[SegmentInSequence]:
    """Yield the inspected segments in order; `follows` is true only if the segment before was inspected too."""
    before = False
    for one, inspection in zip(segments, seen, strict=True):
        if inspection is not None:
            yield SegmentInSequence(
                number=one.number,
                key=one.key,
                start=one.start,
                duration=one.duration,
                discontinuity=one.discontinuity,
                follows=one.follows and before,
                inspection=inspection,
            )
        before = inspection is not None


def _order(
    segments: Sequence[InspectableSegment], seen: Sequence[Inspection | None], assembled: Assembled
) -> list[int]:
    """Return the indexes of *segments* in playlist order, then the orphans of each recorder in recording order."""
    stamps = {orphan.key: orphan.stamp_ms for orphan in assembled.orphans}
    order = [number for number, one in enumerate(segments) if one.key not in stamps]
    orphans: dict[int, list[int]] = {}
    for number, one in enumerate(segments):
        if one.key in stamps:
            orphans.setdefault(recorder_number(parse_name(one.key)), []).append(number)
    for _, numbers in sorted(orphans.items()):
        keys = [segments[number].key for number in numbers]
        made = creation_order(keys, [stamps[key] for key in keys], [seen[number] for number in numbers])
        order += [numbers[number] for number in made]
    return order


def contiguous_segments(
    segments: Sequence[InspectableSegment], seen: Sequence[Inspection | None], order: Sequence[int]
) -> frozenset[str]:
    """Return the keys of the segments with media that continues that of the previous segment in *order*."""
    return frozenset(
        segments[number].key
        for before, number in pairwise(order)
        if (one := seen[before]) is not None and (other := seen[number]) is not None and is_contiguous_media(one, other)
    )


def _damaged(found: Iterable[Finding], segments: Sequence[InspectableSegment]) -> float:
    """Return the seconds that errors damage; seconds with several errors count once."""
    timed = sorted((one.start, one.start + one.duration) for one in segments if one.start is not None and one.duration)
    starts = [start for start, _ in timed]
    damaged = []
    for finding in found:
        if finding.start is None or rule_of(finding).severity is not Severity.ERROR:
            continue
        if finding.code == _TIME_JUMP and finding.length is None:
            continue
        begin = finding.start + _ROUNDING
        at = bisect_right(starts, begin) - 1
        end = timed[at][1] if at >= 0 and begin < timed[at][1] else float("inf")
        length = float("inf") if finding.length is None else finding.length  # to the end of its segment
        if min(end, length) < float("inf"):
            damaged.append((finding.start, min(finding.start + length, end)))
    return _covered(damaged)


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _measures(sizes: Sequence[int], seen: Sequence[Inspection | None], lengths: Sequence[float | None]) -> Measures:
    """Return duration, bit rate and formats of a recording; if the format changes, the first one.

    The duration is None if the end of any segment is unknown.
    """
    timed = [(size, length) for size, length in zip(sizes, lengths, strict=True) if length is not None]
    seconds = sum(length for _, length in timed)
    # The last bytes of a segment with few, large frames may not show its end. A segment without any PTS lasts 0 s.
    is_open = any(
        one is not None and one.first_pts is not None and length is None
        for one, length in zip(seen, lengths, strict=True)
    )
    video, audio = _first_format(seen, "video"), _first_format(seen, "audio")
    return Measures(
        measured_duration=round(seconds, 3) if timed and not is_open else None,
        bit_rate=round(8 * sum(size for size, _ in timed) / seconds) if seconds else None,
        first_pts=next((one.start_pts for one in seen if one is not None and one.first_pts is not None), None),
        video_codec=video.codec if video else None,
        width=video.width if video else None,
        height=video.height if video else None,
        audio_codec=audio.codec if audio else None,
        sample_rate=audio.sample_rate if audio else None,
        channels=audio.channels if audio else None,
    )


def _first_format(seen: Sequence[Inspection | None], kind: Kind) -> StreamFormat | None:
    """Return the first format with a size or sample rate; a stream without packets has a codec only."""
    formats = [stream.format for one in seen if one is not None and (stream := one.first(kind)) is not None]
    known = (one for one in formats if one.width is not None or one.sample_rate is not None)
    return next(known, formats[0] if formats else None)
