"""Callbacks that were saved elsewhere: bodies as JSON lines or JSON, or the lines of an access log that hold them."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from ossrec.tasks.callbacks import MOST_BYTES

_MOST_LINE = 4 * MOST_BYTES  # bytes; in a log a body is escaped
_MOST_FILE = 64 * 1024 * 1024  # bytes of JSON that goes over several lines
_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")
# What keeps a body in a log of JSON lines, as nginx, Caddy and others are told to write them.
_FIELDS = ("request_body", "body", "requestBody", "payload", "data", "message")
_MOST_TRIES = 64  # places in one line where a body may begin


class Saved(NamedTuple):
    """One callback in a file, or why there is none."""

    line: int  # from 1
    body: bytes | None
    problem: str = ""


def saved_callbacks(stream: BinaryIO) -> Iterator[Saved]:
    """The callbacks in a file: a body a line, JSON over several lines, or an access log with bodies in its lines.

    A line of a log that has no brace at all is of another request, and passed over.
    """
    first = stream.readline(_MOST_LINE + 1)
    if first.strip()[:1] in (b"{", b"[") and _json(first.decode("utf-8", "replace")) is None:
        rest = stream.read(_MOST_FILE)
        value = _json((first + rest).decode("utf-8-sig", "replace"))
        if value is not None:
            yield from (_saved(1, one) for one in (value if isinstance(value, list) else [value]))
            return
        yield from _lines(BytesIO(first + rest))
        return
    yield from _lines(stream, first)


def _lines(stream: BinaryIO, first: bytes = b"") -> Iterator[Saved]:
    number = 0
    while line := first or stream.readline(_MOST_LINE + 1):
        first = b""
        number += 1
        if len(line) > _MOST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(_MOST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Saved(number, None, f"it is longer than {_MOST_LINE:,} bytes")
            continue
        yield from _of_line(number, line.strip())


def _of_line(number: int, line: bytes) -> Iterator[Saved]:
    if not line or (b"{" not in line and not line.startswith(b"[")):
        return
    text = line.decode("utf-8", "replace").lstrip("\ufeff")
    value = _json(text)
    if isinstance(value, list):
        yield from (_saved(number, one) for one in value)
    elif isinstance(value, dict):
        inner = _body_in(value)
        yield Saved(number, line.removeprefix(b"\xef\xbb\xbf")) if inner is None else _saved(number, inner)
    else:
        body = _body_in_text(text)
        yield Saved(number, None, "it holds no body of a callback") if body is None else _saved(number, body)


def _saved(number: int, value: Any) -> Saved:
    return Saved(number, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _body_in(line: dict[str, Any]) -> dict[str, Any] | None:
    """The callback in an entry of a log of JSON lines; None when the line itself is one."""
    if "msgid" in line or "context" in line:
        return None
    for field in _FIELDS:
        value = line.get(field)
        inner = _json(value) if isinstance(value, str) else value
        if isinstance(inner, dict):
            return inner
    return None


def _body_in_text(text: str) -> dict[str, Any] | None:
    """The JSON object in a line of a log, however its quotes are escaped there."""
    ways = (text, text.replace('\\"', '"').replace("\\\\", "\\"), _unescaped(text))
    return next((body for way in ways if (body := _object_in(way)) is not None), None)


def _unescaped(text: str) -> str:
    """As nginx escapes: each byte that is not plain as ``\\xNN``."""
    raw = text.encode("utf-8", "replace").decode("latin-1")
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw).encode("latin-1").decode("utf-8", "replace")


def _object_in(text: str) -> dict[str, Any] | None:
    decode = json.JSONDecoder().raw_decode
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            return None
        try:
            value, _end = decode(text, at)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and ("msgid" in value or "context" in value):
            return value
        at = text.find("{", at + 1)
    return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
