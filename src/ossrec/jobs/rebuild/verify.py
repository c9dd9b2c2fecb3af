"""Verifies a rebuilt playlist with the checks for any other playlist."""

from collections.abc import Sequence
from dataclasses import replace

from ossrec.buckets.protocol import Bucket
from ossrec.findings import Finding, Severity
from ossrec.hls.listing.check import check_listing
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment
from ossrec.hls.playlist import Playlist, Resource, Segment
from ossrec.hls.uris import ResolvedUri, resolve_playlist
from ossrec.jobs.judge.inspectable import InspectableSegment
from ossrec.jobs.judge.measure import contiguous_segments, sequence_of
from ossrec.jobs.rebuild.gather import GatheredRecording, SegmentEntry
from ossrec.jobs.rebuild.inspections import KnownInspections
from ossrec.jobs.rebuild.plan import PlannedPart
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.check import check_segments
from ossrec.mpegts.sequence.misplaced import misplaced_segments
from ossrec.rules import rule_of


def verify(
    playlist: Playlist,
    at: str,
    bucket: Bucket,
    gathered: GatheredRecording,
    planned: Sequence[PlannedPart],
    inspections: KnownInspections,
) -> list[Finding]:
    """Return the warnings and errors of *playlist* at the key *at*."""
    resolved = resolve_playlist(playlist, at, bucket.address, gathered.prefix)
    entries = {entry.key: entry for part in planned for entry in part.entries if entry.key is not None}
    by_key = {need.key: need for part in gathered.assembled.parts for need in part.joined.resources}
    listed = JoinedPlaylist(
        key=at,
        modified=0,
        ended=playlist.ended,
        segments=[
            _joined_segment(*pair, entries, inspections)
            for pair in zip(playlist.segments, resolved.segments, strict=True)
        ],
        orphans=sorted(orphan for source in gathered.sources for orphan in source.omitted),
        resources=[
            _joined_resource(*pair, by_key) for pair in zip(playlist.resources, resolved.resources, strict=True)
        ],
    )
    seen = [_inspection_of(one, inspections) for one in listed.segments]
    segments = [InspectableSegment.of(one, follows=True) for one in listed.segments]
    contiguous = contiguous_segments(segments, seen, range(len(segments)))
    named = tuple(one._replace(is_contiguous=one.key in contiguous) for one in listed.segments)
    found = [*playlist.findings, *resolved.findings, *check_listing(replace(listed, segments=named))]
    known = list(sequence_of(segments, seen))
    if known:
        found += [*check_segments(at, known), *misplaced_segments(at, known, contiguous)]
    return [finding for finding in found if rule_of(finding).severity > Severity.INFO]


def _joined_segment(
    segment: Segment, target: ResolvedUri, entries: dict[str, SegmentEntry], inspections: KnownInspections
) -> JoinedSegment:
    """Join a segment with its object, without modification times: the playlist is newer than all segments."""
    entry = None if target.key is None else entries.get(target.key)
    seen = inspections.done.get(target.key or "")
    return JoinedSegment(
        number=segment.number,
        key=target.key,
        uri=segment.uri,
        line=segment.line,
        start=segment.start,
        duration=segment.duration,
        discontinuity=segment.discontinuity,
        gap=segment.gap,
        encrypted=segment.encrypted,
        fragment=segment.fragment,
        byterange_end=None if segment.byterange is None else sum(segment.byterange),
        size=None if entry is None else entry.size,
        modified=None,
        stamp_ms=None if entry is None else entry.stamp_ms,
        archived=entry is not None and entry.archived,
        packet_size=None if seen is None else seen.packet_size,
    )


def _joined_resource(
    resource: Resource, target: ResolvedUri, resources: dict[str | None, JoinedResource]
) -> JoinedResource:
    known = resources.get(target.key)
    size = None if known is None else known.size
    end = None if resource.byterange is None else sum(resource.byterange)
    return JoinedResource(resource.role, target.key, resource.uri, resource.line, size, end)


def _inspection_of(one: JoinedSegment, inspections: KnownInspections) -> Inspection | None:
    """Return the inspection of a segment that is a complete object and not a declared gap."""
    return None if one.gap or one.byterange_end is not None else inspections.done.get(one.key or "")
