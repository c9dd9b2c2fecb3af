"""Payload of one elementary stream: its format and where that changes, key frames, the last audio frames."""

from collections.abc import Iterator

import numpy as np

from ossrec.mpegts.checks.frame_headers import FrameHeaders
from ossrec.mpegts.checks.parameter_sets import PROBED_PACKETS, ParameterSets
from ossrec.mpegts.codecs.probe import ProbeResult, audio_frames, has_key_frame, is_key_frame, probe
from ossrec.mpegts.demux.columns import indices, steps_from, windows
from ossrec.mpegts.demux.packets import PACKET, Marks, Packets
from ossrec.mpegts.demux.pes import PidBatch, continuation, payload
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import TICKS, Kind, StreamFormat

UNKNOWN = "unknown"  # codec of a stream that no PMT has listed yet
_KEPT_FRAMES = 8  # of such a stream
_MARKED_FRAMES = 3  # at the start: if all have the random_access_indicator, it is not believed
_KEY_FRAME_START = 40  # first bytes of a key frame, which change only with its format
_FORMAT_BITS = {  # bits of an audio frame header that change only with its format
    "aac": 0xFFFFFFC0,  # ADTS fixed header (ISO/IEC 13818-7 6.2.1)
    "mp2": 0xFFFE0CC0,  # version, layer, sampling_frequency, mode (ISO/IEC 11172-3 2.4.1.3)
    "mp3": 0xFFFE0CC0,
}
_PROBE_EVERY = 64  # PES packets of other audio codecs
_SYNC = 0xFFE00000  # of these headers
_MAX_OPEN_AUDIO = 64 * 1024  # bytes of the last PES packet


