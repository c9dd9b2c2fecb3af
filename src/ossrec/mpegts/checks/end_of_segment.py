"""What shows only when all of a segment was seen: tables and streams that never came, key frames, the end."""

from collections.abc import Iterator

from ossrec.mpegts.checks.pcr import PcrClock
from ossrec.mpegts.checks.state import SegmentState
from ossrec.mpegts.checks.streams import ElementaryStream, StreamEnds
from ossrec.mpegts.demux.columns import places
from ossrec.mpegts.demux.packets import PACKET
from ossrec.mpegts.faults import Fault
from ossrec.mpegts.inspection import TICKS, Depth

_LONG = int(0.7 * TICKS)
_EXAMPLES = 3  # that a detail names


def end_of_segment_faults(state: SegmentState, depth: Depth, span: StreamEnds) -> Iterator[Fault]:
    """Everything that the end of a segment shows, of which sound and picture last for *span*.

    What was not read may hold what is missing in "edges".
    """
    if state.framer.size not in (None, PACKET):
        yield Fault("TS321", 0, None, detail=f"{state.framer.size} bytes")
    yield from _missing_tables(state)
    if depth == "full":
        yield from _missing_streams(state)
    for pid in state.tracks.named:
        track = state.tracks.by_pid[pid]
        yield from _key_frames(state, track, depth)
        yield from _without_times(state, track, span)
        yield from track.late_events()
    for pid, clock in state.clocks.by_pid.items():
        yield from _clock_jumps(state, pid, clock, span)
    if state.framer.left:
        detail = f"the segment ends {state.framer.left} bytes after the start of a packet"
        yield Fault("TS430", state.framer.packets, None, 1, detail, span.end, span.end, span.end)


def _clock_jumps(state: SegmentState, pid: int, clock: PcrClock, span: StreamEnds) -> Iterator[Fault]:
    """Rule 37: the clock of a stream that has times, or that a PMT names as one; others are nobody's."""
    timing = state.tracks.by_pid[pid].timing if pid in state.tracks.by_pid else None
    is_used = timing.frames > 0 if timing is not None else pid in state.tables.clocks()
    if not is_used or not clock.jumps:
        return
    for jump in clock.found(timing.usual() if timing is not None else 0):
        since = span.start if jump.since is None else jump.since
        until = None if since is None else since + max(0, jump.frames)
        detail = f"{state.name(pid)}: by {jump.step / TICKS:+.2f} s"
        yield Fault("TS370", jump.packet, pid, None, detail, since, since, until)


def _missing_tables(state: SegmentState) -> Iterator[Fault]:
    """Rule 34; a table whose CRC is wrong was told of."""
    tables = state.tables
    if not tables.has_pat:
        if not tables.broken:
            yield Fault("TS340", 0)
    elif not tables.read and not tables.broken:
        pids = ", ".join(str(pid) for pid in list(tables.programs.values())[:_EXAMPLES])
        yield Fault("TS341", 0, detail=f"the PAT lists PID {pids}" if pids else "the PAT lists no PMT")
    elif not tables.entries() and not tables.broken:
        yield Fault("TS341", 0, detail="the PMT lists no streams")


def _missing_streams(state: SegmentState) -> Iterator[Fault]:
    """Rule 36: streams of which nothing came; data may stay away for long."""
    media = [track for track in map(state.tracks.by_pid.__getitem__, state.tracks.named) if track.look.kind != "data"]
    missing = [track for track in media if not state.counters.seen[track.pid]]
    if missing and len(missing) == len(media):
        yield Fault("TS362", 0, detail=_nothing(state, missing))
        return
    for track in missing:
        yield Fault("TS360", 0, track.pid, detail=track.name)


def _nothing(state: SegmentState, missing: list[ElementaryStream]) -> str:
    """Which streams are announced, and what is there instead."""
    announced = ", ".join(track.name for track in missing[:_EXAMPLES])
    others = [
        pid
        for pid in places((state.counters.seen > 0) & ~state.tables.is_table).tolist()
        if pid not in state.tracks.named
    ]
    there = ", ".join(f"PID {pid}" for pid in others[:_EXAMPLES])
    return f"the PMT lists {announced}; the segment has {there or 'only tables'}"


def _key_frames(state: SegmentState, track: ElementaryStream, depth: Depth) -> Iterator[Fault]:
    """Rule 40."""
    first = int(state.counters.first_packet[track.pid])
    seen = track.look.key_frames_seen
    if seen == 0 and depth == "full":
        yield Fault("TS400", first, track.pid, detail=track.name)
    elif seen is not None and track.look.starts_with_key is False:
        goes_on = track.look.first_key
        detail = track.name if goes_on is None else f"{track.name}: the first key frame starts in packet {goes_on}"
        yield Fault("TS401", first, track.pid, detail=detail, until=track.first_key)


def _without_times(state: SegmentState, track: ElementaryStream, span: StreamEnds) -> Iterator[Fault]:
    """Rule 37: a stream whose frames never carry a time."""
    if track.look.kind == "data" or not track.frames or track.timing.frames:
        return
    if span.start is not None and span.end is not None and span.end - span.start > _LONG:
        packet = int(state.counters.first_packet[track.pid])
        yield Fault("TS371", packet, track.pid, detail=f"{track.name}: no PTS at all")
