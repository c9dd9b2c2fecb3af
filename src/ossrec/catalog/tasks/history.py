"""The whole story of a task: every line that any source told of it and of its files, in order of time.

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
# Calls that came to nothing; those that succeeded are facts.
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
_MOST_NAMED = 5  # users

_DID = {
    "stated": "told of",
    "applied": "applied",
    "started": "started",
    "layout": "layout changed",
    "stopped": "stopped",
    "idle": "ended by itself",
    "failed": "failed",
    "result": "file is complete",
}


def task_events(catalog: sqlite3.Connection, recordid: str, recording_id: int | None = None) -> list[Row]:
    """What happened to a task and its files, of *recording_id* alone if one is given, in order of time.

    A line has ``at`` (ISO 8601 UTC), ``source`` (import, rest, callback or bucket), ``what`` and ``detail``. What
    follows from a line of the same second follows it.
    """
    facts = [_Fact(*row) for row in catalog.execute(_FACTS, (recordid,))]
    lines = [
        *map(_of_fact, facts),
        *_calls(catalog, recordid),
        *_files(catalog, recordid, recording_id, facts),
    ]
    lines.sort(key=lambda line: (line.at, line.order))
    return [{"at": iso(line.at), "source": line.source, "what": line.what, "detail": line.detail} for line in lines]


# Steps that are noted by the second: it happened, its files were seen, it was told and names were read so, files
# were judged.
_HAPPENED, _SEEN, _TOLD, _JUDGED = range(4)


class _Line(NamedTuple):
    at: int  # Unix ms
    source: str
    what: str
    detail: str
    order: tuple[int, float] = (_HAPPENED, 0)  # among lines of the same time: the step, and what came first in it


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


def _of_fact(fact: _Fact) -> _Line:
    said = [
        f"room {fact.roomid}" if fact.roomid is not None else "",
        f"{fact.stream} stream" if fact.stream else "",
        _users(json.loads(fact.uids)) if fact.uids else "",
        f"{fact.duration:g} s" if fact.duration is not None else "",
        fact.file or "",
    ]
    is_import = fact.source == "import"
    if is_import:
        said += [f"{what} {iso(at)}" for what, at in (("started", fact.started_ms), ("stopped", fact.stopped_ms)) if at]
    detail = ", ".join(part for part in said if part) or ("nothing but its recordid" if is_import else "")
    if is_import or fact.at_ms is None:
        return _Line(fact.seen * 1000, fact.source, _DID[fact.kind], detail, (_TOLD, fact.id))
    return _Line(fact.at_ms, fact.source, _DID[fact.kind], detail)


def _users(uids: list[str]) -> str:
    more = f" and {len(uids) - _MOST_NAMED} more" if len(uids) > _MOST_NAMED else ""
    return f"user{'' if len(uids) == 1 else 's'} {', '.join(uids[:_MOST_NAMED])}{more}"


def _calls(catalog: sqlite3.Connection, recordid: str) -> Iterator[_Line]:
    for call, outcome, asked, message, traceid in catalog.execute(_CALLS, (recordid,)):
        detail = ": ".join(part for part in (f"traceId {traceid}", message) if part)
        yield _Line(asked, "rest", f"{call} {outcome}", detail)


def _files(catalog: sqlite3.Connection, recordid: str, recording_id: int | None, facts: list[_Fact]) -> Iterator[_Line]:
    one = recording_id is not None
    where = "WHERE id = ?" if one else "WHERE recordid = ? ORDER BY path"
    rows = catalog.execute(f"{_RECORDINGS} {where}", (recording_id if one else recordid,)).fetchall()
    for number, path, playlist, started, started_from, ended, ended_from, first_seen in rows:
        name = (playlist or path).rpartition("/")[2]
        if started is not None:
            yield _Line(started, "bucket", "recording begins", f"{name}, by its {started_from}")
        if ended is not None:
            yield _Line(ended, "bucket", "recording ends", f"{name}, by its {ended_from}")
        yield _Line(first_seen * 1000, "bucket", "first seen", name, (_SEEN, 0))
        for key, modified, is_ended, segments, duration in catalog.execute(_PLAYLISTS, (number,)):
            said = f"{segments} segments, {duration or 0:g} s, {'ended' if is_ended else 'not ended'}"
            yield _Line(modified * 1000, "bucket", "playlist written", f"{key.rpartition('/')[2]}, {said}")
        yield from _judged(catalog, number, name)
        yield from _read(catalog, number, facts)


def _judged(catalog: sqlite3.Connection, number: int, name: str) -> Iterator[_Line]:
    for at, was, became, lost in catalog.execute(_CHANGES, (number,)):
        before = "" if was in (None, became) else f", was {was}"
        detail = f"{name}{before}{f', {lost} segments lost' if lost else ''}"
        yield _Line(at * 1000, "bucket", became, detail, (_JUDGED, 0))


def _read(catalog: sqlite3.Connection, number: int, facts: list[_Fact]) -> Iterator[_Line]:
    """How the name was read, each time after the line of that second that it most likely follows from."""
    after = 0
    for at, roomid, uid, ambiguous, was_roomid, was_uid in catalog.execute(_READINGS, (number,)):
        told = [fact for fact in facts if fact.seen == at and fact.id > after]
        says = [fact for fact in told if fact.roomid == roomid or uid in json.loads(fact.uids or "[]")]
        ms = at * 1000
        if told:
            cause = (says or told)[0]
            after = cause.id
            ms = max(ms, min(_of_fact(cause).at, ms + 999))
        also = ", others fit as well" if ambiguous else ""
        detail = f"{_whose(roomid, uid)}{also}; before: {_whose(was_roomid, was_uid)}"
        yield _Line(ms, "ossrec", "name read by its task", detail, (_TOLD, after + 0.5))


def _whose(roomid: str, uid: str | None) -> str:
    return f"room {roomid}, {'all users' if uid is None else f'user {uid}'}"
