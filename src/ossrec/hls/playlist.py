"""The values of a parsed playlist, in the terms of RFC 8216."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ossrec.findings import Finding

MAX_PLAYLIST = 16 * 1024 * 1024  # bytes; a larger object is not read, and reported as LOOK004
MAX_LINES = 1_000_000  # lines after these are not read, and reported as LOOK006

Kind = Literal["media", "master", "none"]
Role = Literal["key", "map"]


class Segment(NamedTuple):
    """A media segment as the text of the playlist describes it."""

    number: int  # position in the playlist, from 0
    line: int  # of the URI, from 1
    uri: str
    duration: float  # EXTINF in seconds; 0.0 without a valid one
    start: float  # seconds from the start of the recording
    discontinuity: bool = False  # preceded by EXT-X-DISCONTINUITY
    gap: bool = False  # EXT-X-GAP: declared missing
    encrypted: bool = False  # METHOD=AES-128: the whole file is encrypted, so its bytes are not TS packets
    fragment: bool = False  # an EXT-X-MAP applies: fragmented MP4 or similar, not plain TS
    byterange: tuple[int, int] | None = None  # (start, length) in bytes, resolved
    program_time: float | None = None  # its own EXT-X-PROGRAM-DATE-TIME, seconds since 1970-01-01 UTC


class Resource(NamedTuple):
    """A file that segments require: the key of EXT-X-KEY or the initialization section of EXT-X-MAP."""

    role: Role
    uri: str
    line: int  # of its first occurrence, from 1
    byterange: tuple[int, int] | None = None  # (start, length) in bytes


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist with its raw lines. An absent value is None; a malformed value counts as absent and is a finding."""

    kind: Kind  # "none": the bytes are not a playlist, and every other field except `findings` is empty
    lines: tuple[str, ...] = ()  # without their line ends; bytes that are not UTF-8 are U+FFFD
    findings: tuple[Finding, ...] = ()
    version: int | None = None
    version_needed: int = 1  # lowest version that allows every feature in use (RFC 8216 7)
    target_duration: int | None = None  # seconds
    media_sequence: int | None = None
    discontinuity_sequence: int | None = None
    playlist_type: str | None = None  # "EVENT" or "VOD"
    ended: bool = False  # has EXT-X-ENDLIST
    segments: tuple[Segment, ...] = ()
    resources: tuple[Resource, ...] = ()
    truncated_line: int | None = None  # line of a last URI that is truncated by the end of the file; not in `segments`
    unknown_tags: Mapping[str, int] = field(default_factory=dict)  # tag not interpreted -> number of lines

    @property
    def duration(self) -> float:
        """The sum of every valid EXTINF, in seconds."""
        last = self.segments[-1] if self.segments else None
        return last.start + last.duration if last else 0.0
