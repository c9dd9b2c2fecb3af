"""Scans in the catalog: start, resume and finish them, and find the objects that are gone at the end."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from ossrec.catalog.key_ranges import successor
from ossrec.catalog.store.ingest import IngestedPage
from ossrec.model import Skipped

_SUMMARIES = 1_000  # of the last scans: a week at one scan every ten minutes


class ScanRange(NamedTuple):
    """A range of keys that is listed by itself, and its position."""

    number: int
    start: str  # exclusive
    stop: str | None  # inclusive
    position: str  # the last key that is stored
    done: bool


class Scan(NamedTuple):
    """An unfinished scan."""

    id: int
    bucket_id: int
    prefix: str
    started: int  # epoch seconds
    ranges: tuple[ScanRange, ...]
    resumed: bool


def bucket_number(conn: sqlite3.Connection, name: str) -> int:
    """Return the number of the bucket *name*, which is inserted if it is new."""
    conn.execute("INSERT OR IGNORE INTO buckets (name) VALUES (?)", (name,))
    (number,) = conn.execute("SELECT id FROM buckets WHERE name = ?", (name,)).fetchone()
    return int(number)


def unfinished_scan(conn: sqlite3.Connection, bucket_id: int, prefix: str) -> Scan | None:
    """Return the newest scan of a prefix if its listing is incomplete, else None.

    After a complete listing nothing needs to be resumed: the remaining recordings are marked as due.
    """
    row = conn.execute(
        "SELECT id, started, state FROM scans WHERE kind = 'scan' AND bucket_id = ? AND prefix = ?"
        " ORDER BY id DESC LIMIT 1",
        (bucket_id, prefix),
    ).fetchone()
    if row is None:
        return None
    number, started, state = row
    if state != "listing":
        return None
    columns = ", ".join(ScanRange._fields)
    rows = conn.execute(f"SELECT {columns} FROM scan_ranges WHERE scan_id = ? ORDER BY number", (number,))
    return Scan(number, bucket_id, prefix, started, tuple(map(ScanRange._make, rows)), resumed=True)


def begin_scan(conn: sqlite3.Connection, bucket_id: int, prefix: str, stops: Iterable[str], now: int) -> Scan:
    """Insert a scan of *prefix*, whose ranges end at *stops* and at the end of the prefix.

    Unfinished scans that share keys with it are abandoned: objects that were absent then may be listed now.
    """
    conn.execute(
        "UPDATE scans SET state = 'abandoned' WHERE bucket_id = ?1 AND kind = 'scan'"
        " AND state IN ('listing', 'checking')"
        " AND (substr(prefix, 1, length(?2)) = ?2 OR substr(?2, 1, length(prefix)) = prefix)",
        (bucket_id, prefix),
    )
    for table in ("absent", "scan_ranges"):
        conn.execute(f"DELETE FROM {table} WHERE scan_id IN (SELECT id FROM scans WHERE state = 'abandoned')")
    (scan_id,) = conn.execute(
        "INSERT INTO scans (bucket_id, prefix, started, state) VALUES (?, ?, ?, 'listing') RETURNING id",
        (bucket_id, prefix, now),
    ).fetchone()
    ends: list[str | None] = [*stops, None]
    starts = ["", *ends[:-1]]
    ranges = tuple(
        ScanRange(number, start or "", stop, start or "", done=False)
        for number, (start, stop) in enumerate(zip(starts, ends, strict=True))
    )
    conn.executemany(
        "INSERT INTO scan_ranges (scan_id, number, start, stop, position) VALUES (?, ?, ?, ?, ?)",
        [(scan_id, one.number, one.start, one.stop, one.position) for one in ranges],
    )
    return Scan(scan_id, bucket_id, prefix, now, ranges, resumed=False)


def save_position(conn: sqlite3.Connection, scan: Scan, number: int, position: str, *, done: bool) -> None:
    """Store the position of range *number*; call it in the transaction of its page."""
    conn.execute(
        "UPDATE scan_ranges SET position = ?, done = ? WHERE scan_id = ? AND number = ?",
        (position, done, scan.id, number),
    )


def add_counts(conn: sqlite3.Connection, scan: Scan, objects: int, taken: IngestedPage) -> None:
    """Add the counts of a page to those of the scan."""
    conn.execute(
        "UPDATE scans SET objects = objects + ?, new = new + ?, changed = changed + ? WHERE id = ?",
        (objects, taken.new, taken.changed, scan.id),
    )


def save_skipped(conn: sqlite3.Connection, scan: Scan, skipped: Iterable[Skipped]) -> None:
    """Store the names that could not be listed."""
    conn.executemany(
        "INSERT OR REPLACE INTO skipped (scan_id, name, reason, unlisted_prefix) VALUES (?, ?, ?, ?)",
        [(scan.id, one.name, one.reason, one.unlisted_prefix) for one in skipped],
    )


def end_listing(conn: sqlite3.Connection, scan: Scan) -> set[int]:
    """End the listing of the prefix: absent objects are gone, unless their folder could not be listed.

    Returns the stems that lost objects.
    """
    conn.execute(
        "DELETE FROM absent WHERE scan_id = ?1 AND EXISTS (SELECT 1 FROM skipped k JOIN stems s ON s.id = stem_id"
        " WHERE k.scan_id = ?1 AND substr(s.stem || suffix, 1, length(k.unlisted_prefix)) = k.unlisted_prefix)",
        (scan.id,),
    )
    stems = {stem for (stem,) in conn.execute("SELECT DISTINCT stem_id FROM absent WHERE scan_id = ?", (scan.id,))}
    gone = conn.execute(
        "UPDATE objects SET gone = ? WHERE gone IS NULL"
        " AND (stem_id, suffix) IN (SELECT stem_id, suffix FROM absent WHERE scan_id = ?)",
        (scan.id, scan.id),
    ).rowcount
    conn.execute("DELETE FROM absent WHERE scan_id = ?", (scan.id,))
    conn.execute("UPDATE scans SET state = 'checking', gone = ? WHERE id = ?", (gone, scan.id))
    return stems


def abandon_scan(conn: sqlite3.Connection, scan: Scan) -> None:
    """Mark a scan that could not start as abandoned."""
    conn.execute("UPDATE scans SET state = 'abandoned' WHERE id = ?", (scan.id,))


def finish_scan(conn: sqlite3.Connection, scan: Scan, now: int, summary: dict[str, Any]) -> None:
    """Store the end of a scan with its summary, and delete the rows that were needed to resume it."""
    conn.execute(
        "UPDATE scans SET state = 'finished', finished = ?, summary = ? WHERE id = ?",
        (now, json.dumps(summary, ensure_ascii=False), scan.id),
    )
    conn.execute("UPDATE scans SET summary = NULL WHERE id <= ? AND summary IS NOT NULL", (scan.id - _SUMMARIES,))
    conn.execute("DELETE FROM scan_ranges WHERE scan_id = ?", (scan.id,))
    conn.execute(
        "DELETE FROM skipped WHERE scan_id IN (SELECT id FROM scans WHERE bucket_id = ? AND prefix = ? AND id < ?)",
        (scan.bucket_id, scan.prefix, scan.id),
    )


def unlisted_prefixes(conn: sqlite3.Connection, scan: Scan) -> list[tuple[str, str]]:
    """Return the folders that could not be listed, with the reason."""
    return conn.execute(
        "SELECT name, reason FROM skipped WHERE scan_id = ? AND unlisted_prefix IS NOT NULL ORDER BY name", (scan.id,)
    ).fetchall()


def skipped_names(conn: sqlite3.Connection, scan: Scan, unless: str, most: int) -> list[tuple[str, str]]:
    """Return at most *most* names that are no objects, with the reason, except for the reason *unless*."""
    return conn.execute(
        "SELECT name, reason FROM skipped WHERE scan_id = ? AND unlisted_prefix IS NULL AND reason <> ?"
        " ORDER BY name LIMIT ?",
        (scan.id, unless, most),
    ).fetchall()


def expected_objects(conn: sqlite3.Connection, bucket_id: int, prefix: str) -> int | None:
    """Return how many objects the last finished scan of a prefix listed; None without one."""
    row = conn.execute(
        "SELECT objects FROM scans WHERE kind = 'scan' AND bucket_id = ? AND prefix = ? AND state = 'finished'"
        " ORDER BY id DESC LIMIT 1",
        (bucket_id, prefix),
    ).fetchone()
    return None if row is None else int(row[0])


def range_stops(conn: sqlite3.Connection, bucket_id: int, prefix: str, ranges: int) -> list[str]:
    """Return keys that split the prefix into about *ranges* ranges of equal size, by the counts of the last scan."""
    end = successor(prefix)
    bounds = (bucket_id, prefix, end, end)
    (total,) = conn.execute(f"SELECT total(weight) FROM ({_WEIGHTS})", bounds).fetchone()
    share = total / max(ranges, 1)
    stops: list[str] = []
    filled = 0
    for stem, weight in conn.execute(f"{_WEIGHTS} ORDER BY s.stem", bounds):
        if filled >= share * (len(stops) + 1) and stem > prefix:
            stops.append(stem)
        filled += weight
    return stops


_WEIGHTS = (
    "SELECT s.stem, coalesce(r.segments_present, 0) + 1 AS weight FROM stems s"
    " LEFT JOIN recordings r ON r.id = s.recording_id"
    " WHERE s.bucket_id = ? AND s.stem >= ? AND (? IS NULL OR s.stem < ?)"
)
