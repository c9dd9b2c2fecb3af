"""What people export of their tasks, row by row, each good or bad by itself."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple, TextIO

from ossrec.tasks.table_columns import FIELDS, ColumnMapping, map_columns, quote_columns
from ossrec.tasks.table_fields import TaskFields, pack_extra, read_fields
from ossrec.tasks.table_readers import RawRow, UnreadableTable, csv_rows, json_lines, json_values

DELIMITERS = (",", ";", "\t", "|")
_MOST_SHAPES = 1_000  # of JSON rows, whose columns are looked at once


class TableRow(NamedTuple):
    """What one row says, or why it cannot be taken."""

    line: int  # in the file, from 1
    told: TaskFields | None
    problem: str = ""


class TableOptions(NamedTuple):
    """How columns and times are to be understood."""

    columns: Mapping[str, str] = {}  # field -> column, where the usual names do not do; "" for none
    zone: tzinfo = UTC


def read_rows(
    text: TextIO,
    kind: str,
    mapped: TableOptions,
    delimiters: Sequence[str] = DELIMITERS,
    understood: ColumnMapping | None = None,
) -> Iterator[TableRow]:
    """The rows of a file of *kind* "csv", "json" or "jsonl"; *understood* is told what its columns are taken for.

    Of *delimiters*, that counts with which the first line of CSV has a column for the recordid, else the first one.
    Raises Unreadable when nothing can be made of the file: it has no rows, no column for the recordid, or is no JSON
    list; and, when all rows of JSON were read, if a column that was named is in none of them.
    """
    seen = ColumnMapping() if understood is None else understood
    if kind == "csv":
        rows = _mapped_csv(text, mapped, delimiters, seen)
    else:
        rows = _mapped_json(json_values(text) if kind == "json" else json_lines(text), mapped, seen)
    first = next(rows, None)
    if first is None:
        what = "it has no rows, only the names of columns" if seen.names else "it has no rows"
        raise UnreadableTable(f"{what}: did what wrote it fail?")
    yield first
    yield from rows


def _mapped_json(values: Iterator[RawRow], mapped: TableOptions, seen: ColumnMapping) -> Iterator[TableRow]:
    shapes: dict[tuple[str, ...], dict[str, str]] = {}
    for raw in values:
        if raw.values is None:
            yield TableRow(raw.line, None, raw.problem)
            continue
        shape = tuple(raw.values)
        columns = shapes.get(shape)
        if columns is None:
            columns = map_columns(shape, mapped.columns)
            seen.note(shape, columns, mapped.columns)
            if len(shapes) < _MOST_SHAPES:
                shapes[shape] = columns
        yield _row(raw.line, raw.values, columns, mapped.zone)
    missing = [column for field, column in mapped.columns.items() if column and field not in seen.taken]
    if missing and seen.names:
        raise UnreadableTable(f"no row has a column {missing[0]!a}; there are {quote_columns(seen.names)}")


def _mapped_csv(
    text: TextIO, mapped: TableOptions, delimiters: Sequence[str], seen: ColumnMapping
) -> Iterator[TableRow]:
    lines = csv_rows(text, lambda first: _delimiter(first, mapped, delimiters))
    first = next(lines, None)
    if first is None:
        return
    header, columns = _header(first, mapped)
    seen.note(header, columns, mapped.columns)
    width = len(header)
    places = [header.index(columns[field]) if field in columns else width for field in FIELDS]
    others = [(place, name) for place, name in enumerate(header) if place not in places]
    for item in lines:
        if isinstance(item, RawRow):
            yield TableRow(item.line, None, item.problem)
            continue
        line, cells = item
        if len(cells) != width:
            if any(map(str.strip, cells)):
                yield TableRow(line, None, f"it has {len(cells)} fields, the first line has {width}")
            continue
        cells.append("")  # for the fields that have no column
        try:
            extra = pack_extra({name: cells[place] for place, name in others}, ())
            yield TableRow(line, read_fields([cells[place] for place in places], extra, mapped.zone))
        except ValueError as error:
            if width == 1 or any(map(str.strip, cells)):  # spreadsheets end in lines of nothing but commas
                yield TableRow(line, None, str(error))


def _header(first: tuple[int, list[str]] | RawRow, mapped: TableOptions) -> tuple[list[str], dict[str, str]]:
    """The names of the columns, and which of them holds which field; raises Unreadable."""
    if isinstance(first, RawRow):
        raise UnreadableTable(f"its first line is no CSV: {first.problem}")
    header = _names(first[1])
    if any("\0" in name for name in header):
        raise UnreadableTable("its first line has NUL characters: if it is UTF-16, add --encoding utf-16-le")
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise UnreadableTable(f"it has two columns {quote_columns([twice])}")
    columns = map_columns(header, mapped.columns)
    missing = [name for name in columns.values() if name not in header]
    if missing or "recordid" not in columns:
        what = f"{missing[0]!a}" if missing else "for the recordid: name it with --map recordid=COLUMN"
        apart = ", or what stands between the fields with --delimiter" if len(header) == 1 else ""
        raise UnreadableTable(f"it has no column {what}{apart}; it has {quote_columns(header)}")
    return header, columns


def _names(cells: list[str]) -> list[str]:
    return [name.strip() or f"column {number}" for number, name in enumerate(cells, 1)]


def _delimiter(first: str, mapped: TableOptions, delimiters: Sequence[str]) -> str:
    for sign in delimiters:
        try:
            header = _names(next(csv.reader([first], delimiter=sign)))
        except (csv.Error, StopIteration):
            continue
        columns = map_columns(header, mapped.columns)
        if "recordid" in columns and all(name in header for name in columns.values()):
            return sign
    return delimiters[0]


def _row(line: int, values: Mapping[str, Any], columns: Mapping[str, str], zone: tzinfo) -> TableRow:
    given = [values.get(columns.get(field, "")) for field in FIELDS]
    try:
        return TableRow(line, read_fields(given, pack_extra(values, columns.values()), zone))
    except (ValueError, RecursionError) as error:
        return TableRow(line, None, str(error))


def merge_rows(rows: list[TableRow]) -> tuple[TaskFields, list[TableRow]]:
    """What several good rows of one recordid say together, and those of them that contradict the first.

    A database may hold a row for each user of a task, and gives them in whatever order. Users are joined; a task lasts
    from the first start to the last stop; what else rows say is kept as a list.
    """
    told = [row.told for row in rows if row.told is not None]
    problems = [
        TableRow(
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
    uids = {uid for one in good for uid in one.uids or ()}
    starts = [one.started_ms for one in good if one.started_ms is not None]
    stops = [one.stopped_ms for one in good if one.stopped_ms is not None]
    extras = sorted({one.extra for one in good if one.extra is not None})
    return TaskFields(
        recordid=told[0].recordid,
        roomid=next((one.roomid for one in good if one.roomid is not None), None),
        stream=next((one.stream for one in good if one.stream is not None), None),
        uids=tuple(sorted(uids)) or None,
        started_ms=min(starts, default=None),
        stopped_ms=max(stops, default=None) if len(stops) == len(good) else None,
        extra=extras[0] if len(extras) == 1 else f"[{','.join(extras)}]" if extras else None,
    ), problems
