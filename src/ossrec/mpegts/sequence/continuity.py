"""Whether a segment continues the one before it: counters, times, formats, the wrap of the clock."""

from typing import NamedTuple

from ossrec.mpegts.inspection import TICKS, WRAP, CounterEnds, Inspection, Kind, StreamFormat, StreamSummary, signed

_KINDS: tuple[Kind, ...] = ("video", "audio")


class CounterJump(NamedTuple):
    """Continuity counters that do not go on."""

    detail: str
    lost: int | None  # packets, modulo 16 for each stream; None: all counters started anew


def counters_jump(before: Inspection, after: Inspection) -> CounterJump | None:
    """What the counters of streams lose at a border, or None (ISO/IEC 13818-1 2.4.3.3).

    Tables do not count: many muxers write them with a counter of their own into each segment. A first packet with the
    counter of the last one may be its repeat, unless it begins something: then 15 are missing.
    """
    lasts = {counter.pid: counter for counter in before.counters}
    codecs = {stream.pid: stream.format.codec for stream in after.streams}
    pairs = [(lasts[one.pid], one) for one in after.counters if one.pid in lasts and one.pid in codecs]
    missing = {one.pid: lost for last, one in pairs if (lost := _lost(last, one))}
    if not missing:
        return None
    if all(one.first <= 1 for _, one in pairs):  # one of them may go on by chance
        return CounterJump("all continuity counters restart, as when the muxer restarts", None)
    words = ", ".join(f"PID {pid} ({codecs[pid]}): {lost}" for pid, lost in list(missing.items())[:4])
    return CounterJump(words, sum(missing.values()))


def _lost(last: CounterEnds, one: CounterEnds) -> int:
    """Packets of one PID that are missing between its last and its first, modulo 16."""
    if one.excused or (one.continued and one.first == last.last and not last.repeated):
        return 0
    return (one.first - last.last - one.has_payload) & 0x0F


def is_continued(after: Inspection) -> bool:
    """The segment starts in the middle of a PES packet."""
    media = {stream.pid for stream in after.streams}
    return any(counter.continued for counter in after.counters if counter.pid in media)


def gap_between(before: Inspection, after: Inspection) -> float | None:
    """Seconds that are missing between the end of a segment and the next one's start; below 0 they overlap.

    Each kind of stream is held against itself, since sound and picture seldom end together. Who is muted sends no
    sound, and a picture that stands still sends nothing: the kind that fits best counts. None without times.
    """
    return min(gaps_between(before, after).values(), key=abs, default=None)


def gaps_between(before: Inspection, after: Inspection) -> dict[Kind, float]:
    """`gap_between` of each kind of stream whose times tell it."""
    gaps: dict[Kind, float] = {}
    for kind in _KINDS:
        one, other = before.first(kind), after.first(kind)
        if one is None or other is None or one.first_pts is None or one.length is None or other.first_pts is None:
            continue
        gaps[kind] = (signed(other.first_pts - one.first_pts) - one.length) / TICKS
    return gaps


def wraps(before: Inspection, after: Inspection | None) -> bool:
    """Times begin again at 0: inside a segment, or between it and the next one (2.4.3.7)."""
    inside = any(_wraps_inside(stream) for stream in before.streams)
    if after is None or inside:
        return inside and after is None
    start, end = before.first_pts, after.first_pts
    return start is not None and end is not None and end < start and signed(end - start) > 0


def format_changes(before: Inspection, after: Inspection) -> str:
    """What a decoder must know anew, in words, or "" (RFC 8216 4.3.2.3); what is not known is no change."""
    if [stream.format for stream in before.streams] == [stream.format for stream in after.streams]:
        return ""
    found = []
    for kind in _KINDS:
        old, new = ([s.format for s in one.streams if s.format.kind == kind] for one in (before, after))
        if len(old) != len(new):
            found.append(f"{len(new)} {kind} streams, {len(old)} before")
        else:
            found += [_change(a, b) for a, b in zip(old, new, strict=True) if _differs(a, b)]
    return "; ".join(found) if _is_told(before) and _is_told(after) else ""


def _is_told(inspection: Inspection) -> bool:
    """A PMT says which streams there are; without one they are made up from what their packets look like."""
    return any(stream.format.codec != "unknown" for stream in inspection.streams)


def _differs(old: StreamFormat, new: StreamFormat) -> bool:
    return any(a != b and a is not None and b is not None for a, b in zip(old, new, strict=True))


def _change(old: StreamFormat, new: StreamFormat) -> str:
    return f"{_words(new)}, {_words(old)} before"


def _words(one: StreamFormat) -> str:
    """A format in words."""
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
