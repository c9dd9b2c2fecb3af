"""All streams of a segment: which are followed, and what each has shown in the end."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.checks.payload import UNKNOWN, PayloadProbe
from ossrec.mpegts.checks.pes_lengths import PesLengths, WrongLength
from ossrec.mpegts.checks.timestamps import FrameTimes, StreamTimestamps, TimeOrigin
from ossrec.mpegts.codecs.stream_types import codec_of
from ossrec.mpegts.demux.packets import Packets, Rows, Ticks
from ossrec.mpegts.demux.pes import PesStarts, PidBatch
from ossrec.mpegts.demux.psi import MOST_STREAMS, PmtEntry
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import TICKS, WRAP, Kind, StreamSummary

MOST_SUSPECTS = 1000  # wrong lengths that are kept of a stream
_PAYLOAD = 184  # bytes in a packet
_TIMES: dict[Kind, int] = {"video": 4, "audio": 2}  # the usual distance of frames: more is a gap


class StreamEnds(NamedTuple):
    """When a stream starts and ends, in ticks with wraps counted out."""

    start: int | None  # PTS of the frame that is shown first; None also when the start of the stream was not read
    end: int | None  # PTS of the end of the frame that is shown last


class ElementaryStream:
    """One stream: its times, its lengths, its payload."""

    def __init__(self, pid: int, origin: TimeOrigin, look: PayloadProbe) -> None:
        """Before its first packet."""
        self.pid = pid
        self.timing = StreamTimestamps(origin)
        self.lengths = PesLengths()
        self.look = look
        self.frames = 0
        self.suspects: list[Fault] = []
        self.first_key: int | None = None  # DTS of the first key frame

    @property
    def name(self) -> str:
        """How a detail calls it."""
        return f"PID {self.pid}" if self.look.codec == UNKNOWN else f"PID {self.pid} ({self.look.codec})"

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        self.timing.forget()
        self.lengths.forget()

    def follow(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Take what a batch holds of it."""
        self.timing.follow(part)
        for wrong in self.lengths.follow(part)[: MOST_SUSPECTS - len(self.suspects)]:
            self.suspects.append(self._suspect(wrong))
        self.frames += len(part.numbers)
        yield from self.look.follow(packets, part)
        if self.first_key is None and self.look.first_key is not None:
            moments = self.timing.moments
            place = int(moments.packet.searchsorted(self.look.first_key))
            self.first_key = int(moments.dts[place]) if place < len(moments.packet) else None

    def late_events(self) -> Iterator[Fault]:
        """What only the whole stream shows: losses by wrong lengths, long gaps, a last frame that is cut."""
        if not self.lengths.is_habit:
            yield from self.suspects
        if self.look.kind == "data":
            return
        for gap in self.timing.gaps(_TIMES[self.look.kind]):
            detail = f"{self.name}: {(gap.until - gap.since) / TICKS:.2f} s"
            yield Fault("TS371", gap.packet, self.pid, None, detail, gap.begins, gap.since, gap.until)
        cut = self.lengths.cut()
        if cut is not None and not self.lengths.is_habit:
            detail = f"{self.name}: {cut.declared - cut.size} of {cut.declared} bytes are missing"
            yield Fault("TS430", cut.packet, self.pid, None, detail, *self.timing.last_frame())

    def _suspect(self, wrong: WrongLength) -> Fault:
        """A loss that only the length of a PES packet shows; the counter fits, so 16 packets or a multiple are gone."""
        moments = self.timing.moments
        place = int(np.searchsorted(moments.packet, wrong.packet))
        begins = since = until = None
        if place:
            begins, since = int(moments.pts[place - 1]), int(moments.dts[place - 1])
        if place < len(moments.packet):
            until = int(moments.dts[place])
        off = f"{wrong.missing} bytes too short" if wrong.missing > 0 else f"{-wrong.missing} bytes too long"
        lost = max(16, round(wrong.missing / _PAYLOAD / 16) * 16)
        detail = f"{self.name}: a PES packet is {off}, but the continuity counter is continuous"
        return Fault("TS350", wrong.packet, self.pid, lost, detail, begins, since, until)

    def ends(self) -> StreamEnds:
        """When it starts and ends; the last sound is counted in frames where its headers allow."""
        start = self.timing.first if self.timing.has_start else None
        last = self.timing.last
        if last is None:
            return StreamEnds(start, None)
        sound = self.look.sound_left() if self.look.kind == "audio" else None
        return StreamEnds(start, last + (sound or self.timing.step()))

    def stream(self, packets: int, ends: StreamEnds) -> StreamSummary:
        """What is told of it."""
        first, end = ends
        length = None if first is None or end is None or end < first else end - first
        look = self.look
        return StreamSummary(
            self.pid,
            look.format(),
            packets,
            None if first is None else first % WRAP,
            length,
            look.key_frames_seen,
            look.starts_with_key if look.kind == "video" else None,
        )


