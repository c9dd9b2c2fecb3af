"""Rebuilds the playlist of a recording: from its segments alone, or by correcting its playlist."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.store.recordings import StoredRecording, load_recording
from ossrec.errors import OssrecError, UsageProblem
from ossrec.findings import NO_ENDLIST, Finding
from ossrec.hls.edit.compose import compose
from ossrec.hls.edit.header_and_end import correct_header_and_end
from ossrec.hls.edit.join import NotJoinable, join
from ossrec.hls.edit.plan import RewrittenPlaylist, summed_changes
from ossrec.hls.edit.relocate import NotRelocatable, relocate_in_bucket
from ossrec.hls.edit.segments import rewrite_segments
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist
from ossrec.hls.relative_uris import relative_uri
from ossrec.jobs.judge.facts import IdlePeriod
from ossrec.jobs.rebuild.gather import GatheredRecording, RecorderPart, gather
from ossrec.jobs.rebuild.inspections import inspect_all
from ossrec.jobs.rebuild.plan import PlannedPart, plan
from ossrec.jobs.rebuild.verify import verify
from ossrec.model import BucketAddress


class RebuildOptions(NamedTuple):
    """Options of a rebuild."""

    quiet_after: float  # seconds without an upload after which a recording has ended
    threads: int = 8
    listed_only: bool = False  # omit orphan segments


class OutputLocation(NamedTuple):
    """The location for which a rebuilt playlist is written."""

    key: str
    own: frozenset[str]  # keys of the recording's objects, and of the playlists that it would have


class RebuiltPlaylist(NamedTuple):
    """A rebuilt playlist, with the findings that remain."""

    data: bytes
    key: str  # its URIs are relative to this key
    own: frozenset[str]  # keys of the recording's objects, and of the playlists that it would have
    originals: int  # number of playlists that it was made from; 0: from segments alone
    playlist: Playlist
    is_over: bool
    changes: dict[str, int]  # description -> how many
    omitted: list[str]  # keys of segments that it does not name
    failures: list[Finding]  # of inspections
    remaining: list[Finding]  # warnings and errors

    @property
    def location(self) -> OutputLocation:
        """The location for which it is written."""
        return OutputLocation(self.key, self.own)


def rebuild(
    conn: sqlite3.Connection,
    bucket: Bucket,
    number: int,
    options: RebuildOptions,
    check_location: Callable[[OutputLocation], object] = lambda _: None,
) -> RebuiltPlaylist:
    """Return a rebuilt playlist of recording *number*; nothing is written.

    *check_location* is called before any segment is read, and raises if the playlist cannot be written. Raises
    UsageProblem if there is nothing to rebuild, OssrecError if it is impossible, and BucketError.
    """
    holding = load_recording(conn, number)
    if holding is None:
        raise UsageProblem("the recording was merged into another one: find it with `ossrec find`")
    gathered = gather(conn, bucket, holding, listed_only=options.listed_only)
    location = OutputLocation(gathered.sources[0].playlist_key, _own_keys(holding, gathered))
    check_location(location)
    inspections = inspect_all(conn, bucket, holding.id, gathered, options.threads)
    planned = plan(gathered.sources, inspections, bucket.address)
    if not any(segment.is_there for part in planned for segment in part.segments):
        raise UsageProblem(_why_nothing_plays(planned))
    is_over = planned[-1].source.is_ended or _is_quiet(bucket, holding, options)
    written = _write(planned, bucket.address, is_over=is_over)
    playlist = read_playlist(written.data, location.key)
    found = verify(playlist, location.key, bucket, gathered, planned, inspections)
    omitted = [key for part in planned for key in part.omitted]
    omitted += [orphan.key for source in gathered.sources for orphan in source.omitted]
    return RebuiltPlaylist(
        data=written.data,
        key=location.key,
        own=location.own,
        originals=sum(part.source.original is not None for part in planned),
        playlist=playlist,
        is_over=is_over,
        changes=written.changes,
        omitted=omitted,
        failures=list(inspections.failures.values()),
        remaining=[f for f in found if is_over or f.code != NO_ENDLIST],
    )


def _why_nothing_plays(planned: Sequence[PlannedPart]) -> str:
    at = planned[0].source.playlist_key
    for part in planned:
        for key in part.omitted:
            if relative_uri(key, part.source.playlist_key) is None:
                return f"{at}: no URI can lead to {key!a} or any other segment: copy them to other names"
    return f"no segment of {at} can be played: restore them first"


def _is_quiet(bucket: Bucket, holding: StoredRecording, options: RebuildOptions) -> bool:
    quiet = IdlePeriod(int(time.time()), options.quiet_after, round(bucket.clock_ahead or 0.0))
    return quiet.has_passed(quiet.last_arrival(holding))


def _own_keys(holding: StoredRecording, gathered: GatheredRecording) -> frozenset[str]:
    keys = {holding.stems[stem_id] + suffix for stem_id, suffix in holding.objects}
    keys |= {source.playlist_key for source in gathered.sources} | {f"{holding.path}.m3u8"}
    keys |= {entry.key for source in gathered.sources for entry in source.entries if entry.key is not None}
    return frozenset(keys)


def _write(planned: Sequence[PlannedPart], address: BucketAddress, *, is_over: bool) -> RewrittenPlaylist:
    """Write each part, join them, and correct header and end."""
    first = planned[0].source
    try:
        drafts = [_draft(part, first, address, is_over=is_over) for part in planned]
        joined = join([draft.data for draft in drafts])
    except (NotJoinable, NotRelocatable) as problem:
        raise OssrecError(f"{first.playlist_key}: its parts cannot be joined into one playlist: {problem}") from None
    corrected = correct_header_and_end(joined.data, is_over=is_over)
    return RewrittenPlaylist(
        corrected.data, summed_changes(*(draft.changes for draft in drafts), joined.changes, corrected.changes)
    )


def _draft(part: PlannedPart, first: RecorderPart, address: BucketAddress, *, is_over: bool) -> RewrittenPlaylist:
    source = part.source
    if source.original is None:
        draft = RewrittenPlaylist(compose(part.segments, is_over=is_over), {})
    else:
        draft = rewrite_segments(source.original.data, source.original.playlist, part.segments)
    if source.playlist_key.rpartition("/")[0] == first.playlist_key.rpartition("/")[0]:
        return draft
    return draft._replace(data=relocate_in_bucket(draft.data, source.playlist_key, first.playlist_key, address))
