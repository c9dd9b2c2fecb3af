"""The counts, verdicts and changes of a scan, from the catalog."""

import sqlite3

from ossrec.catalog.key_ranges import successor
from ossrec.catalog.store.scans import Scan
from ossrec.jobs.scan.report import ScanSummary

_VERDICTS = """
SELECT verdict, count(*) FROM recordings
WHERE bucket_id = ?1 AND path >= ?2 AND (?3 IS NULL OR path < ?3) GROUP BY verdict
"""
_UNNAMED = """
SELECT count(*) FROM objects o INDEXED BY objects_but_segments JOIN stems s ON s.id = o.stem_id
WHERE o.kind = 0 AND o.kind < 2 AND o.gone IS NULL AND s.bucket_id = ?1
    AND NOT EXISTS (SELECT 1 FROM ownership c WHERE c.stem_id = o.stem_id AND c.suffix = o.suffix)
    AND s.stem || o.suffix >= ?2 AND (?3 IS NULL OR s.stem || o.suffix < ?3)
"""
_CHANGES = """
SELECT c.became, c.was IS NULL, count(*) FROM changes c
WHERE c.scan_id = ? AND c.was IS NOT c.became GROUP BY 1, 2 ORDER BY 3 DESC, 1
"""
_LOST = "SELECT count(*), sum(segments_lost) FROM changes WHERE scan_id = ? AND segments_lost > 0"


def summarize_scan(conn: sqlite3.Connection, scan: Scan, bucket: str) -> ScanSummary:
    """Return the summary of a scan after its evaluations; the caller adds times, requests and warnings."""
    objects, new, changed, gone = conn.execute(
        "SELECT objects, new, changed, gone FROM scans WHERE id = ?", (scan.id,)
    ).fetchone()
    verdicts = verdict_counts(conn, scan)
    (unnamed,) = conn.execute(_UNNAMED, _where(scan)).fetchone()
    (skipped,) = conn.execute("SELECT count(*) FROM skipped WHERE scan_id = ?", (scan.id,)).fetchone()
    return ScanSummary(
        bucket=bucket,
        prefix=scan.prefix,
        resumed=scan.resumed,
        objects=objects,
        new=new,
        changed=changed,
        gone=gone,
        unnamed=unnamed,
        skipped=skipped,
        recordings=sum(verdicts.values()),
        verdicts=verdicts,
        changes=_changes(conn, scan.id),
    )


def verdict_counts(conn: sqlite3.Connection, scan: Scan) -> dict[str, int]:
    """Return the number of recordings under the scan's prefix by verdict."""
    return dict(conn.execute(_VERDICTS, _where(scan)))


def _where(scan: Scan) -> tuple[int, str, str | None]:
    return scan.bucket_id, scan.prefix, successor(scan.prefix)


def _changes(conn: sqlite3.Connection, scan_id: int) -> list[str]:
    """Return sentences such as "3 became complete", "12 new: complete" and "1 playlist lost 4 segments"."""
    changes = [
        f"{number} new: {became}" if is_new else f"{number} became {became}"
        for became, is_new, number in conn.execute(_CHANGES, (scan_id,))
    ]
    playlists, lost = conn.execute(_LOST, (scan_id,)).fetchone()
    if playlists:
        changes.append(f"{_plural(playlists, 'playlist')} lost {_plural(lost, 'segment')}")
    return changes


def _plural(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
