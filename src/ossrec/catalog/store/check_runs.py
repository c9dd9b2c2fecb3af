"""Checks in the catalog: a run of `ossrec check` is a row of `scans` for each bucket that it looks into."""

import json
import sqlite3
from typing import Any, NamedTuple


class CheckRunRow(NamedTuple):
    """What a check was asked for, and since when looks count for it."""

    requested: str
    inspected_since: int  # epoch seconds: when it began, or the stopped one that it goes on with


class CompleteListing(NamedTuple):
    """A prefix of a bucket that was listed as a whole."""

    prefix: str
    begun: int  # epoch seconds


def begin_check(
    conn: sqlite3.Connection, bucket_id: int, prefix: str, now: int, ticket: CheckRunRow | None = None
) -> int:
    """A new check of a bucket; gives its number. Earlier ones that did not finish were killed: they are abandoned."""
    conn.execute(
        "UPDATE scans SET state = 'abandoned' WHERE kind = 'check' AND bucket_id = ? AND state = 'checking'",
        (bucket_id,),
    )
    told = None if ticket is None else json.dumps(ticket._asdict())
    (number,) = conn.execute(
        "INSERT INTO scans (bucket_id, prefix, started, state, kind, summary)"
        " VALUES (?, ?, ?, 'checking', 'check', ?) RETURNING id",
        (bucket_id, prefix, now, told),
    ).fetchone()
    return int(number)


def finish_check(conn: sqlite3.Connection, number: int, now: int, summary: dict[str, Any]) -> None:
    """The check is over; what it told is kept."""
    conn.execute(
        "UPDATE scans SET state = 'finished', finished = ?, summary = ? WHERE id = ?",
        (now, json.dumps(summary, ensure_ascii=False), number),
    )


def resumable_since(conn: sqlite3.Connection, requested: str, earliest: int) -> int | None:
    """Since when looks count for the last check that was *requested* for the same, if it was stopped before its end.

    None if there is none to go on with: it came to its end, or began before *earliest*, in epoch seconds.
    """
    rows = conn.execute(
        "SELECT state, summary FROM scans WHERE kind = 'check' AND started >= ? AND summary IS NOT NULL"
        " ORDER BY id DESC",
        (earliest,),
    )
    for state, summary in rows:
        told = _object(summary)
        if told.get("requested") == requested:
            since = told.get("inspected_since")
            is_over = state == "finished" and told.get("stopped_by") is None
            return None if is_over or not isinstance(since, int) else since
    return None


def _object(text: str) -> dict[str, Any]:
    """What somebody else wrote need not be JSON."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def complete_listings(conn: sqlite3.Connection, bucket_id: int) -> list[CompleteListing]:
    """What scans listed to the end, the last one first, each prefix once."""
    rows = conn.execute(
        "SELECT prefix, started, max(id) FROM scans WHERE kind = 'scan' AND bucket_id = ?"
        " AND state IN ('checking', 'finished') GROUP BY prefix ORDER BY max(id) DESC",
        (bucket_id,),
    )
    return [CompleteListing(prefix, started) for prefix, started, _ in rows]


def mark_due(conn: sqlite3.Connection, recording_id: int) -> None:
    """Have a recording judged again: one of its segments was looked at."""
    conn.execute("UPDATE recordings SET due = 1 WHERE id = ? AND due = 0", (recording_id,))


def verdict_changes(conn: sqlite3.Connection, number: int) -> dict[tuple[str | None, str], int]:
    """How many recordings became of another verdict in that check: by what they were, and became."""
    rows = conn.execute(
        "SELECT was, became, count(*) FROM changes WHERE scan_id = ? AND was IS NOT became GROUP BY 1, 2", (number,)
    )
    return {(was, became): many for was, became, many in rows}
