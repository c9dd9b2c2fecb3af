"""A playlist joined with the listing of its bucket: plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ossrec.hls.playlist import Role
from ossrec.segment_rules import SegmentState, segment_state


class JoinedSegment(NamedTuple):
    """A segment of a playlist, joined with what the listing knows of its object."""

    number: int  # position in the playlist, from 0
    key: str | None  # None: the URI was refused
    uri: str
    line: int  # of the playlist, from 1
    start: float  # seconds from the start of the recording
    duration: float  # seconds
    discontinuity: bool  # EXT-X-DISCONTINUITY stands before it
    gap: bool  # declared missing
    encrypted: bool  # the whole file is enciphered with AES-128
    fragment: bool  # an EXT-X-MAP applies
    byterange_end: int | None  # byte behind its part of the object; None: it is the whole object
    size: int | None  # bytes of the object; None: not in the bucket
    modified: int | None  # LastModified, seconds since 1970-01-01 UTC
    stamp_ms: int | None  # UTC from its name, milliseconds since 1970-01-01
    literal: bool = False  # found only under the unescaped spelling of its URI
    archived: bool = False  # must be restored before anybody can read it
    packet_size: int | None = None  # bytes, measured; None when nobody looked

    @property
    def state(self) -> SegmentState:
        """Its state by the playlist and the listing."""
        return segment_state(
            self.key,
            self.size,
            declared_gap=self.gap,
            byterange_end=self.byterange_end,
            encrypted=self.encrypted,
            fragment=self.fragment,
            packet_size=self.packet_size,
        )


class UnlistedSegment(NamedTuple):
    """An object that is a segment of the recording by its name, and that no playlist names."""

    key: str
    size: int
    modified: int
    stamp_ms: int | None
    archived: bool = False  # must be restored before anybody can read it
    seconds: float | None = None  # measured; None when nobody looked
    packet_size: int | None = None  # bytes, measured

    @property
    def state(self) -> SegmentState:
        """Its state by the listing."""
        return segment_state(self.key, self.size, packet_size=self.packet_size)


class JoinedResource(NamedTuple):
    """A key or an initialization section, joined with what the listing knows of its object."""

    role: Role
    key: str | None  # None: the URI was refused
    uri: str
    line: int
    size: int | None
    byterange_end: int | None = None


@dataclass(frozen=True, slots=True)
class JoinedPlaylist:
    """A playlist with all that the listing knows of what it names."""

    key: str
    modified: int
    ended: bool
    slices: Sequence[JoinedSegment]
    orphans: Sequence[UnlistedSegment] = ()
    resources: Sequence[JoinedResource] = ()
    previous_segments: int | None = None  # the most that an earlier version of it listed
    told_duration: float | None = None  # seconds, as the recorder reported them


class Totals(NamedTuple):
    """How much of a recording is there. Segments that are declared missing count for `gap_seconds` only."""

    expected: int  # segments
    present: int  # of them in the bucket and not empty
    missing: int  # the rest: not in the bucket, empty, or behind a URI that was refused
    missing_seconds: float
    gap_seconds: float
    bytes: int  # of every object that the playlist names as a segment, each counted once
