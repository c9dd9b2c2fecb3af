"""Double entry: every line of the tasks that has no file, and every file that has no task.

Standard library only.
"""

import sqlite3
from collections.abc import Collection, Generator, Iterator
from typing import Any, NamedTuple

from ossrec.catalog.connection.open_reader import snapshot
from ossrec.catalog.query.recording_rows import buckets_by_id
from ossrec.catalog.tasks.calls import open_starts, resolve_start
from ossrec.catalog.tasks.listing_coverage import ScannedLocation, listed_until, scanned_locations
from ossrec.catalog.times import iso, iso_seconds

Row = dict[str, Any]
Stored = tuple[Any, ...]  # recordid, roomid, uid, at (Unix ms), number of the bucket, file, who told, detail

FIELDS = ("kind", "code", "recordid", "roomid", "uid", "at", "bucket", "file", "told_by", "detail")
_CODES = {"task": "TSK461", "file": "TSK460"}  # of the rule table; contradictions are findings of several codes
KINDS = {
    "listing": "no recent listing",
    "task": "task without files",
    "file": "file without task",
    "contradiction": "file contradicts task",
    "callback": "callback without file",
    "user": "user not recorded",
    "start": "start without answer",
}
_BY_LISTING = ("listing", "task", "callback", "user")  # kinds that an old listing cannot tell
_STALE = 86_400  # seconds after which a listing is old
_LONGEST_MS = 86_400_000  # after its start a task has had the time for all of its users, though it still records

# A file that was whole before it was deleted is not missed; what never became whole leaves nothing when it goes.
_THERE = """
(r.verdict <> 'gone' OR EXISTS (SELECT 1 FROM changes c
    WHERE c.recording_id = r.id AND c.became = 'gone' AND c.was IN ('complete', 'flawed')))
"""
_STOPPED = "iif(t.stopped_ms <= :now_ms, t.stopped_ms, NULL)"  # not one that is planned
# When nothing more can come of a task: it was stopped, has ended, or had the idle time to begin.
_OVER = f"coalesce({_STOPPED}, iif(t.state = 'idle', t.state_ms, NULL), t.started_ms + :idle_ms, t.first_seen * 1000)"
_CONCERNED = "t.state NOT IN ('failed', 'applied')"
_WITHOUT_FILES = f"""
SELECT t.recordid, t.roomid, NULL, {_OVER} AS at, NULL, NULL, t.state_from, t.state FROM tasks t
WHERE {_OVER} + :lag_ms < :listed_ms AND {_CONCERNED} AND {{times}}
    AND (NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid)
        OR (t.recordid IN (SELECT recordid FROM recordings WHERE verdict = 'gone')
            AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid AND {_THERE})))
ORDER BY at DESC
"""
# A user may come as long as the task records; and for the idle time after its last file has ended.
_USERS_OVER = f"""
CASE WHEN t.recordid IN (SELECT recordid FROM recordings
        WHERE verdict = 'recording' AND coalesce(last_arrival, 0) >= :quiet_before)
    THEN max(coalesce({_STOPPED}, 0), {_LONGEST_MS} + coalesce(t.started_ms,
        (SELECT min(r.started_ms) FROM recordings r WHERE r.recordid = t.recordid), t.first_seen * 1000))
    ELSE coalesce({_STOPPED}, :idle_ms + max(iif(t.state = 'idle', coalesce(t.state_ms, 0), 0),
        (SELECT max(coalesce(r.ended_ms, r.last_arrival * 1000, r.started_ms, 0)) FROM recordings r
         WHERE r.recordid = t.recordid))) END
"""
_USERS = f"""
WITH expecting AS MATERIALIZED (SELECT t.*, {_USERS_OVER} AS over FROM tasks t
    WHERE t.uids IS NOT NULL AND t.stream IS NOT 'mixed' AND {_CONCERNED})
SELECT t.recordid, t.roomid, u.value, t.over AS at, NULL, NULL, t.state_from, NULL
FROM expecting t CROSS JOIN json_each(t.uids) u
WHERE t.over + :lag_ms < :listed_ms AND {{times}}
    AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid AND r.uid = u.value AND {_THERE})
    AND EXISTS (SELECT 1 FROM recordings r
        WHERE r.recordid = t.recordid AND (t.stream = 'source' OR r.stream = 'source') AND {_THERE})
ORDER BY at DESC
"""
_BEGAN = "coalesce(r.started_ms, r.first_seen * 1000)"
_FILES = f"""
SELECT r.recordid, r.roomid, r.uid, {_BEGAN} AS at, r.bucket_id, coalesce(r.playlist, r.path), 'bucket',
    (SELECT group_concat(f.code) || char(31) || group_concat(f.detail, '; ') FROM findings f
     WHERE f.recording_id = r.id AND f.source = 'task' AND f.code <> 'TSK460')
FROM recordings r INDEXED BY recordings_not_matched
WHERE r.task IN ('contradicted', 'unknown') AND r.task = :task AND r.verdict <> 'gone' AND {{times}}
ORDER BY at DESC
"""
# By its own word, but not later than it was received: a clock may be wrong, and some tell no time at all.
_RECEIVED = "coalesce(k.received, f.seen) * 1000"
_TOLD = f"min(coalesce(f.at_ms, {_RECEIVED}), {_RECEIVED})"
# Buckets have several addresses: what stands before the file's name need not be a folder.
_CALLBACKS = f"""
SELECT f.recordid, f.roomid, json_extract(f.uids, '$[0]'), {_TOLD} AS at, NULL, f.file, 'callback', NULL
FROM task_facts f INDEXED BY task_facts_of_files LEFT JOIN callbacks k ON k.msgid = f.identity
WHERE f.kind = 'result' AND {_TOLD} + :lag_ms < :listed_ms AND {{times}}
    AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = f.recordid AND r.playlist IS NOT NULL AND {_THERE}
        AND CASE WHEN f.file IS NULL THEN f.uids IS NULL OR r.ambiguous OR r.uid IS json_extract(f.uids, '$[0]')
            ELSE f.file = r.playlist OR substr(f.file, -length(r.playlist) - 1) = '/' || r.playlist END)
ORDER BY at DESC
"""
_PLAYLISTS = f"SELECT playlist FROM recordings r WHERE recordid = ? AND playlist IS NOT NULL AND {_THERE}"
_GONE = """
SELECT r.bucket_id, coalesce(r.playlist, r.path), s.started, c.was
FROM recordings r CROSS JOIN changes c ON c.recording_id = r.id CROSS JOIN scans s ON s.id = c.scan_id
WHERE r.recordid = ?1 AND (?2 IS NULL OR r.uid = ?2) AND +r.verdict = 'gone' AND c.became = 'gone'
ORDER BY s.id DESC LIMIT 1
"""


