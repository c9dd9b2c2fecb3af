"""Rows of `find`: each recording as a dict of plain values, the same for every output format."""

import sqlite3
from typing import Any, NamedTuple

from ossrec.catalog.encoding import codes
from ossrec.catalog.query.filters import VERDICT
from ossrec.catalog.times import iso, iso_seconds
from ossrec.findings import DECLARED_TIMELINE_GAP

Row = dict[str, Any]

FIELDS = (
    "bucket", "folder", "playlist", "recordid", "roomid", "uid", "stream", "verdict", "depth", "reasons",
    "started_at", "ended_at", "duration", "missing_seconds", "gap_seconds", "bytes", "segments_expected",
    "segments_present", "segments_missing", "segments_inspectable", "inspected_at", "measured_duration",
    "damaged_seconds", "bit_rate", "start_pts", "video_codec", "width", "height", "audio_codec", "sample_rate",
    "channels", "started_from", "ended_from", "conforming", "ambiguous", "reading", "linked", "first_seen",
    "last_changed", "path",
)  # fmt: skip
# Seconds of declared timeline gaps. Only recordings with such a reason have such findings, so others need no search.
_GAP_SECONDS = f"""
CASE WHEN instr(reasons, 'HLS230') OR instr(reasons, 'LST30') THEN (
    SELECT round(coalesce(sum(f.length), 0), 3) FROM findings f WHERE f.recording_id = recordings.id
    AND (f.code IN ('HLS230', 'LST300') OR f.code = '{DECLARED_TIMELINE_GAP}' AND recordings.uid IS NULL)
    AND (f.playlist_id IS NULL OR EXISTS (SELECT 1 FROM playlists p WHERE p.id = f.playlist_id AND p.role = 'main'))
) ELSE 0.0 END AS gap_seconds
"""


class SelectedRecording(NamedTuple):
    """A row that `COLUMNS` selects from `recordings`; docs/catalog.md describes the columns."""

    id: int
    bucket_id: int
    path: str
    folder: str
    playlist: str | None
    recordid: str
    roomid: str
    uid: str | None
    stream: str
    verdict: str  # as of the time of the query
    depth: str
    reasons: str
    started_ms: int | None
    ended_ms: int | None
    duration: float | None
    missing_seconds: float | None
    bytes: int
    segments_expected: int | None
    segments_present: int
    segments_missing: int | None
    started_from: str | None
    ended_from: str | None
    conforming: int
    ambiguous: int
    first_seen: int
    last_changed: int
    segments_inspectable: int | None
    inspected: int | None
    measured_duration: float | None
    damaged_seconds: float | None
    bit_rate: int | None
    first_pts: int | None
    video_codec: str | None
    width: int | None
    height: int | None
    audio_codec: str | None
    sample_rate: int | None
    channels: int | None
    task: str | None
    gap_seconds: float  # computed from findings


_COMPUTED = {"verdict": f"{VERDICT} AS verdict_now", "gap_seconds": _GAP_SECONDS}
COLUMNS = ", ".join(_COMPUTED.get(name, name) for name in SelectedRecording._fields)


class Times(NamedTuple):
    """The start and end of a recording in Unix milliseconds."""

    number: int  # of the recording
    started: int | None
    ended: int | None
    live: bool  # segments still arrive


def times_of(stored: SelectedRecording) -> Times:
    """Return the start and end of a recording."""
    return Times(stored.id, stored.started_ms, stored.ended_ms, stored.verdict == "recording")


def recording_row(stored: SelectedRecording, buckets: dict[int, str], reading: str = "stored") -> Row:
    """Return a recording as a row of `find`: sizes in bytes, durations in seconds, times as ISO 8601 UTC.

    *reading* is ``alternative`` if an ambiguous name matches a query by another reading than the stored one.
    """
    return {
        "bucket": buckets[stored.bucket_id],
        "folder": stored.folder,
        "playlist": stored.playlist,
        "recordid": stored.recordid,
        "roomid": stored.roomid,
        "uid": stored.uid,
        "stream": stored.stream,
        "verdict": stored.verdict,
        "depth": stored.depth,
        "reasons": codes(stored.reasons),
        "started_at": iso(stored.started_ms),
        "ended_at": iso(stored.ended_ms),
        "duration": stored.duration,
        "missing_seconds": stored.missing_seconds,
        "gap_seconds": stored.gap_seconds,
        "bytes": stored.bytes,
        "segments_expected": stored.segments_expected,
        "segments_present": stored.segments_present,
        "segments_missing": stored.segments_missing,
        "segments_inspectable": stored.segments_inspectable,
        "inspected_at": iso_seconds(stored.inspected),
        "measured_duration": stored.measured_duration,
        "damaged_seconds": stored.damaged_seconds,
        "bit_rate": stored.bit_rate,
        "start_pts": stored.first_pts,
        "video_codec": stored.video_codec,
        "width": stored.width,
        "height": stored.height,
        "audio_codec": stored.audio_codec,
        "sample_rate": stored.sample_rate,
        "channels": stored.channels,
        "started_from": stored.started_from,
        "ended_from": stored.ended_from,
        "conforming": bool(stored.conforming),
        "ambiguous": bool(stored.ambiguous),
        "reading": reading,
        "linked": stored.task,
        "first_seen": iso_seconds(stored.first_seen),
        "last_changed": iso_seconds(stored.last_changed),
        "path": stored.path,
    }


def buckets_by_id(catalog: sqlite3.Connection) -> dict[int, str]:
    """Return the names of all buckets in the catalog by their numbers, in order of name."""
    return dict(catalog.execute("SELECT id, name FROM buckets ORDER BY name"))
