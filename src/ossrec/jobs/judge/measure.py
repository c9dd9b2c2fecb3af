"""What looks at the bytes of a recording's segments add up to: findings in their place, and what was measured."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ossrec.catalog.store.inspections import FormatTable, StoredInspection
from ossrec.catalog.store.recordings import Measures
from ossrec.catalog.store.stems import recorder
from ossrec.findings import Finding, Severity
from ossrec.jobs.access import ARCHIVED
from ossrec.jobs.judge.assemble import Assembled
from ossrec.jobs.judge.inspectable import InspectableSegment, inspectable_segments
from ossrec.jobs.judge.inspection_rows import inspection_of
from ossrec.mpegts.inspection import Inspection, Kind, StreamFormat
from ossrec.mpegts.sequence.check import SegmentInSequence, check_segments
from ossrec.mpegts.sequence.durations import measured_durations
from ossrec.mpegts.sequence.misplaced import misplaced_segments
from ossrec.mpegts.sequence.order import creation_order
from ossrec.naming import parse_name
from ossrec.rules import RULES

_LEAP = "TS380"  # times of neighbours do not meet: without a length nothing of the recording is lost
_ROUNDING = 0.0005  # times of segments are whole milliseconds


class Measurement(NamedTuple):
    """What the looks say."""

    measures: Measures
    found: list[Finding]  # in the bytes
    failures: list[Finding]  # why some could not be looked at
    lengths: dict[str, float]  # seconds of segments, by key


def measure(assembled: Assembled, subject: str, formats: FormatTable) -> Measurement:
    """Findings and measures of a recording by the looks at its segments; *subject* is what findings are about."""
    segments = inspectable_segments(assembled)
    looks = [_look(one, assembled) for one in segments]
    failures = [_failure(one.key, look) for one, look in zip(segments, looks, strict=True) if look and look.failure]
    seen = [
        None if look is None or look.failure is not None else inspection_of(look, one.size, formats)
        for one, look in zip(segments, looks, strict=True)
    ]
    good = [look for look, inspection in zip(looks, seen, strict=True) if look is not None and inspection is not None]
    if not good:
        return Measurement(Measures(segments_inspectable=len(segments)), [], failures, {})
    known = list(placed(segments, seen))
    found = [*check_segments(subject, known), *misplaced_segments(subject, known)]
    order = _order(segments, seen, assembled)
    lengths = measured_durations([seen[number] for number in order])
    sizes = [segments[number].size for number in order]
    measures = _measures(sizes, [seen[number] for number in order], lengths)._replace(
        depth="listing" if len(good) < len(segments) else min(look.depth for look in good),  # edges before full
        segments_inspectable=len(segments),
        inspected=min(look.inspected for look in good),
        damaged_seconds=round(_damaged(found, segments), 3),
    )
    ends = {segments[number].key: length for number, length in zip(order, lengths, strict=True) if length is not None}
    return Measurement(measures, found, failures, ends)


def _look(one: InspectableSegment, assembled: Assembled) -> StoredInspection | None:
    look = assembled.looks.get(one.key)
    if look is not None and look.failure == ARCHIVED and _is_restored(one, assembled):
        return None
    return look


def _is_restored(one: InspectableSegment, assembled: Assembled) -> bool:
    """An archived object can be read again; one in no archive was archived after it was listed."""
    if one.archived:
        return False
    return one.key not in assembled.stored or assembled.stored[one.key][1].storage is not None


def _failure(key: str, look: StoredInspection) -> Finding:
    return Finding(look.failure or "", key, look.detail or "")


def placed(segments: Sequence[InspectableSegment], seen: Sequence[Inspection | None]) -> Iterator[SegmentInSequence]:
    """Those that were looked at, each with whether its neighbour was too."""
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
    """Numbers of *segments* as playlists have them; behind those what none names as it was made, by recorder."""
    stamps = {loose.key: loose.stamp_ms for loose in assembled.orphans}
    order = [number for number, one in enumerate(segments) if one.key not in stamps]
    loose: dict[int, list[int]] = {}
    for number, one in enumerate(segments):
        if one.key in stamps:
            loose.setdefault(recorder(parse_name(one.key)), []).append(number)
    for _, some in sorted(loose.items()):
        keys = [segments[number].key for number in some]
        made = creation_order(keys, [stamps[key] for key in keys], [seen[number] for number in some])
        order += [some[number] for number in made]
    return order


def _damaged(found: Iterable[Finding], segments: Sequence[InspectableSegment]) -> float:
    """Seconds in which something is damaged, each counted once."""
    placed = sorted((one.start, one.start + one.duration) for one in segments if one.start is not None and one.duration)
    starts = [start for start, _ in placed]
    spoilt = []
    for finding in found:
        if finding.start is None or RULES[finding.code].severity is not Severity.ERROR:
            continue
        if finding.code == _LEAP and finding.length is None:
            continue
        begin = finding.start + _ROUNDING
        at = bisect_right(starts, begin) - 1
        end = placed[at][1] if at >= 0 and begin < placed[at][1] else float("inf")
        length = float("inf") if finding.length is None else finding.length  # to the end of its segment
        if min(end, length) < float("inf"):
            spoilt.append((finding.start, min(finding.start + length, end)))
    return _covered(spoilt)


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _measures(sizes: Sequence[int], seen: Sequence[Inspection | None], lengths: Sequence[float | None]) -> Measures:
    """How long and of what kind the recording is; of several formats the first one.

    The length is None when the end of one segment is not known.
    """
    timed = [(size, length) for size, length in zip(sizes, lengths, strict=True) if length is not None]
    seconds = sum(length for _, length in timed)
    # The end of a segment of few, large frames need not show in its last bytes; who carries no times at all lasts 0 s.
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
    """The first one that is known in full: of a stream that is only announced, nothing but the codec is."""
    formats = [stream.format for one in seen if one is not None and (stream := one.first(kind)) is not None]
    known = (one for one in formats if one.width is not None or one.sample_rate is not None)
    return next(known, formats[0] if formats else None)
