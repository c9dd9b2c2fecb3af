"""Checks that need the whole segment: missing tables and streams, key frames, PCR, the truncated end."""

from collections.abc import Iterator

from ossrec.mpegts.checks.pcr import PcrClock
from ossrec.mpegts.checks.state import SegmentAnalysis
from ossrec.mpegts.checks.streams import ElementaryStream, StreamEnds
from ossrec.mpegts.demux.columns import indices
from ossrec.mpegts.demux.packets import PACKET
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import TICKS, Depth

_MAX_WITHOUT_PTS = int(0.7 * TICKS)
_EXAMPLES = 3  # in a detail


def end_of_segment_faults(state: SegmentAnalysis, depth: Depth, span: StreamEnds) -> Iterator[Fault]:
    """Return the faults that show at the end of a segment; *span* is the time of its audio and video.

    At depth "edges", streams are not reported as missing, because the bytes that were not read may contain them.
    """
    if state.framer.size not in (None, PACKET):
        yield Fault("TS321", 0, None, detail=f"{state.framer.size} bytes")
    yield from _missing_tables(state)
    if depth == "full":
        yield from _missing_streams(state)
    yield from _private_streams(state, depth)
    for pid in state.streams.in_pmt:
        stream = state.streams.by_pid[pid]
        code = stream.payload.cannot_be_decoded
        if code is None:
            yield from _key_frames(state, stream, depth)
        else:
            yield Fault(code, int(state.counters.first_packet[pid]), pid, detail=stream.name)
        yield from _without_pts(state, stream, span)
        yield from stream.end_of_stream_faults()
    if depth == "full":
        yield from _without_pcr(state, span)
    for pid, clock in state.pcr_clocks.by_pid.items():
        yield from _pcr_jumps(state, pid, clock, span)
    if state.framer.trailing:
        detail = f"the segment ends {state.framer.trailing} bytes after the start of a packet"
        yield Fault("TS430", state.framer.packets, None, 1, detail, span.end, span.end, span.end)


def _pcr_jumps(state: SegmentAnalysis, pid: int, clock: PcrClock, span: StreamEnds) -> Iterator[Fault]:
    """Rule 37: jumps of a PCR that is used: on the PID of a stream with timestamps, or named by a PMT."""
    timestamps = state.streams.by_pid[pid].timestamps if pid in state.streams.by_pid else None
    is_used = timestamps.frames > 0 if timestamps is not None else pid in state.tables.pcr_pids()
    if not is_used or not clock.jumps:
        return
    has_frames = timestamps is not None and timestamps.frames > 0
    usual = timestamps.usual_distance() if timestamps is not None else 0
    for jump in clock.significant_jumps(usual) if has_frames else clock.jumps_by_own_rate():
        dts = span.start if jump.frame_dts is None else jump.frame_dts
        next_dts = None if dts is None else dts + max(0, jump.frame_step)
        detail = f"{state.name(pid)}: by {jump.step / TICKS:+.2f} s"
        yield Fault("TS370", jump.packet, pid, None, detail, dts, dts, next_dts)


def _without_pcr(state: SegmentAnalysis, span: StreamEnds) -> Iterator[Fault]:
    """Rule 37: a segment without any PCR, which is longer than the distance that PCRs may have."""
    if span.start is None or span.end is None or span.end - span.start <= TICKS // 10 or not state.tables.entries():
        return
    if not any(clock.has_pcr for clock in state.pcr_clocks.by_pid.values()):
        yield Fault("TS374", 0)


def _missing_tables(state: SegmentAnalysis) -> Iterator[Fault]:
    """Rule 34; a table with a wrong CRC was reported already."""
    tables = state.tables
    if not tables.has_pat:
        if not tables.invalid:
            yield Fault("TS340", 0)
    elif not tables.pmts and not tables.invalid:
        pids = ", ".join(str(pid) for pid in list(tables.programs.values())[:_EXAMPLES])
        yield Fault("TS341", 0, detail=f"the PAT lists PID {pids}" if pids else "the PAT lists no PMT")
    elif not tables.entries() and not tables.invalid:
        yield Fault("TS341", 0, detail="the PMT lists no streams")


def _missing_streams(state: SegmentAnalysis) -> Iterator[Fault]:
    """Rule 36: streams without packets; data streams may be silent for long."""
    media = [
        stream
        for stream in map(state.streams.by_pid.__getitem__, state.streams.in_pmt)
        if stream.payload.kind != "data"
    ]
    missing = [stream for stream in media if not state.counters.seen[stream.pid]]
    if missing and len(missing) == len(media):
        yield Fault("TS362", 0, detail=_missing_all_text(state, missing))
        return
    for stream in missing:
        yield Fault("TS360", 0, stream.pid, detail=stream.name)


def _private_streams(state: SegmentAnalysis, depth: Depth) -> Iterator[Fault]:
    """Return the streams that players do not decode; one fault if the segment has no others.

    At depth "edges" a private stream may be audio or video by bytes that were not read.
    """
    streams = [state.streams.by_pid[pid] for pid in state.streams.in_pmt]
    private = [stream for stream in streams if stream.is_private]
    if streams and depth == "full" and all(one.is_private or one.payload.kind == "data" for one in streams):
        yield Fault("TS364", 0, detail=", ".join(stream.name for stream in streams[:_EXAMPLES]))
        return
    for stream in private:
        yield Fault("TS363", int(state.counters.first_packet[stream.pid]), stream.pid, detail=stream.name)


def _missing_all_text(state: SegmentAnalysis, missing: list[ElementaryStream]) -> str:
    """Return which streams the PMT lists, and which PIDs the segment has instead."""
    announced = ", ".join(stream.name for stream in missing[:_EXAMPLES])
    others = [
        pid
        for pid in indices((state.counters.seen > 0) & ~state.tables.is_table).tolist()
        if pid not in {stream.pid for stream in missing}
    ]
    there = ", ".join(state.name(pid) for pid in others[:_EXAMPLES])
    return f"the PMT lists {announced}; the segment has {there or 'only tables'}"


def _key_frames(state: SegmentAnalysis, stream: ElementaryStream, depth: Depth) -> Iterator[Fault]:
    """Rule 40: key frames."""
    first = int(state.counters.first_packet[stream.pid])
    found = stream.payload.key_frames_found
    if found == 0 and depth == "full":
        yield Fault("TS400", first, stream.pid, detail=stream.name)
    elif found is not None and stream.payload.starts_with_key is False:
        key_packet = stream.payload.first_key_packet
        detail = (
            stream.name if key_packet is None else f"{stream.name}: the first key frame starts in packet {key_packet}"
        )
        yield Fault("TS401", first, stream.pid, detail=detail, next_dts=stream.first_key_dts)


def _without_pts(state: SegmentAnalysis, stream: ElementaryStream, span: StreamEnds) -> Iterator[Fault]:
    """Rule 37: a stream without any PTS."""
    if stream.payload.kind == "data" or not stream.frames or stream.timestamps.frames:
        return
    if span.start is not None and span.end is not None and span.end - span.start > _MAX_WITHOUT_PTS:
        packet = int(state.counters.first_packet[stream.pid])
        yield Fault("TS371", packet, stream.pid, detail=f"{stream.name}: no PTS at all")
