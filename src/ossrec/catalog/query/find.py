"""Asking the catalog: which recordings there are, which objects are no recording's, when it was last filled.

Standard library only: a query loads nothing that it does not need.
"""

import heapq
import itertools
import json
import sqlite3
from collections.abc import Generator, Iterable
from typing import Any

from ossrec.catalog.connection.open_reader import open_catalog, snapshot
from ossrec.catalog.key_ranges import successor
from ossrec.catalog.query.filters import VERDICT, Query, QueryTime, RecordingFilter, build_query, other_readings
from ossrec.catalog.query.recording_rows import COLUMNS, Row, buckets_by_id, recording_row
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
Stored = tuple[Any, ...]

_ID, _BUCKET, _PATH, _PLAYLIST, _STARTED = 0, 1, 2, 4, 12  # in COLUMNS
_COUNTED = "count(*), coalesce(sum(duration), 0), coalesce(sum(bytes), 0), coalesce(sum(segments_missing), 0)"

# kind < 2 names the index that leaves out the segments.
_UNNAMED = """
SELECT b.name, s.stem || o.suffix AS key, o.size, o.modified, coalesce(o.storage, 'Standard')
FROM objects o CROSS JOIN stems s ON s.id = o.stem_id CROSS JOIN buckets b ON b.id = s.bucket_id
WHERE o.kind = 0 AND o.kind < 2 AND o.gone IS NULL
  AND NOT EXISTS (SELECT 1 FROM ownership c WHERE c.stem_id = o.stem_id AND c.suffix = o.suffix)
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
    """The recordings that *wanted* asks for, newest start first, then by path; those of no known time last.

    *now* is Unix seconds; *quiet_after* is the idle time and the upload lag in seconds, after
    which a stored `recording` reads as `unfinished`. A room or uid also finds the recordings whose
    ambiguous name may mean it; their ``reading`` is ``alternative``. A time range leaves out
    recordings of no known time. Who does not take every row closes the generator before *catalog*.
    """
    with snapshot(catalog):
        buckets = buckets_by_id(catalog)
        for stored, reading in stored_recordings(catalog, wanted, QueryTime(now, quiet_after)):
            yield recording_row(stored, buckets, reading)


def stored_recordings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, clock: QueryTime
) -> Generator[tuple[Stored, str], None, None]:
    """What `find_recordings` finds as `COLUMNS` selects it, each with ``stored`` or ``alternative``."""
    ids = bucket_numbers(catalog, wanted.bucket)
    asked = build_query(wanted, ids, clock)
    limit = -1 if wanted.limit is None else wanted.limit
    found: Iterable[Stored] = catalog.execute(f"{_select(asked)} {_NEWEST_FIRST}", asked.values | {"limit": limit})
    otherwise = alternative_readings(catalog, wanted, ids, clock)
    if otherwise:
        found = heapq.merge(found, sorted(otherwise.values(), key=_order), key=_order)
    for stored in itertools.islice(found, wanted.limit):
        yield stored, "alternative" if stored[_ID] in otherwise else "stored"


def count_recordings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, *, now: float, quiet_after: float
) -> list[Row]:
    """How many recordings of each verdict *wanted* asks for, their seconds, bytes and missing segments."""
    sums: dict[str, list[float]] = {}
    with snapshot(catalog):
        buckets = buckets_by_id(catalog)
        ids = _bucket_ids(buckets, wanted.bucket)
        asked = build_query(wanted, ids, QueryTime(now, quiet_after))
        for part in asked.parts:
            grouped = f"SELECT {VERDICT}, {_COUNTED} FROM {part} GROUP BY 1"
            for verdict, *numbers in catalog.execute(grouped, asked.values):
                _add(sums, verdict, numbers)
        for stored in alternative_readings(catalog, wanted, ids, QueryTime(now, quiet_after)).values():
            row = recording_row(stored, buckets)
            _add(sums, row["verdict"], [1, row["duration"] or 0, row["bytes"], row["segments_missing"] or 0])
    names = ("recordings", "duration", "bytes", "segments_missing")
    return [{"verdict": verdict, **dict(zip(names, sums[verdict], strict=True))} for verdict in sorted(sums)]


def unnamed_objects(
    catalog: sqlite3.Connection, *, bucket: str | None = None, prefix: str = "", limit: int | None = None
) -> Generator[Row, None, None]:
    """Objects that are there, have no recording's name and belong to no recording; by bucket and key."""
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
    """The buckets that were scanned, in order."""
    return list(buckets_by_id(catalog).values())


def last_scan(catalog: sqlite3.Connection, bucket: str | None = None, *, finished: bool = True) -> Row | None:
    """The newest finished scan, of *bucket* or any; also one that did not finish if *finished* is false."""
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
    """The number of the bucket of that name, in a list that is empty if there is none; None for any bucket."""
    return _bucket_ids(buckets_by_id(catalog), name)


def _bucket_ids(buckets: dict[int, str], wanted: str | None) -> list[int] | None:
    return None if wanted is None else [number for number, name in buckets.items() if name == wanted]


def _select(asked: Query) -> str:
    parts = (f"SELECT {COLUMNS} FROM {part}" for part in asked.parts)
    return " UNION ALL ".join(parts)


def _order(stored: Stored) -> tuple[Any, ...]:
    started = stored[_STARTED]
    return (started is None, -(started or 0), stored[_PATH], stored[_BUCKET])


def alternative_readings(
    catalog: sqlite3.Connection, wanted: RecordingFilter, bucket_ids: list[int] | None, clock: QueryTime
) -> dict[int, Stored]:
    """Recordings that are wanted by another reading of their name than the one they are stored under."""
    asked = other_readings(wanted, bucket_ids, clock)
    if asked is None:
        return {}
    found = {}
    for stored in catalog.execute(_select(asked), asked.values):
        if matching_reading(stored, wanted) is not None:
            found[stored[_ID]] = stored
    return found


def matching_reading(stored: Stored, wanted: RecordingFilter) -> RecordingName | None:
    """The likeliest reading of a recording's name that is of the room, user and stream *wanted*."""
    plain = stored[_PATH] + ".m3u8"
    keys = (plain, stored[_PLAYLIST] or plain)
    return next((reading for key in keys for reading in readings(key) if _means(reading, wanted)), None)


def _means(reading: RecordingName, wanted: RecordingFilter) -> bool:
    return (
        wanted.room in (None, reading.roomid)
        and wanted.uid in (None, reading.uid)
        and wanted.stream in (None, reading.stream)
    )


def _add(sums: dict[str, list[float]], verdict: str, numbers: list[Any]) -> None:
    before = sums.get(verdict, [0] * len(numbers))
    sums[verdict] = [round(a + b, 3) for a, b in zip(before, numbers, strict=True)]
