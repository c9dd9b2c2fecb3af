"""Rows about calls of the recorder's service: calls with unknown outcome, and the calls of one task."""

import sqlite3
from typing import Any

from ossrec.catalog.tasks.calls import (
    CallRow,
    answered_start,
    apply_call,
    calls_of_task,
    open_starts,
    resolve_start,
    unused_resids,
)
from ossrec.catalog.times import iso

Row = dict[str, Any]

FIELDS = (
    "asked_at", "call", "roomid", "stream", "outcome", "resid", "valid_until", "may_be", "is_over", "appid", "traceid",
    "message", "next",
)  # fmt: skip
_OPEN_MS = 24 * 3_600_000  # unanswered starts are listed, and prevent other starts of their room, for so long


def open_calls(conn: sqlite3.Connection, now_ms: int, valid_ms: int) -> list[Row]:
    """Return the calls with unknown outcome, oldest first, each with the next step.

    These are unused resids, which are valid for *valid_ms*, and unanswered starts of the last 24 h.
    """
    unused = [_unused(call, valid_ms) for call in unused_resids(conn, now_ms - valid_ms)]
    starts = [_open_start(conn, call, now_ms, valid_ms) for call in open_starts(conn, now_ms - _OPEN_MS)]
    return sorted(unused + starts, key=lambda row: (row["asked_at"], row["traceid"]))


def call_rows(conn: sqlite3.Connection, recordid: str) -> list[Row]:
    """Return all calls for a task, in order."""
    return [
        _row(call) | {"answered_at": iso(call.answered_ms), "code": call.code} for call in calls_of_task(conn, recordid)
    ]


def _row(call: CallRow) -> Row:
    return {
        "asked_at": iso(call.sent_ms),
        "call": call.call,
        "roomid": call.roomid,
        "stream": call.stream,
        "outcome": call.outcome,
        "resid": call.resid,
        "appid": call.appid,
        "traceid": call.traceid,
        "message": call.message,
    }


def _unused(call: CallRow, valid_ms: int) -> Row:
    until = iso(call.sent_ms + valid_ms) if call.outcome == "done" else None
    advice = "nothing was started: start again if the recording is still needed"
    return _row(call) | {"valid_until": until, "may_be": [], "is_over": True, "next": advice}


def _open_start(conn: sqlite3.Connection, call: CallRow, now_ms: int, valid_ms: int) -> Row:
    applied = apply_call(conn, call.resid or "")
    until = None if applied is None else applied.sent_ms + valid_ms
    candidates, later, is_over = resolve_start(conn, call)
    can_repeat = not is_over and until is not None and now_ms < until and answered_start(conn, call.resid or "") is None
    if is_over and candidates:
        advice = f"No action needed: it was most likely {', '.join(candidates)}, which has ended"
    elif is_over and later is not None:
        advice = f"No action needed: the room was started again since, as {later.recordid}"
    elif can_repeat:
        how = " --source" if call.stream == "source" else ""
        command = f"`ossrec record start --room {call.roomid}{how}`"
        time = (iso(until) or "")[11:19]
        advice = f"run {command} again before {time} UTC: it sends the same resid, so nothing is recorded twice"
    elif candidates:
        which = "one of" if len(candidates) > 1 else "most likely"
        advice = f"it is {which} {', '.join(candidates)}: to stop it, run `ossrec record stop RECORDID`"
    else:
        advice = "scan the bucket and run this again: if no recording of the room began then, nothing is recorded"
    known = {"valid_until": iso(until) if can_repeat else None, "may_be": candidates}
    return _row(call) | known | {"is_over": is_over, "next": advice}
