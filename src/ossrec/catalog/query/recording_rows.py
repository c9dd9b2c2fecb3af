"""How a recording reads: one dict of plain values, the same whatever the output."""

import sqlite3
from typing import Any, NamedTuple

from ossrec.catalog.encoding import codes
from ossrec.catalog.query.filters import VERDICT
from ossrec.catalog.times import iso, iso_seconds
from ossrec.findings import DECLARED_TIMELINE_GAP

Row = dict[str, Any]

_NAMES = (
    "id", "bucket_id", "path", "folder", "playlist", "recordid", "roomid", "uid", "stream", "verdict",
    "depth", "reasons", "started_ms", "ended_ms", "duration", "missing_seconds", "bytes", "segments_expected",
    "segments_present", "segments_missing", "started_from", "ended_from", "conforming", "ambiguous",
    "first_seen", "last_changed", "segments_inspectable", "inspected", "measured_duration", "damaged_seconds",
    "bit_rate",
    "first_pts", "video_codec", "width", "height", "audio_codec", "sample_rate", "channels", "task", "gap_seconds",
)  # fmt: skip
FIELDS = (
    "bucket", "folder", "playlist", "recordid", "roomid", "uid", "stream", "verdict", "depth", "reasons",
    "started_at", "ended_at", "duration", "missing_seconds", "gap_seconds", "bytes", "segments_expected",
    "segments_present", "segments_missing", "segments_inspectable", "inspected_at", "measured_duration",
    "damaged_seconds", "bit_rate", "start_pts", "video_codec", "width", "height", "audio_codec", "sample_rate",
    "channels", "started_from", "ended_from", "conforming", "ambiguous", "reading", "linked", "first_seen",
    "last_changed", "path",
)  # fmt: skip
# Few recordings have such findings, and their reasons name them: of the others none is looked for.
_GAPS = f"""
CASE WHEN instr(reasons, 'HLS230') OR instr(reasons, 'LST30') THEN (
    SELECT round(coalesce(sum(f.length), 0), 3) FROM findings f WHERE f.recording_id = recordings.id
    AND (f.code IN ('HLS230', 'LST300') OR f.code = '{DECLARED_TIMELINE_GAP}' AND recordings.uid IS NULL)
    AND (f.playlist_id IS NULL OR EXISTS (SELECT 1 FROM playlists p WHERE p.id = f.playlist_id AND p.role = 'main'))
) ELSE 0.0 END AS gap_seconds
"""
_SAID = {"verdict": f"{VERDICT} AS verdict_now", "gap_seconds": _GAPS}
COLUMNS = ", ".join(_SAID.get(name, name) for name in _NAMES)


_TIMES = tuple(_NAMES.index(name) for name in ("id", "started_ms", "ended_ms", "verdict"))


class Times(NamedTuple):
    """When a recording was, in Unix ms."""

    number: int  # of the recording
    started: int | None
    ended: int | None
    live: bool  # segments still arrive


def times_of(stored: tuple[Any, ...]) -> Times:
    """The times in what `COLUMNS` selects."""
    number, started, ended, verdict = (stored[place] for place in _TIMES)
    return Times(number, started, ended, verdict == "recording")


def recording_row(stored: tuple[Any, ...], buckets: dict[int, str], reading: str = "stored") -> Row:
    """The row of `find` from what `COLUMNS` selects; sizes are bytes, lengths seconds, times ISO 8601 UTC.

    *reading* is ``alternative`` for a recording whose ambiguous name was read otherwise than it is
    stored, to match what was asked for.
    """
    (
        _id, bucket_id, path, folder, playlist, recordid, roomid, uid, stream, verdict, depth,
        reasons, started_ms, ended_ms, duration, missing_seconds, size, segments_expected,
        segments_present, segments_missing, started_from, ended_from, conforming, ambiguous,
        first_seen, last_changed, segments_inspectable, inspected, measured_duration, damaged_seconds,
        bit_rate, first_pts, video_codec, width, height, audio_codec, sample_rate, channels, task,
        gap_seconds,
    ) = stored  # fmt: skip
    return {
        "bucket": buckets[bucket_id],
        "folder": folder,
        "playlist": playlist,
        "recordid": recordid,
        "roomid": roomid,
        "uid": uid,
        "stream": stream,
        "verdict": verdict,
        "depth": depth,
        "reasons": codes(reasons),
        "started_at": iso(started_ms),
        "ended_at": iso(ended_ms),
        "duration": duration,
        "missing_seconds": missing_seconds,
        "gap_seconds": gap_seconds,
        "bytes": size,
        "segments_expected": segments_expected,
        "segments_present": segments_present,
        "segments_missing": segments_missing,
        "segments_inspectable": segments_inspectable,
        "inspected_at": iso_seconds(inspected),
        "measured_duration": measured_duration,
        "damaged_seconds": damaged_seconds,
        "bit_rate": bit_rate,
        "start_pts": first_pts,
        "video_codec": video_codec,
        "width": width,
        "height": height,
        "audio_codec": audio_codec,
        "sample_rate": sample_rate,
        "channels": channels,
        "started_from": started_from,
        "ended_from": ended_from,
        "conforming": bool(conforming),
        "ambiguous": bool(ambiguous),
        "reading": reading,
        "linked": task,
        "first_seen": iso_seconds(first_seen),
        "last_changed": iso_seconds(last_changed),
        "path": path,
    }


def buckets_by_id(catalog: sqlite3.Connection) -> dict[int, str]:
    """The names of the catalog's buckets."""
    return dict(catalog.execute("SELECT id, name FROM buckets ORDER BY name"))
