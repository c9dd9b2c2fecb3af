"""Elementary streams of a segment: timestamps, PES packet lengths and payload of each, and their summaries."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.checks.payload import UNKNOWN, PayloadProbe
from ossrec.mpegts.checks.pes_lengths import PesLengths, WrongLength
from ossrec.mpegts.checks.timestamps import FrameTimes, StreamTimestamps, TimeOrigin
from ossrec.mpegts.codecs.stream_types import codec_of, is_unknown_type, private_codec
from ossrec.mpegts.demux.packets import Packets, Rows, Ticks
from ossrec.mpegts.demux.pes import PesStarts, PidBatch
from ossrec.mpegts.demux.pmt import PmtEntry
from ossrec.mpegts.demux.psi import MAX_STREAMS
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import (
    JUMP_INSIDE,
    OVERFLOW,
    STRAY_FRAMES,
    TICKS,
    WRAP,
    Kind,
    StreamSummary,
    is_overflow,
)

MAX_LENGTH_LOSSES = 1000  # that are kept of a stream
_PAYLOAD = 184  # bytes in a packet
_GAP_FACTOR: dict[Kind, int] = {"video": 4, "audio": 2}  # times the usual distance of frames is a gap


class StreamEnds(NamedTuple):
    """Start and end of a stream, in ticks with wraps counted out."""

    start: int | None  # PTS of the frame that is presented first; None also if the start was not read
    end: int | None  # PTS at the end of the frame that is presented last, without jumps in between
    written_end: int | None = None  # `end` as written, if timestamps jump inside the stream


class ElementaryStream:
    """One elementary stream: its timestamps, PES packet lengths and payload."""

    def __init__(self, pid: int, origin: TimeOrigin, payload: PayloadProbe) -> None:
        """Start before the first packet."""
        self.pid = pid
        self.timestamps = StreamTimestamps(origin)
        self.pes_lengths = PesLengths()
        self.payload = payload
        self.is_private = False  # audio or video of a type that players do not decode
        self.frames = 0  # that have started
        self.length_losses: list[Fault] = []
        self.first_key_dts: int | None = None  # of the first key frame

    @property
    def name(self) -> str:
        """The name of the stream in a detail."""
        return f"PID {self.pid}" if self.payload.codec == UNKNOWN else f"PID {self.pid} ({self.payload.codec})"

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        self.timestamps.resume_after_gap()
        self.pes_lengths.resume_after_gap()
        self.payload.resume_after_gap()

    def follow(self, packets: Packets, part: PidBatch) -> Iterator[Fault]:
        """Check the packets of the stream in a batch."""
        if self.payload.kind == "data" and len(part.numbers) and is_unknown_type(self.payload.codec):
            self._recognize_private_media(_kind(int(part.starts.stream_id[0])))
        self.timestamps.follow(part)
        for wrong in self.pes_lengths.follow(part)[: MAX_LENGTH_LOSSES - len(self.length_losses)]:
            self.length_losses.append(self._length_loss(wrong))
        self.frames += len(part.numbers)
        yield from self.payload.follow(packets, part)
        if self.first_key_dts is None and self.payload.first_key_packet is not None:
            frame_times = self.timestamps.frame_times
            index = int(frame_times.packet.searchsorted(self.payload.first_key_packet))
            self.first_key_dts = int(frame_times.dts[index]) if index < len(frame_times.packet) else None

    def _recognize_private_media(self, kind: Kind) -> None:
        """Set the codec of a stream of an unknown type whose PES packets are of this kind."""
        if kind != "data":
            self.is_private = True
            self.payload.set_codec(*private_codec(kind, self.payload.codec))

    def end_of_stream_faults(self) -> Iterator[Fault]:
        """Return the faults that need the whole stream: losses by PES length, long gaps, a truncated last frame."""
        if not self.pes_lengths.is_unreliable:
            yield from self.length_losses
        if self.payload.kind == "data":
            return
        yield from self._time_jumps()
        for gap in self.timestamps.long_gaps(_GAP_FACTOR[self.payload.kind]):
            detail = f"{self.name}: {(gap.next_dts - gap.dts) / TICKS:.2f} s"
            yield Fault("TS371", gap.packet, self.pid, None, detail, gap.pts, gap.dts, gap.next_dts)
        last = self.pes_lengths.truncated()
        if last is not None and not self.pes_lengths.is_unreliable:
            detail = f"{self.name}: {last.declared - last.size} of {last.declared} bytes are missing"
            yield Fault("TS430", last.packet, self.pid, None, detail, *self.timestamps.last_frame())

    def _time_jumps(self) -> Iterator[Fault]:
        """Return the jumps of timestamps inside the stream, and its stray frames."""
        timeline = self.timestamps.timeline()
        if timeline is None:
            return
        for jump in timeline.jumps:
            at, before = jump.after.packet, jump.before
            code = OVERFLOW if is_overflow(jump.step) else JUMP_INSIDE
            detail = f"{self.name}: by {jump.step / TICKS:+.2f} s"
            yield Fault(code, at, self.pid, None, detail, before.last_pts, before.last_dts, before.last_dts)
        if timeline.strays:
            run, off = timeline.strays[0]
            count = sum(stray.run.frames for stray in timeline.strays)
            way = "ahead of" if off > 0 else "behind"
            which = "1 frame is" if count == 1 else f"{count} frames are wrong, the first is"
            detail = f"{self.name}: {which} stamped {abs(off) / TICKS:.2f} s {way} the others"
            at = run.first_dts - off
            yield Fault(STRAY_FRAMES, run.packet, self.pid, None, detail, at, at, at)

    def _length_loss(self, wrong: WrongLength) -> Fault:
        """Return the loss of 16 packets or a multiple, which only the length of a PES packet shows."""
        frame_times = self.timestamps.frame_times
        index = int(np.searchsorted(frame_times.packet, wrong.packet))
        pts = dts = next_dts = None
        if index:
            pts, dts = int(frame_times.pts[index - 1]), int(frame_times.dts[index - 1])
        if index < len(frame_times.packet):
            next_dts = int(frame_times.dts[index])
        off = f"{wrong.missing} bytes too short" if wrong.missing > 0 else f"{-wrong.missing} bytes too long"
        lost = max(16, round(wrong.missing / _PAYLOAD / 16) * 16)
        detail = f"{self.name}: a PES packet is {off}, but the continuity counter is continuous"
        return Fault("TS350", wrong.packet, self.pid, lost, detail, pts, dts, next_dts)

    def ends(self) -> StreamEnds:
        """Return start and end of the stream; the last audio PES packet is measured in frames if possible."""
        timeline = self.timestamps.timeline()
        first = self.timestamps.first if timeline is None else timeline.first_pts
        start = first if self.timestamps.has_start else None
        last = self.timestamps.last
        if last is None:
            return StreamEnds(start, None)
        audio = self.payload.last_audio_duration() if self.payload.kind == "audio" else None
        duration = audio or self.timestamps.frame_duration()
        if timeline is None:
            return StreamEnds(start, last + duration)
        if timeline.length is None:
            return StreamEnds(start, None)
        written_end = timeline.last_pts + duration if timeline.jumps else None
        return StreamEnds(start, timeline.first_pts + timeline.length + duration, written_end)

    def _video_facts(self) -> tuple[bool | None, bool | None, bool | None]:
        """Return the last fields of the summary of a video stream."""
        sets = self.payload.parameter_sets
        return self.payload.starts_with_key, sets.is_complete, sets.precede_key_frame

    def summary(self, packets: int, ends: StreamEnds) -> StreamSummary:
        """Return the summary of the stream, of which *packets* were read."""
        first, end, written_end = ends
        length = None if first is None or end is None or end < first else end - first
        return StreamSummary(
            self.pid,
            self.payload.format(),
            packets,
            None if first is None else first % WRAP,
            length,
            self.payload.key_frames_found,
            *(self._video_facts() if self.payload.kind == "video" else (None, None, None)),
            None if written_end is None else written_end % WRAP,
        )


class ElementaryStreams:
    """The elementary streams of a segment: those of the PMT, and before a PMT all PIDs with PES packets."""

    def __init__(self) -> None:
        """Start without streams."""
        self.by_pid: dict[int, ElementaryStream] = {}
        self.in_pmt: list[int] = []  # PIDs in the order of the PMT
        self._origin = TimeOrigin()
        self._entries: list[PmtEntry] = []

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        for stream in self.by_pid.values():
            stream.resume_after_gap()

    def apply_pmt(self, entries: list[PmtEntry]) -> None:
        """Add the streams of the PMT, and set their codecs."""
        if entries == self._entries:
            return
        self._entries = entries
        self.in_pmt = [entry.pid for entry in entries]
        for entry in entries:
            kind, codec = codec_of(entry.stream_type, entry.descriptors)
            if entry.pid in self.by_pid:
                self.by_pid[entry.pid].payload.set_codec(kind, codec)
            else:
                self._add(entry.pid, kind, codec)

    def add_unlisted(self, starts: PesStarts) -> None:
        """Add the streams of PES packets, as long as there is no PMT."""
        if self.in_pmt or not len(starts.rows):
            return
        pids, firsts = np.unique(starts.pid, return_index=True)
        for pid, index in zip(pids.tolist(), firsts.tolist(), strict=True):
            if pid not in self.by_pid and len(self.by_pid) < MAX_STREAMS:
                self._add(pid, _kind(int(starts.stream_id[index])), UNKNOWN)

    def summaries(self, packets: Ticks, ends: dict[int, StreamEnds]) -> tuple[StreamSummary, ...]:
        """Return the summaries of the streams; *packets* is the number of packets by PID."""
        return tuple(self.by_pid[pid].summary(int(packets[pid]), ends[pid]) for pid in self.reported())

    def reported(self) -> list[int]:
        """Return the PIDs of the streams in the result: those of the PMT, else those of audio and video."""
        return self.in_pmt or sorted(pid for pid, stream in self.by_pid.items() if stream.payload.kind != "data")

    def ends(self) -> dict[int, StreamEnds]:
        """Return start and end of each stream in the result."""
        return {pid: self.by_pid[pid].ends() for pid in self.reported()}

    def span(self, ends: dict[int, StreamEnds]) -> StreamEnds:
        """Return the start of the first and the end of the last audio or video stream."""
        media = [one for pid, one in ends.items() if self.by_pid[pid].payload.kind != "data"]
        starts = [one.start for one in media if one.start is not None]
        lasts = [one.end for one in media if one.end is not None]
        return StreamEnds(min(starts, default=None), max(lasts, default=None))

    def frame_times(self, pid: int | None) -> tuple[FrameTimes, int | None]:
        """Return the frames of the last batch by packet, and the first DTS of the segment; of one stream or of all."""
        streams = self.by_pid.values() if pid is None else [self.by_pid[pid]] if pid in self.by_pid else []
        known = [stream.timestamps for stream in streams if stream.timestamps.first_dts is not None]
        if not known:
            return FrameTimes(*(np.empty(0, np.int64),) * 3), None
        if len(known) == 1:
            return known[0].frame_times, known[0].first_dts
        joined = FrameTimes(
            *(np.concatenate(columns) for columns in zip(*(one.frame_times for one in known), strict=True))
        )
        order: Rows = np.argsort(joined.packet, kind="stable")
        return FrameTimes(*(column[order] for column in joined)), min(one.first_dts or 0 for one in known)

    def _add(self, pid: int, kind: Kind, codec: str) -> None:
        self.by_pid[pid] = ElementaryStream(pid, self._origin, PayloadProbe(pid, kind, codec))


def _kind(stream_id: int) -> Kind:
    """Return the kind of media of a PES packet by its stream_id (ISO/IEC 13818-1 table 2-22)."""
    if 0xE0 <= stream_id <= 0xEF:
        return "video"
    return "audio" if 0xC0 <= stream_id <= 0xDF else "data"
