"""A playlist half read: what the lines so far have said, and where the next segment goes."""

from collections import defaultdict

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser.attributes import read_attributes
from ossrec.hls.playlist import Resource, Role, Segment

MAX_UNKNOWN = 1000  # different tags that are counted one by one


class ParserState:
    """The state of reading; `take_uri` and the functions in `HANDLERS` move it on, one line each."""

    __slots__ = (
        *("notes", "seen", "unknown", "features", "segments", "resources", "clock", "habits"),
        *("version", "target_duration", "media_sequence", "discontinuity_sequence", "playlist_type", "ended"),
        *("ciphers", "encrypted", "fragment", "variant"),
        *("duration", "discontinuity", "gap", "byterange", "program_time"),
    )

    def __init__(self, notes: FindingCollector) -> None:
        """Nothing has been read yet."""
        self.notes = notes
        self.seen: dict[str, int] = {}  # tag -> its first line
        self.unknown: dict[str, tuple[int, int]] = {}  # tag not interpreted -> how often, first line
        self.habits: dict[str, list[int]] = defaultdict(list)  # code of a harmless habit -> its lines
        self.features: dict[str, tuple[int, int]] = {}  # what is in use -> version it needs, first line
        self.segments: list[Segment] = []
        self.resources: dict[tuple[Role, str, tuple[int, int] | None], Resource] = {}
        self.version: int | None = None
        self.target_duration: int | None = None
        self.media_sequence: int | None = None
        self.discontinuity_sequence: int | None = None
        self.playlist_type: str | None = None
        self.ended = False
        self.clock = 0.0  # seconds of recording before the next segment
        self.ciphers: dict[bool, str] = {}  # METHOD in force, for keys in files (True) and others (False)
        self.encrypted = False  # one of them is AES-128
        self.fragment = False
        self.variant = False  # the next URI is a variant's, not a segment's
        # What applies to the next URI only:
        self.duration: float | None = None
        self.discontinuity = False
        self.gap = False
        self.byterange: tuple[int, int | None] | None = None
        self.program_time: float | None = None

    def take_uri(self, line: int, uri: str) -> None:
        """A line that is no tag: one more segment."""
        if self.variant:
            self.variant = False
            return
        if self.ended:
            self.notes.add("HLS131", excerpt(uri), line, segment=len(self.segments))
        duration = self.duration
        if duration is None:
            self.notes.add("HLS150", excerpt(uri), line, segment=len(self.segments), start=self.clock)
            duration = 0.0
        segment = Segment(
            len(self.segments),
            line,
            uri,
            duration,
            self.clock,
            self.discontinuity,
            self.gap,
            self.encrypted,
            self.fragment,
            self._place(line, uri, *self.byterange) if self.byterange else None,
            self.program_time,
        )
        if self.gap:
            self.notes.add("HLS230", excerpt(uri), line, segment=segment.number, start=self.clock, length=duration)
        self.segments.append(segment)
        self.clock += duration
        self.duration = self.byterange = self.program_time = None
        self.discontinuity = self.gap = False

    def take_back(self, last: Segment) -> None:
        """The last segment turned out to be none."""
        self.segments.pop()
        self.clock = last.start

    def _place(self, line: int, uri: str, length: int, start: int | None) -> tuple[int, int] | None:
        """The byte range of the next segment; without a start it follows the segment before (4.3.2.2)."""
        if start is not None:
            return start, length
        before = self.segments[-1] if self.segments else None
        if before is None or before.uri != uri or before.byterange is None:
            self.notes.add("HLS191", excerpt(uri), line, segment=len(self.segments))
            return None
        return sum(before.byterange), length

    def take_unknown(self, line: int, tag: str) -> None:
        """A tag that this reader does not interpret: counted."""
        tag = tag[:100]
        if tag not in self.unknown and len(self.unknown) >= MAX_UNKNOWN:
            tag = "other tags"
        count, first = self.unknown.get(tag, (0, line))
        self.unknown[tag] = (count + 1, first)

    def take_habit(self, code: str, line: int) -> None:
        """Something harmless that stands on many lines: remembered, for one finding at the end."""
        self.habits[code].append(line)

    def take_attributes(self, line: int, value: str) -> dict[str, str]:
        """An attribute list, its faults noted."""
        attributes, faults = read_attributes(value)
        for code, detail in faults:
            self.notes.add(code, detail, line)
        return attributes

    def need(self, version: int, feature: str, line: int) -> None:
        """Something in use needs at least this EXT-X-VERSION."""
        self.features.setdefault(feature, (version, line))
