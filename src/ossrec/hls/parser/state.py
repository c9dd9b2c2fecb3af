"""The state of parsing a playlist: the values read so far, and the tags that apply to the next segment."""

from collections import defaultdict

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser.attributes import BLANK, read_attributes
from ossrec.hls.playlist import Resource, Role, Segment

FRACTION = "EXTINF with a fraction"  # a feature that requires version 3
MAX_UNKNOWN = 1000  # unknown tags that are counted separately; the rest are counted together


class ParserState:
    """The state of parsing; `add_uri` and the functions in `HANDLERS` each process one line."""

    __slots__ = (
        *("findings", "seen", "values", "unknown_tags", "features", "segments", "resources", "elapsed", "deviations"),
        *("version", "target_duration", "media_sequence", "discontinuity_sequence", "playlist_type", "ended"),
        *("key_methods", "encrypted", "fragment", "next_is_variant", "map"),
        *("duration", "discontinuity", "gap", "byterange", "program_time", "map_change"),
    )

    def __init__(self, findings: FindingCollector) -> None:
        """Start before the first line."""
        self.findings = findings
        self.seen: dict[str, int] = {}  # tag -> its first line
        self.values: dict[str, str] = {}  # tag that may appear only once -> the value of the first one
        self.unknown_tags: dict[str, tuple[int, int]] = {}  # tag not interpreted -> how often, first line
        self.deviations: dict[str, list[int]] = defaultdict(list)  # code of a harmless deviation -> its lines
        self.features: dict[str, tuple[int, int]] = {}  # feature in use -> version it requires, first line
        self.segments: list[Segment] = []
        self.resources: dict[tuple[Role, str, tuple[int, int] | None], Resource] = {}
        self.version: int | None = None
        self.target_duration: int | None = None
        self.media_sequence: int | None = None
        self.discontinuity_sequence: int | None = None
        self.playlist_type: str | None = None
        self.ended = False
        self.elapsed = 0.0  # seconds of recording before the next segment
        self.key_methods: dict[bool, str] = {}  # METHOD in force, for keys in files (True) and others (False)
        self.encrypted = False  # AES-128 is among the methods in force
        self.fragment = False  # an EXT-X-MAP is in force
        self.next_is_variant = False  # the next URI is a variant's, not a segment's
        self.map: tuple[str, tuple[int, int] | None] | None = None  # URI and byte range of the EXT-X-MAP in force
        # Tags that apply to the next URI only:
        self.duration: float | None = None
        self.discontinuity = False
        self.gap = False
        self.byterange: tuple[int, int | None] | None = None
        self.program_time: float | None = None
        self.map_change: int | None = None  # line of an EXT-X-MAP that differs from the one before

    def add_uri(self, line: int, uri: str) -> None:
        """Add the segment of a URI line; after EXT-X-STREAM-INF the URI is that of a variant and adds none."""
        if self.next_is_variant:
            self.next_is_variant = False
            return
        if self.ended:
            self.findings.add("HLS131", excerpt(uri), line, segment=len(self.segments))
        duration = self.duration
        if duration is None:
            self.findings.add("HLS150", excerpt(uri), line, segment=len(self.segments), start=self.elapsed)
            duration = 0.0
        segment = Segment(
            len(self.segments),
            line,
            uri,
            duration,
            self.elapsed,
            self.discontinuity,
            self.gap,
            self.encrypted,
            self.fragment,
            self._resolve_byterange(line, uri, *self.byterange) if self.byterange else None,
            self.program_time,
        )
        if self.gap:
            self.findings.add("HLS230", excerpt(uri), line, segment=segment.number, start=self.elapsed, length=duration)
        if self.map_change is not None and not self.discontinuity:
            line = self.map_change
            self.findings.add("HLS211", "", line, segment=segment.number, start=self.elapsed)
        self.segments.append(segment)
        self.elapsed += duration
        self.duration = self.byterange = self.program_time = self.map_change = None
        self.discontinuity = self.gap = False

    def remove_last_segment(self, last: Segment) -> None:
        """Remove the last segment, because its URI is truncated."""
        self.segments.pop()
        self.elapsed = last.start

    def _resolve_byterange(self, line: int, uri: str, length: int, start: int | None) -> tuple[int, int] | None:
        """Return (start, length) of the next segment, by default after the previous segment (RFC 8216 4.3.2.2)."""
        if start is not None:
            return start, length
        before = self.segments[-1] if self.segments else None
        if before is None or before.uri != uri or before.byterange is None:
            self.findings.add("HLS191", excerpt(uri), line, segment=len(self.segments))
            return None
        return sum(before.byterange), length

    def count_unknown_tag(self, line: int, tag: str) -> None:
        """Count a tag that the parser does not interpret."""
        tag = tag[:100]
        if tag not in self.unknown_tags and len(self.unknown_tags) >= MAX_UNKNOWN:
            tag = "other tags"
        count, first = self.unknown_tags.get(tag, (0, line))
        self.unknown_tags[tag] = (count + 1, first)

    def count_deviation(self, code: str, line: int) -> None:
        """Count a harmless deviation that may be on many lines, for one finding at the end."""
        lines = self.deviations[code]
        if not lines or lines[-1] != line:
            lines.append(line)

    def strip(self, line: int, value: str) -> str:
        """Return the value of a tag without the white space around it, which is counted as a deviation."""
        text = value.strip(BLANK)
        if text != value:
            self.count_deviation("HLS025", line)
        return text

    def repeat(self, code: str, line: int, tag: str, value: str) -> None:
        """Report a tag that may appear only once: with *code*, or as harmless if it has the value of the first one."""
        is_same = bool(value.strip(BLANK)) and self.values.get(tag) == value.strip(BLANK)
        self.findings.add("HLS120" if is_same else code, tag, line)

    def parse_attributes(self, line: int, value: str) -> dict[str, str]:
        """Return the attributes of a list by name, and report its faults."""
        attributes, faults = read_attributes(value)
        for code, detail in faults:
            self.findings.add(code, detail, line)
        return attributes

    def require_version(self, version: int, feature: str, line: int) -> None:
        """Record that *feature* requires at least this EXT-X-VERSION."""
        self.features.setdefault(feature, (version, line))
