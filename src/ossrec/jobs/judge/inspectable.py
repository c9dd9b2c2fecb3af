"""Which segments of a recording can be inspected, in the order of the recording."""

from collections.abc import Sequence
from typing import NamedTuple

from ossrec.hls.listing.joined import JoinedSegment
from ossrec.jobs.judge.assemble import Assembled
from ossrec.segment_rules import is_transport_stream


class InspectableSegment(NamedTuple):
    """A segment that can be inspected: in the bucket, not encrypted, and MPEG-TS by its playlist and name."""

    key: str
    size: int
    archived: bool
    number: int | None  # in its playlist, or in order of key without any playlist; None for an orphan beside playlists
    start: float | None  # seconds from the start of the recording
    duration: float | None  # EXTINF, seconds
    discontinuity: bool
    follows: bool  # the segment before it in this list is also its predecessor in the recording

    @classmethod
    def of(cls, one: JoinedSegment, *, follows: bool) -> "InspectableSegment":
        """Return the segment that a playlist names."""
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
    """Return whether an object exists, is not encrypted, and is MPEG-TS by its name and the playlist that names it."""
    if one is not None and (one.encrypted or one.fragment):
        return False
    return key is not None and bool(size) and is_transport_stream(key)


def inspectable_segments(assembled: Assembled) -> list[InspectableSegment]:
    """Return the segments that can be inspected, each object once, in the order of the recording."""
    found: dict[str, InspectableSegment] = {}
    for part in assembled.parts:
        if part.row.kind == "media" and not part.is_stale:
            _add_part(part.joined.segments, found)
    no_playlist = not any(part.row.kind == "media" for part in assembled.parts)
    stamps = [orphan.stamp_ms for orphan in assembled.orphans if orphan.stamp_ms is not None]
    for number, orphan in enumerate(assembled.orphans):
        if orphan.key not in found and is_inspectable(orphan.key, orphan.size, None):
            start = (orphan.stamp_ms - min(stamps)) / 1000 if no_playlist and orphan.stamp_ms is not None else None
            found[orphan.key] = InspectableSegment(
                orphan.key, orphan.size, orphan.archived, number if no_playlist else None, start, None, True, False
            )
    return list(found.values())


def encrypted_and_external(assembled: Assembled) -> tuple[int, int]:
    """Return how many present segments cannot be inspected: encrypted ones, and those of another format."""
    slices = [one for part in assembled.parts for one in part.joined.segments if one.size and one.key is not None]
    encrypted = sum(one.encrypted for one in slices)
    foreign = sum(not one.encrypted and not is_inspectable(one.key, one.size, one) for one in slices)
    return encrypted, foreign


def _add_part(slices: Sequence[JoinedSegment], found: dict[str, InspectableSegment]) -> None:
    """Add the segments of one playlist to *found*; consecutive byte ranges of one object become one segment.

    An inspection covers the whole object, so its measured duration can be compared with EXTINF only if the playlist
    plays the object from start to end without a break.
    """
    before: JoinedSegment | None = None
    ends: dict[str, JoinedSegment] = {}  # the last byte range of each object
    for one in slices:
        if one.key is None or one.gap or not is_inspectable(one.key, one.size, one):
            before = None
            continue
        known = found.get(one.key)
        if known is None:
            found[one.key] = InspectableSegment.of(one, follows=before is not None)
        elif one.key in ends and one.byterange_end is not None:
            is_next = known.duration is not None and _continues(before, one)
            found[one.key] = known._replace(duration=(known.duration or 0.0) + one.duration if is_next else None)
        if known is None or one.key in ends:
            ends[one.key] = one
        before = one
    for key, last in ends.items():
        if last.byterange_end is not None and last.byterange_end < (last.size or 0):  # the playlist omits its end
            found[key] = found[key]._replace(duration=None)


def _continues(before: JoinedSegment | None, one: JoinedSegment) -> bool:
    """Return whether a byte range follows another one of the same object."""
    return before is not None and before.key == one.key and (before.byterange_end or 0) < (one.byterange_end or 0)
