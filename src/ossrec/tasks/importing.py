"""What people export of their tasks, row by row, each good or bad by itself."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple, TextIO

from ossrec.tasks.fields import FIELDS, Told, extra_of, read_fields, usual_columns
from ossrec.tasks.splitting import Raw, Unreadable, csv_rows, json_lines, json_values

DELIMITERS = (",", ";", "\t", "|")


class Row(NamedTuple):
    """What one row says, or why it cannot be taken."""

    line: int  # in the file, from 1
    told: Told | None
    problem: str = ""


class Mapped(NamedTuple):
    """How columns and times are to be understood."""

    columns: Mapping[str, str] = {}  # field -> column, where the usual names do not do; "" for none
    zone: tzinfo = UTC


def read_rows(text: TextIO, kind: str, mapped: Mapped, delimiters: Sequence[str] = DELIMITERS) -> Iterator[Row]:
    """The rows of a file of *kind* "csv", "json" or "jsonl".

    Of *delimiters*, that counts with which the first line of CSV has a column for the recordid, else the first one.
    Raises Unreadable when nothing can be made of the file: it has no column for the recordid, or is no JSON list.
    """
    if kind == "csv":
        yield from _mapped_csv(text, mapped, delimiters)
        return
    for raw in json_values(text) if kind == "json" else json_lines(text):
        if raw.values is None:
            yield Row(raw.line, None, raw.problem)
        else:
            yield _row(raw.line, raw.values, _columns(list(raw.values), mapped), mapped.zone)


def _mapped_csv(text: TextIO, mapped: Mapped, delimiters: Sequence[str]) -> Iterator[Row]:
    lines = csv_rows(text, lambda first: _delimiter(first, mapped, delimiters))
    first = next(lines, None)
    if first is None:
        return
    header, columns = _header(first, mapped)
    width = len(header)
    places = [header.index(columns[field]) if field in columns else width for field in FIELDS]
    others = [(place, name) for place, name in enumerate(header) if place not in places]
    for item in lines:
        if isinstance(item, Raw):
            yield Row(item.line, None, item.problem)
            continue
        line, cells = item
        if len(cells) != width:
            if any(map(str.strip, cells)):
                yield Row(line, None, f"it has {len(cells)} fields, the first line has {width}")
            continue
        cells.append("")  # for the fields that have no column
        try:
            extra = extra_of({name: cells[place] for place, name in others}, ())
            yield Row(line, read_fields([cells[place] for place in places], extra, mapped.zone))
        except ValueError as error:
            if width == 1 or any(map(str.strip, cells)):  # spreadsheets end in lines of nothing but commas
                yield Row(line, None, str(error))


def _header(first: tuple[int, list[str]] | Raw, mapped: Mapped) -> tuple[list[str], dict[str, str]]:
    """The names of the columns, and which of them holds which field; raises Unreadable."""
    if isinstance(first, Raw):
        raise Unreadable(f"its first line is no CSV: {first.problem}")
    header = _names(first[1])
    if any("\0" in name for name in header):
        raise Unreadable("its first line has NUL characters: if it is UTF-16, add --encoding utf-16-le")
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise Unreadable(f"it has two columns {twice!a}")
    columns = _columns(header, mapped)
    missing = [name for name in columns.values() if name not in header]
    if missing or "recordid" not in columns:
        what = f"{missing[0]!a}" if missing else "for the recordid: name it with --map recordid=COLUMN"
        raise Unreadable(f"it has no column {what}; it has {', '.join(ascii(name) for name in header[:20])}")
    return header, columns


def _names(cells: list[str]) -> list[str]:
    return [name.strip() or f"column {number}" for number, name in enumerate(cells, 1)]


def _delimiter(first: str, mapped: Mapped, delimiters: Sequence[str]) -> str:
    for sign in delimiters:
        try:
            header = _names(next(csv.reader([first], delimiter=sign)))
        except (csv.Error, StopIteration):
            continue
        columns = _columns(header, mapped)
        if "recordid" in columns and all(name in header for name in columns.values()):
            return sign
    return delimiters[0]


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
