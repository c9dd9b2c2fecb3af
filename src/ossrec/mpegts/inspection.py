"""The result of inspecting one segment: plain values that can be stored and sent to another process."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

TICKS = 90_000  # of PTS and DTS in a second (ISO/IEC 13818-1 2.4.3.7)
WRAP = 1 << 33  # ticks after which they wrap to 0

JUMP_INSIDE, STRAY_FRAMES, OVERFLOW = "TS372", "TS373", "TS383"  # rules on timestamps inside a segment
_OVERFLOW = 1 << 32  # ticks after which a recorder with 32 bits restarts at 0

Depth = Literal["edges", "full"]
Kind = Literal["video", "audio", "data"]


class StreamFormat(NamedTuple):
    """The format of an elementary stream; it may change only at an EXT-X-DISCONTINUITY (RFC 8216 4.3.2.3)."""

    kind: Kind
    codec: str  # h264, hevc, mpeg2video, aac, mp2, mp3, ac3, eac3, opus …, else stream_type as 0x1b
    width: int | None = None  # pixels
    height: int | None = None
    sample_rate: int | None = None  # Hz
    channels: int | None = None


class StreamSummary(NamedTuple):
    """An elementary stream of the PMT."""

    pid: int
    format: StreamFormat
    packets: int  # that were read
    first_pts: int | None  # of the frame that is presented first, in ticks as written (33 bits)
    length: int | None  # ticks from there to the end of the frame that is presented last, wraps counted out
    key_frames: int | None = None  # video: how many were read; None: unknown
    starts_with_key: bool | None = None  # video: the first frame is a key frame
    has_parameter_sets: bool | None = None  # video: all that a decoder needs were read; None: unknown
    starts_with_parameter_sets: bool | None = None  # video: all of them were read before the first key frame
    written_end: int | None = None  # PTS as written at the end of the last frame, if timestamps jump inside the stream

    @property
    def end_pts(self) -> int | None:
        """PTS as written at the end of the frame that is presented last; None: not known."""
        if self.written_end is not None or self.first_pts is None or self.length is None:
            return self.written_end
        return (self.first_pts + self.length) % WRAP


class CounterEnds(NamedTuple):
    """The continuity counter of one PID at the two ends of a segment (ISO/IEC 13818-1 2.4.3.3)."""

    pid: int
    first: int  # of the first packet
    last: int  # of the last one
    declared: bool = False  # the first packet has the discontinuity_indicator
    has_payload: bool = True  # the first packet has a payload
    repeated: bool = False  # the last packet is a repetition
    continued: bool = False  # the first packet continues a PES packet or section


class SegmentFault(NamedTuple):
    """A fault in one segment; becomes a finding once the position of the segment in the recording is known."""

    code: str  # of the rule table, area TS
    detail: str = ""
    packet: int | None = None  # number in the segment, from 0
    at: float | None = None  # seconds from the start of the segment
    length: float | None = None  # seconds that are affected
    lost: int | None = None  # packets that are lost or unusable, at least


class Inspection(NamedTuple):
    """The result of inspecting one segment."""

    depth: Depth
    size: int  # of the segment, bytes
    read: int  # bytes that were read
    packet_size: int | None  # 188, 192 or 204; `PACKED`: packed audio; None: neither
    packets: int  # that were read
    streams: tuple[StreamSummary, ...] = ()  # in the order of the PMT
    counters: tuple[CounterEnds, ...] = ()  # by PID, including PSI
    faults: tuple[SegmentFault, ...] = ()  # in the order of packets; bounded, see `MAX_FAULTS`

    @property
    def first_pts(self) -> int | None:
        """PTS of the first frame of any stream, in ticks as written; None without timestamps."""
        start, _ = self._span()
        return start

    @property
    def start_pts(self) -> int | None:
        """`first_pts`, or None if the start of another stream is not in the edges and may be earlier."""
        media = [stream for stream in self.streams if stream.format.kind != "data"]
        is_unknown = self.depth == "edges" and any(stream.first_pts is None for stream in media)
        return None if is_unknown else self.first_pts

    @property
    def duration(self) -> float | None:
        """Seconds from the first frame of any stream to the end of the last frame of any stream."""
        start, end = self._span()
        return None if start is None or end is None else end / TICKS

    @property
    def has_time_jump(self) -> bool:
        """Whether timestamps inside the segment are wrong, so that its duration is only estimated."""
        return any(fault.code in (JUMP_INSIDE, STRAY_FRAMES, OVERFLOW) for fault in self.faults)

    def first(self, kind: Kind) -> StreamSummary | None:
        """Return the first stream of a kind."""
        for stream in self.streams:
            if stream.format.kind == kind:
                return stream
        return None

    def _span(self) -> tuple[int | None, int | None]:
        """Return the first PTS of audio and video, and the ticks from there to the end."""
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


PACKED = 1  # "packet size" of packed audio, which has any size
MAX_FAULTS = 20  # of one code in one segment; the last one gives the number and the lost packets of those left out


def is_overflow(step: int) -> bool:
    """Return whether a step of timestamps is that of a counter with 32 bits that restarts at 0."""
    return abs(abs(step) - _OVERFLOW) < TICKS


def signed(ticks: int) -> int:
    """Return the difference of two 33-bit timestamps as the smallest step: in [-2**32, 2**32)."""
    return (ticks + WRAP // 2) % WRAP - WRAP // 2


def has_stray_packed_audio(inspections: Iterable[Inspection | None]) -> bool:
    """Return whether packed audio is an exception among the segments of a recording: fewer than half are packed."""
    is_packed = [one.packet_size == PACKED for one in inspections if one is not None]
    return 0 < sum(is_packed) * 2 < len(is_packed)
