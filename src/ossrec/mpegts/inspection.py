"""What a look at the bytes of one segment gives: plain values, so that they can be kept and sent elsewhere."""

from typing import Literal, NamedTuple

TICKS = 90_000  # of PTS and DTS in a second (ISO/IEC 13818-1 2.4.3.7)
WRAP = 1 << 33  # where they begin again at 0

Depth = Literal["edges", "full"]
Kind = Literal["video", "audio", "data"]


class StreamFormat(NamedTuple):
    """What a decoder must know of a stream; it may change only at an EXT-X-DISCONTINUITY (RFC 8216 4.3.2.3)."""

    kind: Kind
    codec: str  # h264, hevc, mpeg2video, aac, mp2, mp3, ac3, eac3, opus …, else stream_type as 0x1b
    width: int | None = None  # pixels
    height: int | None = None
    sample_rate: int | None = None  # Hz
    channels: int | None = None


class StreamSummary(NamedTuple):
    """An elementary stream that the PMT names."""

    pid: int
    format: StreamFormat
    packets: int  # that were seen
    first_pts: int | None  # of the frame that is presented first, ticks as written (33 bits)
    length: int | None  # ticks from there to the end of the frame that is presented last, wraps counted out
    key_frames: int | None = None  # video: how many were seen; None when they cannot be told
    starts_with_key: bool | None = None  # video: the first frame is one


class CounterEnds(NamedTuple):
    """The continuity counter of one PID at the two ends of a segment (ISO/IEC 13818-1 2.4.3.3)."""

    pid: int
    first: int  # of the first packet
    last: int  # of the last one
    excused: bool = False  # the first packet has the discontinuity_indicator
    has_payload: bool = True  # the first packet has
    repeated: bool = False  # the last packet was sent twice already
    continued: bool = False  # the first packet goes on with a PES packet or section that began before it


class SegmentFault(NamedTuple):
    """A fault in one segment; becomes a finding once it is known where in the recording the segment is."""

    code: str  # of the rule table, area TS
    detail: str = ""
    packet: int | None = None  # number in the segment, from 0
    at: float | None = None  # seconds from the start of the segment
    length: float | None = None  # seconds that are concerned
    lost: int | None = None  # packets that are missing or cannot be used, at least


class Inspection(NamedTuple):
    """All that a look at one segment showed."""

    depth: Depth
    size: int  # of the segment, bytes
    read: int  # of them were read
    packet_size: int | None  # 188, 192 or 204; None: it is no transport stream
    packets: int  # that were seen
    streams: tuple[StreamSummary, ...] = ()  # in the order of the PMT
    counters: tuple[CounterEnds, ...] = ()  # by PID, PSI among them
    notes: tuple[SegmentFault, ...] = ()  # in the order of packets; bounded, see `MOST_NOTES`

    @property
    def first_pts(self) -> int | None:
        """Where the earliest of its streams starts, ticks as written; None without any time."""
        start, _ = self._span()
        return start

    @property
    def start_pts(self) -> int | None:
        """As `first_pts`; None also when a stream may start earlier, whose start did not show at the edges."""
        media = [stream for stream in self.streams if stream.format.kind != "data"]
        is_open = self.depth == "edges" and any(stream.first_pts is None for stream in media)
        return None if is_open else self.first_pts

    @property
    def duration(self) -> float | None:
        """Seconds from the first frame of any stream to the end of the last one of any."""
        start, end = self._span()
        return None if start is None or end is None else end / TICKS

    def first(self, kind: Kind) -> StreamSummary | None:
        """Its first stream of a kind."""
        for stream in self.streams:
            if stream.format.kind == kind:
                return stream
        return None

    def _span(self) -> tuple[int | None, int | None]:
        """First PTS, and ticks from there to the end; over all video and audio."""
        origin = earliest = end = None
        for stream in self.streams:
            if stream.first_pts is None or stream.format.kind == "data":
                continue
            if origin is None or earliest is None:
                origin, earliest = stream.first_pts, 0
            start = signed(stream.first_pts - origin)
            earliest = min(earliest, start)
            if stream.length is not None:
                end = start + stream.length if end is None else max(end, start + stream.length)
        if origin is None or earliest is None:
            return None, None
        return (origin + earliest) % WRAP, None if end is None else end - earliest


MOST_NOTES = 20  # of one code in one segment; the last says how many more there are, and counts their losses


def signed(ticks: int) -> int:
    """A difference of two 33-bit times as the nearest one: in [-2**32, 2**32)."""
    return (ticks + WRAP // 2) % WRAP - WRAP // 2
