"""Files that people export of their tasks: CSV, JSON and JSON lines, read row by row, each good or bad by itself."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, tzinfo
from typing import Any, BinaryIO, NamedTuple, TextIO

from ossrec.tasks.fields import FIELDS, Told, extra_of, read_fields, usual_columns

MOST = 1024 * 1024  # characters of one row
_BLOCK = 1024 * 1024
_BLANK = " \t\r\n"


class Row(NamedTuple):
    """What one row says, or why it cannot be taken."""

    line: int  # in the file, from 1
    told: Told | None
    problem: str = ""


class Raw(NamedTuple):
    """A row as it stands in the file, or what is wrong there."""

    line: int
    values: Mapping[str, Any] | None
    problem: str = ""


class Unreadable(ValueError):
    """The file as a whole cannot be read so; ``str()`` of it is a sentence."""


class Mapped(NamedTuple):
    """How columns and times are to be understood."""

    columns: Mapping[str, str] = {}  # field -> column, where the usual names do not do; "" for none
    zone: tzinfo = UTC


def read_rows(text: TextIO, kind: str, mapped: Mapped, delimiter: str = ",") -> Iterator[Row]:
    """The rows of a file of *kind* "csv", "json" or "jsonl".

    Raises Unreadable when nothing can be made of the file: it has no column for the recordid, or is no JSON list.
    """
    if kind == "csv":
        yield from _mapped_csv(text, mapped, delimiter)
        return
    for raw in json_values(text) if kind == "json" else json_lines(text):
        if raw.values is None:
            yield Row(raw.line, None, raw.problem)
        else:
            yield _row(raw.line, raw.values, _columns(list(raw.values), mapped), mapped.zone)


def _mapped_csv(text: TextIO, mapped: Mapped, delimiter: str) -> Iterator[Row]:
    lines = csv_rows(text, delimiter)
    first = next(lines, None)
    if first is None:
        return
    if isinstance(first, Raw):
        raise Unreadable(f"its first line is no CSV: {first.problem}")
    header = [name.strip() for name in first[1]]
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise Unreadable(f"it has two columns {twice!a}")
    columns = _columns(header, mapped)
    missing = [name for name in columns.values() if name not in header]
    if missing or "recordid" not in columns:
        what = f"{missing[0]!a}" if missing else "for the recordid: name it with --map recordid=COLUMN"
        raise Unreadable(f"it has no column {what}; it has {', '.join(ascii(name) for name in header[:20])}")
    width = len(header)
    places = [header.index(columns[field]) if field in columns else width for field in FIELDS]
    others = [(place, name) for place, name in enumerate(header) if place not in places]
    for item in lines:
        if isinstance(item, Raw):
            yield Row(item.line, None, item.problem)
            continue
        line, cells = item
        if len(cells) != width:
            yield Row(line, None, f"it has {len(cells)} fields, the first line has {width}")
            continue
        cells.append("")  # for the fields that have no column
        try:
            extra = extra_of({name: cells[place] for place, name in others}, ())
            yield Row(line, read_fields([cells[place] for place in places], extra, mapped.zone))
        except ValueError as error:
            yield Row(line, None, str(error))


def _columns(header: list[str], mapped: Mapped) -> dict[str, str]:
    """Which column holds which field."""
    named = {field: column for field, column in mapped.columns.items() if column}
    usual = usual_columns([name for name in header if name not in named.values()])
    return {
        field: column
        for field in FIELDS
        if (column := mapped.columns.get(field, usual.get(field, ""))) and (column in header or field in named)
    }


def _row(line: int, values: Mapping[str, Any], columns: Mapping[str, str], zone: tzinfo) -> Row:
    given = [values.get(columns.get(field, "")) for field in FIELDS]
    try:
        return Row(line, read_fields(given, extra_of(values, columns.values()), zone))
    except (ValueError, RecursionError) as error:
        return Row(line, None, str(error))


def csv_rows(text: TextIO, delimiter: str = ",") -> Iterator[tuple[int, list[str]] | Raw]:
    """(line, cells) of each record that has any, and what is no CSV as a problem."""
    csv.field_size_limit(MOST)
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Raw(line, None, f"it is no CSV: {error}")
            continue
        if cells:
            yield line, cells


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


def merge_rows(rows: list[Row]) -> tuple[Told, list[Row]]:
    """What several good rows of one recordid say together, and those of them that contradict the first.

    A database may hold a row for each user of a task. Users are joined; a task lasts from the first start to the
    last stop; what else rows say is kept as a list.
    """
    told = [row.told for row in rows if row.told is not None]
    problems = [
        Row(
            row.line,
            None,
            f"recordid {told[0].recordid!a} has {field} {one!a} here and {first!a} on line {rows[0].line}",
        )
        for row in rows
        if row.told is not None
        for field in ("roomid", "stream")
        if (one := getattr(row.told, field)) is not None
        and (first := next((value for other in told if (value := getattr(other, field)) is not None), one)) != one
    ]
    bad = {row.line for row in problems}
    good = [row.told for row in rows if row.told is not None and row.line not in bad]
    uids = dict.fromkeys(uid for one in good for uid in one.uids or ())
    starts = [one.started_ms for one in good if one.started_ms is not None]
    stops = [one.stopped_ms for one in good if one.stopped_ms is not None]
    extras = list(dict.fromkeys(one.extra for one in good if one.extra is not None))
    return Told(
        recordid=told[0].recordid,
        roomid=next((one.roomid for one in good if one.roomid is not None), None),
        stream=next((one.stream for one in good if one.stream is not None), None),
        uids=tuple(uids) or None,
        started_ms=min(starts, default=None),
        stopped_ms=max(stops, default=None) if len(stops) == len(good) else None,
        extra=extras[0] if len(extras) == 1 else f"[{','.join(extras)}]" if extras else None,
    ), problems


@contextmanager
def as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """Bytes as text; what is no UTF-8 stays visible as half characters, and makes its row a bad one."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()
