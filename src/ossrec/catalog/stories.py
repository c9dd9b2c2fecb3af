"""The whole story of a task: every line that any source told of it and of its files, in order of time.

Standard library only.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from ossrec.catalog.times import iso

Row = dict[str, Any]

_FACTS = """
SELECT source, kind, at_ms, roomid, stream, uids, started_ms, stopped_ms, duration, file, seen FROM task_facts
WHERE recordid = ? ORDER BY id
"""
# Calls that came to nothing; those that succeeded are facts.
_CALLS = """
SELECT call, outcome, asked_ms, message, traceid FROM calls WHERE outcome <> 'done' AND (recordid = ?1
    OR (resid IN (SELECT resid FROM calls WHERE recordid = ?1) AND recordid IS NULL)) ORDER BY id
"""
_RECORDINGS = "SELECT id, path, playlist, started_ms, started_from, ended_ms, ended_from, first_seen FROM recordings"
_CHANGES = """
SELECT s.started, c.was, c.became, c.segments_lost FROM changes c JOIN scans s ON s.id = c.scan_id
WHERE c.recording_id = ? ORDER BY c.scan_id
"""
_PLAYLISTS = """
SELECT s.stem || p.rest, p.modified, p.ended, p.segments, p.duration FROM playlists p JOIN stems s ON s.id = p.stem_id
WHERE p.recording_id = ?
"""
_READINGS = "SELECT at, roomid, uid, ambiguous, was_roomid, was_uid FROM readings WHERE recording_id = ? ORDER BY at"
_MOST_NAMED = 5  # users

_DID = {
    "told": "told of",
    "applied": "applied",
    "started": "started",
    "layout": "layout changed",
    "stopped": "stopped",
    "idle": "ended by itself",
    "failed": "failed",
    "result": "file is complete",
}


def story(catalog: sqlite3.Connection, recordid: str, recording_id: int | None = None) -> list[Row]:
    """What happened to a task and its files, of *recording_id* alone if one is given, in order of time.

    A line has ``at`` (ISO 8601 UTC), ``source`` (import, rest, callback or bucket), ``what`` and ``detail``.
    """
    lines = [*_facts(catalog, recordid), *_calls(catalog, recordid), *_files(catalog, recordid, recording_id)]
    lines.sort(key=lambda line: line[0])
    return [{"at": iso(at), "source": source, "what": what, "detail": detail} for at, source, what, detail in lines]


Line = tuple[int, str, str, str]  # Unix ms, source, what, detail


def _facts(catalog: sqlite3.Connection, recordid: str) -> Iterator[Line]:
    for source, kind, at, roomid, stream, uids, started, stopped, duration, file, seen in catalog.execute(
        _FACTS, (recordid,)
    ):
        said = [
            f"room {roomid}" if roomid is not None else "",
            f"{stream} stream" if stream else "",
            _users(json.loads(uids)) if uids else "",
            f"{duration:g} s" if duration is not None else "",
            file or "",
        ]
        if source == "import":
            said += [f"started {iso(started)}" if started else "", f"stopped {iso(stopped)}" if stopped else ""]
            at = seen * 1000
        detail = ", ".join(part for part in said if part)
        yield at if at is not None else seen * 1000, source, _DID[kind], detail


def _users(uids: list[str]) -> str:
    more = f" and {len(uids) - _MOST_NAMED} more" if len(uids) > _MOST_NAMED else ""
    return f"user{'' if len(uids) == 1 else 's'} {', '.join(uids[:_MOST_NAMED])}{more}"


def _calls(catalog: sqlite3.Connection, recordid: str) -> Iterator[Line]:
    for call, outcome, asked, message, traceid in catalog.execute(_CALLS, (recordid,)):
        yield asked, "rest", f"{call} {outcome}", ": ".join(part for part in (f"traceId {traceid}", message) if part)


def _files(catalog: sqlite3.Connection, recordid: str, recording_id: int | None) -> Iterator[Line]:
    one = recording_id is not None
    where = "WHERE id = ?" if one else "WHERE recordid = ? ORDER BY path"
    rows = catalog.execute(f"{_RECORDINGS} {where}", (recording_id if one else recordid,)).fetchall()
    for number, path, playlist, started, started_from, ended, ended_from, first_seen in rows:
        name = (playlist or path).rpartition("/")[2]
        if started is not None:
            yield started, "bucket", "recording begins", f"{name}, by its {started_from}"
        if ended is not None:
            yield ended, "bucket", "recording ends", f"{name}, by its {ended_from}"
        yield first_seen * 1000, "bucket", "first seen", name
        for key, modified, is_ended, segments, duration in catalog.execute(_PLAYLISTS, (number,)):
            said = f"{segments} segments, {duration or 0:g} s, {'ended' if is_ended else 'not ended'}"
            yield modified * 1000, "bucket", "playlist written", f"{key.rpartition('/')[2]}, {said}"
        yield from _judged(catalog, number, name)


def _judged(catalog: sqlite3.Connection, number: int, name: str) -> Iterator[Line]:
    for at, was, became, lost in catalog.execute(_CHANGES, (number,)):
        before = "" if was in (None, became) else f", was {was}"
        yield at * 1000, "bucket", became, f"{name}{before}{f', {lost} segments lost' if lost else ''}"
    for at, roomid, uid, ambiguous, was_roomid, was_uid in catalog.execute(_READINGS, (number,)):
        also = ", others fit as well" if ambiguous else ""
        now, before = _whose(roomid, uid), _whose(was_roomid, was_uid)
        yield at * 1000, "ossrec", "name read by its task", f"{now}{also}; before: {before}"


def _whose(roomid: str, uid: str | None) -> str:
    return f"room {roomid}, {'all users' if uid is None else f'user {uid}'}"
