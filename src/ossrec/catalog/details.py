"""Everything that the catalog knows of one recording."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from ossrec.catalog.intake import unpack_etag
from ossrec.catalog.opening import snapshot
from ossrec.catalog.rows import COLUMNS, Row, buckets_by_id, recording_row
from ossrec.catalog.times import iso, iso_seconds
from ossrec.findings import Severity
from ossrec.naming import parse_name

PACKET = 188  # bytes of an MPEG-TS packet; a segment of another size was cut
_CIPHER_BLOCK = 16  # bytes; an encrypted segment of another size was cut

_FINDINGS = """
SELECT code, severity, source, subject, detail, line, segment, start, length FROM findings
WHERE recording_id = ? ORDER BY severity DESC, coalesce(segment, -1), coalesce(line, -1), id
"""
_PLAYLISTS = """
SELECT p.id, s.stem || p.rest, p.role, p.kind, p.ended, p.segments, p.duration, p.target_duration,
       p.program_ms, p.etag, p.size, p.modified, p.read
FROM playlists p JOIN stems s ON s.id = p.stem_id WHERE p.recording_id = ?
ORDER BY p.role, p.modified DESC, p.id
"""
_VERSIONS = """
SELECT etag, size, modified, seen, segments, duration FROM playlist_versions
WHERE playlist_id = ? ORDER BY seen, modified
"""
_SEGMENTS = """
SELECT g.number, g.uri, s.stem || g.rest, g.start_ms, g.duration_ms, o.size, g.gap, g.encrypted, g.fragment,
       g.byterange_end, g.discontinuity
FROM segments g LEFT JOIN stems s ON s.id = g.stem_id
LEFT JOIN objects o ON o.stem_id = g.stem_id AND o.rest = g.rest AND o.gone IS NULL
WHERE g.playlist_id = ? ORDER BY g.number
"""
_SLICES = """
SELECT s.stem || o.rest, o.size FROM stems s JOIN objects o ON o.stem_id = s.id
WHERE s.recording_id = ? AND o.kind = 2 AND o.gone IS NULL ORDER BY 1
"""
_HISTORY = """
SELECT c.scan_id, s.started, c.was, c.became, c.segments_lost FROM changes c JOIN scans s ON s.id = c.scan_id
WHERE c.recording_id = ? ORDER BY c.scan_id
"""


def details(catalog: sqlite3.Connection, number: int, *, now: float, quiet_after: float) -> Row:
    """The row of a recording with its findings, playlists, segments and history.

    Segments are those of the main playlist, or if it names none the slices that are there, in order of
    key; their ``state`` is one of present, missing, empty, cut, gap (declared missing), outside.
    Lengths are seconds; a slice that no playlist names has no length.
    """
    with snapshot(catalog):
        stored = catalog.execute(
            f"SELECT {COLUMNS} FROM recordings WHERE id = :id",
            {"id": number, "quiet_before": now - quiet_after},
        ).fetchone()
        playlists, main = _playlists(catalog, number)
        return {
            **recording_row(stored, buckets_by_id(catalog)),
            "findings": [_finding(*row) for row in catalog.execute(_FINDINGS, (number,))],
            "playlists": playlists,
            "segments": list(_segments(catalog, main)) or list(_slices(catalog, number)),
            "history": [
                {"scan": scan, "at": iso_seconds(at), "was": was, "became": became, "segments_lost": lost}
                for scan, at, was, became, lost in catalog.execute(_HISTORY, (number,))
            ],
        }


def _finding(
    code: str,
    severity: int,
    source: str,
    subject: str,
    detail: str,
    line: int | None,
    segment: int | None,
    start: float | None,
    length: float | None,
) -> Row:
    return {
        "code": code,
        "severity": Severity(severity).name.lower(),
        "source": source,
        "subject": subject,
        "detail": detail,
        "line": line,
        "segment": segment,
        "start": start,
        "length": length,
    }


def _playlists(catalog: sqlite3.Connection, number: int) -> tuple[list[Row], int | None]:
    """The playlists of a recording that were read, with every version seen; and the number of the main one."""
    rows, main = [], None
    for stored in catalog.execute(_PLAYLISTS, (number,)).fetchall():
        (
            playlist_id,
            key,
            role,
            kind,
            ended,
            segments,
            duration,
            target,
            program_ms,
            etag,
            size,
            modified,
            read,
        ) = stored
        if role == "main" and main is None:
            main = playlist_id
        versions = catalog.execute(_VERSIONS, (playlist_id,))
        rows.append(
            {
                "key": key,
                "role": role,
                "kind": kind,
                "ended": None if ended is None else bool(ended),
                "segments": segments,
                "duration": duration,
                "target_duration": target,
                "program_at": iso(program_ms),
                "etag": unpack_etag(etag),
                "bytes": size,
                "modified_at": iso_seconds(modified),
                "read_at": iso_seconds(read),
                "versions": [_version(*version) for version in versions],
            }
        )
    return rows, main


def _version(etag: bytes, size: int, modified: int, seen: int, segments: int | None, duration: float | None) -> Row:
    return {
        "etag": unpack_etag(etag),
        "bytes": size,
        "modified_at": iso_seconds(modified),
        "seen_at": iso_seconds(seen),
        "segments": segments,
        "duration": duration,
    }


def _segments(catalog: sqlite3.Connection, playlist_id: int | None) -> Iterator[Row]:
    for number, uri, key, start_ms, length_ms, size, *flags in catalog.execute(_SEGMENTS, (playlist_id,)):
        yield {
            "number": number,
            "uri": uri if uri is not None else key.rpartition("/")[2],
            "key": key,
            "start": start_ms / 1000,
            "length": length_ms / 1000,
            "bytes": size,
            "state": _state(key, size, *flags[:4]),
            "discontinuity": bool(flags[4]),
        }


def _state(
    key: str | None, size: int | None, gap: Any, encrypted: Any, fragment: Any, byterange_end: int | None
) -> str:
    if key is None:
        return "outside"
    if gap:
        return "gap"
    if size is None:
        return "missing"
    if size == 0:
        return "empty"
    if byterange_end is not None:
        return "cut" if byterange_end > size else "present"
    if encrypted:
        return "cut" if size % _CIPHER_BLOCK else "present"
    return "cut" if size % PACKET and not fragment else "present"


def _slices(catalog: sqlite3.Connection, number: int) -> Iterator[Row]:
    """The slices named like the recording, in order of key; a start is known from a stamp in the name."""
    slices = catalog.execute(_SLICES, (number,)).fetchall()
    names = [parse_name(key) for key, _ in slices]
    stamps = [None if name is None else name.stamp_ms for name in names]
    known = [stamp for stamp in stamps if stamp is not None]
    for index, ((key, size), stamp) in enumerate(zip(slices, stamps, strict=True)):
        yield {
            "number": index,
            "uri": key.rpartition("/")[2],
            "key": key,
            "start": None if stamp is None else (stamp - min(known)) / 1000,
            "length": None,
            "bytes": size,
            "state": _state(key, size, 0, 0, 0, None),
            "discontinuity": False,
        }
