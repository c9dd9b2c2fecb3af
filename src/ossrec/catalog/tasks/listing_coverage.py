"""The latest complete listing of each scanned location, and which locations count.

Standard library only.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.query.recording_rows import buckets_by_id

_DAY = 86_400
_RECENT = 10  # scans that determine the usual interval of a location
_REGULAR = 3  # scans after which a location counts as scanned regularly
_LOCATIONS = f"""
WITH numbered AS (
    SELECT bucket_id, prefix, started, state,
        row_number() OVER (PARTITION BY bucket_id, prefix ORDER BY id DESC) AS back
    FROM scans WHERE kind = 'scan' AND started <= :now)
SELECT bucket_id, prefix, max(started) FILTER (WHERE state IN ('checking', 'finished')) AS listed, max(started),
    max(started) FILTER (WHERE back <= {_RECENT}) - min(started) FILTER (WHERE back <= {_RECENT}),
    count(*) FILTER (WHERE back <= {_RECENT})
FROM numbered GROUP BY bucket_id, prefix HAVING listed IS NOT NULL
"""


class ScannedLocation(NamedTuple):
    """A scanned bucket or prefix. Times are Unix seconds."""

    bucket: str
    prefix: str
    listed: int  # start of the last scan that listed all of it
    tried: int  # start of the last scan, complete or not
    max_pause: float  # seconds; after a longer time without a scan it does not count, if others were scanned

    @property
    def name(self) -> str:
        """Bucket and prefix, as in the argument of `ossrec scan`."""
        return f"{self.bucket.rstrip('/')}/{self.prefix}" if self.prefix else self.bucket


def scanned_locations(catalog: sqlite3.Connection, now: float) -> list[ScannedLocation]:
    """Return the locations that count, the one that was listed longest ago first; empty if none was listed.

    A location that is no longer scanned while others are stops counting after a day; if it was scanned regularly,
    after a week or three times its usual interval, whichever is longer. A location inside another one that counts
    does not count. Scans in the future are ignored.
    """
    buckets = buckets_by_id(catalog)
    rows = catalog.execute(_LOCATIONS, {"now": now}).fetchall()
    known = [
        ScannedLocation(buckets[bucket], prefix, listed, tried, _max_pause(span, number))
        for bucket, prefix, listed, tried, span, number in rows
    ]
    newest = max((one.tried for one in known), default=0)
    scanned = [one for one in known if newest - one.tried <= one.max_pause]
    return sorted((one for one in scanned if not _is_covered(one, scanned)), key=lambda one: (one.listed, one.name))


def listed_until(locations: Iterable[ScannedLocation]) -> int | None:
    """Return the time of the oldest listing among these locations, Unix seconds; None if there are none."""
    return min((one.listed for one in locations), default=None)


def _max_pause(span: int, number: int) -> float:
    return _DAY if number < _REGULAR else max(7 * _DAY, 3 * span / (number - 1))


def _is_covered(one: ScannedLocation, others: Iterable[ScannedLocation]) -> bool:
    return any(
        other.bucket == one.bucket and other.prefix != one.prefix and one.prefix.startswith(other.prefix)
        for other in others
    )
