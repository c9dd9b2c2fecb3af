"""Holds a rebuilt playlist against all that is known of the recording, by the same checks as any other."""

from collections.abc import Sequence

from ossrec.buckets.protocol import Bucket
from ossrec.findings import Finding, Severity
from ossrec.hls.listing.check import check_listing
from ossrec.hls.listing.joined import JoinedPlaylist, JoinedResource, JoinedSegment
from ossrec.hls.playlist import Playlist, Resource, Segment
from ossrec.hls.uris import ResolvedUri, resolve_playlist
from ossrec.jobs.judge.inspectable import InspectableSegment
from ossrec.jobs.judge.measure import sequence_of
from ossrec.jobs.rebuild.gather import GatheredRecording, SegmentEntry
from ossrec.jobs.rebuild.inspections import KnownInspections
from ossrec.jobs.rebuild.plan import PlannedPart
from ossrec.mpegts.inspection import Inspection
from ossrec.mpegts.sequence.check import check_segments
from ossrec.mpegts.sequence.misplaced import misplaced_segments
from ossrec.rules import RULES


def verify(
    playlist: Playlist,
    at: str,
    bucket: Bucket,
    gathered: GatheredRecording,
    planned: Sequence[PlannedPart],
    looks: KnownInspections,
) -> list[Finding]:
    """Warnings and errors that *playlist* has where it belongs, at the key *at*."""
    resolved = resolve_playlist(playlist, at, bucket.address, gathered.prefix)
    entries = {entry.key: entry for part in planned for entry in part.entries if entry.key is not None}
    needs = {need.key: need for part in gathered.assembled.parts for need in part.joined.resources}
    listed = JoinedPlaylist(
        key=at,
        modified=0,
        ended=playlist.ended,
        segments=[
            _joined_segment(*pair, entries, looks) for pair in zip(playlist.segments, resolved.segments, strict=True)
        ],
        orphans=sorted(loose for source in gathered.sources for loose in source.left_out),
        resources=[_joined_resource(*pair, needs) for pair in zip(playlist.resources, resolved.resources, strict=True)],
    )
    found = [*playlist.findings, *resolved.findings, *check_listing(listed)]
    segments = [InspectableSegment.of(one, follows=True) for one in listed.segments]
    known = list(sequence_of(segments, [_inspection_of(one, looks) for one in listed.segments]))
    if known:
        found += [*check_segments(at, known), *misplaced_segments(at, known)]
    return [finding for finding in found if RULES[finding.code].severity > Severity.INFO]


def _joined_segment(
    segment: Segment, target: ResolvedUri, entries: dict[str, SegmentEntry], looks: KnownInspections
) -> JoinedSegment:
    """When it was written is left aside: the playlist is newer than all of it."""
    entry = None if target.key is None else entries.get(target.key)
    seen = looks.seen.get(target.key or "")
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
    resource: Resource, target: ResolvedUri, needs: dict[str | None, JoinedResource]
) -> JoinedResource:
    known = needs.get(target.key)
    size = None if known is None else known.size
    end = None if resource.byterange is None else sum(resource.byterange)
    return JoinedResource(resource.role, target.key, resource.uri, resource.line, size, end)


def _inspection_of(one: JoinedSegment, looks: KnownInspections) -> Inspection | None:
    """What was seen of a segment that is a whole object, and played."""
    return None if one.gap or one.byterange_end is not None else looks.seen.get(one.key or "")