class LateBounds(NamedTuple):
    """By what is counted as late. Seconds, *now* since 1970."""

    now: float
    idle: float
    lag: float
    since: int | None = None  # Unix ms: only what is of that time or later
    until: int | None = None


def unmatched(
    catalog: sqlite3.Connection, bounds: LateBounds, kinds: Collection[str] = ()
) -> Generator[Row, None, None]:
    """All that does not match, of the *kinds* asked for (keys of `KINDS`; none: all), the newest first in each.

    What no scan could have seen yet counts for nothing: a file must be missing from a listing that began
    after the upload lag, of every place that is scanned.
    """
    with snapshot(catalog):
        values = _values(catalog, bounds)
        buckets = buckets_by_id(catalog)
        for kind in kinds or KINDS:
            if kind == "listing":
                yield from map(_listing_row, old_listings(catalog, bounds, kinds))
                continue
            for recordid, roomid, uid, at, bucket_id, file, told_by, detail in _of(catalog, kind, values):
                code, detail = _coded(kind, detail)
                yield {
                    "kind": kind,
                    "code": code,
                    "recordid": recordid,
                    "roomid": roomid,
                    "uid": uid,
                    "at": iso(at),
                    "bucket": buckets.get(bucket_id),
                    "file": file,
                    "told_by": told_by,
                    "detail": detail,
                }


def old_listings(
    catalog: sqlite3.Connection, bounds: LateBounds, kinds: Collection[str] = ()
) -> list[ScannedLocation | None]:
    """Places whose last listing is too old to judge by what ended since; `None` for no listing at all.

    Only if one of the *kinds* (none: all) is judged by listings; nothing is old for a time range that ended before.
    """
    if kinds and not set(kinds).intersection(_BY_LISTING):
        return []
    counting = scanned_locations(catalog, bounds.now)
    if not counting:
        known = catalog.execute("SELECT 1 FROM tasks UNION ALL SELECT 1 FROM callbacks LIMIT 1").fetchone()
        return [] if known is None else [None]
    until = bounds.now if bounds.until is None else min(bounds.now, bounds.until / 1000)
    return [one for one in counting if bounds.now - one.listed > _STALE and one.listed < until]


