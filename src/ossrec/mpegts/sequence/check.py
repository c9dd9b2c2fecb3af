"""Checks of neighboring segments: faults that show only in the sequence of a recording's segments."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ossrec.findings import Finding
from ossrec.mpegts.inspection import OVERFLOW, TICKS, Inspection, SegmentFault, has_stray_packed_audio, is_overflow
from ossrec.mpegts.sequence.av_sync import drift, start_offset
from ossrec.mpegts.sequence.continuity import (
    counter_jump,
    format_changes,
    gap_between,
    gaps_between,
    is_continued,
    pid_changes,
    wraps,
)
from ossrec.mpegts.sequence.decoder_start import codecs_never_decodable, missing_parameter_sets, names_of
from ossrec.mpegts.sequence.durations import possible_durations, start_to_start, tolerance
from ossrec.mpegts.sequence.restarts import restart_habit
from ossrec.mpegts.sequence.small_gaps import small_gaps

MAX_FINDINGS = 1000  # findings of one code; further ones are counted
_EXCERPT = 1023  # characters of a segment name in a detail: the maximum length of an object name


class SegmentInSequence(NamedTuple):
    """An inspected segment at its position in a recording."""

    number: int | None  # in its playlist, from 0; None: no playlist lists the segment
    key: str
    start: float | None  # seconds from the start of the recording
    duration: float | None  # EXTINF, seconds
    discontinuity: bool  # EXT-X-DISCONTINUITY before the segment
    follows: bool  # the previous segment of the recording is the previous segment here
    inspection: Inspection


def check_segments(subject: str, segments: Sequence[SegmentInSequence]) -> list[Finding]:
    """Return the findings of inspected segments in sequence; *subject* is the key of their playlist.

    A fault between two segments belongs to the second one. At most `MAX_FINDINGS` findings of each code are returned,
    then one that counts the others.
    """
    found: list[Finding] = []
    seen: dict[str, int] = {}
    for finding in _check(subject, segments):
        count = seen[finding.code] = seen.get(finding.code, 0) + 1
        if count <= MAX_FINDINGS:
            found.append(finding)
    rest = ((code, count - MAX_FINDINGS) for code, count in seen.items() if count > MAX_FINDINGS)
    return found + [Finding(code, subject, f"and {count} more of the same") for code, count in rest]


def _check(subject: str, segments: Sequence[SegmentInSequence]) -> Iterator[Finding]:
    """Return all findings, segment by segment, then those about the whole recording."""
    following = [*segments[1:], None]
    habit, boundary = restart_habit((a.inspection, b.inspection) for a, b in _boundaries(segments)), 0
    is_apart = False
    before: SegmentInSequence | None = None
    never = codecs_never_decodable([one.inspection for one in segments]) if _are_all(segments) else set()
    is_stray = has_stray_packed_audio(one.inspection for one in segments)
    for one, after in zip(segments, following, strict=True):
        for kept in one.inspection.faults:
            fault = kept._replace(code="TS310") if is_stray and kept.code == "TS312" else kept
            if fault.code != "TS430" or not _is_continued_by(after):
                yield _finding(subject, one, fault)
        if before is not None and one.follows and not one.discontinuity:
            yield from (_finding(subject, *fault) for fault in _timestamp_gap(before, one))
            is_habit, boundary = boundary in habit.numbers, boundary + 1
            yield from (_finding(subject, one, fault) for fault in _boundary(before, one, is_habit=is_habit))
        yield from (_finding(subject, one, fault) for fault in missing_parameter_sets(one.inspection, never))
        seconds = start_offset(one.inspection)
        if seconds is not None:
            if seconds and not is_apart and not _continues_media(before, one):
                yield _finding(subject, one, SegmentFault("TS410", _offset_text(seconds), at=0.0, length=abs(seconds)))
            is_apart = bool(seconds)
        yield from (_finding(subject, one, fault) for fault in _duration(one, after))
        before = one
    for codec in sorted(never):
        fault = SegmentFault("TS403", f"{codec}: {names_of(codec)} missing in all segments", at=0.0)
        yield _finding(subject, segments[0], fault)._replace(length=_run_duration(segments))
    yield from habit.findings(subject)
    for run in _contiguous_runs(segments):
        seconds = drift([one.inspection for one in run])
        if seconds is not None:
            detail = f"by {abs(seconds):.2f} s until {_file_name(run[-1])}"
            yield _finding(subject, run[0], SegmentFault("TS411", detail, at=0.0))._replace(length=_run_duration(run))
        detail = small_gaps([one.inspection for one in run])
        if detail:
            yield _finding(subject, run[0], SegmentFault("TS385", detail, at=0.0))


def _boundaries(segments: Sequence[SegmentInSequence]) -> Iterator[tuple[SegmentInSequence, SegmentInSequence]]:
    """Yield the pairs of segments that are contiguous by the playlist."""
    return ((before, one) for before, one in pairwise(segments) if one.follows and not one.discontinuity)


def _boundary(before: SegmentInSequence, one: SegmentInSequence, *, is_habit: bool) -> Iterator[SegmentFault]:
    """Rules 35 and 42: counters, formats and PTS wrap between two segments that are contiguous by the playlist.

    Counters that restart by habit are reported once for the recording, not here.
    """
    jump = None if is_habit else counter_jump(before.inspection, one.inspection)
    if jump is not None:
        yield SegmentFault("TS353", jump.detail, 0, 0.0, None, jump.lost)
    changes = format_changes(before.inspection, one.inspection)
    if changes and not any(fault.code == "TS421" for fault in before.inspection.faults):
        yield SegmentFault("TS420", changes, None, 0.0)
    pids = pid_changes(before.inspection, one.inspection)
    if pids and not changes:
        yield SegmentFault("TS384", pids, None, 0.0)
    if wraps(before.inspection, one.inspection):
        yield SegmentFault("TS381", "", None, 0.0)


def _timestamp_gap(
    before: SegmentInSequence, one: SegmentInSequence
) -> Iterator[tuple[SegmentInSequence, SegmentFault]]:
    """Rule 38: a PTS gap or overlap between two segments, with the segment to which the finding belongs.

    If the first segment is shorter than its EXTINF, the missing time is at its end. Otherwise the fault has no length:
    timestamps that jump back, or further ahead than EXTINF, take no time from the recording.
    """
    gap = gap_between(before.inspection, one.inspection)
    if gap is None or _is_contiguous(before, one):
        return
    if is_overflow(round(gap * TICKS)):
        yield one, SegmentFault(OVERFLOW, f"by 2^32 ticks after {_file_name(before)}", None, 0.0)
        return
    measured, extinf = min(possible_durations(before.inspection), default=0.0), before.duration or 0.0
    if extinf - measured > min(tolerance(extinf), gap / 2) > 0:
        what = f"{gap:.2f} s missing at its end, by the timestamps at the start of {_file_name(one)}"
        yield before, SegmentFault("TS380", what, None, measured, min(gap, extinf - measured))
    else:
        what = f"{gap:.2f} s missing" if gap > 0 else f"{-gap:.2f} s in both"
        yield one, SegmentFault("TS380", f"{what}, by the timestamps at the end of {_file_name(before)}", None, 0.0)


def _duration(one: SegmentInSequence, after: SegmentInSequence | None) -> Iterator[SegmentFault]:
    """Rule 39, and a PTS wrap inside the segment."""
    inspection = one.inspection
    if wraps(inspection, None):
        yield SegmentFault("TS381", "", None, 0.0)
    extinf = one.duration
    if extinf is None or inspection.duration is None or inspection.has_time_jump:
        return
    is_joined = after is not None and after.follows and not after.discontinuity and _is_contiguous(one, after)
    passed = start_to_start(inspection, after.inspection) if after is not None and is_joined else None
    measured = [passed] if passed else possible_durations(inspection)
    if all(abs(seconds - extinf) > tolerance(extinf) for seconds in measured):
        detail = f"{measured[0]:.2f} s, EXTINF is {extinf:g} s"
        lacks = max(0.0, extinf - measured[0])  # seconds in which nothing plays; 0.0: the segment is too long
        yield SegmentFault("TS390", detail, None, extinf - lacks if lacks else 0.0, lacks or None)


def _is_contiguous(before: SegmentInSequence, one: SegmentInSequence) -> bool:
    """Return whether timestamps continue from one segment to the next, by audio, by video, or by EXTINF.

    A still screen may send no video for seconds at the end of a segment: if the continuity counters continue, and the
    next segment starts when EXTINF says, nothing is missing.
    """
    gap = gap_between(before.inspection, one.inspection)
    length = before.inspection.duration
    if gap is None or length is None or abs(gap) <= tolerance(length):
        return True
    return not counter_jump(before.inspection, one.inspection) and _keeps_extinf(before, one)


def _keeps_extinf(before: SegmentInSequence, one: SegmentInSequence) -> bool:
    """Return whether the next segment starts at the end by EXTINF; or earlier, after a segment with one picture."""
    passed, extinf = start_to_start(before.inspection, one.inspection), before.duration
    if passed is None or extinf is None:
        return False
    is_early = before.inspection.duration == 0 and 0 < passed < extinf  # the duration of a single picture is not known
    return is_early or abs(passed - extinf) <= tolerance(extinf)


def _continues_media(before: SegmentInSequence | None, one: SegmentInSequence) -> bool:
    """Return whether audio and video continue those of the previous segment, so that neither starts here.

    Video may continue by EXTINF alone. Audio of the previous segment whose start lies between the edges continues.
    """
    if before is None or not one.follows or one.discontinuity:
        return False
    gaps = gaps_between(before.inspection, one.inspection)
    continued = {kind for kind, gap in gaps.items() if abs(gap) <= tolerance(before.duration or 0.0)}
    video = before.inspection.first("video")
    has_video = video is not None and video.first_pts is not None
    audio = before.inspection.first("audio")
    has_hidden_audio = audio is not None and audio.packets > 0 and audio.first_pts is None
    is_video_continued = "video" in continued or (has_video and _keeps_extinf(before, one))
    return (has_hidden_audio or "audio" in continued) and is_video_continued


def _is_continued_by(after: SegmentInSequence | None) -> bool:
    """Return whether the next segment continues the last PES packet of this one, which is not truncated then."""
    return after is not None and after.follows and is_continued(after.inspection)


def _are_all(segments: Sequence[SegmentInSequence]) -> bool:
    """Return whether these are all segments of their playlist up to the last one, without a missing one."""
    numbers = [one.number for one in segments if one.number is not None]
    return numbers == list(range(len(numbers)))


def _contiguous_runs(segments: Sequence[SegmentInSequence]) -> Iterator[list[SegmentInSequence]]:
    """Return the runs of contiguous segments."""
    run: list[SegmentInSequence] = list(segments[:1])
    for _, one in pairwise(segments):
        if not one.follows or one.discontinuity:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _run_duration(run: Sequence[SegmentInSequence]) -> float | None:
    first, last = run[0].start, run[-1].start
    return None if first is None or last is None else last - first + (run[-1].duration or 0.0)


def _offset_text(seconds: float) -> str:
    """Return the detail of an offset: audio or video starts first."""
    first, second = ("audio", "video") if seconds > 0 else ("video", "audio")
    return f"{first} starts {abs(seconds):.2f} s before {second}"


def _file_name(one: SegmentInSequence) -> str:
    name = one.key.rpartition("/")[2]
    return name if len(name) <= _EXCERPT else name[:_EXCERPT] + "…"


def _finding(subject: str, one: SegmentInSequence, fault: SegmentFault) -> Finding:
    """Return a fault as a finding in the time of the recording, at most up to the end of the segment by EXTINF."""
    at, length = fault.at or 0.0, fault.length
    if one.duration is not None:
        at = min(at, one.duration)
        length = None if length is None else min(length, one.duration - at)
    start = None if one.start is None else one.start + at
    detail = f"{_file_name(one)}: {fault.detail}" if fault.detail else _file_name(one)
    return Finding(fault.code, subject, detail, None, one.number, start, length, fault.packet, fault.lost)
