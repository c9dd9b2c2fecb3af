"""Which segments of a recording can be inspected, in the order of the recording."""

from collections.abc import Sequence
from typing import NamedTuple

from ossrec.hls.listing.joined import JoinedSegment
from ossrec.jobs.judge.assemble import Assembled
from ossrec.segment_rules import is_transport_stream


class InspectableSegment(NamedTuple):
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
    def of(cls, one: JoinedSegment, *, follows: bool) -> "InspectableSegment":
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


def is_inspectable(key: str | None, size: int | None, one: JoinedSegment | None) -> bool:
    """An object is there, not enciphered, and MPEG-TS by its name and by the playlist that names it, if one does."""
    if one is not None and (one.encrypted or one.fragment):
        return False
    return key is not None and bool(size) and is_transport_stream(key)


def inspectable_segments(assembled: Assembled) -> list[InspectableSegment]:
    """The segments of a recording whose bytes can be looked at, each object once, in the order of the recording."""
    found: dict[str, InspectableSegment] = {}
    for part in assembled.parts:
        if part.row.kind == "media" and not part.is_stale:
            _add_part(part.listed.segments, found)
    without = not any(part.row.kind == "media" for part in assembled.parts)
    stamps = [loose.stamp_ms for loose in assembled.orphans if loose.stamp_ms is not None]
    for number, loose in enumerate(assembled.orphans):
        if loose.key not in found and is_inspectable(loose.key, loose.size, None):
            start = (loose.stamp_ms - min(stamps)) / 1000 if without and loose.stamp_ms is not None else None
            found[loose.key] = InspectableSegment(
                loose.key, loose.size, loose.archived, number if without else None, start, None, True, False
            )
    return list(found.values())


def encrypted_and_external(assembled: Assembled) -> tuple[int, int]:
    """How many segments that are there cannot be looked into: enciphered ones, and those of another format."""
    slices = [one for part in assembled.parts for one in part.listed.segments if one.size and one.key is not None]
    enciphered = sum(one.encrypted for one in slices)
    foreign = sum(not one.encrypted and not is_inspectable(one.key, one.size, one) for one in slices)
    return enciphered, foreign


def _add_part(slices: Sequence[JoinedSegment], found: dict[str, InspectableSegment]) -> None:
    """The segments of one playlist; parts of one object that follow each other are one segment.

    A look sees the whole object, so that its length can be held against EXTINF only when the playlist plays all of it
    in one go.
    """
    before: JoinedSegment | None = None
    ends: dict[str, JoinedSegment] = {}  # the last part of each object
    for one in slices:
        if one.key is None or one.gap or not is_inspectable(one.key, one.size, one):
            before = None
            continue
        known = found.get(one.key)
        if known is None:
            found[one.key] = InspectableSegment.of(one, follows=before is not None)
        elif one.key in ends and one.byterange_end is not None:
            goes_on = known.duration is not None and _goes_on(before, one)
            found[one.key] = known._replace(duration=(known.duration or 0.0) + one.duration if goes_on else None)
        if known is None or one.key in ends:
            ends[one.key] = one
        before = one
    for key, last in ends.items():
        if last.byterange_end is not None and last.byterange_end < (last.size or 0):  # not played to its end
            found[key] = found[key]._replace(duration=None)


def _goes_on(before: JoinedSegment | None, one: JoinedSegment) -> bool:
    """A part of an object comes behind another one of it."""
    return before is not None and before.key == one.key and (before.byterange_end or 0) < (one.byterange_end or 0)
