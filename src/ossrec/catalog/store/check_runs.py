"""Runs of `ossrec check` in the catalog: a row of `scans` for each bucket that a run reads."""

import json
import sqlite3
from typing import Any, NamedTuple


class CheckRunRow(NamedTuple):
    """The selection of a check, and the time from which inspections count for it."""

    requested: str
    inspected_since: int  # epoch seconds: the start of this check, or of the stopped one that it resumes


class CompleteListing(NamedTuple):
    """A prefix of a bucket that was listed completely."""

    prefix: str
    begun: int  # epoch seconds


def begin_check(
    conn: sqlite3.Connection, bucket_id: int, prefix: str, now: int, selection: CheckRunRow | None = None
) -> int:
    """Insert a check of a bucket, and return its number; earlier checks that were killed are marked as abandoned."""
    conn.execute(
        "UPDATE scans SET state = 'abandoned' WHERE kind = 'check' AND bucket_id = ? AND state = 'checking'",
        (bucket_id,),
    )
    summary = None if selection is None else json.dumps(selection._asdict())
    (number,) = conn.execute(
        "INSERT INTO scans (bucket_id, prefix, started, state, kind, summary)"
        " VALUES (?, ?, ?, 'checking', 'check', ?) RETURNING id",
        (bucket_id, prefix, now, summary),
    ).fetchone()
    return int(number)


def finish_check(conn: sqlite3.Connection, number: int, now: int, summary: dict[str, Any]) -> None:
    """Store the end of a check, with its summary."""
    conn.execute(
        "UPDATE scans SET state = 'finished', finished = ?, summary = ? WHERE id = ?",
        (now, json.dumps(summary, ensure_ascii=False), number),
    )


def resumable_since(conn: sqlite3.Connection, requested: str, earliest: int) -> int | None:
    """Return the epoch second from which inspections count for the last check of the same *requested* selection.

    Returns None if no check can be resumed: the last one was finished, or began before *earliest* (epoch seconds).
    """
    rows = conn.execute(
        "SELECT state, summary FROM scans WHERE kind = 'check' AND started >= ? AND summary IS NOT NULL"
        " ORDER BY id DESC",
        (earliest,),
    )
    for state, summary in rows:
        parsed = _object(summary)
        if parsed.get("requested") == requested:
            since = parsed.get("inspected_since")
            is_over = state == "finished" and parsed.get("stopped_by") is None
            return None if is_over or not isinstance(since, int) else since
    return None


def _object(text: str) -> dict[str, Any]:
    """Return the object in a JSON text; an empty one if the text is not a JSON object."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def complete_listings(conn: sqlite3.Connection, bucket_id: int) -> list[CompleteListing]:
    """Return the prefixes that scans listed to the end, the latest listing first, each prefix once."""
    rows = conn.execute(
        "SELECT prefix, started, max(id) FROM scans WHERE kind = 'scan' AND bucket_id = ?"
        " AND state IN ('checking', 'finished') GROUP BY prefix ORDER BY max(id) DESC",
        (bucket_id,),
    )
    return [CompleteListing(prefix, started) for prefix, started, _ in rows]


def mark_due(conn: sqlite3.Connection, recording_id: int) -> None:
    """Mark a recording as due, as one of its segments was inspected."""
    conn.execute("UPDATE recordings SET due = 1 WHERE id = ? AND due = 0", (recording_id,))


def verdict_changes(conn: sqlite3.Connection, number: int) -> dict[tuple[str | None, str], int]:
    """Return how many recordings changed their verdict in a check, by the verdict before and after."""
    rows = conn.execute(
        "SELECT was, became, count(*) FROM changes WHERE scan_id = ? AND was IS NOT became GROUP BY 1, 2", (number,)
    )
    return {(was, became): many for was, became, many in rows}
