"""Read exported tasks row by row; a bad row does not affect the others."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple, TextIO

from ossrec.tasks.table_columns import FIELDS, ColumnMapping, map_columns, quote_columns
from ossrec.tasks.table_fields import TaskFields, pack_extra, read_fields
from ossrec.tasks.table_readers import RawRow, UnreadableTable, csv_rows, json_lines, json_values

DELIMITERS = (",", ";", "\t", "|")
_MAX_SHAPES = 1_000  # different sets of columns in JSON rows for which the mapping is kept


class TableRow(NamedTuple):
    """The fields of one row, or the reason why it is bad."""

    line: int  # in the file, from 1
    fields: TaskFields | None
    problem: str = ""


class TableOptions(NamedTuple):
    """How to map columns and read times."""

    columns: Mapping[str, str] = {}  # field -> column, from `--map`; "" for no column
    zone: tzinfo = UTC


def read_rows(
    text: TextIO,
    kind: str,
    options: TableOptions,
    delimiters: Sequence[str] = DELIMITERS,
    mapping: ColumnMapping | None = None,
) -> Iterator[TableRow]:
    """Yield the rows of a file of *kind* "csv", "json" or "jsonl"; *mapping* collects its columns.

    The first of *delimiters* for which the CSV header has a recordid column is used, else the first one.
    Raises UnreadableTable if the file has no rows or no recordid column, or is not a JSON list; and after the last
    JSON row if a column from `--map` is in none of them.
    """
    seen = ColumnMapping() if mapping is None else mapping
    if kind == "csv":
        rows = _mapped_csv(text, options, delimiters, seen)
    else:
        rows = _mapped_json(json_values(text) if kind == "json" else json_lines(text), options, seen)
    first = next(rows, None)
    if first is None:
        problem = "it has no rows, only a header" if seen.names else "it has no rows"
        raise UnreadableTable(f"{problem}: did the export fail?")
    yield first
    yield from rows


def _mapped_json(values: Iterator[RawRow], options: TableOptions, seen: ColumnMapping) -> Iterator[TableRow]:
    shapes: dict[tuple[str, ...], dict[str, str]] = {}
    for raw in values:
        if raw.values is None:
            yield TableRow(raw.line, None, raw.problem)
            continue
        shape = tuple(raw.values)
        columns = shapes.get(shape)
        if columns is None:
            columns = map_columns(shape, options.columns)
            seen.add(shape, columns, options.columns)
            if len(shapes) < _MAX_SHAPES:
                shapes[shape] = columns
        yield _row(raw.line, raw.values, columns, options.zone)
    missing = [column for field, column in options.columns.items() if column and field not in seen.taken]
    if missing and seen.names:
        raise UnreadableTable(f"no row has a column {missing[0]!a}; the columns are {quote_columns(seen.names)}")


def _mapped_csv(
    text: TextIO, options: TableOptions, delimiters: Sequence[str], seen: ColumnMapping
) -> Iterator[TableRow]:
    lines = csv_rows(text, lambda first: _delimiter(first, options, delimiters))
    first = next(lines, None)
    if first is None:
        return
    header, columns = _header(first, options)
    seen.add(header, columns, options.columns)
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
                yield TableRow(line, None, f"{len(cells)} fields instead of {width} as in the first line")
            continue
        cells.append("")  # for fields without a column
        try:
            extra = pack_extra({name: cells[place] for place, name in others}, ())
            yield TableRow(line, read_fields([cells[place] for place in places], extra, options.zone))
        except ValueError as error:
            if width == 1 or any(map(str.strip, cells)):  # spreadsheets write lines of commas at the end
                yield TableRow(line, None, str(error))


def _header(first: tuple[int, list[str]] | RawRow, options: TableOptions) -> tuple[list[str], dict[str, str]]:
    """Return the column names, and the column of each field; raises UnreadableTable."""
    if isinstance(first, RawRow):
        raise UnreadableTable(f"its first line cannot be read: {first.problem}")
    header = _names(first[1])
    if any("\0" in name for name in header):
        raise UnreadableTable("its first line contains NUL characters: if it is UTF-16, add --encoding utf-16-le")
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise UnreadableTable(f"two columns are called {quote_columns([twice])}")
    columns = map_columns(header, options.columns)
    missing = [name for name in columns.values() if name not in header]
    if missing or "recordid" not in columns:
        column = f"{missing[0]!a}" if missing else "for the recordid: give it with --map recordid=COLUMN"
        delimiter = ", or give the delimiter with --delimiter" if len(header) == 1 else ""
        raise UnreadableTable(f"it has no column {column}{delimiter}; its columns are {quote_columns(header)}")
    return header, columns


def _names(cells: list[str]) -> list[str]:
    return [name.strip() or f"column {number}" for number, name in enumerate(cells, 1)]


def _delimiter(first: str, options: TableOptions, delimiters: Sequence[str]) -> str:
    for sign in delimiters:
        try:
            header = _names(next(csv.reader([first], delimiter=sign)))
        except (csv.Error, StopIteration):
            continue
        columns = map_columns(header, options.columns)
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
    """Merge the good rows of one recordid; also return those that contradict the first row.

    A database may have a row for each user of a task, in any order. The users are joined; the task lasts from the
    first start to the last stop; the other columns are kept as a list.
    """
    good_rows = [row.fields for row in rows if row.fields is not None]
    problems = [
        TableRow(
            row.line,
            None,
            f"recordid {good_rows[0].recordid!a} has {field} {one!a} here and {first!a} on line {rows[0].line}",
        )
        for row in rows
        if row.fields is not None
        for field in ("roomid", "stream")
        if (one := getattr(row.fields, field)) is not None
        and (first := next((value for other in good_rows if (value := getattr(other, field)) is not None), one)) != one
    ]
    bad = {row.line for row in problems}
    good = [row.fields for row in rows if row.fields is not None and row.line not in bad]
    uids = {uid for one in good for uid in one.uids or ()}
    starts = [one.started_ms for one in good if one.started_ms is not None]
    stops = [one.stopped_ms for one in good if one.stopped_ms is not None]
    extras = sorted({one.extra for one in good if one.extra is not None})
    return TaskFields(
        recordid=good_rows[0].recordid,
        roomid=next((one.roomid for one in good if one.roomid is not None), None),
        stream=next((one.stream for one in good if one.stream is not None), None),
        uids=tuple(sorted(uids)) or None,
        started_ms=min(starts, default=None),
        stopped_ms=max(stops, default=None) if len(stops) == len(good) else None,
        extra=extras[0] if len(extras) == 1 else f"[{','.join(extras)}]" if extras else None,
    ), problems
