"""Compares EXTINF with the times in names, modification times and reported durations (rules 28 to 30)."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedSegment
from ossrec.segment_rules import timeline_gap

UPLOAD_SLACK = 60  # seconds by which a segment may be uploaded after the playlist
_MIN_STEPS = 3  # of the clock, and at half of all boundaries, if it passes at another rate than the media
BACKWARDS = 0.5  # seconds by which the time in a name may be earlier than in the name before


def check_timestamps(playlist: JoinedPlaylist, findings: FindingCollector) -> None:
    """Check rules 28 to 30, as far as the times are known."""
    if not playlist.segments:
        return
    first, last = playlist.segments[0], playlist.segments[-1]
    declared = last.start + last.duration - first.start
    _check_reported_duration(playlist.reported_duration, declared, findings)
    _check_modified(playlist, declared, findings)
    _check_clock(playlist.segments, findings)
    _check_name_times(_continuous_runs(playlist.segments, findings), findings)


def _check_reported_duration(reported: float | None, declared: float, findings: FindingCollector) -> None:
    """Rule 29: EXTINF and the duration that the recorder reported."""
    off = 0.0 if reported is None else abs(reported - declared)
    if reported is not None and off > max(2.0, 0.05 * reported):
        findings.add(
            "LST290", f"{declared:.1f} s by EXTINF, {reported:.1f} s reported", length=abs(reported - declared)
        )


def _check_modified(playlist: JoinedPlaylist, declared: float, findings: FindingCollector) -> None:
    """Rule 28: an ended playlist is written after its segments.

    Copying a bucket gives every object a new time, in the order of copying. So the times are used only if those of the
    segments spread like the recording: the middle half of them over at least a quarter of its duration.
    """
    times = sorted(one.modified for one in playlist.segments if one.modified is not None)
    if not playlist.ended or not times or times[-1] <= playlist.modified + UPLOAD_SLACK:
        return
    if times[len(times) * 3 // 4] - times[len(times) // 4] < declared / 4:
        return
    for one in playlist.segments:
        if one.modified is not None and one.modified > playlist.modified + UPLOAD_SLACK:
            findings.add_at(one, "LST280", f"{excerpt(one.uri)}, {one.modified - playlist.modified} s after it")


def _check_clock(segments: Sequence[JoinedSegment], findings: FindingCollector) -> None:
    """Rule 30 where no media is missing: the recorder's clock was set, or passes at another rate than the media."""
    steps = [pair for pair in pairwise(segments) if _is_clock_step(*pair)]
    if len(steps) >= _MIN_STEPS and 2 * len(steps) >= len(segments) - 1:
        pairs = [(before, one) for before, one in pairwise(segments) if one.is_contiguous and not one.discontinuity]
        media = sum(before.duration for before, _ in pairs)
        named = sum(_named_step(before, one) for before, one in pairs)
        share = 100 * (named - media) / media if media else 0.0
        detail = f"by {share:+.0f} %: {named:.1f} s by the names, {media:.1f} s of contiguous media"
        findings.add("LST304", detail, length=abs(named - media))
        return
    for before, one in steps:
        detail = clock_step_detail(_named_step(before, one) - before.duration, before.uri, one.uri)
        findings.add("LST303", detail, one.line, segment=one.number, start=one.start)


def _is_clock_step(before: JoinedSegment, one: JoinedSegment) -> bool:
    """Return whether the names of two segments are too far apart, or in the wrong order, although no media is missing.

    The bytes of segments count more than their names.
    """
    if not one.is_contiguous or one.discontinuity or before.stamp_ms is None or one.stamp_ms is None:
        return False
    step = _named_step(before, one)
    return step < -BACKWARDS or timeline_gap(step, before.duration, one.duration) is not None


def _named_step(before: JoinedSegment, one: JoinedSegment) -> float:
    """Return the seconds between the times in two names, which must be known."""
    return ((one.stamp_ms or 0) - (before.stamp_ms or 0)) / 1000


def clock_step_detail(off: float, uri: str, next_uri: str) -> str:
    """Return the detail of a finding about a clock that was set between two segments."""
    way = "ahead" if off > 0 else "back"
    return f"{way} by {abs(off):.1f} s between {excerpt(uri)} and {excerpt(next_uri)}, whose media is contiguous"


def _continuous_runs(segments: Sequence[JoinedSegment], findings: FindingCollector) -> list[list[JoinedSegment]]:
    """Return *segments* in runs without a break, by the times in their names, and add a finding for each break.

    A break declared by EXT-X-DISCONTINUITY is a finding only if seconds are missing there.
    """
    runs: list[list[JoinedSegment]] = [[segments[0]]]
    for before, one in pairwise(segments):
        is_same_object = one.key == before.key  # its name has the time of its first part
        if is_same_object or before.stamp_ms is None or one.stamp_ms is None:
            runs.append([one])
            continue
        step = (one.stamp_ms - before.stamp_ms) / 1000
        lost = timeline_gap(step, before.duration, one.duration)
        if _is_clock_step(before, one):
            pass  # `_check_clock` reports it
        elif lost is not None:
            code = "LST302" if one.discontinuity else "LST300"
            detail = gap_detail(lost, before.uri, one.uri)
            findings.add(code, detail, one.line, segment=one.number, start=one.start, length=lost)
        elif one.discontinuity:
            pass
        elif step < -BACKWARDS:
            detail = f"{excerpt(one.uri)} is {-step:.1f} s earlier"
            findings.add("LST301", detail, one.line, segment=one.number, start=one.start)
        else:
            runs[-1].append(one)
            continue
        runs.append([one])
    return runs


def gap_detail(lost: float, uri: str, next_uri: str) -> str:
    """Return the detail of a finding about a timeline gap."""
    return f"{lost:.1f} s between {excerpt(uri)} and {excerpt(next_uri)}"


def _check_name_times(runs: list[list[JoinedSegment]], findings: FindingCollector) -> None:
    """Rule 29: EXTINF and the time between names, over runs without a break.

    Finds differences that add up over many segments, each within the slack of rule 30.
    """
    spanned = by_start = by_end = 0.0
    for run in runs:
        first, last = run[0], run[-1]
        if first.stamp_ms is None or last.stamp_ms is None:
            continue
        spanned += (last.stamp_ms - first.stamp_ms) / 1000
        by_start += last.start - first.start
        by_end += last.start + last.duration - first.start - first.duration
    off = min(abs(spanned - by_start), abs(spanned - by_end))
    if off > max(2.0, 0.05 * max(spanned, by_start)):
        findings.add("LST291", f"{by_start:.1f} s by EXTINF, {spanned:.1f} s by the names", length=off)
