"""Tasks and files that do not match.

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
FIELDS = ("kind", "code", "recordid", "roomid", "uid", "at", "bucket", "file", "told_by", "detail")
_CODES = {"task": "TSK461", "file": "TSK460"}  # of the rule table; contradictions have the codes of their findings
KINDS = {
    "listing": "no recent listing",
    "task": "task without files",
    "file": "file without task",
    "contradiction": "file contradicts task",
    "callback": "callback without file",
    "user": "user not recorded",
    "start": "start without answer",
}
_BY_LISTING = ("listing", "task", "callback", "user")  # kinds that need a recent listing
_MAX_AGE = 86_400  # seconds; an older listing is not recent
_USERS_DUE_MS = 86_400_000  # after its start; then all users are expected, even if the task is still recording

# A file that was complete before it was deleted is not missing; a deleted incomplete file is.
_PRESENT = """
(r.verdict <> 'gone' OR EXISTS (SELECT 1 FROM changes c
    WHERE c.recording_id = r.id AND c.became = 'gone' AND c.was IN ('complete', 'flawed')))
"""
_STOPPED = "iif(t.stopped_ms <= :now_ms, t.stopped_ms, NULL)"  # without planned stops
# When a task should have files: it was stopped, has ended, or the idle time after its start is over.
_OVER = f"coalesce({_STOPPED}, iif(t.state = 'idle', t.state_ms, NULL), t.started_ms + :idle_ms, t.first_seen * 1000)"
_EXPECTS_FILES = "t.state NOT IN ('failed', 'applied')"
_WITHOUT_FILES = f"""
SELECT t.recordid, t.roomid, NULL, {_OVER} AS at, NULL, NULL, t.state_from, t.state FROM tasks t
WHERE {_OVER} + :lag_ms < :listed_ms AND {_EXPECTS_FILES} AND {{times}}
    AND (NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid)
        OR (t.recordid IN (SELECT recordid FROM recordings WHERE verdict = 'gone')
            AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid AND {_PRESENT})))
ORDER BY at DESC
"""
# A user may join while the task is recording, and for the idle time after its last file has ended.
_USERS_OVER = f"""
CASE WHEN t.recordid IN (SELECT recordid FROM recordings
        WHERE verdict = 'recording' AND coalesce(last_arrival, 0) >= :quiet_before)
    THEN max(coalesce({_STOPPED}, 0), {_USERS_DUE_MS} + coalesce(t.started_ms,
        (SELECT min(r.started_ms) FROM recordings r WHERE r.recordid = t.recordid), t.first_seen * 1000))
    ELSE coalesce({_STOPPED}, :idle_ms + max(iif(t.state = 'idle', coalesce(t.state_ms, 0), 0),
        (SELECT max(coalesce(r.ended_ms, r.last_arrival * 1000, r.started_ms, 0)) FROM recordings r
         WHERE r.recordid = t.recordid))) END
"""
_USERS = f"""
WITH expecting AS MATERIALIZED (SELECT t.*, {_USERS_OVER} AS over FROM tasks t
    WHERE t.uids IS NOT NULL AND t.stream IS NOT 'mixed' AND {_EXPECTS_FILES})
