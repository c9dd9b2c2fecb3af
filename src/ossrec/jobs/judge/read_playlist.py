"""Read one playlist from a bucket; an error of the bucket becomes a finding."""

from dataclasses import replace
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.store.recordings import PlaylistObject
from ossrec.errors import BucketError, ObjectMissing, ObjectTooLarge
from ossrec.findings import Finding
from ossrec.hls.collector import excerpt
from ossrec.hls.parser.decompress import TooLong, decompress
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import MAX_PLAYLIST, Playlist
from ossrec.hls.uris import ResolvedUris, resolve_playlist
from ossrec.jobs.access import ARCHIVED, TOO_LARGE, access_finding
from ossrec.model import COLD, Body

_MOST_MEMBERS = 8  # that a finding names


class PlaylistRead(NamedTuple):
    """A playlist that was read, or the finding why it could not be read."""

    at: PlaylistObject
    body: Body | None = None
    playlist: Playlist | None = None
    resolved: ResolvedUris | None = None  # the keys that its URIs refer to
    failure: Finding | None = None


def fetch_playlist(bucket: Bucket, at: PlaylistObject) -> PlaylistRead:
    """Read the playlist *at*, and resolve its URIs. Several threads may call it at once."""
    if at.storage in COLD:
        return PlaylistRead(at, failure=Finding(ARCHIVED, at.key, at.storage))
    try:
        body = bucket.read(at.key, limit=MAX_PLAYLIST)
    except ObjectTooLarge as error:
        return PlaylistRead(at, failure=access_finding(at.key, error)._replace(detail=f"{at.size} bytes"))
    except ObjectMissing as error:
        detail = "it is no longer in the bucket"
        return PlaylistRead(at, failure=access_finding(at.key, error)._replace(detail=detail))
    except BucketError as error:
        return PlaylistRead(at, failure=access_finding(at.key, error))
    try:
        text = decompress(body.data, body.encoding, MAX_PLAYLIST)
    except TooLong:
        return PlaylistRead(at, failure=Finding(TOO_LARGE, at.key, f"{at.size} bytes compressed, with {body.encoding}"))
    playlist = read_playlist(text, at.key)
    if text is not body.data:
        compressed = Finding("HLS014", at.key, f"{body.encoding}, {len(body.data)} bytes for {len(text)}")
        playlist = replace(playlist, findings=(compressed, *playlist.findings))
    if playlist.kind == "master":
        playlist = _with_members(playlist)
    return PlaylistRead(at, body._replace(data=b""), playlist, resolve_playlist(playlist, at.key, bucket.address))


def _with_members(playlist: Playlist) -> Playlist:
    """Return a multivariant playlist with the names of its playlists in its finding."""
    from ossrec.hls.parser.master import read_master  # loads m3u8, which only multivariant playlists need

    master = read_master(playlist)
    named = [excerpt(member.uri) for member in master.members[:_MOST_MEMBERS]]
    more = len(master.members) - len(named)
    detail = master.problem or f"it names {', '.join(named)}" + (f" and {more} more" if more else "")
    findings = tuple(f._replace(detail=detail) if f.code == "HLS060" else f for f in playlist.findings)
    return replace(playlist, findings=findings)