class ElementaryStreams:
    """The streams that are followed: those of the PMT, and as long as there is none, whatever starts PES packets."""

    def __init__(self) -> None:
        """None yet."""
        self.by_pid: dict[int, ElementaryStream] = {}
        self.named: list[int] = []  # PIDs that the PMT names, in its order
        self._origin = TimeOrigin()
        self._entries: list[PmtEntry] = []

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        for track in self.by_pid.values():
            track.forget()

    def name(self, entries: list[PmtEntry]) -> None:
        """Take what the PMT says."""
        if entries == self._entries:
            return
        self._entries = entries
        self.named = [entry.pid for entry in entries]
        for entry in entries:
            kind, codec = codec_of(entry.stream_type, entry.descriptors)
            if entry.pid in self.by_pid:
                self.by_pid[entry.pid].look.rename(kind, codec)
            else:
                self._add(entry.pid, kind, codec)

    def find(self, starts: PesStarts) -> None:
        """Follow streams that nothing named."""
        if self.named or not len(starts.rows):
            return
        pids, places = np.unique(starts.pid, return_index=True)
        for pid, place in zip(pids.tolist(), places.tolist(), strict=True):
            if pid not in self.by_pid and len(self.by_pid) < MOST_STREAMS:
                self._add(pid, _kind(int(starts.stream_id[place])), UNKNOWN)

    def streams(self, packets: Ticks, ends: dict[int, StreamEnds]) -> tuple[StreamSummary, ...]:
        """What is told of each; *packets* is how many were seen, by PID."""
        return tuple(self.by_pid[pid].stream(int(packets[pid]), ends[pid]) for pid in self.told())

    def told(self) -> list[int]:
        """PIDs of the streams that are told of."""
        return self.named or sorted(pid for pid, track in self.by_pid.items() if track.look.kind != "data")

    def ends(self) -> dict[int, StreamEnds]:
        """When each of the streams that are told of starts and ends."""
        return {pid: self.by_pid[pid].ends() for pid in self.told()}

    def span(self, ends: dict[int, StreamEnds]) -> StreamEnds:
        """First and last time of any sound or picture."""
        media = [one for pid, one in ends.items() if self.by_pid[pid].look.kind != "data"]
        starts = [one.start for one in media if one.start is not None]
        lasts = [one.end for one in media if one.end is not None]
        return StreamEnds(min(starts, default=None), max(lasts, default=None))

    def frames(self, pid: int | None) -> tuple[FrameTimes, int | None]:
        """The frames of the last batch by packet, of one stream or of all; and the first DTS of all batches."""
        tracks = self.by_pid.values() if pid is None else [self.by_pid[pid]] if pid in self.by_pid else []
        timings = [track.timing for track in tracks if track.timing.first_dts is not None]
        if not timings:
            return FrameTimes(*(np.empty(0, np.int64),) * 3), None
        if len(timings) == 1:
            return timings[0].moments, timings[0].first_dts
        joined = FrameTimes(
            *(np.concatenate(columns) for columns in zip(*(one.moments for one in timings), strict=True))
        )
        order: Rows = np.argsort(joined.packet, kind="stable")
        return FrameTimes(*(column[order] for column in joined)), min(one.first_dts or 0 for one in timings)

    def _add(self, pid: int, kind: Kind, codec: str) -> None:
        self.by_pid[pid] = ElementaryStream(pid, self._origin, PayloadProbe(pid, kind, codec))


def _kind(stream_id: int) -> Kind:
    """What a PES packet carries by its stream_id (ISO/IEC 13818-1 table 2-22)."""
    if 0xE0 <= stream_id <= 0xEF:
        return "video"
    return "audio" if 0xC0 <= stream_id <= 0xDF else "data"
