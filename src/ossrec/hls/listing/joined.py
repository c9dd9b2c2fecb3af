"""A playlist joined with the listing of its bucket, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ossrec.hls.playlist import Role
from ossrec.segment_rules import SegmentState, segment_state


class Located(StrEnum):
    """How the object of a segment was found in the bucket, although its URI does not lead there."""

    PATH = "path"  # the folders before its name are wrong
    SPELLING = "spelling"  # the name differs in letter case or Unicode normalization
    HOST = "host"  # the URL is on a host that is not known as one of the bucket


class JoinedSegment(NamedTuple):
    """A segment of a playlist, joined with its object in the listing."""

    number: int  # position in the playlist, from 0
    key: str | None  # None: the URI was refused
    uri: str
    line: int  # of the playlist, from 1
    start: float  # seconds from the start of the recording
    duration: float  # seconds
    discontinuity: bool  # EXT-X-DISCONTINUITY is before it
    gap: bool  # EXT-X-GAP: declared missing
    encrypted: bool  # with AES-128, as a complete file
    fragment: bool  # an EXT-X-MAP applies
    byterange_end: int | None  # where its part of the object ends, in bytes; None: it is the complete object
    size: int | None  # bytes of the object; None: not in the bucket
    modified: int | None  # LastModified, seconds since 1970-01-01 UTC
    stamp_ms: int | None  # UTC from its name, milliseconds since 1970-01-01
    literal: bool = False  # found only under the unescaped spelling of its URI
    archived: bool = False  # must be restored before it can be read
    packet_size: int | None = None  # bytes, measured; None if not inspected
    etag: bytes = b""  # of the object, as stored in the catalog
    located: Located | None = None  # *key* is not that of the URI; None: the URI leads to *key*
    candidates: tuple[str, ...] = ()  # keys that the URI may mean; empty unless it leads to none and is ambiguous
    is_contiguous: bool = False  # its media continues that of the segment before it, by the bytes of both

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
            wrong_path=self.located is not None,
        )

    @property
    def object_state(self) -> SegmentState:
        """Its state if the URI led to its object."""
        return self._replace(located=None).state


class UnlistedSegment(NamedTuple):
    """An orphan segment: a segment of the recording by its name that no playlist names."""

    key: str
    size: int
    modified: int
    stamp_ms: int | None
    archived: bool = False  # must be restored before it can be read
    duration: float | None = None  # seconds, measured; None if not inspected
    packet_size: int | None = None  # bytes, measured; None if not inspected
    is_contiguous: bool = False  # its media continues that of the segment before it, by the bytes of both

    @property
    def state(self) -> SegmentState:
        """Its state by the listing."""
        return segment_state(self.key, self.size, packet_size=self.packet_size)


class JoinedResource(NamedTuple):
    """A key or an initialization section, joined with its object in the listing."""

    role: Role
    key: str | None  # None: the URI was refused
    uri: str
    line: int
    size: int | None
    byterange_end: int | None = None


@dataclass(frozen=True, slots=True)
class JoinedPlaylist:
    """A playlist with its segments and resources joined with the listing."""

    key: str
    modified: int
    ended: bool
    segments: Sequence[JoinedSegment]
    orphans: Sequence[UnlistedSegment] = ()
    resources: Sequence[JoinedResource] = ()
    previous_segments: int | None = None  # the maximum in its earlier versions
    reported_duration: float | None = None  # seconds, as reported by the recorder


class Totals(NamedTuple):
    """How much of a recording is present. Segments that are declared missing count only in `gap_seconds`."""

    expected: int  # segments
    present: int  # those in the bucket that are not empty, and that their URI leads to
    missing: int  # the others: not in the bucket, empty, or with a URI that is refused or leads elsewhere
    missing_seconds: float
    gap_seconds: float
    bytes: int  # of the objects that the playlist names as segments, each counted once
