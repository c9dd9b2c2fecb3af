"""One segment against the next: faults that show only when a recording's segments are seen together."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ossrec.findings import Finding
from ossrec.mpegts.inspection import Inspection, SegmentFault
from ossrec.mpegts.sequence.av_sync import apart, drift
from ossrec.mpegts.sequence.continuity import (
    counters_jump,
    format_changes,
    gap_between,
    gaps_between,
    is_continued,
    wraps,
)
from ossrec.mpegts.sequence.durations import lengths, step, tolerance

MOST = 1000  # findings of one code; the rest is counted
_EXCERPT = 1023  # characters of a segment's name in a detail: as many as an object's name has bytes


class SegmentInSequence(NamedTuple):
    """A segment that was looked at, at its place in a recording."""

    number: int | None  # in its playlist, from 0; None when no playlist names it
    key: str
    start: float | None  # seconds from the start of the recording
    duration: float | None  # EXTINF, seconds
    discontinuity: bool  # EXT-X-DISCONTINUITY stands before it
    follows: bool  # the one before it in the recording is the one before it here
    inspection: Inspection


def check_segments(subject: str, segments: Sequence[SegmentInSequence]) -> list[Finding]:
    """Everything that is wrong with segments, each in its place; *subject* is the key of their playlist.

    What concerns a border is told of the segment behind it. Of each code come at most `MOST` findings, and one that
    counts the rest.
    """
    found: list[Finding] = []
    seen: dict[str, int] = {}
    for finding in _check(subject, segments):
        count = seen[finding.code] = seen.get(finding.code, 0) + 1
        if count <= MOST:
            found.append(finding)
    rest = ((code, count - MOST) for code, count in seen.items() if count > MOST)
    return found + [Finding(code, subject, f"and {count} more of the same") for code, count in rest]


def _check(subject: str, segments: Sequence[SegmentInSequence]) -> Iterator[Finding]:
    """All findings, segment by segment; then those about the whole recording."""
    neighbours = [*segments[1:], None]
    is_apart = False
    before: SegmentInSequence | None = None
    for one, after in zip(segments, neighbours, strict=True):
        for note in one.inspection.notes:
            if note.code != "TS430" or not _goes_on(after):
                yield _finding(subject, one, note)
        if before is not None and one.follows and not one.discontinuity:
            yield from (_finding(subject, *told) for told in _leap(before, one))
            yield from (_finding(subject, one, note) for note in _border(before, one))
        seconds = apart(one.inspection)
        if seconds is not None:
            if seconds and not is_apart and not _go_on(before, one):
                yield _finding(subject, one, SegmentFault("TS410", _lead(seconds), at=0.0, length=abs(seconds)))
            is_apart = bool(seconds)
        yield from (_finding(subject, one, note) for note in _duration(one, after))
        before = one
    for run in _runs(segments):
        seconds = drift([one.inspection for one in run])
        if seconds is not None:
            detail = f"by {abs(seconds):.2f} s until {_name(run[-1])}"
            yield _finding(subject, run[0], SegmentFault("TS411", detail, at=0.0))._replace(length=_length(run))


def _border(before: SegmentInSequence, one: SegmentInSequence) -> Iterator[SegmentFault]:
    """Rules 35 and 42: what two segments say of each other that continue each other by the playlist."""
    jump = counters_jump(before.inspection, one.inspection)
    if jump is not None:
        yield SegmentFault("TS353", jump.detail, 0, 0.0, None, jump.lost)
    changes = format_changes(before.inspection, one.inspection)
    if changes and not any(note.code == "TS421" for note in before.inspection.notes):
        yield SegmentFault("TS420", changes, None, 0.0)
    if wraps(before.inspection, one.inspection):
        yield SegmentFault("TS381", "", None, 0.0)


def _leap(before: SegmentInSequence, one: SegmentInSequence) -> Iterator[tuple[SegmentInSequence, SegmentFault]]:
    """Rule 38: times that do not meet, and of which segment that is told.

    What the first one lacks of its EXTINF is lost behind what is there of it. All else is a moment: a clock that goes
    back, or on by more than that, takes nothing away from the recording's own time.
    """
    gap = gap_between(before.inspection, one.inspection)
    if gap is None or _meets(before, one):
        return
    measured, extinf = min(lengths(before.inspection), default=0.0), before.duration or 0.0
    if extinf - measured > min(tolerance(extinf), gap / 2) > 0:
        what = f"{gap:.2f} s missing at its end, by the timestamps at the start of {_name(one)}"
        yield before, SegmentFault("TS380", what, None, measured, min(gap, extinf - measured))
    else:
        what = f"{gap:.2f} s missing" if gap > 0 else f"{-gap:.2f} s in both"
        yield one, SegmentFault("TS380", f"{what}, by the timestamps at the end of {_name(before)}", None, 0.0)


def _duration(one: SegmentInSequence, after: SegmentInSequence | None) -> Iterator[SegmentFault]:
    """Rule 39, and a wrap inside the segment."""
    inspection = one.inspection
    if wraps(inspection, None):
        yield SegmentFault("TS381", "", None, 0.0)
    extinf = one.duration
    if extinf is None or inspection.duration is None:
        return
    is_joined = after is not None and after.follows and not after.discontinuity and _meets(one, after)
    passed = step(inspection, after.inspection) if after is not None and is_joined else None
    measured = [passed] if passed else lengths(inspection)
    if all(abs(seconds - extinf) > tolerance(extinf) for seconds in measured):
        detail = f"{measured[0]:.2f} s, EXTINF is {extinf:g} s"
        lacks = max(0.0, extinf - measured[0])  # seconds in which nothing plays; it plays on from its start otherwise
        yield SegmentFault("TS390", detail, None, extinf - lacks if lacks else 0.0, lacks or None)


def _meets(before: SegmentInSequence, one: SegmentInSequence) -> bool:
    """Times go on from one segment to the next: by those of any kind of stream, or just as EXTINF says.

    A picture that stands still may send nothing for seconds at the end of a segment; when the counters fit, and the
    next one starts when it should, nothing is missing.
    """
    gap = gap_between(before.inspection, one.inspection)
    length = before.inspection.duration
    if gap is None or length is None or abs(gap) <= tolerance(length):
        return True
    return not counters_jump(before.inspection, one.inspection) and _keeps_extinf(before, one)


def _keeps_extinf(before: SegmentInSequence, one: SegmentInSequence) -> bool:
    """The next segment starts when EXTINF says that this one ends; at the latest, if this one has a single picture."""
    passed, extinf = step(before.inspection, one.inspection), before.duration
    if passed is None or extinf is None:
        return False
    is_early = before.inspection.duration == 0 and 0 < passed < extinf  # how long a single picture lasts does not show
    return is_early or abs(passed - extinf) <= tolerance(extinf)


def _go_on(before: SegmentInSequence | None, one: SegmentInSequence) -> bool:
    """Sound and picture continue those of the segment before, the picture perhaps just as EXTINF says: none starts.

    Sound that came before without its place having shown, between the edges, goes on.
    """
    if before is None or not one.follows or one.discontinuity:
        return False
    gaps = gaps_between(before.inspection, one.inspection)
    continued = {kind for kind, gap in gaps.items() if abs(gap) <= tolerance(before.duration or 0.0)}
    picture = before.inspection.first("video")
    is_there = picture is not None and picture.first_pts is not None
    sound = before.inspection.first("audio")
    is_heard = sound is not None and sound.packets > 0 and sound.first_pts is None
    return (is_heard or "audio" in continued) and ("video" in continued or (is_there and _keeps_extinf(before, one)))


def _goes_on(after: SegmentInSequence | None) -> bool:
    """The next segment goes on with the PES packet that this one ends in: nothing is cut."""
    return after is not None and after.follows and is_continued(after.inspection)


def _runs(segments: Sequence[SegmentInSequence]) -> Iterator[list[SegmentInSequence]]:
    """Segments in rows without a break."""
    run: list[SegmentInSequence] = list(segments[:1])
    for _, one in pairwise(segments):
        if not one.follows or one.discontinuity:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _length(run: Sequence[SegmentInSequence]) -> float | None:
    first, last = run[0].start, run[-1].start
    return None if first is None or last is None else last - first + (run[-1].duration or 0.0)


def _lead(seconds: float) -> str:
    """Which of the two comes first."""
    first, second = ("audio", "video") if seconds > 0 else ("video", "audio")
    return f"{first} starts {abs(seconds):.2f} s before {second}"


def _name(one: SegmentInSequence) -> str:
    name = one.key.rpartition("/")[2]
    return name if len(name) <= _EXCERPT else name[:_EXCERPT] + "…"


def _finding(subject: str, one: SegmentInSequence, note: SegmentFault) -> Finding:
    """A note in the recording's own time: nothing lies behind the segment's end by EXTINF."""
    at, length = note.at or 0.0, note.length
    if one.duration is not None:
        at = min(at, one.duration)
        length = None if length is None else min(length, one.duration - at)
    start = None if one.start is None else one.start + at
    detail = f"{_name(one)}: {note.detail}" if note.detail else _name(one)
    return Finding(note.code, subject, detail, None, one.number, start, length, note.packet, note.lost)
