"""Compares EXTINF with the times in names, modification times and reported durations (rules 28 to 30)."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedSegment
from ossrec.segment_rules import timeline_gap

UPLOAD_SLACK = 60  # seconds by which a segment may be uploaded after the playlist
BACKWARDS = 0.5  # seconds by which the time in a name may be earlier than in the name before


def check_timestamps(playlist: JoinedPlaylist, findings: FindingCollector) -> None:
    """Check rules 28 to 30, as far as the times are known."""
    if not playlist.segments:
        return
    first, last = playlist.segments[0], playlist.segments[-1]
    declared = last.start + last.duration - first.start
    _check_reported_duration(playlist.reported_duration, declared, findings)
    _check_modified(playlist, declared, findings)
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
        if lost is not None:
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