SELECT t.recordid, t.roomid, u.value, t.over AS at, NULL, NULL, t.state_from, NULL
FROM expecting t CROSS JOIN json_each(t.uids) u
WHERE t.over + :lag_ms < :listed_ms AND {{times}}
    AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = t.recordid AND r.uid = u.value AND {_PRESENT})
    AND EXISTS (SELECT 1 FROM recordings r
        WHERE r.recordid = t.recordid AND (t.stream = 'source' OR r.stream = 'source') AND {_PRESENT})
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
# By its own time, if that is not later than its arrival: its clock may be wrong, or it may have no time.
_RECEIVED = "coalesce(k.received, f.seen) * 1000"
_SENT = f"min(coalesce(f.at_ms, {_RECEIVED}), {_RECEIVED})"
# Buckets have several addresses: the path before the file name need not be a folder.
_CALLBACKS = f"""
SELECT f.recordid, f.roomid, json_extract(f.uids, '$[0]'), {_SENT} AS at, NULL, f.file, 'callback', NULL
FROM task_facts f INDEXED BY task_facts_of_files LEFT JOIN callbacks k ON k.msgid = f.identity
WHERE f.kind = 'result' AND {_SENT} + :lag_ms < :listed_ms AND {{times}}
    AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = f.recordid AND r.playlist IS NOT NULL AND {_PRESENT}
        AND CASE WHEN f.file IS NULL THEN f.uids IS NULL OR r.ambiguous OR r.uid IS json_extract(f.uids, '$[0]')
            ELSE f.file = r.playlist OR substr(f.file, -length(r.playlist) - 1) = '/' || r.playlist END)
ORDER BY at DESC
"""
_PLAYLISTS = f"SELECT playlist FROM recordings r WHERE recordid = ? AND playlist IS NOT NULL AND {_PRESENT}"
_GONE = """
SELECT r.bucket_id, coalesce(r.playlist, r.path), s.started, c.was
FROM recordings r CROSS JOIN changes c ON c.recording_id = r.id CROSS JOIN scans s ON s.id = c.scan_id
WHERE r.recordid = ?1 AND (?2 IS NULL OR r.uid = ?2) AND +r.verdict = 'gone' AND c.became = 'gone'
ORDER BY s.id DESC LIMIT 1
"""


class LateBounds(NamedTuple):
    """Times that decide whether a file is late. Seconds; *now* is Unix time."""

    now: float
    idle: float
    lag: float
    since: int | None = None  # Unix ms: only from then on
    until: int | None = None  # Unix ms: only before


class _Entry(NamedTuple):
    recordid: str | None
    roomid: str | None
    uid: str | None
    at: int | None  # Unix ms
    bucket_id: int | None
    file: str | None
    told_by: str  # source
    detail: str | None


def unmatched(
    catalog: sqlite3.Connection, bounds: LateBounds, kinds: Collection[str] = ()
) -> Generator[Row, None, None]:
    """Yield the entries that do not match, of these *kinds* (keys of `KINDS`; none means all), newest first in each.

    A file counts as missing only if every scanned location was listed later than the upload lag after its end.
    """
    with snapshot(catalog):
        values = _values(catalog, bounds)
        buckets = buckets_by_id(catalog)
        for kind in kinds or KINDS:
            if kind == "listing":
                yield from map(_listing_row, old_listings(catalog, bounds, kinds))
                continue
            for entry in _entries(catalog, kind, values):
                code, detail = _split_codes(kind, entry.detail)
                yield {
                    "kind": kind,
                    "code": code,
                    "recordid": entry.recordid,
                    "roomid": entry.roomid,
                    "uid": entry.uid,
                    "at": iso(entry.at),
                    "bucket": None if entry.bucket_id is None else buckets.get(entry.bucket_id),
                    "file": entry.file,
                    "told_by": entry.told_by,
                    "detail": detail,
                }


def old_listings(
    catalog: sqlite3.Connection, bounds: LateBounds, kinds: Collection[str] = ()
) -> list[ScannedLocation | None]:
    """Return the locations with a last listing that is too old; `None` stands for no listing at all.

    Empty if none of the *kinds* (none means all) needs listings, or if the time range ended before the listings.
    """
    if kinds and not set(kinds).intersection(_BY_LISTING):
        return []
    locations = scanned_locations(catalog, bounds.now)
    if not locations:
        return [None] if has_tasks(catalog) else []
    until = bounds.now if bounds.until is None else min(bounds.now, bounds.until / 1000)
    return [one for one in locations if bounds.now - one.listed > _MAX_AGE and one.listed < until]


def has_tasks(catalog: sqlite3.Connection) -> bool:
    """Whether the catalog has a task or a callback: without them, nothing can be unmatched."""
    row = catalog.execute("SELECT 1 FROM tasks UNION ALL SELECT 1 FROM callbacks LIMIT 1").fetchone()
    return row is not None


