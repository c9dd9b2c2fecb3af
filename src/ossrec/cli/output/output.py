"""Data on stdout, in the format that was asked for; a reader that goes away ends it quietly."""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ossrec.cli.output.suggestions import pasteable
from ossrec.cli.output.text import json_text, printable, spreadsheet_cell

Row = dict[str, Any]


class Column(NamedTuple):
    """A column of a table for people."""

    title: str
    cell: Callable[[Row], str]
    style: Callable[[Row], str | None] = lambda _row: None  # name of a colour
    align: str = "left"
    rank: int = 0  # on a terminal too narrow for all, those of a greater rank go first; 0 stays
    may_go: bool = False  # left out when it is empty in every row
    instead_of: str = ""  # title of the column without which it is shown, where that has no room
    shrinks: bool = False  # on a narrow terminal its cells are cut shorter, so that more columns have room
    least: int = 0  # of the last one: on a terminal it may be cut to so many columns


class Output(NamedTuple):
    """Where data goes, and as what."""

    format: str  # "table", "json", "jsonl" or "csv"
    color: str = "auto"  # "auto", "always" or "never"

    @property
    def coloured(self) -> bool:
        """Colour is wanted: asked for, or the reader is a terminal that knows it and NO_COLOR is not set."""
        if self.color != "auto":
            return self.color == "always"
        terminal = sys.stdout is not None and sys.stdout.isatty()
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def rows(self, rows: Iterable[Row], fields: Sequence[str], columns: Sequence[Column]) -> int:
        """Write *rows* as they come (a table, when all have come); gives how many there were.

        *fields* are the keys of a row, in the order of a CSV file; *columns* are those of a table.
        """
        counted = _Counted(rows)
        if self.format == "table":
            write(_table(counted, columns, coloured=self.coloured))
        elif self.format == "csv":
            write(_csv(counted, fields))
        elif self.format == "jsonl":
            write(f"{json_text(row, ascii_only=_ascii_only())}\n" for row in counted)
        else:
            write(_array(counted))
        return counted.number

    def record(self, record: Row, lines: Callable[[], Iterable[str]]) -> None:
        """Write one thing: as JSON, or as the *lines* for people, which a terminal gets broken between words."""
        if self.format == "table":
            write(f"{line}\n" for line in _fitted(lines()))
        else:
            indent = 2 if self.format == "json" else None
            write([json_text(record, ascii_only=_ascii_only(), indent=indent), "\n"])

    def paint(self, text: str, color: str | None, *, bold: bool = False) -> str:
        """*text* in a colour, if colour is wanted."""
        if not self.coloured or (color is None and not bold):
            return text
        import click

        return click.style(text, fg=color, bold=bold or None)


def write(parts: Iterable[str]) -> None:
    """Write to stdout until the reader goes away, which is no error: `ossrec find | head`.

    Raises OSError when stdout cannot take it, or is closed though there is something to write.
    """
    try:
        for part in parts:
            if sys.stdout is None:
                raise OSError(errno.EBADF, "stdout is closed: send it to a file, or to /dev/null")
            sys.stdout.write(part)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered goes nowhere, and Python's own flush at exit has nothing to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_bytes(data: bytes) -> None:
    """Write *data* to stdout as it is; else as `write`."""
    write(())
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        raise OSError(errno.EBADF, "stdout is closed: send it to a file, or to /dev/null")
    try:
        stream.write(data)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str) -> None:
    """One line of talk on stderr; commands in it can be pasted."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"{printable(pasteable(line))}\n")
            sys.stderr.flush()
        except OSError:  # nobody listens, or the log's disk is full: that stops no work
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


class _Counted:
    """Counts what passes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            yield row


def _array(rows: Iterable[Row]) -> Iterator[str]:
    before = "["
    for row in rows:
        yield f"{before}\n{json_text(row, ascii_only=_ascii_only())}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _csv(rows: Iterable[Row], fields: Sequence[str]) -> Iterator[str]:
    import csv  # only for this format

    class _Line:
        text = ""

        def write(self, text: str) -> int:
            self.text = text
            return len(text)

    line = _Line()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(fields)
    yield line.text
    for row in rows:
        writer.writerow([spreadsheet_cell(row[field]) for field in fields])
        yield line.text


def _fitted(lines: Iterable[str]) -> Iterable[str]:
    if (room := _terminal_columns()) is None:
        return lines
    from ossrec.cli.output.wrapping import wrapped  # only for a terminal

    return (wrapped(line, room) for line in lines)


def _table(rows: Iterable[Row], columns: Sequence[Column], *, coloured: bool) -> Iterator[str]:
    from ossrec.cli.output.tables import WIDEST, cell_width, clipped, fitting, rest, table  # only for this format

    cells = [[(printable(column.cell(row)), column.style(row)) for column in columns] for row in rows]
    if not cells:
        return
    used = [at for at, column in enumerate(columns) if not column.may_go or any(row[at][0] for row in cells)]
    shown, widest = [at for at in used if not columns[at].instead_of], WIDEST
    if (room := _terminal_columns()) is not None:
        texts = {at: [columns[at].title, *(row[at][0] for row in cells)] for at in used}
        widest = cell_width(texts, columns, room)
        shown = fitting(texts, columns, room, widest)
        if columns[last := used[-1]].least and last in shown:
            left = rest(texts, columns, shown, room, widest)
            cells = [[*row[:last], (clipped(row[last][0], left), row[last][1])] for row in cells]
    kept = [columns[at] for at in shown]
    most = [widest if column.shrinks else WIDEST for column in columns]
    yield table(
        [column.title for column in kept],
        [[row[at] if at == used[-1] else (clipped(row[at][0], most[at]), row[at][1]) for at in shown] for row in cells],
        [column.align for column in kept],
        coloured,
    )
    if left_out := [columns[at].title for at in used if at not in shown and not columns[at].instead_of]:
        say(f"left out to fit the terminal: {', '.join(left_out)}")


def _terminal_columns() -> int | None:
    """How wide the terminal is that reads, None if none does or nobody knows."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((0, 0)).columns or None


def _ascii_only() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "") not in ("utf8", "utf16", "utf32")
