"""Puts a playlist that was just read into the catalog."""

import sqlite3

from ossrec.catalog.encoding import pack_etag
from ossrec.catalog.store.ownership import assign_owner, owns_foreign_objects
from ossrec.catalog.store.playlists import (
    PlaylistRow,
    ResourceRow,
    SegmentRow,
    save_findings,
    save_playlist,
    segments_before,
)
from ossrec.catalog.store.recordings import find_object
from ossrec.catalog.store.stems import Stem, Stems
from ossrec.hls.playlist import Playlist, Resource, Segment
from ossrec.hls.uris import ResolvedUri
from ossrec.jobs.judge.read_playlist import PlaylistRead
from ossrec.rules import RULES


def store_playlist(conn: sqlite3.Connection, stems: Stems, recording_id: int, look: PlaylistRead, now: int) -> int:
    """Keep the playlist of a look that succeeded; gives how many segments it lost since it was read last.

    Belongs in a transaction.
    """
    body, playlist, resolved, at = look.body, look.playlist, look.resolved, look.at
    if body is None or playlist is None or resolved is None:
        raise ValueError("the look failed: there is no playlist to keep")
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
    desk = _RowBuilder(conn, stems, at.key)
    segments = [desk.segment(*pair) for pair in zip(playlist.segments, resolved.segments, strict=True)]
    resources = [desk.resource(*pair) for pair in zip(playlist.resources, resolved.resources, strict=True)]
    lost = segments_before(conn, at.stem_id, at.suffix) - row.segments
    number = save_playlist(conn, recording_id, row, segments, resources)
    found = [*playlist.findings, *resolved.findings]
    save_findings(conn, recording_id, number, "playlist", [(f, RULES[f.code].severity) for f in found])
    if at.etag != row.etag:  # it changed between the listing and the look: keep both sides of one version
        conn.execute(
            "UPDATE objects SET etag = ?, size = ?, modified = ? WHERE stem_id = ? AND suffix = ?",
            (row.etag, row.size, row.modified, at.stem_id, at.suffix),
        )
    named = {row.stem_id for row in segments} | {row.stem_id for row in resources}
    if (named - {None, at.stem_id} or owns_foreign_objects(conn, recording_id)) and assign_owner(conn, recording_id):
        stems.forget()
    return max(0, lost)


class _RowBuilder:
    """Turns what a playlist names into rows."""

    def __init__(self, conn: sqlite3.Connection, stems: Stems, playlist_key: str) -> None:
        self._conn = conn
        self._stems = stems
        self._folder = playlist_key[: playlist_key.rfind("/") + 1]

    def segment(self, segment: Segment, target: ResolvedUri) -> SegmentRow:
        stem, suffix = self._place(target)
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
        stem, suffix = self._place(target)
        return ResourceRow(
            line=resource.line,
            role=resource.role,
            stem_id=None if stem is None else stem.id,
            suffix=suffix,
            uri=resource.uri,
            byterange_end=_end(resource.byterange),
        )

    def _place(self, target: ResolvedUri) -> tuple[Stem | None, str | None]:
        """Stem and suffix of what a URI means; of its unescaped spelling, if only that is in the bucket."""
        if target.key is None:
            return None, None
        stem, suffix = self._stems.refer(target.key)
        if target.literal is not None and find_object(self._conn, stem.id, suffix) is None:
            other, other_suffix = self._stems.refer(target.literal)
            if find_object(self._conn, other.id, other_suffix) is not None:
                return other, other_suffix
        return stem, suffix


def _program_ms(playlist: Playlist) -> int | None:
    """The clock time at the start of a playlist, by the first EXT-X-PROGRAM-DATE-TIME in it."""
    for segment in playlist.segments:
        if segment.program_time is not None:
            return round((segment.program_time - segment.start) * 1000)
    return None


def _end(byterange: tuple[int, int] | None) -> int | None:
    return None if byterange is None else _bounded(sum(byterange))


def _bounded(number: int | None) -> int | None:
    """*number*, or the greatest that SQLite can hold."""
    return None if number is None else min(number, 2**63 - 1)