def _listing_row(location: ScannedLocation | None) -> Row:
    row = dict.fromkeys(FIELDS) | {"kind": "listing", "told_by": "bucket"}
    if location is None:
        return row | {"detail": "no scan has listed a bucket, so missing files cannot be found"}
    detail = "missing files since then cannot be found"
    return row | {
        "at": iso_seconds(location.listed),
        "bucket": location.bucket,
        "file": location.prefix or None,
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


def _entries(catalog: sqlite3.Connection, kind: str, values: Row) -> Iterator[_Entry]:
    if kind == "start":
        return _open_starts(catalog, values)
    sql, at = {
        "task": (_WITHOUT_FILES, _OVER),
        "user": (_USERS, "t.over"),
        "callback": (_CALLBACKS, _SENT),
        "file": (_FILES, _BEGAN),
        "contradiction": (_FILES, _BEGAN),
    }[kind]
    task = {"file": "unknown", "contradiction": "contradicted"}.get(kind)
    rows = catalog.execute(sql.format(times=_times(values, at)), values | {"task": task})
    entries = map(_Entry._make, rows)
    if kind == "file":
        return (entry._replace(detail="no known task has its recordid") for entry in entries)
    if kind == "contradiction":
        return entries
    return _describe_missing(catalog, kind, _without_file(catalog, entries) if kind == "callback" else entries)


def _split_codes(kind: str, detail: str | None) -> tuple[str | None, str | None]:
    """Split *detail* into the codes, separated by commas, and the text."""
    if kind != "contradiction" or detail is None:
        return _CODES.get(kind), detail
    codes, _, detail = detail.partition("\x1f")
    return codes, detail


def _times(values: Row, at: str) -> str:
    clauses = [f"{at} >= :since"] if values["since"] is not None else []
    clauses += [f"{at} < :until"] if values["until"] is not None else []
    return " AND ".join(clauses) or "1"


def _describe_missing(catalog: sqlite3.Connection, kind: str, entries: Iterator[_Entry]) -> Iterator[_Entry]:
    """Add to each entry what is missing, and the location of a deleted file."""
    for entry in entries:
        expected = {
            "task": entry.detail,
            "user": "expected",
            "callback": "the recorder says the file is complete",
        }[kind]
        gone = catalog.execute(_GONE, (entry.recordid, None if kind == "task" else entry.uid)).fetchone()
        if gone is None:
            missing = {
                "task": "no file is in the bucket",
                "user": "this user has no file",
                "callback": "it is not in the bucket",
            }[kind]
            yield entry._replace(detail=f"{expected}, but {missing}")
        else:
            bucket_id, file, since, was = gone
            deleted = f"its file was {was} and is deleted since {(iso_seconds(since) or '')[:16]}Z"
            yield entry._replace(detail=f"{expected}; {deleted}", bucket_id=bucket_id, file=file)


def _without_file(catalog: sqlite3.Connection, entries: Iterator[_Entry]) -> Iterator[_Entry]:
    """Yield the callbacks with a file that is missing, also in other folders."""
    for entry in entries:
        name = None if entry.file is None else entry.file.rpartition("/")[2]
        present = (playlist.rpartition("/")[2] for (playlist,) in catalog.execute(_PLAYLISTS, (entry.recordid,)))
        if name is None or name not in present:
            yield entry


def _open_starts(catalog: sqlite3.Connection, values: Row) -> Iterator[_Entry]:
    since, until = values["since"] or 0, values["until"] or values["now_ms"]
    for call in reversed(open_starts(catalog)):
        if since <= call.sent_ms < min(until, values["now_ms"] - values["lag_ms"]):
            found, _, is_over = resolve_start(catalog, call)
            if is_over:
                continue
            likely = f"it may be {' or '.join(found)}" if found else "no recording of its room began then"
            detail = f"may be recording; traceId {call.traceid}; {likely}"
            yield _Entry(None, call.roomid, None, call.sent_ms, None, None, "rest", detail)