def _listing_row(place: ScannedLocation | None) -> Row:
    row = dict.fromkeys(FIELDS) | {"kind": "listing", "told_by": "bucket"}
    if place is None:
        return row | {"detail": "no scan has listed a bucket: no file can be missed"}
    detail = "what ended since then cannot be judged"
    return row | {
        "at": iso_seconds(place.listed),
        "bucket": place.bucket,
        "file": place.prefix or None,
        "detail": detail,
    }


def _values(catalog: sqlite3.Connection, bounds: LateBounds) -> Row:
    return {
        "now_ms": round(bounds.now * 1000),
        "listed_ms": (listed_until(scanned_locations(catalog, bounds.now)) or 0) * 1000,
        "idle_ms": round(bounds.idle * 1000),
        "lag_ms": round(bounds.lag * 1000),
        "quiet_before": bounds.now - bounds.idle - bounds.lag,
        "since": bounds.since,
        "until": bounds.until,
    }


def _of(catalog: sqlite3.Connection, kind: str, values: Row) -> Iterator[Stored]:
    if kind == "start":
        return _starts(catalog, values)
    sql, at = {
        "task": (_WITHOUT_FILES, _OVER),
        "user": (_USERS, "t.over"),
        "callback": (_CALLBACKS, _TOLD),
        "file": (_FILES, _BEGAN),
        "contradiction": (_FILES, _BEGAN),
    }[kind]
    task = {"file": "unknown", "contradiction": "contradicted"}.get(kind)
    rows = catalog.execute(sql.format(times=_times(values, at)), values | {"task": task})
    if kind == "file":
        return (_with(row, "no task knows its recordid") for row in rows)
    if kind == "contradiction":
        return rows
    return _missing(catalog, kind, _not_there(catalog, rows) if kind == "callback" else rows)


def _coded(kind: str, detail: str | None) -> tuple[str | None, str | None]:
    """The code of a row, several with commas between them, and its detail without them."""
    if kind != "contradiction" or detail is None:
        return _CODES.get(kind), detail
    codes, _, detail = detail.partition("\x1f")
    return codes, detail


def _times(values: Row, at: str) -> str:
    clauses = [f"{at} >= :since"] if values["since"] is not None else []
    clauses += [f"{at} < :until"] if values["until"] is not None else []
    return " AND ".join(clauses) or "1"


def _with(row: Stored, detail: str, bucket_id: int | None = None, file: str | None = None) -> Stored:
    return (*row[:4], bucket_id or row[4], row[5] if file is None else file, row[6], detail)


def _missing(catalog: sqlite3.Connection, kind: str, rows: Iterator[Stored]) -> Iterator[Stored]:
    """*rows* with what is missing in words, and where it was if it was there."""
    for row in rows:
        what = {
            "task": row[7],
            "user": "expected",
            "callback": "the recorder says the file is complete",
        }[kind]
        gone = catalog.execute(_GONE, (row[0], None if kind == "task" else row[2])).fetchone()
        if gone is None:
            of_user = "no file is of this user"
            nothing = {"task": "nothing is in the bucket", "user": of_user, "callback": "it is not in the bucket"}[kind]
            yield _with(row, f"{what}, and {nothing}")
        else:
            bucket_id, file, since, was = gone
            deleted = f"what there was is deleted since {(iso_seconds(since) or '')[:16]}Z, and was {was} before"
            yield _with(row, f"{what}; {deleted}", bucket_id, file)


def _not_there(catalog: sqlite3.Connection, rows: Iterator[Stored]) -> Iterator[Stored]:
    """Callbacks whose file is nowhere, in no other folder either."""
    for row in rows:
        name = None if row[5] is None else row[5].rpartition("/")[2]
        there = (playlist.rpartition("/")[2] for (playlist,) in catalog.execute(_PLAYLISTS, (row[0],)))
        if name is None or name not in there:
            yield row


def _starts(catalog: sqlite3.Connection, values: Row) -> Iterator[Stored]:
    since, until = values["since"] or 0, values["until"] or values["now_ms"]
    for call in reversed(open_starts(catalog)):
        if since <= call.sent_ms < min(until, values["now_ms"] - values["lag_ms"]):
            found, _, is_over = resolve_start(catalog, call)
            if is_over:
                continue
            guess = f"it may be {' or '.join(found)}" if found else "nothing that began then is known in its room"
            detail = f"the recorder may record all the same; traceId {call.traceid}; {guess}"
            yield None, call.roomid, None, call.sent_ms, None, None, "rest", detail
