"""Everything that the catalog knows of one recording."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ossrec.catalog.intake import unpack_etag
from ossrec.catalog.opening import snapshot
from ossrec.catalog.rows import COLUMNS, Row, buckets_by_id, recording_row
from ossrec.catalog.segments import Listed, segment_rows, segment_stretches
from ossrec.catalog.stems import recorder
from ossrec.catalog.times import iso, iso_seconds
from ossrec.findings import BEGUN, NOT_ENDED, Severity
from ossrec.naming import parse_name

_FINDINGS = """
SELECT playlist_id, code, severity, source, subject, detail, line, segment, start, length FROM findings
WHERE recording_id = ?
ORDER BY severity DESC, code, detail LIKE 'and % more of the same', coalesce(segment, -1), coalesce(line, -1), id
"""
_PLAYLISTS = """
SELECT p.id, s.stem || p.rest, p.role, p.kind, p.ended, p.segments, p.duration, p.target_duration,
       p.program_ms, p.etag, p.size, p.modified, p.read
FROM playlists p JOIN stems s ON s.id = p.stem_id WHERE p.recording_id = ?
ORDER BY p.role, p.modified DESC, p.id
"""
_PARTS = """
SELECT p.id, s.stem || p.rest, o.etag = p.etag, p.duration FROM playlists p JOIN stems s ON s.id = p.stem_id
JOIN objects o ON o.stem_id = p.stem_id AND o.rest = p.rest AND o.gone IS NULL
WHERE p.recording_id = ? AND p.role = 'main' ORDER BY p.modified DESC, p.id
"""
_VERSIONS = """
SELECT etag, size, modified, seen, segments, duration FROM playlist_versions
WHERE playlist_id = ? ORDER BY seen, modified
"""
_HISTORY = """
SELECT c.scan_id, s.started, c.was, c.became, c.segments_lost FROM changes c JOIN scans s ON s.id = c.scan_id
WHERE c.recording_id = ? ORDER BY c.scan_id
"""


class _Part(NamedTuple):
    """A playlist that is there and that counts."""

    recorder: int  # who wrote it: -1 for the first, n for the n-th that took over
    is_same: bool  # it still is as it was read
    seconds: float  # how long it is


def details(
    catalog: sqlite3.Connection, number: int, *, now: float, quiet_after: float, in_stretches: bool = False
) -> Row:
    """The row of a recording with its findings, playlists, segments and history.

    Segments are those of the playlists that count, each recorder's after those of the one it took
    over from; if they name none, the slices that are there, in order of key. Their ``state`` is one of
    present, missing, empty, cut, gap (declared missing), outside.
    With *in_stretches* there is a list of `Stretch` in ``stretches`` instead.

    A finding ``counts`` unless it is of a playlist that the verdict does not follow from: another
    upload of it is fuller, it is not there any more, it has only been begun, or it ends where another
    recorder took over.
    """
    with snapshot(catalog):
        stored = catalog.execute(
            f"SELECT {COLUMNS} FROM recordings WHERE id = :id",
            {"id": number, "quiet_before": now - quiet_after},
        ).fetchone()
        parts = _parts(catalog, number)
        playlists, main = _playlists(catalog, number, parts)
        listed = _in_order(parts, main)
        segments: Row = (
            {"stretches": segment_stretches(catalog, number, listed)}
            if in_stretches
            else {"segments": list(segment_rows(catalog, number, listed))}
        )
        row = recording_row(stored, buckets_by_id(catalog))
        found = list(_findings(catalog, number, parts, dict(listed)))
        for finding in found:
            finding["counts"] &= finding["code"] not in BEGUN or finding["code"] in row["reasons"]
        return {
            **row,
            "findings": found,
            "playlists": playlists,
            **segments,
            "history": [
                {"scan": scan, "at": iso_seconds(at), "was": was, "became": became, "segments_lost": lost}
                for scan, at, was, became, lost in catalog.execute(_HISTORY, (number,))
            ],
        }


def _parts(catalog: sqlite3.Connection, number: int) -> dict[int, _Part]:
    """The parts of a recording by the number of their playlist, the newest first."""
    found = {}
    for playlist_id, key, is_same, seconds in catalog.execute(_PARTS, (number,)):
        found[playlist_id] = _Part(recorder(parse_name(key)), bool(is_same), seconds or 0.0)
    return found


def _in_order(parts: Mapping[int, _Part], main: int | None) -> list[Listed]:
    """The playlists that make up the recording, each recorder's after that of the one it took over from."""
    if not parts:
        return [] if main is None else [Listed(main, 0)]
    found = []
    offset = 0
    for playlist_id in sorted(parts, key=lambda number: parts[number].recorder):
        found.append(Listed(playlist_id, offset))
        offset += round(1000 * parts[playlist_id].seconds)
    return found


def _findings(
    catalog: sqlite3.Connection, number: int, parts: Mapping[int, _Part], offsets: Mapping[int, int]
) -> Iterator[Row]:
    """Findings, the gravest first; *offsets* say at how many ms of the recording each playlist begins."""
    last = max((part.recorder for part in parts.values()), default=-1)
    for playlist_id, *stored in catalog.execute(_FINDINGS, (number,)):
        finding = _finding(*stored)
        part = parts.get(playlist_id)
        counts = part is not None and part.is_same and (part.recorder == last or finding["code"] != NOT_ENDED)
        if finding["start"] is not None and playlist_id in offsets:  # it is told from the playlist's own start
            finding["start"] += offsets[playlist_id] / 1000
        yield finding | {"counts": playlist_id is None or counts}


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


def _playlists(catalog: sqlite3.Connection, number: int, parts: Mapping[int, _Part]) -> tuple[list[Row], int | None]:
    """The playlists of a recording that were read, with every version seen; and the number of the main one."""
    rows, main = [], next(iter(parts), None)
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
