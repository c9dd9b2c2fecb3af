"""Checks a playlist joined with the listing of its bucket: rules 26 to 30, and rules 19 to 21 about objects."""

from collections.abc import Sequence
from itertools import pairwise
from unicodedata import normalize

from ossrec.findings import Finding
from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment, Located, Totals, UnlistedSegment
from ossrec.hls.listing.sizes import check_sizes
from ossrec.hls.listing.timestamps import check_timestamps, clock_step_detail, gap_detail
from ossrec.hls.possible_keys import take_apart
from ossrec.segment_rules import AES_BLOCK, SegmentState, duration_until_next, timeline_gap

__all__ = [
    *("JoinedPlaylist", "UnlistedSegment", "JoinedResource", "JoinedSegment", "Totals"),
    *("check_listing", "check_segments_without_playlist", "summarise"),
]

_MAX_KEY = 1023  # bytes of an object's name, so that a detail has all of it
_MAX_CANDIDATES = 5  # keys in a detail
_LOCATED = {Located.PATH: "LST267", Located.SPELLING: "LST273", Located.HOST: "LST268"}


def check_listing(playlist: JoinedPlaylist) -> list[Finding]:
    """Return the findings about a playlist and its objects, in time linear in the number of segments."""
    findings = FindingCollector(playlist.key)
    for segment in playlist.segments:
        _check_segment(segment, playlist.key, findings)
    check_sizes(playlist.segments, findings)
    for resource in playlist.resources:
        _check_resource(resource, findings)
    _check_orphans(playlist, findings)
    if playlist.previous_segments is not None and playlist.previous_segments > len(playlist.segments):
        findings.add("LST281", f"{len(playlist.segments)} segments, {playlist.previous_segments} before")
    check_timestamps(playlist, findings)
    return findings.all()


def check_segments_without_playlist(subject: str, segments: Sequence[UnlistedSegment]) -> list[Finding]:
    """Return the findings about segments without a playlist; none if there are no segments."""
    if not segments:
        return []
    findings = FindingCollector(subject)
    findings.add("LST272", f"{len(segments)} segments, {sum(orphan.size for orphan in segments)} bytes")
    for orphan in segments:
        if orphan.state is SegmentState.EMPTY:
            findings.add("LST261", excerpt(orphan.key, _MAX_KEY))
        elif orphan.state is SegmentState.CUT:
            findings.add("LST262", f"{excerpt(orphan.key, _MAX_KEY)}, {orphan.size} bytes")
    _check_timeline_gaps([orphan for orphan in segments if orphan.stamp_ms is not None], findings)
    return findings.all()


def _check_timeline_gaps(segments: Sequence[UnlistedSegment], findings: FindingCollector) -> None:
    """Rule 30 for segments without a playlist; a segment of unknown duration lasts until the next one."""
    ordered = sorted(segments, key=lambda orphan: orphan.stamp_ms or 0)
    for before, one in pairwise(ordered):
        step = ((one.stamp_ms or 0) - (before.stamp_ms or 0)) / 1000
        lost = timeline_gap(step, before.duration, one.duration)
        if lost is not None and one.is_contiguous:
            start = ((one.stamp_ms or 0) - (ordered[0].stamp_ms or 0)) / 1000
            findings.add("LST303", clock_step_detail(lost, before.key, one.key), start=start)
        elif lost is not None:
            start = ((before.stamp_ms or 0) - (ordered[0].stamp_ms or 0)) / 1000
            start += duration_until_next(step, before.duration)
            findings.add("LST300", gap_detail(lost, before.key, one.key), start=start, length=lost)


def totals_of(playlist: JoinedPlaylist) -> Totals:
    """Return how many segments are present, and how many seconds are missing."""
    expected = present = 0
    missing_seconds = gap_seconds = 0.0
    sizes: dict[str, int] = {}
    for one in playlist.segments:
        if one.size and one.key is not None:
            sizes[one.key] = one.size
        if one.gap:
            gap_seconds += one.duration
            continue
        expected += 1
        if one.size and one.located is None:
            present += 1
        else:
            missing_seconds += one.duration
    return Totals(expected, present, expected - present, missing_seconds, gap_seconds, sum(sizes.values()))


