"""Read saved callbacks from JSON, JSON lines, or an access log with request bodies."""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from ossrec.tasks.callbacks import MAX_BYTES

_MAX_LINE = 4 * MAX_BYTES  # bytes; a body is escaped in a log
_ESCAPED = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')
# A line inside a JSON value of several lines.
_FRAGMENT = re.compile(r'["{}\[\],:].*|-?[0-9][0-9.eE+-]*,?|(?:true|false|null),?|', re.DOTALL)
_BODIES = ("request_body", "body", "requestBody", "payload", "data")  # fields with the body in a log of JSON lines
_ENTRY = frozenset({"request", "method", "uri", "url", "path", "status", "remote_addr", "log", "level", "ts", *_BODIES})
_MAX_STARTS = 64  # positions in one line where a body may begin
_MAX_DEPTH = 4  # in an entry of a log
_NO_BODY = "no callback body in this line"


class SavedCallback(NamedTuple):
    """A callback in a file, or the reason why it cannot be read."""

    line: int  # from 1
    body: bytes | None
    problem: str = ""


def saved_callbacks(stream: BinaryIO) -> Iterator[SavedCallback]:
    """Yield the callbacks in a file: bodies in sequence, lists of bodies, or an access log with bodies in its lines.

    A log line without a brace belongs to another request and is ignored, and so is a JSON log entry without a body.
    """
    lines = _Lines(stream)
    while (line := lines.next()) is not None:
        text = line.text
        if text is None:
            yield SavedCallback(line.number, None, f"longer than {_MAX_LINE:,} bytes")
        elif text.lstrip("[], \t")[:1] in ("{", ""):
            yield from _bodies(line.number, text, lines)
        elif "{" in text:
            body = _body_in_text(text)
            yield SavedCallback(line.number, body, "" if body is not None else _NO_BODY)


class _Line(NamedTuple):
    number: int
    text: str | None  # bytes that are not UTF-8 are surrogates; None: the line is too long


