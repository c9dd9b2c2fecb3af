"""Split files into raw rows: CSV, JSON lines, and JSON lists, none of which is read into memory as a whole."""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, TextIO

MAX_ROW = 1024 * 1024  # characters
_BLOCK = 1024 * 1024
_WHITESPACE = " \t\r\n"
_TOO_LONG = f"longer than {MAX_ROW:,} characters"
_NOT_TEXT = {
    b"PK\x03\x04": "this is a spreadsheet or an archive: save it as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "this is a spreadsheet: save it as CSV in UTF-8",
    b"\x1f\x8b": "this file is compressed: decompress it with `zcat`, and pipe that to `ossrec tasks import -`",
}
_SURROGATE = "ossrec.surrogate"  # name of the error handler for undecodable bytes
_EXCEL_SEP = re.compile(r"sep=(.)[\r\n]*")


class RawRow(NamedTuple):
    """A row as in the file, or the reason why it cannot be read."""

    line: int
    values: Mapping[str, Any] | None
    problem: str = ""


class UnreadableTable(ValueError):
    """The file as a whole cannot be read; ``str()`` gives the reason."""


@contextmanager
def open_text(stream: BinaryIO, encoding: str | None = None) -> Iterator[TextIO]:
    """Decode *stream*: as UTF-8, or UTF-16 if it has a byte order mark, unless *encoding* is given.

    Undecodable bytes become surrogates, which make their row a bad row. Raises UnreadableTable for a file that is not
    text, and LookupError for an unknown encoding.
    """
    source = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    head = source.peek(4)[:4]
    for magic, problem in _NOT_TEXT.items():
        if head.startswith(magic):
            raise UnreadableTable(problem)
    if encoding is None:
        is_wide = source.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        encoding = "utf-16" if is_wide else "utf-8-sig"
    errors = "surrogateescape" if encoding == "utf-8-sig" else _SURROGATE
    text = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def _surrogate(error: UnicodeError) -> tuple[str, int]:
    """Replace undecodable bytes by a surrogate, in encodings for which `surrogateescape` does not work."""
    return "\udcff", getattr(error, "end", 0)


codecs.register_error(_SURROGATE, _surrogate)


class _BoundedLines:
    """Numbered lines of limited length."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.number = 0  # of the last line

    def line(self) -> str:
        """Return the next line, "" at the end. Raises csv.Error for a line that is too long, and skips it."""
        line = self._text.readline(MAX_ROW + 1)
        self.number += bool(line)
        if len(line) > MAX_ROW and line[-1] not in "\r\n":
            while (rest := self._text.readline(MAX_ROW)) and rest[-1] not in "\r\n":
                pass
            raise csv.Error(_TOO_LONG)
        return line


def csv_rows(text: TextIO, delimiter: Callable[[str], str]) -> Iterator[tuple[int, list[str]] | RawRow]:
    """Yield (line, cells) for each record that has cells, and a RawRow with the problem for invalid CSV.

    *delimiter* finds the delimiter in the first line, unless that line is ``sep=;``, which Excel writes.
    """
    csv.field_size_limit(MAX_ROW)
    lines = _BoundedLines(text)
    first, sign = "\n", ","
    try:
        while first and not first.strip(_WHITESPACE):
            first = lines.line()
        if stated := _EXCEL_SEP.fullmatch(first):
            sign = stated[1]
        else:
            sign = delimiter(first)
    except csv.Error as error:
        yield RawRow(1, None, _csv_problem(error, 1, 1))
        return
    ahead = [] if stated else [first]
    reader = csv.reader(chain(ahead, iter(lines.line, "")), delimiter=sign, strict=True)  # an open quote is an error
    while True:
        line = lines.number + 1 - len(ahead)
        ahead = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(line, None, _csv_problem(error, line, lines.number))
            continue
        if cells:
            yield line, cells


def _csv_problem(error: csv.Error, first: int, last: int) -> str:
    """Describe the error and the lines it affects: an unclosed quote includes further lines."""
    if str(error) == _TOO_LONG:
        return _TOO_LONG
    reach = f", up to line {last}: is a quote not closed?" if last > first else ""
    return f"not CSV: {error}{reach}"


def json_lines(text: TextIO) -> Iterator[RawRow]:
    """Yield one JSON object per line; empty lines are ignored."""
    number = 0
    while line := text.readline(MAX_ROW + 1):
        number += 1
        if len(line) > MAX_ROW and not line.endswith("\n"):
            while (rest := text.readline(MAX_ROW)) and not rest.endswith("\n"):
                pass
            yield RawRow(number, None, _TOO_LONG)
        elif line.strip():
            yield _object(number, line)


def _object(line: int, text: str) -> RawRow:
    try:
        value = json.loads(text)
    except RecursionError:
        return RawRow(line, None, "not JSON: nested too deeply")
    except ValueError as error:
        return RawRow(line, None, f"not JSON: {_json_problem(error)}")
    return _checked(line, value)


def _checked(line: int, value: Any) -> RawRow:
    return RawRow(line, value) if isinstance(value, dict) else RawRow(line, None, "not a JSON object")


def json_values(text: TextIO) -> Iterator[RawRow]:
    """Yield the objects of a JSON list without reading it into memory as a whole.

    Ends at invalid JSON, because the start of the next object is then unknown. Raises UnreadableTable if the file is
    not a list.
    """
    source = _Source(text)
    opening = source.next_sign()
    if not opening:
        return
    if opening != "[":
        raise UnreadableTable("not a JSON list of objects: for one object per line, add --input jsonl")
    source.take(1)
    if source.next_sign() == "]":
        return
    while True:
        source.next_sign()
        line = source.line
        try:
            value = source.value()
        except (ValueError, RecursionError) as error:
            yield RawRow(line, None, f"not JSON, so the rest of the file cannot be read: {_json_problem(error)}")
            return
        yield _checked(line, value)
        sign = source.next_sign()
        source.take(1)
        if sign == "]":
            return
        if sign != ",":
            yield RawRow(source.line, None, "a comma is missing here, so the rest of the file cannot be read")
            return


class _Source:
    """A JSON text that is read as needed, with the current line number."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._buffer = ""
        self._at = 0
        self._at_end = False
        self._decode = json.JSONDecoder().raw_decode
        self.line = 1

    def next_sign(self) -> str:
        """Return the next character that is not white space, without consuming it; "" at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _WHITESPACE:
                self.take(1)
            if self._at < len(self._buffer) or not self._more():
                return self._buffer[self._at : self._at + 1]

    def take(self, characters: int) -> None:
        """Consume *characters*."""
        self.line += self._buffer.count("\n", self._at, self._at + characters)
        self._at += characters

    def value(self) -> Any:
        """Consume and return the JSON value that begins here; raises ValueError."""
        while True:
            try:
                value, end = self._decode(self._buffer, self._at)
            except ValueError:
                if len(self._buffer) - self._at > MAX_ROW or not self._more():
                    raise
                continue
            if end == len(self._buffer) and self._more():  # a number may continue
                continue
            if end - self._at > MAX_ROW:
                raise ValueError(_TOO_LONG)
            self.take(end - self._at)
            return value

    def _more(self) -> bool:
        block = "" if self._at_end else self._text.read(_BLOCK)
        self._at_end = not block
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)


def _json_problem(error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    if isinstance(error, ValueError):
        return _TOO_LONG if str(error) == _TOO_LONG else "a number in it has too many digits"
    return "nested too deeply"
