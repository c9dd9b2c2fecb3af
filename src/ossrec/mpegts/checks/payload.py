"""What the payload of one stream shows: its format, where that changes, key frames, how long the last sound is."""

from collections.abc import Iterator

import numpy as np

from ossrec.mpegts.codecs.probe import ProbeResult, audio_frames, is_key_frame, probe
from ossrec.mpegts.demux.columns import places, steps_from, windows
from ossrec.mpegts.demux.packets import PACKET, Packets
from ossrec.mpegts.demux.pes import PidBatch, continuation, payload
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import TICKS, Kind, StreamFormat

UNKNOWN = "unknown"  # codec of a stream that no PMT has named yet
_UNREAD = 8  # frames of such a stream that are kept
_PACKETS = 16  # of a PES packet that are looked at: some encoders write long messages before the first slice
_PREFIX = 40  # bytes of a key frame that are the same as long as its format is
_HEADERS = {  # bits of an audio frame's first bytes that are the same as long as its format is
    "aac": 0xFFFFFFC0,  # ADTS fixed header (ISO/IEC 13818-7 6.2.1)
    "mp2": 0xFFFE0CC0,  # version, layer, sampling_frequency, mode (ISO/IEC 11172-3 2.4.1.3)
    "mp3": 0xFFFE0CC0,
}
_OFTEN = 64  # PES packets of other sound of which one is asked
_SYNC = 0xFFE00000  # of both
_MOST_SOUND = 64 * 1024  # bytes of the last PES packet


class PayloadProbe:
    """The payload of one PID."""

    def __init__(self, pid: int, kind: Kind, codec: str) -> None:
        """Before the first PES packet."""
        self.pid = pid
        self.kind = kind
        self.codec = codec
        self.probe: ProbeResult | None = None  # what was told last
        self.first: ProbeResult | None = None  # … and first
        self.key_frames = 0
        self.starts_with_key: bool | None = None
        self.first_key: int | None = None  # number of the packet where the first one starts
        self._told = False  # whether key frames can be told at all
        self._has_random = False  # the muxer sets the random_access_indicator
        self._frames = 0
        self._unread: list[bytes] = []  # the first frames of a stream whose codec is not known
        self._mark: bytes | int = b""  # what stood where a change of format shows
        self._sound: list[bytes] = []  # the PES packet that is open
        self._sound_size = 0

    def rename(self, kind: Kind, codec: str) -> None:
        """A PMT says what the stream is."""
        if (kind, codec) != (self.kind, self.codec):
            self.kind, self.codec, self.probe, self._mark = kind, codec, None, b""
            for number, data in enumerate(self._unread if kind == "video" and not self._has_random else ()):
                said = is_key_frame(codec, data)
                self._told = self._told or said is not None
                self.key_frames += bool(said)
                if number == 0:
                    self.starts_with_key = said
            self._unread = []

    def follow(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Look at the PES packets that start in a batch."""
        if self.kind == "audio":
            yield from self._hear(packets, part)
            self._keep_sound(packets, part)
        elif self.kind == "video":
            yield from self._see(packets, part)

    @property
    def key_frames_seen(self) -> int | None:
        """How many key frames there were; None when they cannot be told."""
        return self.key_frames if self._told and self.kind == "video" else None

    def format(self) -> StreamFormat:
        """What was told first."""
        one = self.first or ProbeResult()
        return StreamFormat(self.kind, one.codec or self.codec, one.width, one.height, one.sample_rate, one.channels)

    def sound_left(self) -> int | None:
        """Ticks that the last PES packet of a sound lasts; None when it does not tell."""
        one = self.probe
        if one is None or not one.frame_samples or not one.sample_rate:
            return None
        frames = audio_frames(self.codec, b"".join(self._sound))
        return frames and frames * one.frame_samples * TICKS // one.sample_rate

    def _see(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Key frames by the random_access_indicator, or by their own bytes where nobody sets it."""
        count = len(part.starts.rows)
        if self.codec == UNKNOWN:
            room = _UNREAD - len(self._unread)
            self._unread += [payload(packets, part, at, _PACKETS) for at in range(min(count, room))]
        random = part.starts.random
        keys = random.copy()
        first_random = int(random.argmax()) if random.any() else count
        for at in range(0 if self._has_random else first_random):
            said = is_key_frame(self.codec, payload(packets, part, at, _PACKETS))
            self._told = self._told or said is not None
            keys[at] = bool(said)
            if at == 0 and self._frames == 0:
                self.starts_with_key = said
        if count and self._frames == 0 and random[0]:
            self.starts_with_key = True
        self._has_random = self._has_random or first_random < count
        self._told = self._told or self._has_random
        is_first, self._frames = self._frames == 0, self._frames + count
        found = places(keys).tolist()
        if found and self.first_key is None:
            self.first_key = int(part.numbers[found[0]])
        self.key_frames += len(found)
        if is_first and count and not keys[0]:
            found.insert(0, 0)
        for at in found:
            row, body = int(part.starts.rows[at]), int(part.starts.body[at])
            mark = packets.data[row, body : body + _PREFIX].tobytes()
            if mark != self._mark or self.probe is None:
                self._mark = mark
                yield from self._ask(packets, part, at)

    def _hear(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Ask for the format where a frame's header is another than before."""
        count = len(part.starts.rows)
        mask = _HEADERS.get(self.codec)
        before, self._frames = self._frames, self._frames + count
        for at in range(count):
            if self.probe is None or (mask is None and (before + at) % _OFTEN == 0):
                yield from self._ask(packets, part, at)
            elif mask is not None:
                break
        if mask is None or self.probe is None:
            return
        body = part.starts.body
        whole = places(body + 4 <= PACKET)
        word = windows(packets.data, 4)[part.starts.rows[whole], body[whole]].view(">u4")[:, 0].astype(np.int64) & mask
        is_header = (word & _SYNC) == _SYNC
        whole, word = whole[is_header], word[is_header]
        before = self._mark if isinstance(self._mark, int) else -1
        for at in places(steps_from(before, word) != 0).tolist():
            self._mark = int(word[at])
            yield from self._ask(packets, part, int(whole[at]))

    def _ask(self, packets: Packets, part: PidBatch, at: int) -> Iterator[Fault]:
        """Look into one PES packet; a change is a fault (RFC 8216 4.3.2.3 wants a discontinuity there)."""
        told = probe(self.codec, payload(packets, part, at, _PACKETS))
        if told is None:
            return
        before, self.probe = self.probe, told
        if self.first is None:
            self.first = told
        if before is not None and (before[:4], before.codec) != (told[:4], told.codec):
            detail = f"PID {self.pid} ({self.codec}): {_words(told)}, {_words(before)} before"
            yield Fault("TS421", int(part.numbers[at]), self.pid, detail=detail)

    def _keep_sound(self, packets: Packets, part: PidBatch) -> None:
        """Hold the PES packet that is open, for the segment may end with it."""
        count = len(part.starts.rows)
        if count:
            pieces = [payload(packets, part, count - 1, _MOST_SOUND // 180)]
            self._sound_size = 0
            self._sound = []
        else:
            room = max(0, _MOST_SOUND - self._sound_size) // 180
            pieces = continuation(packets, part.rows[:room], len(packets.pid))
        self._sound += pieces
        self._sound_size += sum(map(len, pieces))


def _words(told: ProbeResult) -> str:
    """A format in words."""
    if told.width is not None:
        return f"{told.width}x{told.height}"
    return f"{told.codec or 'audio'}, {told.sample_rate} Hz, {told.channels} channels"
