"""Options and rows of task files, for `ossrec tasks import` and `ossrec tasks forget`."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import click

from ossrec.cli import option_types as values
from ossrec.cli.input_files import open_input
from ossrec.errors import UsageProblem

if TYPE_CHECKING:
    from datetime import tzinfo

    from ossrec.tasks.table_columns import ColumnMapping
    from ossrec.tasks.table_rows import TableRow

F = TypeVar("F", bound=Callable[..., Any])
_KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class TableFileOptions(NamedTuple):
    """The values of `file_options`."""

    kind: str | None
    pairs: tuple[str, ...]
    delimiter: str | None
    encoding: str | None
    timezone: str | None

    @classmethod
    def of(cls, options: dict[str, Any]) -> "TableFileOptions":
        """Remove these values from *options* and return them."""
        return cls(*(options.pop(name) for name in cls._fields))


def file_options(function: F) -> F:
    """Add the options that describe a file of tasks; `TableFileOptions.of` reads them."""
    for add in reversed(_OPTIONS):
        function = add(function)
    return function


_OPTIONS = (
    click.option(
        "--input",
        "kind",
        type=click.Choice(["csv", "json", "jsonl"]),
        help="Format of the file. Default: by its extension; CSV for standard input.",
    ),
    click.option(
        "--map",
        "pairs",
        multiple=True,
        metavar="FIELD=COLUMN",
        type=values.text,
        help="Column of recordid, roomid, stream, uids, started or stopped, if it has an unusual name.",
    ),
    click.option(
        "--delimiter",
        type=values.text,
        help="Delimiter of CSV fields: a character, or `tab`. Default: detected in the first line (, ; tab |).",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        help="Encoding of the file, such as gb18030. Default: UTF-8, or UTF-16 by its byte order mark.",
    ),
    click.option("--timezone", metavar="ZONE", help="Zone of times without one: Asia/Shanghai, +08:00. Default: UTC."),
)


@contextmanager
def opened_rows(file: str, given: TableFileOptions, mapping: "ColumnMapping") -> Iterator["Iterator[TableRow]"]:
    """Open the rows of *file* or standard input; *mapping* collects its columns. Raises UsageProblem."""
    from ossrec.tasks.table_readers import UnreadableTable, open_text
    from ossrec.tasks.table_rows import TableOptions, read_rows

    options = TableOptions(_columns(given.pairs), _zone(given.timezone))
    kind = given.kind or _KINDS.get(Path(file).suffix.lower(), "csv")
    delimiters, encoding = _delimiters(given.delimiter, file), _encoding(given.encoding)

    def rows(stream: BinaryIO) -> Generator["TableRow", None, None]:
        with open_text(stream, encoding) as text:  # reads from the file, which may block
            yield from read_rows(text, kind, options, delimiters, mapping)

    try:
        with open_input(file) as stream, closing(rows(stream)) as each:
            yield each
    except UnreadableTable as error:
        raise UsageProblem(f"cannot import {file}: {error}") from None


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    from ossrec.config import nearest
    from ossrec.tasks.table_columns import FIELDS

    columns: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or field not in FIELDS:
            raise UsageProblem(
                f"--map {pair}: write FIELD=COLUMN; fields are {', '.join(FIELDS)}{nearest(field, FIELDS)}"
            )
        columns[field] = column
    return columns


def _zone(name: str | None) -> "tzinfo":
    from datetime import UTC

    if name is None:
        return UTC
    from ossrec.tasks.table_fields import read_zone

    try:
        return read_zone(name)
    except ValueError:
        raise UsageProblem(f"unknown time zone {name}: use one like Asia/Shanghai or +08:00") from None


def _delimiters(given: str | None, file: str) -> tuple[str, ...]:
    """Return the delimiters to try, likeliest first."""
    from ossrec.tasks.table_rows import DELIMITERS

    if given is None:
        first = "\t" if file.lower().endswith(".tsv") else ","
        return (first, *(sign for sign in DELIMITERS if sign != first))
    sign = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(sign) != 1 or sign in '"\r\n':
        raise UsageProblem(f"--delimiter {given}: give one character, or tab")
    return (sign,)


def _encoding(name: str | None) -> str | None:
    import codecs

    try:
        if name is None or getattr(codecs.lookup(name), "_is_text_encoding", True):
            return name
    except (LookupError, ValueError):
        pass
    raise UsageProblem(f"--encoding {name}: unknown encoding: use one like gb18030 or utf-16-le")
