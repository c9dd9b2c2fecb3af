"""Helpers for tests of scans: run a scan, and read the content of the catalog without row numbers and times."""

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import RetryPolicy
from ossrec.catalog.query.find import RecordingFilter, find_recordings, open_catalog
from ossrec.jobs.scan.report import ScanOptions, ScanState, ScanSummary
from ossrec.jobs.scan.scan import scan_bucket

ONCE = RetryPolicy(attempts=1, base=0.001)  # ask once, or soon again with more attempts


def scan(place: Path | Bucket, catalog: Path, **options: Any) -> ScanSummary:
    """Scan a folder or bucket, silently."""
    bucket = LocalBucket(place) if isinstance(place, Path) else place
    return scan_bucket(bucket, catalog, ScanOptions(**options), silent)


def silent(_: ScanState) -> None:
    """Ignore the progress of a scan."""


def found(catalog: Path, **wanted: Any) -> list[Mapping[str, Any]]:
    """Return the rows of `find`, in order of path."""
    conn = open_catalog(catalog)
    try:
        rows = list(find_recordings(conn, RecordingFilter(**wanted), now=time.time(), quiet_after=330))
    finally:
        conn.close()
    return sorted(rows, key=lambda row: row["path"])


_CONTENT = {
    "objects": "SELECT s.stem || o.suffix, kind, size, modified, hex(etag), storage, gone IS NOT NULL"
    " FROM objects o JOIN stems s ON s.id = o.stem_id",
    "recordings": "SELECT path, folder, recordid, roomid, uid, stream, conforming, ambiguous, playlist, started_ms,"
    " started_from, ended_ms, ended_from, duration, missing_seconds, bytes, segments_expected, segments_present,"
    " segments_missing, last_arrival, verdict, depth, reasons, due FROM recordings",
    "stems": "SELECT stem, r.path FROM stems LEFT JOIN recordings r ON r.id = recording_id",
    "playlists": "SELECT s.stem || p.suffix, role, hex(p.etag), p.size, kind, ended, segments, p.duration, r.path"
    " FROM playlists p JOIN stems s ON s.id = p.stem_id JOIN recordings r ON r.id = p.recording_id",
    "versions": "SELECT s.stem || p.suffix, hex(v.etag), v.size, v.segments FROM playlist_versions v"
    " JOIN playlists p ON p.id = v.playlist_id JOIN stems s ON s.id = p.stem_id",
    "segments": "SELECT t.stem || q.suffix, g.number, s.stem || g.suffix, g.uri, start_ms, duration_ms FROM segments g"
    " JOIN playlists q ON q.id = g.playlist_id JOIN stems t ON t.id = q.stem_id LEFT JOIN stems s ON s.id = g.stem_id",
    "claims": "SELECT s.stem || c.suffix, r.path FROM ownership c JOIN stems s ON s.id = c.stem_id"
    " JOIN recordings r ON r.id = c.recording_id",
    "findings": "SELECT r.path, source, code, severity, subject, detail, line, segment, start, length"
    " FROM findings f JOIN recordings r ON r.id = f.recording_id",
}


def content(catalog: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the content of a catalog without the numbers of rows, which depend on the order of discovery."""
    conn = sqlite3.connect(catalog)
    try:
        return {name: sorted(conn.execute(sql), key=repr) for name, sql in _CONTENT.items()}
    finally:
        conn.close()


def is_intact(catalog: Path) -> bool:
    """Return whether SQLite finds the file intact, and every reference has its row."""
    conn = sqlite3.connect(catalog)
    try:
        is_intact_file = conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return is_intact_file and conn.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        conn.close()
