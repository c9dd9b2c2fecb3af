"""Query the catalog for recordings, for objects that are not recordings, and for its last scan.

Standard library only, so that a query loads nothing it does not need.
"""

import heapq
import itertools
import json
import sqlite3
from collections.abc import Generator, Iterable
from typing import Any

from ossrec.catalog.connection.open_reader import open_catalog, snapshot
from ossrec.catalog.key_ranges import successor
from ossrec.catalog.query.filters import VERDICT, Query, QueryTime, RecordingFilter, ambiguous_query, build_query
from ossrec.catalog.query.recording_rows import COLUMNS, Row, SelectedRecording, buckets_by_id, recording_row
from ossrec.catalog.times import iso_seconds
from ossrec.naming import RecordingName, readings

__all__ = [
    "RecordingFilter",
    "alternative_readings",
    "bucket_names",
    "bucket_numbers",
    "count_recordings",
    "find_recordings",
    "last_scan",
    "matching_reading",
    "open_catalog",
    "snapshot",
    "stored_recordings",
    "unnamed_objects",
]

_NEWEST_FIRST = "ORDER BY started_ms DESC, path, bucket_id LIMIT :limit"
Stored = SelectedRecording

_TOTALS = "count(*), coalesce(sum(duration), 0), coalesce(sum(bytes), 0), coalesce(sum(segments_missing), 0)"

# kind < 2 is the condition of the index over objects that are not segments.
_UNNAMED = """
SELECT b.name, s.stem || o.suffix AS key, o.size, o.modified, coalesce(o.storage, 'Standard')
FROM objects o CROSS JOIN stems s ON s.id = o.stem_id CROSS JOIN buckets b ON b.id = s.bucket_id
WHERE o.kind = 0 AND o.kind < 2 AND o.gone IS NULL
  AND NOT EXISTS (SELECT 1 FROM ownership w WHERE w.stem_id = o.stem_id AND w.suffix = o.suffix)
  AND (:bucket IS NULL OR b.name = :bucket)
  AND s.stem || o.suffix >= :prefix AND (:prefix_end IS NULL OR s.stem || o.suffix < :prefix_end)
ORDER BY b.name, key LIMIT :limit
"""
_LAST_SCAN = """
SELECT b.name, s.prefix, s.started, s.finished, s.state, s.objects, s.new, s.changed, s.gone, s.summary
FROM scans s JOIN buckets b ON b.id = s.bucket_id
WHERE s.kind = 'scan' AND (:bucket IS NULL OR b.name = :bucket) AND (s.state = 'finished' OR NOT :finished)
ORDER BY s.id DESC LIMIT 1
"""


def find_recordings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, *, now: float, quiet_after: float
) -> Generator[Row, None, None]:
    """Yield the recordings that match *wanted*, newest start first, then by path; those without a start time last.

    *now* is in Unix seconds. After *quiet_after*, the idle time plus the upload lag in seconds, a stored `recording`
    reads as `unfinished`. A room or uid also matches recordings whose ambiguous name may mean it; their ``reading``
    is ``alternative``. A time range excludes recordings without a start time. A caller that does not read every row
    must close the generator before *catalog*.
    """
    with snapshot(catalog):
        buckets = buckets_by_id(catalog)
        for stored, reading in stored_recordings(catalog, wanted, QueryTime(now, quiet_after)):
            yield recording_row(stored, buckets, reading)


def stored_recordings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, clock: QueryTime
) -> Generator[tuple[Stored, str], None, None]:
    """Yield the recordings of `find_recordings` as stored, each with its reading, ``stored`` or ``alternative``."""
    ids = bucket_numbers(catalog, wanted.bucket)
    query = build_query(wanted, ids, clock)
    limit = -1 if wanted.limit is None else wanted.limit
    rows = catalog.execute(f"{_select(query)} {_NEWEST_FIRST}", query.values | {"limit": limit})
    found: Iterable[Stored] = map(SelectedRecording._make, rows)
    alternatives = alternative_readings(catalog, wanted, ids, clock)
    if alternatives:
        found = heapq.merge(found, sorted(alternatives.values(), key=_order), key=_order)
    for stored in itertools.islice(found, wanted.limit):
        yield stored, "alternative" if stored.id in alternatives else "stored"


