"""Rebuilds the playlist of a recording: from its segments alone, or by correcting the one that there is."""

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
    """What is wanted of a rebuilt playlist."""

    quiet_after: float  # seconds without an arrival after which a recording is over
    threads: int = 8
    listed_only: bool = False  # leave out segments that no playlist names


class OutputLocation(NamedTuple):
    """Where a rebuilt playlist belongs: `RebuiltPlaylist` says what each is."""

    key: str
    own: frozenset[str]


class RebuiltPlaylist(NamedTuple):
    """A playlist that passed our own checks, but for what *remaining* says."""

    data: bytes
    key: str  # where it belongs: its URIs are relative to this place
    own: frozenset[str]  # keys of everything of the recording, and of the playlists it would have
    originals: int  # playlists that it was made from; 0: from segments alone
    playlist: Playlist
    is_over: bool
    changes: dict[str, int]  # in words -> how often
    left_out: list[str]  # keys of segments that it does not name
    failures: list[Finding]  # of looks: what could not be measured
    remaining: list[Finding]  # warnings and errors that it still has

    @property
    def place(self) -> OutputLocation:
        """Where it belongs."""
        return OutputLocation(self.key, self.own)


def rebuild(
    conn: sqlite3.Connection,
    bucket: Bucket,
    number: int,
    wish: RebuildOptions,
    fits: Callable[[OutputLocation], object] = lambda _: None,
) -> RebuiltPlaylist:
    """The playlist of recording *number*; nothing is written anywhere.

    *fits* is told where it belongs before any segment is read, and raises when it cannot go where it is wanted.
    Raises UsageProblem when there is nothing to rebuild, OssrecError when it cannot be, BucketError.
    """
    holding = load_recording(conn, number)
    if holding is None:
        raise UsageProblem("the recording became part of another one: look for it again")
    gathered = gather(conn, bucket, holding, listed_only=wish.listed_only)
    place = OutputLocation(gathered.sources[0].at, _own_keys(holding, gathered))
    fits(place)
    looks = inspect_all(conn, bucket, holding.id, gathered, wish.threads)
    planned = plan(gathered.sources, looks, bucket.address)
    if not any(piece.is_there for part in planned for piece in part.pieces):
        raise UsageProblem(_why_nothing_plays(planned))
    is_over = planned[-1].source.is_ended or _is_quiet(bucket, holding, wish)
    written = _write(planned, bucket.address, is_over=is_over)
    playlist = read_playlist(written.data, place.key)
    found = verify(playlist, place.key, bucket, gathered, planned, looks)
    left_out = [key for part in planned for key in part.left_out]
    left_out += [loose.key for source in gathered.sources for loose in source.left_out]
    return RebuiltPlaylist(
        data=written.data,
        key=place.key,
        own=place.own,
        originals=sum(part.source.original is not None for part in planned),
        playlist=playlist,
        is_over=is_over,
        changes=written.changes,
        left_out=left_out,
        failures=list(looks.failures.values()),
        remaining=[f for f in found if is_over or f.code != NO_ENDLIST],
    )


def _why_nothing_plays(planned: Sequence[PlannedPart]) -> str:
    at = planned[0].source.at
    for part in planned:
        for key in part.left_out:
            if relative_uri(key, part.source.at) is None:
                return f"{at}: no URI can mean {key!a}, nor any other of its segments: copy them under other names"
    return f"no segment of {at} is there to be played: restore them first"


def _is_quiet(bucket: Bucket, holding: StoredRecording, wish: RebuildOptions) -> bool:
    quiet = IdlePeriod(int(time.time()), wish.quiet_after, round(bucket.clock_ahead or 0.0))
    return quiet.has_passed(quiet.last_arrival(holding))


def _own_keys(holding: StoredRecording, gathered: GatheredRecording) -> frozenset[str]:
    keys = {holding.stems[stem_id] + suffix for stem_id, suffix in holding.objects}
    keys |= {source.at for source in gathered.sources} | {f"{holding.path}.m3u8"}
    keys |= {entry.key for source in gathered.sources for entry in source.entries if entry.key is not None}
    return frozenset(keys)


def _write(planned: Sequence[PlannedPart], address: BucketAddress, *, is_over: bool) -> RewrittenPlaylist:
    """Each part by itself, then all in one, then what depends on the whole."""
    first = planned[0].source
    try:
        drafts = [_draft(part, first, address, is_over=is_over) for part in planned]
        joined = join([draft.data for draft in drafts])
    except (NotJoinable, NotRelocatable) as problem:
        raise OssrecError(f"{first.at}: its parts cannot be joined into one playlist: {problem}") from None
    settled = correct_header_and_end(joined.data, is_over=is_over)
    return RewrittenPlaylist(
        settled.data, summed_changes(*(draft.changes for draft in drafts), joined.changes, settled.changes)
    )


def _draft(part: PlannedPart, first: RecorderPart, address: BucketAddress, *, is_over: bool) -> RewrittenPlaylist:
    source = part.source
    if source.original is None:
        draft = RewrittenPlaylist(compose(part.pieces, is_over=is_over), {})
    else:
        draft = rewrite_segments(source.original.data, source.original.playlist, part.pieces)
    if source.at.rpartition("/")[0] == first.at.rpartition("/")[0]:
        return draft
    return draft._replace(data=relocate_in_bucket(draft.data, source.at, first.at, address))
