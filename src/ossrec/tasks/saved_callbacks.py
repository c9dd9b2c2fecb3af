"""Callbacks that were saved elsewhere: bodies as JSON lines or JSON, or the lines of an access log that hold them."""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from ossrec.tasks.callbacks import MOST_BYTES

_MOST_LINE = 4 * MOST_BYTES  # bytes; in a log a body is escaped
_ESCAPED = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]')
# A line in the middle of JSON that goes over several of them.
_FRAGMENT = re.compile(r'["{}\[\],:].*|-?[0-9][0-9.eE+-]*,?|(?:true|false|null),?|', re.DOTALL)
_BODIES = ("request_body", "body", "requestBody", "payload", "data")  # what keeps a body in a log of JSON lines
_ENTRY = frozenset({"request", "method", "uri", "url", "path", "status", "remote_addr", "log", "level", "ts", *_BODIES})
_MOST_TRIES = 64  # places in one line where a body may begin
_DEEPEST = 4  # in an entry of a log
_NONE = "it holds no body of a callback"


class SavedCallback(NamedTuple):
    """One callback in a file, or why there is none."""

    line: int  # from 1
    body: bytes | None
    problem: str = ""


def saved_callbacks(stream: BinaryIO) -> Iterator[SavedCallback]:
    """The callbacks in a file: bodies one after the other, lists of them, or an access log with bodies in its lines.

    A line of a log that has no brace at all is of another request, and passed over; so is an entry of a log of JSON
    lines that has no body.
    """
    lines = _Lines(stream)
    while (line := lines.next()) is not None:
        text = line.text
        if text is None:
            yield SavedCallback(line.number, None, f"it is longer than {_MOST_LINE:,} bytes")
        elif text.lstrip("[], \t")[:1] in ("{", ""):
            yield from _bodies(line.number, text, lines)
        elif "{" in text:
            body = _body_in_text(text)
            yield SavedCallback(line.number, body, "" if body is not None else _NONE)


class _Line(NamedTuple):
    number: int
    text: str | None  # what is no UTF-8 is kept in it as half characters; None: it is too long


class _Lines:
    """The lines of a file, each without what surrounds it; one may be given back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._number = 0
        self._back: _Line | None = None

    def next(self) -> _Line | None:
        """The next line, None at the end."""
        if self._back is not None:
            line, self._back = self._back, None
            return line
        raw = self._stream.readline(_MOST_LINE + 1)
        if not raw:
            return None
        self._number += 1
        if len(raw) > _MOST_LINE and not raw.endswith(b"\n"):
            while (rest := self._stream.readline(_MOST_LINE)) and not rest.endswith(b"\n"):
                pass
            return _Line(self._number, None)
        return _Line(self._number, raw.decode("utf-8", "surrogateescape").lstrip("\ufeff").strip())

    def give_back(self, line: _Line | None) -> None:
        """It is the next one again."""
        self._back = line


def _bodies(number: int, text: str, lines: _Lines) -> Iterator[SavedCallback]:
    """What a line that begins with JSON holds, and the lines after it as far as that goes."""
    at = found = 0
    while True:
        at += len(text) - at - len(text[at:].lstrip("[], \t\r\n"))
        if not text.startswith("{", at):
            return
        try:
            value, end = _DECODE(text, at)
        except (ValueError, RecursionError) as error:
            more = _more(number, text[at:], lines) if _is_unfinished(error, text) else None
            if more is None:
                yield _in_log(number, text[at:], found)
                return
            if more.text is None:
                yield SavedCallback(number, None, "it is no JSON, or is cut off")
                return
            (number, text), at = (more.number, more.text), 0
            continue
        found += 1
        yield from _of(number, value, text[at:end])
        at = end


_DECODE = json.JSONDecoder().raw_decode


def _is_unfinished(error: Exception, text: str) -> bool:
    """The JSON is good as far as it goes: lines after it may complete it."""
    return isinstance(error, json.JSONDecodeError) and error.pos >= len(text) - 1


def _more(first: int, text: str, lines: _Lines) -> _Line | None:
    """The JSON that begins with *text*, with the lines that complete it; its text is None when none do.

    Its number is that of its first line. Where another callback begins, or a line of a log, it was cut off. None if
    no bracket is open: nothing can complete it.
    """
    parts, size, depth = [text], len(text), _depth(text)
    if depth <= 0:
        return None
    while depth > 0:
        line = lines.next()
        if line is None:
            return _Line(first, None)
        if line.text is None or size > _MOST_LINE or not _FRAGMENT.fullmatch(line.text) or _is_callback(line.text):
            lines.give_back(line)
            return _Line(first, None)
        parts.append(line.text)
        size += len(line.text)
        depth += _depth(line.text)
    return _Line(first, "\n".join(parts))


def _depth(text: str) -> int:
    """How many brackets a line leaves open."""
    signs = [token for token in _TOKEN.findall(text) if len(token) == 1]
    return sum(1 if sign in "{[" else -1 for sign in signs)


def _is_callback(text: str) -> bool:
    value = _json(text.rstrip(",")) if text.startswith("{") else None
    return isinstance(value, dict) and ("msgid" in value or "context" in value)


def _in_log(number: int, text: str, found: int) -> SavedCallback:
    """A line that begins with a brace and is no JSON: of a log, perhaps."""
    body = None if found else _body_in_text(text)
    return SavedCallback(number, body, "" if body is not None else "it is no JSON, or is cut off")


def _of(number: int, value: dict[str, Any], raw: str) -> Iterator[SavedCallback]:
    """The callback that a JSON object is, or those that an entry of a log holds."""
    if "msgid" in value or "context" in value:
        yield SavedCallback(number, _bytes(raw))
        return
    inside = list(_inside(value, _DEEPEST))
    if inside:
        yield from (SavedCallback(number, body) for body in inside)
    elif any("{" in str(value[field]) for field in _BODIES if isinstance(value.get(field), str)):
        yield SavedCallback(number, None, "the body in it is no callback, or is cut off")
    elif not _ENTRY & value.keys():
        yield SavedCallback(number, _bytes(raw))


def _inside(value: Any, deep: int) -> Iterator[bytes]:
    """The callbacks in what an entry of a log holds."""
    if isinstance(value, str) and "{" in value:
        body = _body_in_text(value)
        if body is not None:
            yield body
    elif isinstance(value, dict) and ("msgid" in value or "context" in value):
        yield _bytes(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    elif isinstance(value, dict) and deep:
        for inner in value.values():
            yield from _inside(inner, deep - 1)


def _body_in_text(text: str) -> bytes | None:
    """The JSON object in a line of a log, however its quotes are escaped there."""
    return next((body for way in (text, _unescaped(text)) if (body := _object_in(way)) is not None), None)


def _unescaped(text: str) -> str:
    """As nginx escapes, each byte that is not plain as ``\\xNN``, or as it and others do, with backslashes."""

    def plain(match: re.Match[bytes]) -> bytes:
        number, letter, sign = match.groups()
        if number is not None:
            return bytes([int(number, 16)])
        if letter is not None:
            return chr(int(letter, 16)).encode("utf-8", "surrogatepass")
        return _LETTERS.get(sign, sign)

    return _ESCAPED.sub(plain, _bytes(text)).decode("utf-8", "surrogateescape")


def _object_in(text: str) -> bytes | None:
    at = text.find("{")
    for _ in range(_MOST_TRIES):
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
    """As it stood in the file, also what is no UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a character that was escaped
        return text.encode("utf-8", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
