"""The recorder's notifications: what a body says and which facts follow; what is unknown in it is kept, and ignored."""

import hashlib
import json
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ossrec.model import TaskFact

MOST_BYTES = 1024 * 1024
_RESULT = "recordtask_m3u8_info"
_MOST_TEXT = 512  # characters of an id
_MOST_MS = 253_402_300_799_999  # the last of the year 9999


class UnreadableCallback(ValueError):
    """The body is no notification; ``str()`` of it is a sentence."""


class Callback(NamedTuple):
    """A notification. Times are Unix milliseconds."""

    msgid: str
    msgtype: int | None  # 1 the task's status changed, 2 a file is complete, others are not known
    notify_ms: int | None
    recordid: str | None
    file: str | None  # key of a playlist, as far as its address tells
    facts: tuple[TaskFact, ...]


def read_callback(body: bytes) -> tuple[Callback, str]:
    """What *body* says, and the body as text. Raises Unreadable unless it is a JSON object.

    A body without a msgid is named by its own content, so that a repeat of it is one too.
    """
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text)
    except UnicodeDecodeError:
        raise UnreadableCallback("the body is not UTF-8") from None
    except (ValueError, RecursionError):
        raise UnreadableCallback("the body is no JSON") from None
    if not isinstance(value, dict):
        raise UnreadableCallback("the body is no JSON object")
    return _callback(value, body), text


def canonical_content(text: str) -> str:
    """What a body says, so that two that say the same compare equal: however it is written, whenever it was sent."""
    try:
        value = json.loads(text)
        if isinstance(value, dict):
            value.pop("notifytime", None)
        return json.dumps(value, sort_keys=True)
    except (ValueError, RecursionError):  # written by hand into the inbox
        return text


def _callback(value: dict[str, Any], body: bytes) -> Callback:
    msgid = _text(value.get("msgid")) or f"sha256:{hashlib.sha256(body).hexdigest()}"
    context = value.get("context")
    if isinstance(context, str):  # some services send what belongs inside as a text
        try:
            context = json.loads(context)
        except (ValueError, RecursionError):
            context = None
    inside: dict[str, Any] = context if isinstance(context, dict) else {}
    notify = _ms(value.get("notifytime"))
    recordid = _text(inside.get("recordid"))
    if recordid is not None and ("_" in recordid or "/" in recordid):  # no task is called so
        recordid = None
    file = _key(inside.get("fileaddress"))
    facts = () if recordid is None else (_fact(msgid, notify, recordid, file, inside),)
    kind = value.get("msgtype")
    number = kind if isinstance(kind, int) and not isinstance(kind, bool) and abs(kind) < 2**31 else None
    return Callback(msgid, number, notify, recordid, file, facts)


def _fact(msgid: str, notify: int | None, recordid: str, file: str | None, inside: dict[str, Any]) -> TaskFact:
    is_result = inside.get("msgname") == _RESULT or file is not None
    uids = _uids(inside.get("uid"))
    named = None if uids is None else tuple(uid for uid in uids if uid != "0")
    stream = None if uids is None else "source" if named else "mixed"
    duration = inside.get("duration")
    is_length = isinstance(duration, int | float) and not isinstance(duration, bool) and 0 <= duration < _MOST_MS
    return TaskFact(
        recordid=recordid,
        source="callback",
        identity=msgid,
        kind="result" if is_result else "stated",
        at_ms=notify,
        roomid=_text(inside.get("roomid")),
        stream=stream if is_result else None,
        uids=named or None,
        started_ms=_ms(inside.get("starttime")),
        duration=float(duration) / 1000 if is_result and is_length else None,  # type: ignore[arg-type]
        file=file,
    )


def _text(value: Any) -> str | None:
    """A name in a body, None if it is none, or none that could be one."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    text = str(value)
    return text if len(text) <= _MOST_TEXT and text.isprintable() else None


def _ms(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        value = int(value)
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_MS
    return value if is_time else None


def _uids(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        value = [value]
    each = [text for one in value[:1000] if (text := _text(one)) is not None]
    return each or None


def _key(value: Any) -> str | None:
    """The path in an address, which is the key but for a bucket's name that some addresses begin with."""
    if not isinstance(value, str) or not value:
        return None
    try:
        path = unquote(urlsplit(value).path, errors="strict").lstrip("/")
    except (ValueError, UnicodeError):
        return None
    return path if path and path.isprintable() and len(path) <= 2048 else None
