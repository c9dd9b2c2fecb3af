"""The events of a task and its files from all sources, in order of time.

Standard library only.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from ossrec.catalog.times import iso

Row = dict[str, Any]

_FACTS = """
SELECT id, source, kind, at_ms, roomid, stream, uids, started_ms, stopped_ms, duration, file, seen FROM task_facts
WHERE recordid = ? ORDER BY id
"""
# Calls that were not done; those that were are facts.
_CALLS = """
SELECT call, outcome, sent_ms, message, traceid FROM calls WHERE outcome <> 'done' AND (recordid = ?1
    OR (resid IN (SELECT resid FROM calls WHERE recordid = ?1) AND recordid IS NULL)) ORDER BY id
"""
_RECORDINGS = "SELECT id, path, playlist, started_ms, started_from, ended_ms, ended_from, first_seen FROM recordings"
_CHANGES = """
SELECT s.started, c.was, c.became, c.segments_lost FROM changes c JOIN scans s ON s.id = c.scan_id
WHERE c.recording_id = ? ORDER BY c.scan_id
"""
_PLAYLISTS = """
SELECT s.stem || p.suffix, p.modified, p.ended, p.segments, p.duration FROM playlists p JOIN stems s ON s.id = p.stem_id
WHERE p.recording_id = ?
"""
_READINGS = "SELECT at, roomid, uid, ambiguous, was_roomid, was_uid FROM readings WHERE recording_id = ? ORDER BY rowid"
_MAX_USERS = 5  # users

_EVENTS = {
    "stated": "reported",
    "applied": "applied",
    "started": "started",
    "layout": "layout changed",
    "stopped": "stopped",
    "idle": "ended by itself",
    "failed": "failed",
    "result": "file is complete",
}


def task_events(catalog: sqlite3.Connection, recordid: str, recording_id: int | None = None) -> list[Row]:
    """Return the events of a task and its files in order of time; with *recording_id*, only of that recording.

    An event has ``at`` (ISO 8601 UTC), ``source`` (import, rest, callback, bucket or ossrec), ``what`` and
    ``detail``. Within a second, consequences follow their causes.
    """
    facts = [_Fact(*row) for row in catalog.execute(_FACTS, (recordid,))]
    events = [
        *map(_fact_event, facts),
        *_calls(catalog, recordid),
        *_files(catalog, recordid, recording_id, facts),
    ]
    events.sort(key=lambda event: (event.at, event.order))
    return [{"at": iso(one.at), "source": one.source, "what": one.what, "detail": one.detail} for one in events]


# Order of events within a second: it happened, its files were seen, a fact arrived and resolved names, files were
# evaluated.
_HAPPENED, _SEEN, _REPORTED, _EVALUATED = range(4)


class _Event(NamedTuple):
    at: int  # Unix ms
    source: str
    what: str
    detail: str
    order: tuple[int, float] = (_HAPPENED, 0)  # within the same time: the step above, then the order in that step


class _Fact(NamedTuple):
    id: int
    source: str
    kind: str
    at_ms: int | None
    roomid: str | None
    stream: str | None
    uids: str | None
    started_ms: int | None
    stopped_ms: int | None
    duration: float | None
    file: str | None
    seen: int


def _fact_event(fact: _Fact) -> _Event:
    parts = [
        f"room {fact.roomid}" if fact.roomid is not None else "",
        f"{fact.stream} stream" if fact.stream else "",
        _users(json.loads(fact.uids)) if fact.uids else "",
        f"{fact.duration:g} s" if fact.duration is not None else "",
        fact.file or "",
    ]
    is_import = fact.source == "import"
    if is_import:
        parts += [
            f"{what} {iso(at)}" for what, at in (("started", fact.started_ms), ("stopped", fact.stopped_ms)) if at
        ]
    detail = ", ".join(part for part in parts if part) or ("only its recordid" if is_import else "")
    if is_import or fact.at_ms is None:
        return _Event(fact.seen * 1000, fact.source, _EVENTS[fact.kind], detail, (_REPORTED, fact.id))
    return _Event(fact.at_ms, fact.source, _EVENTS[fact.kind], detail)


def _users(uids: list[str]) -> str:
    more = f" and {len(uids) - _MAX_USERS} more" if len(uids) > _MAX_USERS else ""
    return f"user{'' if len(uids) == 1 else 's'} {', '.join(uids[:_MAX_USERS])}{more}"


def _calls(catalog: sqlite3.Connection, recordid: str) -> Iterator[_Event]:
    for call, outcome, asked, message, traceid in catalog.execute(_CALLS, (recordid,)):
        detail = ": ".join(part for part in (f"traceId {traceid}", message) if part)
        yield _Event(asked, "rest", f"{call} {outcome}", detail)


def _files(
    catalog: sqlite3.Connection, recordid: str, recording_id: int | None, facts: list[_Fact]
) -> Iterator[_Event]:
    one = recording_id is not None
    where = "WHERE id = ?" if one else "WHERE recordid = ? ORDER BY path"
    rows = catalog.execute(f"{_RECORDINGS} {where}", (recording_id if one else recordid,)).fetchall()
    for number, path, playlist, started, started_from, ended, ended_from, first_seen in rows:
        name = (playlist or path).rpartition("/")[2]
        if started is not None:
            yield _Event(started, "bucket", "recording begins", f"{name}, by its {started_from}")
        if ended is not None:
            yield _Event(ended, "bucket", "recording ends", f"{name}, by its {ended_from}")
        yield _Event(first_seen * 1000, "bucket", "first seen", name, (_SEEN, 0))
        for key, modified, is_ended, segments, duration in catalog.execute(_PLAYLISTS, (number,)):
            state = f"{segments} segments, {duration or 0:g} s, {'ended' if is_ended else 'not ended'}"
            yield _Event(modified * 1000, "bucket", "playlist written", f"{key.rpartition('/')[2]}, {state}")
        yield from _verdicts(catalog, number, name)
        yield from _readings(catalog, number, facts)


def _verdicts(catalog: sqlite3.Connection, number: int, name: str) -> Iterator[_Event]:
    for at, was, became, lost in catalog.execute(_CHANGES, (number,)):
        before = "" if was in (None, became) else f", was {was}"
        detail = f"{name}{before}{f', {lost} segments lost' if lost else ''}"
        yield _Event(at * 1000, "bucket", became, detail, (_EVALUATED, 0))


def _readings(catalog: sqlite3.Connection, number: int, facts: list[_Fact]) -> Iterator[_Event]:
    """Yield the readings of a name, each after the fact of the same second that most likely caused it."""
    after = 0
    for at, roomid, uid, ambiguous, was_roomid, was_uid in catalog.execute(_READINGS, (number,)):
        recent = [fact for fact in facts if fact.seen == at and fact.id > after]
        fitting = [fact for fact in recent if fact.roomid == roomid or uid in json.loads(fact.uids or "[]")]
        ms = at * 1000
        if recent:
            cause = (fitting or recent)[0]
            after = cause.id
            ms = max(ms, min(_fact_event(cause).at, ms + 999))
        also = ", other readings fit too" if ambiguous else ""
        detail = f"{_room_and_user(roomid, uid)}{also}; before: {_room_and_user(was_roomid, was_uid)}"
        yield _Event(ms, "ossrec", "name resolved by its task", detail, (_REPORTED, after + 0.5))


def _room_and_user(roomid: str, uid: str | None) -> str:
    return f"room {roomid}, {'all users' if uid is None else f'user {uid}'}"