class PayloadProbe:
    """Probes the payload of one PID."""

    def __init__(self, pid: int, kind: Kind, codec: str) -> None:
        """Start before the first PES packet."""
        self.pid = pid
        self.kind = kind
        self.codec = codec
        self.latest: ProbeResult | None = None
        self.first: ProbeResult | None = None
        self.parameter_sets = ParameterSets(codec)
        self._frame_headers = FrameHeaders(codec)
        self.key_frames = 0
        self.starts_with_key: bool | None = None
        self.first_key_packet: int | None = None  # number of the packet where the first key frame starts
        self._knows_key_frames = False  # key frames can be recognized
        self._is_always_marked = False  # the muxer sets it on every frame
        self._has_random_access = False  # the muxer sets the random_access_indicator
        self._frames = 0
        self._first_frames: list[bytes] = []  # of a stream of unknown codec
        self._format_bytes: bytes | int = b""  # the last value of the bytes that change with the format
        self._open_audio: list[bytes] = []  # payload of the open PES packet
        self._open_audio_size = 0

    def set_codec(self, kind: Kind, codec: str) -> None:
        """Set the codec that a PMT gives the stream."""
        if (kind, codec) != (self.kind, self.codec):
            self.kind, self.codec, self.latest, self._format_bytes = kind, codec, None, b""
            self.parameter_sets = ParameterSets(codec)
            self._frame_headers = FrameHeaders(codec)
            if kind == "video":
                self._probe_first_frames()
            self._first_frames = []

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        self.parameter_sets.skip()

    def follow(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Check the PES packets that start in a batch."""
        if self.kind == "audio":
            yield from self._scan_audio(packets, part)
            self._keep_open_audio(packets, part)
        elif self.kind == "video":
            yield from self._scan_video(packets, part)

    @property
    def key_frames_found(self) -> int | None:
        """The number of key frames; None: they cannot be recognized."""
        return self.key_frames if self._knows_key_frames and self.kind == "video" else None

    @property
    def cannot_be_decoded(self) -> str | None:
        """The code of the rule by which no decoder can start with this payload; None: a decoder can, or unknown."""
        if self.kind == "video":
            return None if self.parameter_sets.has_start_codes else "TS404"
        is_audio_without = self.kind == "audio" and self.first is None and self._frame_headers.are_missing()
        return "TS405" if is_audio_without else None

    def format(self) -> StreamFormat:
        """Return the first format that was found."""
        one = self.first or ProbeResult()
        return StreamFormat(self.kind, one.codec or self.codec, one.width, one.height, one.sample_rate, one.channels)

    def last_audio_duration(self) -> int | None:
        """Return the duration of the last audio PES packet in ticks; None: unknown."""
        one = self.latest
        if one is None or not one.frame_samples or not one.sample_rate:
            return None
        frames = audio_frames(self.codec, b"".join(self._open_audio))
        return frames and frames * one.frame_samples * TICKS // one.sample_rate

    def _probe_first_frames(self) -> None:
        """Probe the frames that came before the PMT."""
        for number, data in enumerate(self._first_frames):
            is_key = is_key_frame(self.codec, data)
            self.parameter_sets.take(data, is_key=is_key is True)
            if not self._has_random_access:
                self._knows_key_frames = self._knows_key_frames or is_key is not None
                self.key_frames += bool(is_key)
                if number == 0:
                    self.starts_with_key = is_key
        if self._frames > len(self._first_frames):
            self.parameter_sets.skip()

    def _scan_video(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Find key frames by the random_access_indicator, or by their own bytes if the muxer does not set it."""
        count = len(part.starts.rows)
        if self.codec == UNKNOWN:
            room = _KEPT_FRAMES - len(self._first_frames)
            self._first_frames += [payload(packets, part, at, PROBED_PACKETS) for at in range(min(count, room))]
        starts = self._frames_that_start_decoding(packets, part)
        keys = starts
        if (
            self.codec != UNKNOWN and self.key_frames == 0 and not starts.any()
        ):  # there may be one behind other pictures
            whole = (payload(packets, part, at, len(part.rows)) for at in range(count))
            keys = np.array([has_key_frame(self.codec, data) for data in whole], np.bool_)
            self._knows_key_frames = self._knows_key_frames or bool(keys.any())
        is_first, self._frames = self._frames == 0, self._frames + count
        found = indices(keys).tolist()
        if found and self.first_key_packet is None:
            self.first_key_packet = int(part.numbers[found[0]])
        self.key_frames += len(found)
        self.parameter_sets.follow(packets, part, starts)
        if is_first and count and not keys[0]:
            found.insert(0, 0)
        for at in found:
            row, body = int(part.starts.rows[at]), int(part.starts.body[at])
            start = packets.data[row, body : body + _KEY_FRAME_START].tobytes()
            if start != self._format_bytes or self.latest is None:
                self._format_bytes = start
                yield from self._probe_format(packets, part, at)

    def _frames_that_start_decoding(self, packets: Packets, part: PidBatch) -> Marks:
        """Return which PES packets of a batch start with a key frame."""
        count = len(part.starts.rows)
        random = part.starts.random
        keys = random.copy()
        first_random = int(random.argmax()) if random.any() else count
        for at in range(0 if self._has_random_access else first_random):
            is_key = is_key_frame(self.codec, payload(packets, part, at, PROBED_PACKETS))
            self._knows_key_frames = self._knows_key_frames or is_key is not None
            keys[at] = bool(is_key)
            if at == 0 and self._frames == 0:
                self.starts_with_key = is_key
        if self._frames == 0 and count >= _MARKED_FRAMES:
            self._is_always_marked = bool(random[:_MARKED_FRAMES].all())
        if self._is_always_marked:
            for at in indices(random).tolist():
                keys[at] = is_key_frame(self.codec, payload(packets, part, at, PROBED_PACKETS)) is not False
        if count and self._frames == 0 and random[0]:
            self.starts_with_key = bool(keys[0])
        self._has_random_access = self._has_random_access or first_random < count
        self._knows_key_frames = self._knows_key_frames or self._has_random_access
        return keys

    def _scan_audio(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Probe the format where the header of a frame differs from that of the previous frame."""
        count = len(part.starts.rows)
        mask = _FORMAT_BITS.get(self.codec)
        before, self._frames = self._frames, self._frames + count
        for at in range(count):
            if self.latest is None or (mask is None and (before + at) % _PROBE_EVERY == 0):
                yield from self._probe_format(packets, part, at)
                if self.latest is None:
                    self._frame_headers.take(payload(packets, part, at, len(part.rows)))
            elif mask is not None:
                break
        if mask is None or self.latest is None:
            return
        body = part.starts.body
        whole = indices(body + 4 <= PACKET)
        word = windows(packets.data, 4)[part.starts.rows[whole], body[whole]].view(">u4")[:, 0].astype(np.int64) & mask
        is_header = (word & _SYNC) == _SYNC
        whole, word = whole[is_header], word[is_header]
        before = self._format_bytes if isinstance(self._format_bytes, int) else -1
        for at in indices(steps_from(before, word) != 0).tolist():
            self._format_bytes = int(word[at])
            yield from self._probe_format(packets, part, int(whole[at]))

    def _probe_format(self, packets: Packets, part: PidBatch, at: int) -> Iterator[Fault]:
        """Probe one PES packet; a change of format is a fault (RFC 8216 4.3.2.3 requires a discontinuity there)."""
        result = probe(self.codec, payload(packets, part, at, PROBED_PACKETS))
        if result is None:
            return
        before, self.latest = self.latest, result
        if self.first is None:
            self.first = result
        if before is not None and (before[:4], before.codec) != (result[:4], result.codec):
            detail = f"PID {self.pid} ({self.codec}): {_format_text(result)}, {_format_text(before)} before"
            yield Fault("TS421", int(part.numbers[at]), self.pid, detail=detail)

    def _keep_open_audio(self, packets: Packets, part: PidBatch) -> None:
        """Keep the payload of the open PES packet, because the segment may end with it."""
        count = len(part.starts.rows)
        if count:
            pieces = [payload(packets, part, count - 1, _MAX_OPEN_AUDIO // 180)]
            self._open_audio_size = 0
            self._open_audio = []
        else:
            room = max(0, _MAX_OPEN_AUDIO - self._open_audio_size) // 180
            pieces = continuation(packets, part.rows[:room], len(packets.pid))
        self._open_audio += pieces
        self._open_audio_size += sum(map(len, pieces))


def _format_text(result: ProbeResult) -> str:
    """Return a format for a detail."""
    if result.width is not None:
        return f"{result.width}x{result.height}"
    return f"{result.codec or 'audio'}, {result.sample_rate} Hz, {result.channels} channels"
