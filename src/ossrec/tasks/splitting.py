"""Files of rows, split into raw rows: CSV, JSON lines, and JSON lists that are never held whole."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, TextIO

MOST = 1024 * 1024  # characters of one row
_BLOCK = 1024 * 1024
_BLANK = " \t\r\n"


class Raw(NamedTuple):
    """A row as it stands in the file, or what is wrong there."""

    line: int
    values: Mapping[str, Any] | None
    problem: str = ""


class Unreadable(ValueError):
    """The file as a whole cannot be read so; ``str()`` of it is a sentence."""


@contextmanager
def as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """Bytes as text; what is no UTF-8 stays visible as half characters, and makes its row a bad one."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()


def csv_rows(text: TextIO, delimiter: str = ",") -> Iterator[tuple[int, list[str]] | Raw]:
    """(line, cells) of each record that has any, and what is no CSV as a problem."""
    csv.field_size_limit(MOST)
    reader = csv.reader(text, delimiter=delimiter, strict=True)  # an open quote is told
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Raw(line, None, _no_csv(error, line, reader.line_num))
            continue
        if cells:
            yield line, cells


def _no_csv(error: csv.Error, first: int, last: int) -> str:
    """What is wrong, and how far it reaches: a quote that nobody closes takes further lines with it."""
    reach = f", up to line {last}: is a quote left open?" if last > first else ""
    return f"it is no CSV: {error}{reach}"


def json_lines(text: TextIO) -> Iterator[Raw]:
    """One JSON object a line; empty lines are none."""
    number = 0
    while line := text.readline(MOST + 1):
        number += 1
        if len(line) > MOST and not line.endswith("\n"):
            while (rest := text.readline(MOST)) and not rest.endswith("\n"):
                pass
            yield Raw(number, None, f"it is longer than {MOST:,} characters")
        elif line.strip():
            yield _object(number, line)


def _object(line: int, text: str) -> Raw:
    try:
        value = json.loads(text)
    except RecursionError:
        return Raw(line, None, "it is no JSON: too deep")
    except ValueError as error:
        return Raw(line, None, f"it is no JSON: {_said(error)}")
    return _checked(line, value)


def _checked(line: int, value: Any) -> Raw:
    return Raw(line, value) if isinstance(value, dict) else Raw(line, None, "it is no JSON object")


def json_values(text: TextIO) -> Iterator[Raw]:
    """The objects of a JSON list, which is never held whole.

    What is no JSON ends it: where the next object begins, nobody can tell. Raises Unreadable if it is no list.
    """
    source = _Source(text)
    opening = source.next_sign()
    if not opening:
        return
    if opening != "[":
        raise Unreadable("it is no JSON list of objects: for one object a line, add --input jsonl")
    source.take(1)
    if source.next_sign() == "]":
        return
    while True:
        source.next_sign()
        line = source.line
        try:
            value = source.value()
        except (ValueError, RecursionError) as error:
            yield Raw(line, None, f"it is no JSON, so the rest cannot be read: {_said(error)}")
            return
        yield _checked(line, value)
        sign = source.next_sign()
        source.take(1)
        if sign == "]":
            return
        if sign != ",":
            yield Raw(source.line, None, "the list goes on without a comma, so the rest cannot be read")
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
                raise ValueError(f"it is longer than {MOST:,} characters")
            self.take(end - self._at)
            return value

    def _more(self) -> bool:
        block = "" if self._is_all else self._text.read(_BLOCK)
        self._is_all = not block
        self._held = self._held[self._at :] + block
        self._at = 0
        return bool(block)


def _said(error: BaseException) -> str:
    return str(getattr(error, "msg", "")) or "too deep" if isinstance(error, ValueError) else "too deep"
