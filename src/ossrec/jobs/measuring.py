"""What looks at the bytes of a recording's segments add up to: findings in their place, and what was measured."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ossrec.catalog.looks import Formats, LookRow
from ossrec.catalog.recordings import Measures
from ossrec.catalog.stems import recorder
from ossrec.findings import Finding, Severity
from ossrec.hls.listed import Slice
from ossrec.hls.listing import is_transport_stream
from ossrec.jobs.assembling import Assembled
from ossrec.jobs.displacing import displaced
from ossrec.jobs.remembering import inspection_of
from ossrec.mpegts.borders import Placed, check_segments
from ossrec.mpegts.inspection import Format, Inspection, Kind
from ossrec.mpegts.ordering import in_order
from ossrec.mpegts.spans import spans
from ossrec.naming import parse_name
from ossrec.rules import RULES

_FAILED_WHILE_ARCHIVED = "LOOK001"
_LEAP = "TS380"  # times of neighbours do not meet: without a length nothing of the recording is lost
_ROUNDING = 0.0005  # times of segments are whole milliseconds


class Lookable(NamedTuple):
    """A segment whose bytes can be looked at: there, not enciphered, and MPEG-TS by its playlist and name."""

    key: str
    size: int
    archived: bool
    number: int | None  # in its playlist; without any playlist in order of key; None if only others are named
    start: float | None  # seconds from the start of the recording
    duration: float | None  # EXTINF, seconds
    discontinuity: bool
    follows: bool  # the one before it in this list is the one before it in the recording

    @classmethod
    def of(cls, one: Slice, *, follows: bool) -> "Lookable":
        """The segment that a playlist names."""
        return cls(
            key=one.key or "",
            size=one.size or 0,
            archived=one.archived,
            number=one.number,
            start=one.start,
            duration=one.duration,
            discontinuity=one.discontinuity,
            follows=follows,
        )


class Measured(NamedTuple):
    """What the looks say."""

    measures: Measures
    found: list[Finding]  # in the bytes
    failures: list[Finding]  # why some could not be looked at
    lengths: dict[str, float]  # seconds of segments, by key


def can_be_looked_at(key: str | None, size: int | None, one: Slice | None) -> bool:
    """An object is there, not enciphered, and MPEG-TS by its name and by the playlist that names it, if one does."""
    if one is not None and (one.encrypted or one.fragment):
        return False
    return key is not None and bool(size) and is_transport_stream(key)


def lookable_segments(assembled: Assembled) -> list[Lookable]:
    """The segments of a recording whose bytes can be looked at, each object once, in the order of the recording."""
    found: dict[str, Lookable] = {}
    for part in assembled.parts:
        if part.row.kind == "media" and not part.is_stale:
            _add_part(part.listed.slices, found)
    without = not any(part.row.kind == "media" for part in assembled.parts)
    stamps = [loose.stamp_ms for loose in assembled.orphans if loose.stamp_ms is not None]
    for number, loose in enumerate(assembled.orphans):
        if loose.key not in found and can_be_looked_at(loose.key, loose.size, None):
            start = (loose.stamp_ms - min(stamps)) / 1000 if without and loose.stamp_ms is not None else None
            found[loose.key] = Lookable(
                loose.key, loose.size, loose.archived, number if without else None, start, None, True, False
            )
    return list(found.values())


def enciphered_and_foreign(assembled: Assembled) -> tuple[int, int]:
    """How many segments that are there cannot be looked into: enciphered ones, and those of another format."""
    slices = [one for part in assembled.parts for one in part.listed.slices if one.size and one.key is not None]
    enciphered = sum(one.encrypted for one in slices)
    foreign = sum(not one.encrypted and not can_be_looked_at(one.key, one.size, one) for one in slices)
    return enciphered, foreign


def measure(assembled: Assembled, subject: str, formats: Formats) -> Measured:
    """Findings and measures of a recording by the looks at its segments; *subject* is what findings are about."""
    segments = lookable_segments(assembled)
    looks = [_look(one, assembled) for one in segments]
    failures = [_failure(one.key, look) for one, look in zip(segments, looks, strict=True) if look and look.failure]
    seen = [
        None if look is None or look.failure is not None else inspection_of(look, one.size, formats)
        for one, look in zip(segments, looks, strict=True)
    ]
    good = [look for look, inspection in zip(looks, seen, strict=True) if look is not None and inspection is not None]
    if not good:
        return Measured(Measures(segments_lookable=len(segments)), [], failures, {})
    known = list(placed(segments, seen))
    found = [*check_segments(subject, known), *displaced(subject, known), *_passed_over(assembled, subject)]
    order = _order(segments, seen, assembled)
    lengths = spans([seen[number] for number in order])
    sizes = [segments[number].size for number in order]
    measures = _measures(sizes, [seen[number] for number in order], lengths)._replace(
        depth="listing" if len(good) < len(segments) else min(look.depth for look in good),  # edges before full
        segments_lookable=len(segments),
        looked=min(look.looked for look in good),
        damaged_seconds=round(_damaged(found, segments), 3),
    )
    ends = {segments[number].key: length for number, length in zip(order, lengths, strict=True) if length is not None}
    return Measured(measures, found, failures, ends)


def _add_part(slices: Sequence[Slice], found: dict[str, Lookable]) -> None:
    """The segments of one playlist; parts of one object that follow each other are one segment.

    A look sees the whole object, so that its length can be held against EXTINF only when the playlist plays all of it
    in one go.
    """
    before: Slice | None = None
    ends: dict[str, Slice] = {}  # the last part of each object
    for one in slices:
        if one.key is None or one.gap or not can_be_looked_at(one.key, one.size, one):
            before = None
            continue
        known = found.get(one.key)
        if known is None:
            found[one.key] = Lookable.of(one, follows=before is not None)
        elif one.key in ends and one.byterange_end is not None:
            goes_on = known.duration is not None and _goes_on(before, one)
            found[one.key] = known._replace(duration=(known.duration or 0.0) + one.duration if goes_on else None)
        if known is None or one.key in ends:
            ends[one.key] = one
        before = one
    for key, last in ends.items():
        if last.byterange_end is not None and last.byterange_end < (last.size or 0):  # not played to its end
            found[key] = found[key]._replace(duration=None)


def _goes_on(before: Slice | None, one: Slice) -> bool:
    """A part of an object comes behind another one of it."""
    return before is not None and before.key == one.key and (before.byterange_end or 0) < (one.byterange_end or 0)


def _look(one: Lookable, assembled: Assembled) -> LookRow | None:
    look = assembled.looks.get(one.key)
    if look is not None and look.failure == _FAILED_WHILE_ARCHIVED and _is_restored(one, assembled):
        return None
    return look


def _is_restored(one: Lookable, assembled: Assembled) -> bool:
    """An archived object can be read again; one in no archive was archived after it was listed."""
    if one.archived:
        return False
    return one.key not in assembled.stored or assembled.stored[one.key][1].storage is not None


def _failure(key: str, look: LookRow) -> Finding:
    return Finding(look.failure or "", key, look.detail or "")


def placed(segments: Sequence[Lookable], seen: Sequence[Inspection | None]) -> Iterator[Placed]:
    """Those that were looked at, each with whether its neighbour was too."""
    before = False
    for one, inspection in zip(segments, seen, strict=True):
        if inspection is not None:
            yield Placed(
                number=one.number,
                key=one.key,
                start=one.start,
                duration=one.duration,
                discontinuity=one.discontinuity,
                follows=one.follows and before,
                inspection=inspection,
            )
        before = inspection is not None


def _order(segments: Sequence[Lookable], seen: Sequence[Inspection | None], assembled: Assembled) -> list[int]:
    """Numbers of *segments* as playlists have them; behind those what none names as it was made, by recorder."""
    stamps = {loose.key: loose.stamp_ms for loose in assembled.orphans}
    order = [number for number, one in enumerate(segments) if one.key not in stamps]
    loose: dict[int, list[int]] = {}
    for number, one in enumerate(segments):
        if one.key in stamps:
            loose.setdefault(recorder(parse_name(one.key)), []).append(number)
    for _, some in sorted(loose.items()):
        keys = [segments[number].key for number in some]
        made = in_order(keys, [stamps[key] for key in keys], [seen[number] for number in some])
        order += [some[number] for number in made]
    return order


def _passed_over(assembled: Assembled, subject: str) -> Iterator[Finding]:
    enciphered, foreign = enciphered_and_foreign(assembled)
    if enciphered:
        yield Finding("TS311", subject, f"{enciphered} segments")
    if foreign:
        yield Finding("TS312", subject, f"{foreign} segments")


def _damaged(found: Iterable[Finding], segments: Sequence[Lookable]) -> float:
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


def _first_format(seen: Sequence[Inspection | None], kind: Kind) -> Format | None:
    """The first one that is known in full: of a stream that is only announced, nothing but the codec is."""
    formats = [stream.format for one in seen if one is not None and (stream := one.first(kind)) is not None]
    known = (one for one in formats if one.width is not None or one.sample_rate is not None)
    return next(known, formats[0] if formats else None)
