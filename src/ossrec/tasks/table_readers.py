"""Files of rows, split into raw rows: CSV, JSON lines, and JSON lists that are never held whole."""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, TextIO

MOST = 1024 * 1024  # characters of one row
_BLOCK = 1024 * 1024
_BLANK = " \t\r\n"
_TOO_LONG = f"it is longer than {MOST:,} characters"
_NO_TEXT = {
    b"PK\x03\x04": "it is a spreadsheet's own format, or an archive: save it as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "it is a spreadsheet's own format: save it as CSV in UTF-8",
    b"\x1f\x8b": "it is compressed: pipe what `zcat` makes of it into `ossrec tasks import -`",
}
_HALF = "ossrec.half"  # name of a way to treat what cannot be decoded
_EXCEL = re.compile(r"sep=(.)[\r\n]*")


class RawRow(NamedTuple):
    """A row as it stands in the file, or what is wrong there."""

    line: int
    values: Mapping[str, Any] | None
    problem: str = ""


class UnreadableTable(ValueError):
    """The file as a whole cannot be read so; ``str()`` of it is a sentence."""


@contextmanager
def open_text(stream: BinaryIO, encoding: str | None = None) -> Iterator[TextIO]:
    """Bytes as text: UTF-8, or UTF-16 if its mark says so, unless *encoding* is given.

    What is no such text stays visible as half characters, and makes its row a bad one. Raises Unreadable for what is
    no text at all, and LookupError for an encoding that there is not.
    """
    source = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    head = source.peek(4)[:4]
    for mark, what in _NO_TEXT.items():
        if head.startswith(mark):
            raise UnreadableTable(what)
    if encoding is None:
        is_wide = source.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        encoding = "utf-16" if is_wide else "utf-8-sig"
    errors = "surrogateescape" if encoding == "utf-8-sig" else _HALF
    text = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline="")
    try:
        yield text
    finally:
        text.detach()


def _as_half(error: UnicodeError) -> tuple[str, int]:
    """Half a character in place of bytes that are none, in encodings whose bytes `surrogateescape` cannot keep."""
    return "\udcff", getattr(error, "end", 0)


codecs.register_error(_HALF, _as_half)


class _Lines:
    """Lines that are counted, and of bounded length."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.number = 0  # of the last one

    def line(self) -> str:
        """The next one, "" at the end; raises csv.Error for one that is too long, and the one after it is next."""
        line = self._text.readline(MOST + 1)
        self.number += bool(line)
        if len(line) > MOST and line[-1] not in "\r\n":
            while (rest := self._text.readline(MOST)) and rest[-1] not in "\r\n":
                pass
            raise csv.Error(_TOO_LONG)
        return line


def csv_rows(text: TextIO, delimiter: Callable[[str], str]) -> Iterator[tuple[int, list[str]] | RawRow]:
    """(line, cells) of each record that has any, and what is no CSV as a problem.

    *delimiter* tells from the first line what stands between fields, unless that line is ``sep=;``, as Excel has it.
    """
    csv.field_size_limit(MOST)
    lines = _Lines(text)
    first, sign = "\n", ","
    try:
        while first and not first.strip(_BLANK):
            first = lines.line()
        if told := _EXCEL.fullmatch(first):
            sign = told[1]
        else:
            sign = delimiter(first)
    except csv.Error as error:
        yield RawRow(1, None, _no_csv(error, 1, 1))
        return
    ahead = [] if told else [first]
    reader = csv.reader(chain(ahead, iter(lines.line, "")), delimiter=sign, strict=True)  # an open quote is told
    while True:
        line = lines.number + 1 - len(ahead)
        ahead = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(line, None, _no_csv(error, line, lines.number))
            continue
        if cells:
            yield line, cells


def _no_csv(error: csv.Error, first: int, last: int) -> str:
    """What is wrong, and how far it reaches: a quote that nobody closes takes further lines with it."""
    if str(error) == _TOO_LONG:
        return _TOO_LONG
    reach = f", up to line {last}: is a quote left open?" if last > first else ""
    return f"it is no CSV: {error}{reach}"


def json_lines(text: TextIO) -> Iterator[RawRow]:
    """One JSON object a line; empty lines are none."""
    number = 0
    while line := text.readline(MOST + 1):
        number += 1
        if len(line) > MOST and not line.endswith("\n"):
            while (rest := text.readline(MOST)) and not rest.endswith("\n"):
                pass
            yield RawRow(number, None, _TOO_LONG)
        elif line.strip():
            yield _object(number, line)


def _object(line: int, text: str) -> RawRow:
    try:
        value = json.loads(text)
    except RecursionError:
        return RawRow(line, None, "it is no JSON: too deep")
    except ValueError as error:
        return RawRow(line, None, f"it is no JSON: {_said(error)}")
    return _checked(line, value)


def _checked(line: int, value: Any) -> RawRow:
    return RawRow(line, value) if isinstance(value, dict) else RawRow(line, None, "it is no JSON object")


def json_values(text: TextIO) -> Iterator[RawRow]:
    """The objects of a JSON list, which is never held whole.

    What is no JSON ends it: where the next object begins, nobody can tell. Raises Unreadable if it is no list.
    """
    source = _Source(text)
    opening = source.next_sign()
    if not opening:
        return
    if opening != "[":
        raise UnreadableTable("it is no JSON list of objects: for one object a line, add --input jsonl")
    source.take(1)
    if source.next_sign() == "]":
        return
    while True:
        source.next_sign()
        line = source.line
        try:
            value = source.value()
        except (ValueError, RecursionError) as error:
            yield RawRow(line, None, f"it is no JSON, so the rest cannot be read: {_said(error)}")
            return
        yield _checked(line, value)
        sign = source.next_sign()
        source.take(1)
        if sign == "]":
            return
        if sign != ",":
            yield RawRow(source.line, None, "the list goes on without a comma, so the rest cannot be read")
            return


class _Source:
    """JSON text that is read as far as it is needed, with the line that it stands at."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held = ""
        self._at = 0
        self._is_all = False
        self._decode = json.JSONDecoder().raw_decode
        self.line = 1

    def next_sign(self) -> str:
        """The next character that is not blank, which stays; "" at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _BLANK:
                self.take(1)
            if self._at < len(self._held) or not self._more():
                return self._held[self._at : self._at + 1]

    def take(self, characters: int) -> None:
        """Pass over what was seen."""
        self.line += self._held.count("\n", self._at, self._at + characters)
        self._at += characters

    def value(self) -> Any:
        """The JSON value that begins here; raises ValueError."""
        while True:
            try:
                value, end = self._decode(self._held, self._at)
            except ValueError:
                if len(self._held) - self._at > MOST or not self._more():
                    raise
                continue
            if end == len(self._held) and self._more():  # a number may go on
                continue
            if end - self._at > MOST:
                raise ValueError(_TOO_LONG)
            self.take(end - self._at)
            return value

    def _more(self) -> bool:
        block = "" if self._is_all else self._text.read(_BLOCK)
        self._is_all = not block
        self._held = self._held[self._at :] + block
        self._at = 0
        return bool(block)


def _said(error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    if isinstance(error, ValueError):
        return _TOO_LONG if str(error) == _TOO_LONG else "a number in it has too many digits"
    return "too deep"