def _check_segment(one: JoinedSegment, playlist_key: str, findings: FindingCollector) -> None:
    """Check that the object of a segment is present and has a possible size."""
    if one.candidates and not one.gap:
        shown = ", ".join(excerpt(key, _MAX_KEY) for key in one.candidates[:_MAX_CANDIDATES])
        _add_finding(one, "LST269", f": it may mean {shown}", findings)
        return
    if one.key is None or (one.gap and not one.size):
        return  # refused by rule 17, or declared missing: findings about the text say so
    if one.located is not None and not one.gap:
        _add_finding(one, _LOCATED[one.located], _location(one, one.key, playlist_key), findings)
    if one.literal:
        _add_finding(one, "LST263", "", findings)
    if one.archived:
        _add_finding(one, "LST265", "", findings)
    code, detail = _fault(one)
    if code:
        _add_finding(one, code, detail, findings)


def _location(one: JoinedSegment, key: str, playlist_key: str) -> str:
    """Return in words where the object of a segment is, and for a URL on an unknown host what to configure."""
    folder, _slash, name = key.rpartition("/")
    is_beside = folder == playlist_key.rpartition("/")[0]
    parts = take_apart(one.uri)
    if parts is not None and name not in parts.names:
        is_composed = any(normalize("NFC", other) == normalize("NFC", name) for other in parts.names)
        difference = "Unicode normalization" if is_composed else "letter case"
        found = f": {excerpt(name if is_beside else key, _MAX_KEY)} is in the bucket and differs in {difference}"
    elif is_beside:
        found = f": {excerpt(name, _MAX_KEY)} lies beside the playlist under the same name"
    else:
        found = f": the bucket has it as {excerpt(key, _MAX_KEY)}"
    if one.located is Located.HOST and parts is not None and parts.host:
        found += f"; if {excerpt(parts.host)} is a domain name of this bucket, add it to `cname`"
    return found


def _add_finding(one: JoinedSegment, code: str, detail: str, findings: FindingCollector) -> None:
    """Add a finding about a segment, with its number and its seconds in the recording."""
    findings.add_at(one, code, excerpt(one.uri, _MAX_KEY) + detail)


def _fault(one: JoinedSegment) -> tuple[str, str]:
    """Return the code and the detail of the fault of a segment's object; two empty strings if it has none."""
    match one.object_state:
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


def _check_resource(resource: JoinedResource, findings: FindingCollector) -> None:
    """Check that a key has 16 bytes, and that an initialization section is present up to the end of its byte range."""
    if resource.key is None:
        return  # refused by rule 17, with a finding of its own
    uri = excerpt(resource.uri, _MAX_KEY)
    if resource.role == "key":
        if resource.size is None:
            findings.add("LST200", uri, resource.line)
        elif resource.size != AES_BLOCK:
            findings.add("LST201", f"{uri}: {resource.size} bytes", resource.line)
    elif not resource.size:
        findings.add("LST210", uri if resource.size is None else f"{uri}: empty", resource.line)
    elif resource.byterange_end is not None and resource.byterange_end > resource.size:
        detail = f"{uri}: {resource.size} bytes long, but the part ends at {resource.byterange_end}"
        findings.add("LST190", detail, resource.line)


def _check_orphans(playlist: JoinedPlaylist, findings: FindingCollector) -> None:
    """Rule 27: orphan segments; those after the last segment mean that the playlist is older than they are."""
    if not playlist.orphans:
        return
    last_stamp = max((one.stamp_ms for one in playlist.segments if one.stamp_ms is not None), default=None)
    last_key = max((one.key for one in playlist.segments if one.key is not None), default="")
    ambiguous = {key for one in playlist.segments for key in one.candidates}
    for orphan in playlist.orphans:
        if orphan.key in ambiguous:
            continue  # the finding about the segment that it may be names it
        if last_stamp is not None and orphan.stamp_ms is not None:
            later = orphan.stamp_ms > last_stamp
        else:
            later = orphan.key > last_key  # recorders name segments in order of time
        findings.add("LST271" if later else "LST270", f"{excerpt(orphan.key, _MAX_KEY)}, {orphan.size} bytes")