class _Lines:
    """The stripped lines of a file; one may be given back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._number = 0
        self._back: _Line | None = None

    def next(self) -> _Line | None:
        """Return the next line, None at the end."""
        if self._back is not None:
            line, self._back = self._back, None
            return line
        raw = self._stream.readline(_MAX_LINE + 1)
        if not raw:
            return None
        self._number += 1
        if len(raw) > _MAX_LINE and not raw.endswith(b"\n"):
            while (rest := self._stream.readline(_MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            return _Line(self._number, None)
        return _Line(self._number, raw.decode("utf-8", "surrogateescape").lstrip("\ufeff").strip())

    def give_back(self, line: _Line | None) -> None:
        """Make *line* the next one again."""
        self._back = line


def _bodies(number: int, text: str, lines: _Lines) -> Iterator[SavedCallback]:
    """Yield the callbacks in a line that begins with JSON, and in the lines that continue it."""
    at = found = 0
    while True:
        at += len(text) - at - len(text[at:].lstrip("[], \t\r\n"))
        if not text.startswith("{", at):
            return
        try:
            value, end = _DECODE(text, at)
        except (ValueError, RecursionError) as error:
            more = _complete(number, text[at:], lines) if _is_unfinished(error, text) else None
            if more is None:
                yield _in_log(number, text[at:], found)
                return
            if more.text is None:
                yield SavedCallback(number, None, "not JSON, or truncated")
                return
            (number, text), at = (more.number, more.text), 0
            continue
        found += 1
        yield from _callbacks_in(number, value, text[at:end])
        at = end


_DECODE = json.JSONDecoder().raw_decode


def _is_unfinished(error: Exception, text: str) -> bool:
    """Tell whether the JSON is valid so far, so that further lines may complete it."""
    return isinstance(error, json.JSONDecodeError) and error.pos >= len(text) - 1


def _complete(first: int, text: str, lines: _Lines) -> _Line | None:
    """Return the JSON that begins with *text*, joined with the lines that complete it; its text is None if none do.

    Its number is that of its first line. It is truncated where another callback or a log line begins. Returns None if
    no bracket is open, so that no line can complete it.
    """
    parts, size, depth = [text], len(text), _depth(text)
    if depth <= 0:
        return None
    while depth > 0:
        line = lines.next()
        if line is None:
            return _Line(first, None)
        if line.text is None or size > _MAX_LINE or not _FRAGMENT.fullmatch(line.text) or _is_callback(line.text):
            lines.give_back(line)
            return _Line(first, None)
        parts.append(line.text)
        size += len(line.text)
        depth += _depth(line.text)
    return _Line(first, "\n".join(parts))


def _depth(text: str) -> int:
    """Count the brackets that a line leaves open."""
    signs = [token for token in _TOKEN.findall(text) if len(token) == 1]
    return sum(1 if sign in "{[" else -1 for sign in signs)


def _is_callback(text: str) -> bool:
    value = _json(text.rstrip(",")) if text.startswith("{") else None
    return isinstance(value, dict) and ("msgid" in value or "context" in value)


def _in_log(number: int, text: str, found: int) -> SavedCallback:
    """Read a line that begins with a brace and is not JSON: perhaps a log line."""
    body = None if found else _body_in_text(text)
    return SavedCallback(number, body, "" if body is not None else "not JSON, or truncated")


def _callbacks_in(number: int, value: dict[str, Any], raw: str) -> Iterator[SavedCallback]:
    """Yield the callback in a JSON object, or the callbacks in a log entry."""
    if "msgid" in value or "context" in value:
        yield SavedCallback(number, _bytes(raw))
        return
    bodies = list(_nested_bodies(value, _MAX_DEPTH))
    if bodies:
        yield from (SavedCallback(number, body) for body in bodies)
    elif any("{" in str(value[field]) for field in _BODIES if isinstance(value.get(field), str)):
        yield SavedCallback(number, None, "its body is not a callback, or is truncated")
    elif not _ENTRY & value.keys():
        yield SavedCallback(number, _bytes(raw))


def _nested_bodies(value: Any, depth: int) -> Iterator[bytes]:
    """Yield the callbacks nested in a log entry."""
    if isinstance(value, str) and "{" in value:
        body = _body_in_text(value)
        if body is not None:
            yield body
    elif isinstance(value, dict) and ("msgid" in value or "context" in value):
        yield _bytes(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    elif isinstance(value, dict) and depth:
        for inner in value.values():
            yield from _nested_bodies(inner, depth - 1)


def _body_in_text(text: str) -> bytes | None:
    """Return the JSON object in a log line, also if its quotes are escaped."""
    return next((body for way in (text, _unescaped(text)) if (body := _object_in(way)) is not None), None)


def _unescaped(text: str) -> str:
    """Undo the escapes of nginx (``\\xNN``) and of JSON (backslashes)."""

    def unescape(match: re.Match[bytes]) -> bytes:
        number, letter, sign = match.groups()
        if number is not None:
            return bytes([int(number, 16)])
        if letter is not None:
            return chr(int(letter, 16)).encode("utf-8", "surrogatepass")
        return _LETTERS.get(sign, sign)

    return _ESCAPED.sub(unescape, _bytes(text)).decode("utf-8", "surrogateescape")


def _object_in(text: str) -> bytes | None:
    at = text.find("{")
    for _ in range(_MAX_STARTS):
        if at < 0:
            return None
        try:
            value, end = _DECODE(text, at)
        except (ValueError, RecursionError):
            value, end = None, at
        if isinstance(value, dict) and ("msgid" in value or "context" in value):
            return _bytes(text[at:end])
        at = text.find("{", at + 1)
    return None


def _bytes(text: str) -> bytes:
    """Return the bytes as in the file, also those that are not UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # an escaped lone surrogate
        return text.encode("utf-8", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
