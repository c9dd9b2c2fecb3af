"""A playlist against the listing of its bucket: rules 26 to 30, and 19 to 21 where they concern objects."""

from collections.abc import Sequence
from itertools import pairwise

from ossrec.findings import Finding
from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment, Totals, UnlistedSegment
from ossrec.hls.listing.timestamps import between, check_timestamps
from ossrec.segment_rules import AES_BLOCK, SegmentState, duration_until_next, timeline_gap

__all__ = [
    *("JoinedPlaylist", "UnlistedSegment", "JoinedResource", "JoinedSegment", "Totals"),
    *("check_listing", "check_segments_without_playlist", "summarise"),
]

_MAX_KEY = 1023  # bytes of an object's name, so that a detail holds it whole


def check_listing(it: JoinedPlaylist) -> list[Finding]:
    """Everything that the listing shows to be wrong with a playlist. Linear in the number of slices."""
    notes = FindingCollector(it.key)
    for one in it.slices:
        _check_slice(one, notes)
    for need in it.resources:
        _check_need(need, notes)
    _check_orphans(it, notes)
    if it.previous_segments is not None and it.previous_segments > len(it.slices):
        notes.add("LST281", f"{len(it.slices)} segments, {it.previous_segments} before")
    check_timestamps(it, notes)
    return notes.all()


def check_segments_without_playlist(subject: str, segments: Sequence[UnlistedSegment]) -> list[Finding]:
    """What can be said of segments that have no playlist; nothing when there are none."""
    if not segments:
        return []
    notes = FindingCollector(subject)
    notes.add("LST272", f"{len(segments)} segments, {sum(loose.size for loose in segments)} bytes")
    for loose in segments:
        if loose.state is SegmentState.EMPTY:
            notes.add("LST261", excerpt(loose.key, _MAX_KEY))
        elif loose.state is SegmentState.CUT:
            notes.add("LST262", f"{excerpt(loose.key, _MAX_KEY)}, {loose.size} bytes")
    _check_holes([loose for loose in segments if loose.stamp_ms is not None], notes)
    return notes.all()


def _check_holes(segments: Sequence[UnlistedSegment], notes: FindingCollector) -> None:
    """Rule 30, of segments that no playlist names; one of no measured length may last up to the next."""
    ordered = sorted(segments, key=lambda loose: loose.stamp_ms or 0)
    for before, one in pairwise(ordered):
        step = ((one.stamp_ms or 0) - (before.stamp_ms or 0)) / 1000
        lost = timeline_gap(step, before.seconds, one.seconds)
        if lost is not None:
            start = ((before.stamp_ms or 0) - (ordered[0].stamp_ms or 0)) / 1000
            start += duration_until_next(step, before.seconds)
            notes.add("LST300", between(lost, before.key, one.key), start=start, length=lost)


def summarise(it: JoinedPlaylist) -> Totals:
    """How many segments are there, and how many seconds are not."""
    expected = present = 0
    missing_seconds = gap_seconds = 0.0
    sizes: dict[str, int] = {}
    for one in it.slices:
        if one.size and one.key is not None:
            sizes[one.key] = one.size
        if one.gap:
            gap_seconds += one.duration
            continue
        expected += 1
        if one.size:
            present += 1
        else:
            missing_seconds += one.duration
    return Totals(expected, present, expected - present, missing_seconds, gap_seconds, sum(sizes.values()))


def _check_slice(one: JoinedSegment, notes: FindingCollector) -> None:
    """One segment: is its object there, and of a size that it can have?"""
    if one.key is None or (one.gap and not one.size):
        return  # refused by rule 17, or missing by its own declaration: the text said so already
    if one.literal:
        _note(one, "LST263", "", notes)
    if one.archived:
        _note(one, "LST265", "", notes)
    code, detail = _fault(one)
    if code:
        _note(one, code, detail, notes)


def _note(one: JoinedSegment, code: str, detail: str, notes: FindingCollector) -> None:
    """A finding about a segment says which, and which seconds of the recording."""
    notes.add_at(one, code, excerpt(one.uri, _MAX_KEY) + detail)


def _fault(one: JoinedSegment) -> tuple[str, str]:
    """Return the code and the detail of the fault of a segment's object; two empty strings if it has none."""
    match one.state:
        case SegmentState.MISSING:
            return "LST260", ""
        case SegmentState.EMPTY:
            return "LST261", ""
        case SegmentState.DECLARED_GAP:
            return "LST264", ""
        case SegmentState.CUT if one.byterange_end is not None:
            return "LST190", f": {one.size} bytes long, but the part ends at {one.byterange_end}"
        case SegmentState.CUT:
            return "LST202" if one.encrypted else "LST262", f": {one.size} bytes"
        case _:
            return "", ""


def _check_need(need: JoinedResource, notes: FindingCollector) -> None:
    """A key must be there, with 16 bytes; an initialization section must be there, and hold its part."""
    if need.key is None:
        return  # refused by rule 17, which said so
    uri = excerpt(need.uri, _MAX_KEY)
    if need.role == "key":
        if need.size is None:
            notes.add("LST200", uri, need.line)
        elif need.size != AES_BLOCK:
            notes.add("LST201", f"{uri}: {need.size} bytes", need.line)
    elif not need.size:
        notes.add("LST210", uri if need.size is None else f"{uri}: empty", need.line)
    elif need.byterange_end is not None and need.byterange_end > need.size:
        detail = f"{uri}: {need.size} bytes long, but the part ends at {need.byterange_end}"
        notes.add("LST190", detail, need.line)


def _check_orphans(it: JoinedPlaylist, notes: FindingCollector) -> None:
    """Rule 27: segments that no playlist names; at the end they mean that the playlist is older than they."""
    if not it.orphans:
        return
    last_stamp = max((one.stamp_ms for one in it.slices if one.stamp_ms is not None), default=None)
    last_key = max((one.key for one in it.slices if one.key is not None), default="")
    for loose in it.orphans:
        if last_stamp is not None and loose.stamp_ms is not None:
            later = loose.stamp_ms > last_stamp
        else:
            later = loose.key > last_key  # recorders name segments so that they sort by time
        notes.add("LST271" if later else "LST270", f"{excerpt(loose.key, _MAX_KEY)}, {loose.size} bytes")
