"""What was read from a playlist: plain values, in the words of RFC 8216."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ossrec.findings import Finding

MAX_PLAYLIST = 16 * 1024 * 1024  # bytes; a caller refuses more with LOOK004, unread
MAX_LINES = 1_000_000  # lines; what follows is not read, and LOOK006 says so

Kind = Literal["media", "master", "none"]
Role = Literal["key", "map"]


class Segment(NamedTuple):
    """One media segment, as the playlist's text has it."""

    number: int  # position in the playlist, from 0
    line: int  # of the URI, from 1
    uri: str
    duration: float  # EXTINF in seconds; 0.0 when there is none that can be used
    start: float  # seconds from the start of the recording
    discontinuity: bool = False  # EXT-X-DISCONTINUITY stands before it
    gap: bool = False  # EXT-X-GAP: declared missing
    encrypted: bool = False  # METHOD=AES-128: the whole file is enciphered, its bytes are no TS packets
    fragment: bool = False  # an EXT-X-MAP applies: fragmented MP4 or the like, no plain TS
    byterange: tuple[int, int] | None = None  # (start, length) in bytes, resolved
    program_time: float | None = None  # its own EXT-X-PROGRAM-DATE-TIME, seconds since 1970-01-01 UTC


class Resource(NamedTuple):
    """A file that segments need: the key of EXT-X-KEY, the initialization section of EXT-X-MAP."""

    role: Role
    uri: str
    line: int  # where it is named first
    byterange: tuple[int, int] | None = None  # (start, length) in bytes


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist with its raw lines. Absent is None; what is malformed counts as absent and is a finding."""

    kind: Kind  # "none": the bytes are no playlist, and nothing else was read from them
    lines: tuple[str, ...] = ()  # without their line ends; bytes that are not UTF-8 stand as U+FFFD
    findings: tuple[Finding, ...] = ()
    version: int | None = None
    version_needed: int = 1  # by what is in use (RFC 8216 7)
    target_duration: int | None = None  # seconds
    media_sequence: int | None = None
    discontinuity_sequence: int | None = None
    playlist_type: str | None = None  # "EVENT" or "VOD"
    ended: bool = False  # has EXT-X-ENDLIST
    segments: tuple[Segment, ...] = ()
    resources: tuple[Resource, ...] = ()
    cut_off: int | None = None  # line of a last URI that breaks off with the file; it is none of `segments`
    unknown_tags: Mapping[str, int] = field(default_factory=dict)  # tag not interpreted -> how often

    @property
    def duration(self) -> float:
        """Seconds: the sum of every EXTINF that can be used."""
        last = self.segments[-1] if self.segments else None
        return last.start + last.duration if last else 0.0
