"""Store a playlist that was just read in the catalog."""

import sqlite3

from ossrec.catalog.encoding import pack_etag
from ossrec.catalog.store.ownership import assign_owner, owns_foreign_objects
from ossrec.catalog.store.playlists import (
    PlaylistRow,
    ResourceRow,
    SegmentRow,
    save_findings,
    save_playlist,
    stored_segment_count,
)
from ossrec.catalog.store.recordings import find_object
from ossrec.catalog.store.stems import Stem, Stems
from ossrec.hls.playlist import Playlist, Resource, Segment
from ossrec.hls.uris import ResolvedUri
from ossrec.jobs.judge.read_playlist import PlaylistRead
from ossrec.rules import rule_of


def store_playlist(conn: sqlite3.Connection, stems: Stems, recording_id: int, read: PlaylistRead, now: int) -> int:
    """Store the playlist that was *read*, with its findings and the owners of the objects that it names.

    Returns how many fewer segments it has than at the last reading. Call it in a transaction; *now* is in epoch
    seconds. Raises ValueError if the playlist could not be read.
    """
    body, playlist, resolved, at = read.body, read.playlist, read.resolved, read.at
    if body is None or playlist is None or resolved is None:
        raise ValueError("the playlist could not be read")
    row = PlaylistRow(
        stem_id=at.stem_id,
        suffix=at.suffix,
        etag=pack_etag(body.etag),
        size=body.size,
        modified=body.modified,
        read=now,
        kind=playlist.kind,
        ended=playlist.ended,
        segments=len(playlist.segments),
        duration=playlist.duration,
        target_duration=_bounded(playlist.target_duration),
        program_ms=_program_ms(playlist),
    )
    rows = _RowBuilder(conn, stems, at.key)
    segments = [rows.segment(*pair) for pair in zip(playlist.segments, resolved.segments, strict=True)]
    resources = [rows.resource(*pair) for pair in zip(playlist.resources, resolved.resources, strict=True)]
    lost = stored_segment_count(conn, at.stem_id, at.suffix) - row.segments
    number = save_playlist(conn, recording_id, row, segments, resources)
    found = [*playlist.findings, *resolved.findings]
    save_findings(conn, recording_id, number, "playlist", [(f, rule_of(f).severity) for f in found])
    if at.etag != row.etag:  # it changed after the listing: store the object in the version that was read
        conn.execute(
            "UPDATE objects SET etag = ?, size = ?, modified = ? WHERE stem_id = ? AND suffix = ?",
            (row.etag, row.size, row.modified, at.stem_id, at.suffix),
        )
    named = {row.stem_id for row in segments} | {row.stem_id for row in resources}
    if (named - {None, at.stem_id} or owns_foreign_objects(conn, recording_id)) and assign_owner(conn, recording_id):
        stems.clear_cache()
    return max(0, lost)


class _RowBuilder:
    """Makes rows of the segments and resources of one playlist."""

    def __init__(self, conn: sqlite3.Connection, stems: Stems, playlist_key: str) -> None:
        self._conn = conn
        self._stems = stems
        self._folder = playlist_key[: playlist_key.rfind("/") + 1]

    def segment(self, segment: Segment, target: ResolvedUri) -> SegmentRow:
        stem, suffix = self._locate(target)
        is_file_name = target.key is not None and self._folder + segment.uri == target.key
        return SegmentRow(
            number=segment.number,
            stem_id=None if stem is None else stem.id,
            suffix=suffix,
            uri=None if is_file_name else segment.uri,
            line=segment.line,
            start_ms=round(segment.start * 1000),
            duration_ms=round(segment.duration * 1000),
            discontinuity=segment.discontinuity,
            gap=segment.gap,
            encrypted=segment.encrypted,
            fragment=segment.fragment,
            byterange_end=_end(segment.byterange),
        )

    def resource(self, resource: Resource, target: ResolvedUri) -> ResourceRow:
        stem, suffix = self._locate(target)
        return ResourceRow(
            line=resource.line,
            role=resource.role,
            stem_id=None if stem is None else stem.id,
            suffix=suffix,
            uri=resource.uri,
            byterange_end=_end(resource.byterange),
        )

    def _locate(self, target: ResolvedUri) -> tuple[Stem | None, str | None]:
        """Return stem and suffix of the key that a URI refers to; of its unescaped spelling if only that exists."""
        if target.key is None:
            return None, None
        stem, suffix = self._stems.locate_named(target.key)
        if target.literal is not None and find_object(self._conn, stem.id, suffix) is None:
            other, other_suffix = self._stems.locate_named(target.literal)
            if find_object(self._conn, other.id, other_suffix) is not None:
                return other, other_suffix
        return stem, suffix


def _program_ms(playlist: Playlist) -> int | None:
    """Return the time at the start of a playlist by its first EXT-X-PROGRAM-DATE-TIME, in Unix ms."""
    for segment in playlist.segments:
        if segment.program_time is not None:
            return round((segment.program_time - segment.start) * 1000)
    return None


def _end(byterange: tuple[int, int] | None) -> int | None:
    return None if byterange is None else _bounded(sum(byterange))


def _bounded(number: int | None) -> int | None:
    """Return *number*, limited to the greatest integer of SQLite."""
    return None if number is None else min(number, 2**63 - 1)