def count_recordings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, *, now: float, quiet_after: float
) -> list[Row]:
    """Return totals of the recordings that match *wanted* by verdict: number, seconds, bytes, missing segments."""
    sums: dict[str, list[float]] = {}
    with snapshot(catalog):
        buckets = buckets_by_id(catalog)
        ids = _bucket_ids(buckets, wanted.bucket)
        query = build_query(wanted, ids, QueryTime(now, quiet_after))
        for part in query.parts:
            grouped = f"SELECT {VERDICT}, {_TOTALS} FROM {part} GROUP BY 1"
            for verdict, *numbers in catalog.execute(grouped, query.values):
                _add(sums, verdict, numbers)
        for stored in alternative_readings(catalog, wanted, ids, QueryTime(now, quiet_after)).values():
            row = recording_row(stored, buckets)
            _add(sums, row["verdict"], [1, row["duration"] or 0, row["bytes"], row["segments_missing"] or 0])
    names = ("recordings", "duration", "bytes", "segments_missing")
    return [{"verdict": verdict, **dict(zip(names, sums[verdict], strict=True))} for verdict in sorted(sums)]


def unnamed_objects(
    catalog: sqlite3.Connection, *, bucket: str | None = None, prefix: str = "", limit: int | None = None
) -> Generator[Row, None, None]:
    """Yield the objects that are not recordings, by their names and by all playlists, in order of bucket and key."""
    values = {
        "bucket": bucket,
        "prefix": prefix,
        "prefix_end": successor(prefix),
        "limit": -1 if limit is None else limit,
    }
    for name, key, size, modified, storage in catalog.execute(_UNNAMED, values):
        yield {
            "bucket": name,
            "key": key,
            "bytes": size,
            "modified_at": iso_seconds(modified),
            "storage": storage,
        }


def bucket_names(catalog: sqlite3.Connection) -> list[str]:
    """Return the names of the scanned buckets, in order."""
    return list(buckets_by_id(catalog).values())


def last_scan(catalog: sqlite3.Connection, bucket: str | None = None, *, finished: bool = True) -> Row | None:
    """Return the newest finished scan of *bucket*, or of any bucket; with *finished* false the newest scan of all."""
    row = catalog.execute(_LAST_SCAN, {"bucket": bucket, "finished": finished}).fetchone()
    if row is None:
        return None
    name, prefix, started, ended, state, objects, new, changed, gone, summary = row
    return {
        "bucket": name,
        "prefix": prefix,
        "started_at": iso_seconds(started),
        "finished_at": iso_seconds(ended),
        "state": state,
        "objects": objects,
        "new": new,
        "changed": changed,
        "gone": gone,
        "summary": None if summary is None else json.loads(summary),
    }


def bucket_numbers(catalog: sqlite3.Connection, name: str | None) -> list[int] | None:
    """Return the numbers of the buckets called *name*: one or none; None for any bucket if *name* is None."""
    return _bucket_ids(buckets_by_id(catalog), name)


def _bucket_ids(buckets: dict[int, str], wanted: str | None) -> list[int] | None:
    return None if wanted is None else [number for number, name in buckets.items() if name == wanted]


def _select(query: Query) -> str:
    parts = (f"SELECT {COLUMNS} FROM {part}" for part in query.parts)
    return " UNION ALL ".join(parts)


def _order(stored: Stored) -> tuple[Any, ...]:
    return (stored.started_ms is None, -(stored.started_ms or 0), stored.path, stored.bucket_id)


def alternative_readings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, bucket_ids: list[int] | None, clock: QueryTime
) -> dict[int, Stored]:
    """Return the recordings that match *wanted* by another reading of their name than the stored one, by number."""
    query = ambiguous_query(wanted, bucket_ids, clock)
    if query is None:
        return {}
    rows = map(SelectedRecording._make, catalog.execute(_select(query), query.values))
    return {stored.id: stored for stored in rows if matching_reading(stored, wanted) is not None}


def matching_reading(stored: Stored, wanted: RecordingFilter) -> RecordingName | None:
    """Return the likeliest reading of a recording's name that has the room, uid and stream of *wanted*, or None."""
    plain = stored.path + ".m3u8"
    keys = (plain, stored.playlist or plain)
    return next((reading for key in keys for reading in readings(key) if _matches(reading, wanted)), None)


def _matches(reading: RecordingName, wanted: RecordingFilter) -> bool:
    return (
        wanted.room in (None, reading.roomid)
        and wanted.uid in (None, reading.uid)
        and wanted.stream in (None, reading.stream)
    )


def _add(sums: dict[str, list[float]], verdict: str, numbers: list[Any]) -> None:
    before = sums.get(verdict, [0] * len(numbers))
    sums[verdict] = [round(a + b, 3) for a, b in zip(before, numbers, strict=True)]
