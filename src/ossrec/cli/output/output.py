"""Write data to stdout in the chosen format, and messages to stderr; a closed pipe is no error."""

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
    """A column of a table for people; `tables` chooses the columns that fit a terminal."""

    title: str
    cell: Callable[[Row], str]
    style: Callable[[Row], str | None] = lambda _row: None  # name of a color
    align: str = "left"
    rank: int = 0  # on a narrow terminal, columns of higher rank are omitted first; rank 0 is always shown
    hide_if_empty: bool = False  # omitted if it is empty in every row
    fallback_for: str = ""  # title of a column: this one is shown only if that one does not fit
    shrinks: bool = False  # its cells may be clipped further on a narrow terminal, to make room for other columns
    min_width: int = 0  # if it is the last column: it may be clipped to this width on a terminal; 0: it may not


class Output(NamedTuple):
    """How data is written to stdout: format and color."""

    format: str  # "table", "json", "jsonl" or "csv"
    color: str = "auto"  # "auto", "always" or "never"

    @property
    def colored(self) -> bool:
        """Whether to use color: as the option says, else on a terminal that supports it, unless NO_COLOR is set."""
        if self.color != "auto":
            return self.color == "always"
        terminal = sys.stdout is not None and sys.stdout.isatty()
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def rows(self, rows: Iterable[Row], fields: Sequence[str], columns: Sequence[Column]) -> int:
        """Write *rows*, each as it arrives (in a table, when all have arrived), and return their number.

        *fields* are the keys of a row, in the order of CSV; *columns* are the columns of a table.
        """
        counted = _Counted(rows)
        if self.format == "table":
            write(_table(counted, columns, colored=self.colored))
        elif self.format == "csv":
            write(_csv(counted, fields))
        elif self.format == "jsonl":
            write(f"{json_text(row, ascii_only=_ascii_only())}\n" for row in counted)
        else:
            write(_array(counted))
        return counted.number

    def record(self, record: Row, lines: Callable[[], Iterable[str]]) -> None:
        """Write one *record* as JSON, or as *lines* for people, which are wrapped on a terminal."""
        if self.format == "table":
            write_lines(lines())
        else:
            indent = 2 if self.format == "json" else None
            write([json_text(record, ascii_only=_ascii_only(), indent=indent), "\n"])

    def paint(self, text: str, color: str | None, *, bold: bool = False) -> str:
        """Return *text* in a color, if color is used."""
        if not self.colored or (color is None and not bold):
            return text
        import click

        return click.style(text, fg=color, bold=bold or None)


def write(parts: Iterable[str]) -> None:
    """Write to stdout; a reader that closes the pipe early is no error: `ossrec find | head`.

    Raises OSError if the write fails, or if stdout is closed and there is something to write.
    """
    try:
        for part in parts:
            if sys.stdout is None:
                raise OSError(errno.EBADF, "stdout is closed: send it to a file, or to /dev/null")
            sys.stdout.write(part)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # Discard what is still buffered, so that Python's own flush at exit does not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout, as `write` does; on a terminal, they are wrapped between words."""
    write(f"{line}\n" for line in _wrap_for_terminal(lines))


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout unchanged; errors are treated as in `write`."""
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
    """Write a message to stderr; suggested commands in it are completed so that they can be pasted."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"{printable(pasteable(line))}\n")
            sys.stderr.flush()
        except OSError:  # a closed pipe or a full disk must not stop the work
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


class _Counted:
    """Rows that are counted as they are read."""

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
    import csv  # loaded here because only this format needs it

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


def _wrap_for_terminal(lines: Iterable[str], indent: int | None = None) -> Iterable[str]:
    if (room := _terminal_columns()) is None:
        return lines
    from ossrec.cli.output.wrapping import wrapped  # loaded here because only a terminal needs it

    return (wrapped(line, room, indent) for line in lines)


def _table(rows: Iterable[Row], columns: Sequence[Column], *, colored: bool) -> Iterator[str]:
    from ossrec.cli.output.tables import MAX_CELL, Cell, clip_end, columns_that_fit, room_for_last, table, widest_cell

    cells = [[(printable(column.cell(row)), column.style(row)) for column in columns] for row in rows]
    if not cells:
        return
    used = [at for at, column in enumerate(columns) if not column.hide_if_empty or any(row[at][0] for row in cells)]
    shown, cell_width, indent = [at for at in used if not columns[at].fallback_for], MAX_CELL, 0
    if (room := _terminal_columns()) is not None:
        texts = {at: [columns[at].title, *(row[at][0] for row in cells)] for at in used}
        cell_width = widest_cell(texts, columns, room)
        shown = columns_that_fit(texts, columns, room, cell_width)
        left = room_for_last(texts, columns, shown, room, cell_width)
        indent = room - left
        if columns[last := used[-1]].min_width and last in shown:
            cells = [[*row[:last], (clip_end(row[last][0], left), row[last][1])] for row in cells]
    widths = [cell_width if column.shrinks else MAX_CELL for column in columns]

    def cell(row: Sequence[Cell], at: int) -> Cell:
        return row[at] if at == used[-1] else (clip_end(row[at][0], widths[at]), row[at][1])

    text = table(
        [columns[at].title for at in shown],
        [[cell(row, at) for at in shown] for row in cells],
        [columns[at].align for at in shown],
        colored,
    )
    yield from (f"{line}\n" for line in _wrap_for_terminal(text.split("\n")[:-1], indent))
    if omitted := [columns[at].title for at in used if at not in shown and not columns[at].fallback_for]:
        say(f"columns omitted to fit the terminal: {', '.join(omitted)}")


def _terminal_columns() -> int | None:
    """Return the width of the terminal on stdout; None if there is none, or its width is unknown."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((0, 0)).columns or None


def _ascii_only() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "") not in ("utf8", "utf16", "utf32")
