"""Stored playlists with their segments, resources and findings, so that each version is read only once."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.connection.bulk_insert import insert_rows
from ossrec.findings import Finding, Severity

_UNRESOLVED = """
SELECT 1 FROM segments g WHERE g.playlist_id = ? AND (g.located IS NOT NULL OR g.stem_id IS NULL OR NOT EXISTS (
    SELECT 1 FROM objects o WHERE o.stem_id = g.stem_id AND o.suffix = g.suffix AND o.gone IS NULL)) LIMIT 1
"""


class SegmentRow(NamedTuple):
    """A row of `segments`, without its playlist. Times are milliseconds from the playlist's start."""

    number: int
    stem_id: int | None  # None: the URI refers to no object of the bucket
    suffix: str | None
    uri: str | None  # None: it equals the file name
    line: int
    start_ms: int
    duration_ms: int
    discontinuity: bool
    gap: bool
    encrypted: bool
    fragment: bool
    byterange_end: int | None
    located: str | None = None  # how its object was found although the URI does not lead there; see `Located`


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


_KEY = ("stem_id", "suffix")
_SAVED = ("recording_id", *(name for name in PlaylistRow._fields if name != "id"))
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _SAVED if name not in _KEY)
_SAVE = f"""
INSERT INTO playlists ({", ".join(_SAVED)}) VALUES ({", ".join(f":{name}" for name in _SAVED)})
ON CONFLICT ({", ".join(_KEY)}) DO UPDATE SET {_REPLACED}
RETURNING id
"""
_SAVE_VERSION = """
INSERT OR IGNORE INTO playlist_versions (playlist_id, etag, size, modified, seen, segments, duration)
VALUES (:id, :etag, :size, :modified, :read, :segments, :duration)
"""
# Columns have the names of the fields that hold them.
_PLAYLIST = ", ".join(PlaylistRow._fields)
_SEGMENT = ", ".join(SegmentRow._fields)
_RESOURCE = ", ".join(ResourceRow._fields)
_FINDING = ", ".join(Finding._fields)
_SEVERITY = Finding._fields.index("severity")


def save_playlist(
    conn: sqlite3.Connection,
    recording_id: int,
    row: PlaylistRow,
    segments: Iterable[SegmentRow],
    resources: Iterable[ResourceRow],
) -> int:
    """Store a playlist in place of its earlier version, and return its number."""
    (number,) = conn.execute(_SAVE, row._asdict() | {"recording_id": recording_id}).fetchone()
    conn.execute(_SAVE_VERSION, row._asdict() | {"id": number})
    for table in ("segments", "resources", "findings"):
        conn.execute(f"DELETE FROM {table} WHERE playlist_id = ?", (number,))
    insert_rows(conn, f"INTO segments (playlist_id, {_SEGMENT})", [(number, *row) for row in segments])
    insert_rows(conn, f"INTO resources (playlist_id, {_RESOURCE})", [(number, *row) for row in resources])
    return int(number)


def replace_segments(conn: sqlite3.Connection, playlist_id: int, rows: Iterable[SegmentRow]) -> None:
    """Replace the rows of some segments of a playlist."""
    insert_rows(conn, f"OR REPLACE INTO segments (playlist_id, {_SEGMENT})", [(playlist_id, *row) for row in rows])


def playlists_of(conn: sqlite3.Connection, recording_id: int) -> list[PlaylistRow]:
    """Return the playlists of a recording that were ever read."""
    rows = conn.execute(f"SELECT {_PLAYLIST} FROM playlists WHERE recording_id = ?", (recording_id,))
    return [PlaylistRow._make(row) for row in rows]


def segments_of(conn: sqlite3.Connection, playlist_id: int) -> list[SegmentRow]:
    """Return the segments of a playlist, in order."""
    rows = conn.execute(f"SELECT {_SEGMENT} FROM segments WHERE playlist_id = ? ORDER BY number", (playlist_id,))
    return [SegmentRow._make(row) for row in rows]


def resources_of(conn: sqlite3.Connection, playlist_id: int) -> list[ResourceRow]:
    """Return the keys and maps that a playlist names, in order of line."""
    rows = conn.execute(f"SELECT {_RESOURCE} FROM resources WHERE playlist_id = ? ORDER BY line", (playlist_id,))
    return [ResourceRow._make(row) for row in rows]


def most_segments_before(conn: sqlite3.Connection, playlist: PlaylistRow) -> int | None:
    """Return the highest number of segments in an earlier version of a playlist; None without one."""
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
    """Insert findings of one *source*: "name", "playlist", "listing", "access" or "segment"."""
    insert_rows(
        conn,
        f"INTO findings (recording_id, playlist_id, source, {_FINDING})",
        [
            (recording_id, playlist_id, source, *finding[:_SEVERITY], int(severity), *finding[_SEVERITY + 1 :])
            for finding, severity in found
        ],
    )


def stored_segment_count(conn: sqlite3.Connection, stem_id: int, suffix: str) -> int:
    """Return how many segments a playlist had at the last reading; 0 if it was never read."""
    row = conn.execute("SELECT segments FROM playlists WHERE stem_id = ? AND suffix = ?", (stem_id, suffix)).fetchone()
    return int(row[0] or 0) if row else 0


def findings_of_playlist(conn: sqlite3.Connection, playlist_id: int) -> list[Finding]:
    """Return the findings in the text of a playlist, in the order in which they were stored."""
    rows = conn.execute(
        f"SELECT {_FINDING} FROM findings WHERE playlist_id = ? AND source = 'playlist' ORDER BY id", (playlist_id,)
    )
    return [Finding._make(row) for row in rows]


def has_unresolved_segments(conn: sqlite3.Connection, playlist_id: int) -> bool:
    """Return whether a segment of a playlist has no object, or has one that was located."""
    return conn.execute(_UNRESOLVED, (playlist_id,)).fetchone() is not None
