"""Until when the bucket is known: the newest listing of each place that is scanned, and which places count.

Standard library only.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from ossrec.catalog.query.recording_rows import buckets_by_id

_DAY = 86_400
_RECENT = 10  # scans that tell the rhythm of a place
_REGULAR = 3  # scans by which a place is one that is scanned again and again
_PLACES = f"""
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
    """A bucket or a prefix of it that is scanned. Times are epoch seconds."""

    bucket: str
    prefix: str
    listed: int  # when the last scan began that listed all of it
    tried: int  # when the last one began, whatever came of it
    patience: float  # seconds without a scan after which nobody scans it any more, while others are scanned

    @property
    def name(self) -> str:
        """Bucket and prefix, as a scan is asked for them."""
        return f"{self.bucket.rstrip('/')}/{self.prefix}" if self.prefix else self.bucket


def scanned_locations(catalog: sqlite3.Connection, now: float) -> list[ScannedLocation]:
    """The places that count, the one that was listed longest ago first; empty if no scan has listed one.

    One that has fallen behind the others counts no more: after a day, or after a week and three times its rhythm
    if it was scanned regularly. Nor does one that lies in another that counts. A scan from the future is none.
    """
    buckets = buckets_by_id(catalog)
    rows = catalog.execute(_PLACES, {"now": now}).fetchall()
    known = [
        ScannedLocation(buckets[bucket], prefix, listed, tried, _patience(span, number))
        for bucket, prefix, listed, tried, span, number in rows
    ]
    newest = max((one.tried for one in known), default=0)
    scanned = [one for one in known if newest - one.tried <= one.patience]
    return sorted((one for one in scanned if not _is_covered(one, scanned)), key=lambda one: (one.listed, one.name))


def listed_until(counting: Iterable[ScannedLocation]) -> int | None:
    """Until when all of the places of `scanned_locations` are known, in epoch seconds; None if there are none."""
    return min((one.listed for one in counting), default=None)


def _patience(span: int, number: int) -> float:
    return _DAY if number < _REGULAR else max(7 * _DAY, 3 * span / (number - 1))


def _is_covered(one: ScannedLocation, others: Iterable[ScannedLocation]) -> bool:
    return any(
        other.bucket == one.bucket and other.prefix != one.prefix and one.prefix.startswith(other.prefix)
        for other in others
    )
