"""What the text of a playlist said, kept row by row, so that it is read from the bucket only once."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.connection.bulk_insert import insert
from ossrec.findings import Finding, Severity


class SegmentRow(NamedTuple):
    """A row of `segments`, without its playlist. Times are milliseconds from the playlist's start."""

    number: int
    stem_id: int | None  # None: the URI leads out of the bucket
    suffix: str | None
    uri: str | None  # None: it is the file name
    line: int
    start_ms: int
    duration_ms: int
    discontinuity: bool
    gap: bool
    encrypted: bool
    fragment: bool
    byterange_end: int | None


class ResourceRow(NamedTuple):
    """A key or map that a playlist names."""

    line: int
    role: str  # "key" or "map"
    stem_id: int | None
    suffix: str | None
    uri: str
    byterange_end: int | None


class PlaylistRow(NamedTuple):
    """A row of `playlists`."""

    stem_id: int
    suffix: str
    etag: bytes
    size: int
    modified: int
    read: int  # epoch seconds
    kind: str  # "media", "master" or "none"
    ended: bool
    segments: int
    duration: float
    target_duration: int | None
    program_ms: int | None  # EXT-X-PROGRAM-DATE-TIME at the start of the first segment, Unix ms
    id: int = 0


_COLUMNS = "stem_id, suffix, etag, size, modified, read, kind, ended, segments, duration, target_duration, program_ms"
_SAVE = f"""
INSERT INTO playlists (recording_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (stem_id, suffix) DO UPDATE SET recording_id = excluded.recording_id, etag = excluded.etag,
    size = excluded.size, modified = excluded.modified, read = excluded.read, kind = excluded.kind,
    ended = excluded.ended, segments = excluded.segments, duration = excluded.duration,
    target_duration = excluded.target_duration, program_ms = excluded.program_ms
RETURNING id
"""


def save_playlist(
    conn: sqlite3.Connection,
    recording_id: int,
    row: PlaylistRow,
    segments: Iterable[SegmentRow],
    resources: Iterable[ResourceRow],
) -> int:
    """Keep a playlist as it was read now, in place of what was known of it; gives its number."""
    (number,) = conn.execute(_SAVE, (recording_id, *row[:12])).fetchone()
    conn.execute(
        "INSERT OR IGNORE INTO playlist_versions VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, row.etag, row.size, row.modified, row.read, row.segments, row.duration),
    )
    for table in ("segments", "resources", "findings"):
        conn.execute(f"DELETE FROM {table} WHERE playlist_id = ?", (number,))
    insert(conn, "INTO segments", [(number, *row) for row in segments])
    insert(conn, "INTO resources", [(number, *row) for row in resources])
    return int(number)


def playlists_of(conn: sqlite3.Connection, recording_id: int) -> list[PlaylistRow]:
    """The playlists of a recording that were read at some time."""
    rows = conn.execute(
        f"SELECT {_COLUMNS}, id FROM playlists WHERE recording_id = ?",
        (recording_id,),
    )
    return [PlaylistRow(*row) for row in rows]


def segments_of(conn: sqlite3.Connection, playlist_id: int) -> list[SegmentRow]:
    """The segments of a playlist, in their order."""
    rows = conn.execute(
        "SELECT number, stem_id, suffix, uri, line, start_ms, duration_ms, discontinuity, gap, encrypted,"
        " fragment, byterange_end FROM segments WHERE playlist_id = ? ORDER BY number",
        (playlist_id,),
    )
    return [SegmentRow(*row) for row in rows]


def resources_of(conn: sqlite3.Connection, playlist_id: int) -> list[ResourceRow]:
    """The keys and maps that a playlist names, in its order."""
    rows = conn.execute(
        "SELECT line, role, stem_id, suffix, uri, byterange_end FROM resources WHERE playlist_id = ? ORDER BY line",
        (playlist_id,),
    )
    return [ResourceRow(*row) for row in rows]


def most_segments_before(conn: sqlite3.Connection, playlist: PlaylistRow) -> int | None:
    """The most segments that an earlier version of the playlist listed."""
    (most,) = conn.execute(
        "SELECT max(segments) FROM playlist_versions WHERE playlist_id = ? AND NOT (etag = ? AND modified = ?)",
        (playlist.id, playlist.etag, playlist.modified),
    ).fetchone()
    return None if most is None else int(most)


def save_findings(
    conn: sqlite3.Connection,
    recording_id: int,
    playlist_id: int | None,
    source: str,
    found: Iterable[tuple[Finding, Severity]],
) -> None:
    """Add findings of one *source*: "name", "playlist", "listing", "access" or "segment"."""
    insert(
        conn,
        "INTO findings (recording_id, playlist_id, source, code, severity, subject, detail, line, segment,"
        " start, length, packet, lost)",
        [(recording_id, playlist_id, source, f.code, int(severity), *f[1:]) for f, severity in found],
    )


def segments_before(conn: sqlite3.Connection, stem_id: int, suffix: str) -> int:
    """How many segments a playlist listed when it was read last; 0 if it never was."""
    row = conn.execute("SELECT segments FROM playlists WHERE stem_id = ? AND suffix = ?", (stem_id, suffix)).fetchone()
    return int(row[0] or 0) if row else 0


def findings_of_playlist(conn: sqlite3.Connection, playlist_id: int) -> list[Finding]:
    """What the text of a playlist gave rise to."""
    rows = conn.execute(
        "SELECT code, subject, detail, line, segment, start, length FROM findings"
        " WHERE playlist_id = ? AND source = 'playlist' ORDER BY id",
        (playlist_id,),
    )
    return [Finding(*row) for row in rows]
