"""Whether a segment continues the previous one: continuity counters, PTS, formats, PTS wrap."""

from typing import NamedTuple

from ossrec.mpegts.inspection import TICKS, WRAP, CounterEnds, Inspection, Kind, StreamFormat, StreamSummary, signed

_CONTIGUOUS = 0.5  # seconds by which the PTS of contiguous media may differ
_KINDS: tuple[Kind, ...] = ("video", "audio")


class CounterJump(NamedTuple):
    """Continuity counters that do not continue from one segment to the next."""

    detail: str
    lost: int | None  # packets, modulo 16 for each stream; None: all counters restarted


def counter_jump(before: Inspection, after: Inspection) -> CounterJump | None:
    """Return the packets that the continuity counters show to be lost between two segments (ISO/IEC 13818-1 2.4.3.3).

    None: the counters continue. Tables are left out, because many muxers restart their counters in each segment. A
    first packet with the counter value of the last packet may repeat it, unless it starts a PES packet or section:
    then 15 packets are lost.
    """
    codecs = {stream.pid: stream.format.codec for stream in after.streams}
    pairs = compared_counters(before, after)
    missing = {one.pid: lost for last, one in pairs if (lost := _packets_lost(last, one))}
    if not missing:
        return None
    if all(one.first <= 1 for _, one in pairs):  # one of them may continue by chance
        return CounterJump("all continuity counters restart, as when the muxer restarts", None)
    words = ", ".join(f"PID {pid} ({codecs[pid]}): {lost}" for pid, lost in list(missing.items())[:4])
    return CounterJump(words, sum(missing.values()))


def compared_counters(before: Inspection, after: Inspection) -> list[tuple[CounterEnds, CounterEnds]]:
    """Return the counters of each elementary stream that both segments have, of the first and of the second one."""
    lasts = {counter.pid: counter for counter in before.counters}
    streams = {stream.pid for stream in after.streams}
    return [(lasts[one.pid], one) for one in after.counters if one.pid in lasts and one.pid in streams]


def _packets_lost(last: CounterEnds, one: CounterEnds) -> int:
    """Return the packets of a PID that are lost between its last and its first packet, modulo 16."""
    if one.declared or (one.continued and one.first == last.last and not last.repeated):
        return 0
    return (one.first - last.last - one.has_payload) & 0x0F


def is_continued(after: Inspection) -> bool:
    """Return whether the segment starts inside a PES packet."""
    media = {stream.pid for stream in after.streams}
    return any(counter.continued for counter in after.counters if counter.pid in media)


def gap_between(before: Inspection, after: Inspection) -> float | None:
    """Return the seconds missing between the end of a segment and the start of the next; negative: they overlap.

    Audio is compared with audio and video with video, because they seldom end together. A muted microphone sends no
    audio and a still screen no video, so the smaller gap counts. None without timestamps.
    """
    return min(gaps_between(before, after).values(), key=abs, default=None)


def gaps_between(before: Inspection, after: Inspection) -> dict[Kind, float]:
    """Return `gap_between` for audio and for video, where timestamps are known."""
    gaps: dict[Kind, float] = {}
    for kind in _KINDS:
        one, other = before.first(kind), after.first(kind)
        if one is None or other is None or one.end_pts is None or other.first_pts is None:
            continue
        gaps[kind] = signed(other.first_pts - one.end_pts) / TICKS
    return gaps


def wraps(before: Inspection, after: Inspection | None) -> bool:
    """Return whether PTS wraps to 0 inside a segment, or between the segment and the next one (2.4.3.7)."""
    inside = any(_wraps_inside(stream) for stream in before.streams)
    if after is None or inside:
        return inside and after is None
    start, end = before.first_pts, after.first_pts
    return start is not None and end is not None and end < start and signed(end - start) > 0


def format_changes(before: Inspection, after: Inspection) -> str:
    """Return the changes of format for a detail, "" for none (RFC 8216 4.3.2.3); unknown values are not a change."""
    if [stream.format for stream in before.streams] == [stream.format for stream in after.streams]:
        return ""
    found = []
    for kind in _KINDS:
        old, new = ([s.format for s in one.streams if s.format.kind == kind] for one in (before, after))
        if len(old) != len(new):
            found.append(f"{len(new)} {kind} streams, {len(old)} before")
        else:
            found += [_change_text(a, b) for a, b in zip(old, new, strict=True) if _differs(a, b)]
    return "; ".join(found) if _has_pmt(before) and _has_pmt(after) else ""


def pid_changes(before: Inspection, after: Inspection) -> str:
    """Return the changes of the PIDs of audio and video for a detail, "" for none (RFC 8216 4.3.2.3)."""
    found = []
    for kind in _KINDS:
        old, new = ([s.pid for s in one.streams if s.format.kind == kind] for one in (before, after))
        if old != new and len(old) == len(new):
            found.append(f"{kind} PID {_numbers(new)}, {_numbers(old)} before")
    return "; ".join(found) if _has_pmt(before) and _has_pmt(after) else ""


def _numbers(pids: list[int]) -> str:
    return ", ".join(map(str, pids[:4]))


def is_contiguous_media(before: Inspection, after: Inspection) -> bool:
    """Return whether PTS and continuity counters continue from one segment to the next, so that nothing is missing.

    False also if either is not known.
    """
    gap = gap_between(before, after)
    media = {stream.pid for stream in after.streams}
    shared = media & {one.pid for one in before.counters} & {one.pid for one in after.counters}
    return gap is not None and abs(gap) <= _CONTIGUOUS and bool(shared) and counter_jump(before, after) is None


def _has_pmt(inspection: Inspection) -> bool:
    """Return whether a PMT names the streams; without it, they are inferred from their PES packets."""
    return any(stream.format.codec != "unknown" for stream in inspection.streams)


def _differs(old: StreamFormat, new: StreamFormat) -> bool:
    return any(a != b and a is not None and b is not None for a, b in zip(old, new, strict=True))


def _change_text(old: StreamFormat, new: StreamFormat) -> str:
    return f"{_format_text(new)}, {_format_text(old)} before"


def _format_text(one: StreamFormat) -> str:
    """Return a format for a detail, such as ``aac 48000 Hz 2 channels``."""
    parts = [one.codec]
    if one.width is not None:
        parts.append(f"{one.width}x{one.height}")
    if one.sample_rate is not None:
        parts.append(f"{one.sample_rate} Hz")
    if one.channels is not None:
        parts.append(f"{one.channels} channels")
    return " ".join(parts)


def _wraps_inside(stream: StreamSummary) -> bool:
    if stream.first_pts is None or stream.length is None or stream.format.kind == "data":
        return False
    return stream.first_pts + stream.length > WRAP
