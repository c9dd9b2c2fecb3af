"""How calls of the recorder's service read: those that are open, with what to do, and those of one task."""

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
_CARE = 24 * 3_600_000  # ms for which a start without an answer is worth a line; it keeps a room that long


def open_calls(conn: sqlite3.Connection, now_ms: int, valid_ms: int) -> list[Row]:
    """Calls of which nobody knows what became of them, or of which nothing did, the oldest first.

    A resid is good for *valid_ms*, and told that long if it was not used; a start without an answer for a day.
    """
    unused = [_unused(call, valid_ms) for call in unused_resids(conn, now_ms - valid_ms)]
    starts = [_open_start(conn, call, now_ms, valid_ms) for call in open_starts(conn, now_ms - _CARE)]
    return sorted(unused + starts, key=lambda row: (row["asked_at"], row["traceid"]))


def call_rows(conn: sqlite3.Connection, recordid: str) -> list[Row]:
    """All calls for a task, in order."""
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
    advice = "nothing was started: start again if it is still wanted"
    return _row(call) | {"valid_until": until, "may_be": [], "is_over": True, "next": advice}


def _open_start(conn: sqlite3.Connection, call: CallRow, now_ms: int, valid_ms: int) -> Row:
    applied = apply_call(conn, call.resid or "")
    until = None if applied is None else applied.sent_ms + valid_ms
    candidates, later, is_over = resolve_start(conn, call)
    can_repeat = not is_over and until is not None and now_ms < until and answered_start(conn, call.resid or "") is None
    if is_over and candidates:
        advice = f"it was most likely {', '.join(candidates)}, which has ended: nothing to do"
    elif is_over and later is not None:
        advice = f"the room was started anew since, as {later.recordid}: nothing to do"
    elif can_repeat:
        how = " --source" if call.stream == "source" else ""
        again = f"`ossrec record start --room {call.roomid}{how}` again"
        advice = (
            f"run {again} before {(iso(until) or '')[11:19]} UTC: it sends the same resid, nothing is recorded twice"
        )
    elif candidates:
        which = "one of" if len(candidates) > 1 else "most likely"
        advice = f"it is {which} {', '.join(candidates)}: `ossrec record stop RECORDID` stops it"
    else:
        advice = (
            "scan the bucket and ask again: what began in the room then is its; if nothing did, nothing is recorded"
        )
    known = {"valid_until": iso(until) if can_repeat else None, "may_be": candidates}
    return _row(call) | known | {"is_over": is_over, "next": advice}
