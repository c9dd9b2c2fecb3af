"""What the clocks say: lengths by EXTINF against names, modification times and reports (rules 28 to 30)."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedSegment
from ossrec.segment_rules import timeline_gap

UPLOAD_SLACK = 60  # seconds by which the upload of a segment may end after that of the playlist
BACKWARDS = 0.5  # seconds that a name may go back before it counts


def check_timestamps(it: JoinedPlaylist, notes: FindingCollector) -> None:
    """Rules 28 to 30, as far as the times that they compare are known."""
    if not it.slices:
        return
    first, last = it.slices[0], it.slices[-1]
    declared = last.start + last.duration - first.start
    _check_told(it.told_duration, declared, notes)
    _check_modified(it, declared, notes)
    _check_spans(_runs(it.slices, notes), notes)


def _check_told(told: float | None, declared: float, notes: FindingCollector) -> None:
    """Rule 29: EXTINF against the length that the recorder reported."""
    if told is not None and abs(told - declared) > max(2.0, 0.05 * told):
        notes.add("LST290", f"{declared:.1f} s by EXTINF, {told:.1f} s reported", length=abs(told - declared))


def _check_modified(it: JoinedPlaylist, declared: float, notes: FindingCollector) -> None:
    """Rule 28: an ended playlist is written after its segments.

    Copying a bucket gives every object a new time, in whatever order it was copied, so the times are
    believed only if the segments' own spread as the recording did: the middle half of them over at
    least a quarter of its length.
    """
    times = sorted(one.modified for one in it.slices if one.modified is not None)
    if not it.ended or not times or times[-1] <= it.modified + UPLOAD_SLACK:
        return
    if times[len(times) * 3 // 4] - times[len(times) // 4] < declared / 4:
        return
    for one in it.slices:
        if one.modified is not None and one.modified > it.modified + UPLOAD_SLACK:
            notes.add_at(one, "LST280", f"{excerpt(one.uri)}, {one.modified - it.modified} s after it")


def _runs(slices: Sequence[JoinedSegment], notes: FindingCollector) -> list[list[JoinedSegment]]:
    """Segments in runs without a break, by the times in their names; a break that nothing declares is noted.

    A break that EXT-X-DISCONTINUITY declares is worth knowing of when time is missing there.
    """
    runs: list[list[JoinedSegment]] = [[slices[0]]]
    for before, one in pairwise(slices):
        is_same_object = one.key == before.key  # its name tells when the first part of it began
        if is_same_object or before.stamp_ms is None or one.stamp_ms is None:
            runs.append([one])
            continue
        step = (one.stamp_ms - before.stamp_ms) / 1000
        lost = timeline_gap(step, before.duration, one.duration)
        if lost is not None:
            code = "LST302" if one.discontinuity else "LST300"
            detail = between(lost, before.uri, one.uri)
            notes.add(code, detail, one.line, segment=one.number, start=one.start, length=lost)
        elif one.discontinuity:
            pass
        elif step < -BACKWARDS:
            detail = f"{excerpt(one.uri)} is {-step:.1f} s earlier"
            notes.add("LST301", detail, one.line, segment=one.number, start=one.start)
        else:
            runs[-1].append(one)
            continue
        runs.append([one])
    return runs


def between(lost: float, uri: str, next_uri: str) -> str:
    """The detail of such a finding."""
    return f"{lost:.1f} s between {excerpt(uri)} and {excerpt(next_uri)}"


def _check_spans(runs: list[list[JoinedSegment]], notes: FindingCollector) -> None:
    """Rule 29: EXTINF against the time that names span, over runs that have no break.

    It finds what adds up over many segments, each of them being within the slack of rule 30.
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
        notes.add("LST291", f"{by_start:.1f} s by EXTINF, {spanned:.1f} s by the names", length=off)
