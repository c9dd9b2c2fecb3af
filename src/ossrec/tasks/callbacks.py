"""Parse the recorder's callbacks into task facts. Unknown fields are kept in the body and ignored."""

import hashlib
import json
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ossrec.model import TaskFact

MAX_BYTES = 1024 * 1024  # of a body
_RESULT = "recordtask_m3u8_info"
_MAX_TEXT = 512  # characters of an id
_MAX_MS = 253_402_300_799_999  # end of the year 9999


class UnreadableCallback(ValueError):
    """The body is not a callback; ``str()`` gives the reason."""


class Callback(NamedTuple):
    """A parsed callback. Times are Unix milliseconds."""

    msgid: str
    msgtype: int | None  # 1: the task's status changed; 2: a file is complete; others are unknown
    notify_ms: int | None
    recordid: str | None
    file: str | None  # key of a playlist, from the path of its address
    facts: tuple[TaskFact, ...]


def read_callback(body: bytes) -> tuple[Callback, str]:
    """Parse *body*; return the callback and the body as text. Raises UnreadableCallback if it is not a JSON object.

    The msgid of a body without one is a digest of its content, so that a repetition is recognized.
    """
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text)
    except UnicodeDecodeError:
        raise UnreadableCallback("the body is not UTF-8") from None
    except (ValueError, RecursionError):
        raise UnreadableCallback("the body is not JSON") from None
    if not isinstance(value, dict):
        raise UnreadableCallback("the body is not a JSON object")
    return _callback(value, body), text


def canonical_content(text: str) -> str:
    """Return the content of a body in canonical form, without the time of sending, to compare bodies."""
    try:
        value = json.loads(text)
        if isinstance(value, dict):
            value.pop("notifytime", None)
        return json.dumps(value, sort_keys=True)
    except (ValueError, RecursionError):  # a body that was inserted by hand
        return text


def _callback(value: dict[str, Any], body: bytes) -> Callback:
    msgid = _text(value.get("msgid")) or f"sha256:{hashlib.sha256(body).hexdigest()}"
    context = value.get("context")
    if isinstance(context, str):  # some services send the context as a JSON string
        try:
            context = json.loads(context)
        except (ValueError, RecursionError):
            context = None
    fields: dict[str, Any] = context if isinstance(context, dict) else {}
    notify = _ms(value.get("notifytime"))
    recordid = _text(fields.get("recordid"))
    if recordid is not None and ("_" in recordid or "/" in recordid):  # not a valid recordid
        recordid = None
    file = _key(fields.get("fileaddress"))
    facts = () if recordid is None else (_fact(msgid, notify, recordid, file, fields),)
    kind = value.get("msgtype")
    number = kind if isinstance(kind, int) and not isinstance(kind, bool) and abs(kind) < 2**31 else None
    return Callback(msgid, number, notify, recordid, file, facts)


def _fact(msgid: str, notify: int | None, recordid: str, file: str | None, fields: dict[str, Any]) -> TaskFact:
    is_result = fields.get("msgname") == _RESULT or file is not None
    uids = _uids(fields.get("uid"))
    named = None if uids is None else tuple(uid for uid in uids if uid != "0")
    stream = None if uids is None else "source" if named else "mixed"
    duration = fields.get("duration")
    is_length = isinstance(duration, int | float) and not isinstance(duration, bool) and 0 <= duration < _MAX_MS
    return TaskFact(
        recordid=recordid,
        source="callback",
        identity=msgid,
        kind="result" if is_result else "stated",
        at_ms=notify,
        roomid=_text(fields.get("roomid")),
        stream=stream if is_result else None,
        uids=named or None,
        started_ms=_ms(fields.get("starttime")),
        duration=float(duration) / 1000 if is_result and is_length else None,  # type: ignore[arg-type]
        file=file,
    )


def _text(value: Any) -> str | None:
    """Return a name in a body; None if it is missing or not a possible name."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    text = str(value)
    return text if len(text) <= _MAX_TEXT and text.isprintable() else None


def _ms(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        value = int(value)
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_MS
    return value if is_time else None


def _uids(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        value = [value]
    each = [text for one in value[:1000] if (text := _text(one)) is not None]
    return each or None


def _key(value: Any) -> str | None:
    """Return the path in an address: the key, after a bucket name in some addresses."""
    if not isinstance(value, str) or not value:
        return None
    try:
        path = unquote(urlsplit(value).path, errors="strict").lstrip("/")
    except (ValueError, UnicodeError):
        return None
    return path if path and path.isprintable() and len(path) <= 2048 else None
