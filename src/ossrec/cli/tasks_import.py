"""`ossrec tasks import`: tasks from a file into the catalog."""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ossrec.cli import values
from ossrec.cli.inputs import opened_input
from ossrec.cli.options import output_options, setting
from ossrec.cli.output import Output, say
from ossrec.cli.suggesting import suggested
from ossrec.cli.telling import MOST_TOLD, PARTLY, say_all, strangers
from ossrec.errors import UsageProblem

if TYPE_CHECKING:
    from datetime import tzinfo

_KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


@click.command(
    "import",
    epilog="\b\nExamples:\n"
    "  ossrec tasks import tasks.csv\n"
    "  ossrec tasks import tasks.csv --map recordid=rec_id --map started=begin --timezone Asia/Shanghai\n"
    "  mysql -B -e 'SELECT * FROM tasks' | ossrec tasks import - --delimiter tab",
)
@click.argument("file", type=values.text)
@click.option(
    "--input",
    "kind",
    type=click.Choice(["csv", "json", "jsonl"]),
    help="What the file is; by default its ending says so, and standard input is CSV.",
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    type=values.text,
    help="Which column holds recordid, roomid, stream, uids, started or stopped, if its name is not a usual one.",
)
@click.option(
    "--delimiter",
    type=values.text,
    help="Between the fields of CSV: a character, or `tab`. By default the first line says it: , ; tab or |.",
)
@click.option("--encoding", metavar="NAME", help="Of the file: gb18030. Default: UTF-8, or UTF-16 if it has its mark.")
@click.option("--timezone", metavar="ZONE", help="Of times that name none: Asia/Shanghai. Default: UTC.")
@click.option("--strict", is_flag=True, help="Write nothing if a row is bad.")
@click.option("--wait", is_flag=True, help="Wait for another run on this catalog instead of failing.")
@setting("catalog", "idle", "lag")
@output_options
def command(
    file: str,
    kind: str | None,
    pairs: tuple[str, ...],
    delimiter: str | None,
    encoding: str | None,
    timezone: str | None,
    catalog: Path,
    output: Output,
    **options: Any,
) -> int:
    """Take tasks from FILE, or from standard input if it is -, and link the recordings to them.

    A row needs a recordid; roomid, stream (mixed or source), uids, started and stopped are taken from columns
    with usual names or those of --map; all others are kept as they are. Importing a file twice changes nothing.

    The exit code is 3 when rows were bad: they are told with their line, and all others are taken, unless
    --strict is given.
    """
    from ossrec.jobs.importing import ImportOptions, import_tasks
    from ossrec.tasks.importing import Mapped, Row, read_rows
    from ossrec.tasks.splitting import Unreadable, as_text

    mapped = Mapped(_columns(pairs), _zone(timezone))
    chosen = kind or _KINDS.get(Path(file).suffix.lower(), "csv")
    signs, text_of = _delimiters(delimiter, file), _encoding(encoding)

    def rows(stream: BinaryIO) -> Generator[Row, None, None]:
        with as_text(stream, text_of) as text:  # begins to read, which may take long
            yield from read_rows(text, chosen, mapped, signs)

    try:
        with opened_input(file) as stream, closing(rows(stream)) as each:
            summary = import_tasks(catalog, each, ImportOptions(**options))
    except Unreadable as error:
        raise UsageProblem(f"cannot import {file}: {error}") from None
    say_all("bad row", summary.problems, f"--format json has up to {MOST_TOLD:,}")
    if summary.is_refused:
        say(f"ossrec: nothing was imported: {summary.bad:,} of {summary.rows:,} rows are bad")
    told = summary.as_dict()
    output.record(told, lambda: _lines(told, output))
    return PARTLY if summary.bad else 0


def _lines(told: dict[str, Any], output: Output) -> Iterator[str]:
    if not told["is_refused"]:
        bad = f", {told['bad']:,} bad" if told["bad"] else ""
        yield output.paint(f"{told['rows']:,} rows in {told['seconds']:.1f} s{bad}", None, bold=True)
        changes = f"{told['new']:,} new, {told['changed']:,} changed, {told['unchanged']:,} as before"
        yield f"  tasks       {changes}; the catalog knows {told['tasks']:,}"
        yield f"  recordings  {told['looked']:,} linked"
        if told["unfinished"]:
            yield f"              {told['unfinished']:,} became unfinished: their tasks have stopped"
        if said := strangers(told):
            yield f"              {said}: {suggested('tasks', 'unmatched')} lists them"


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    from ossrec.config import nearest
    from ossrec.tasks.fields import FIELDS

    columns: dict[str, str] = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or field not in FIELDS:
            raise UsageProblem(
                f"--map {pair}: write FIELD=COLUMN, a field being one of {', '.join(FIELDS)}{nearest(field, FIELDS)}"
            )
        columns[field] = column
    return columns


def _zone(name: str | None) -> "tzinfo":
    from datetime import UTC

    if name is None:
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise UsageProblem(f"there is no time zone {name}: write one as in Asia/Shanghai") from None


def _delimiters(given: str | None, file: str) -> tuple[str, ...]:
    """Those that may be, the likeliest first."""
    from ossrec.tasks.importing import DELIMITERS

    if given is None:
        first = "\t" if file.lower().endswith(".tsv") else ","
        return (first, *(sign for sign in DELIMITERS if sign != first))
    sign = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(sign) != 1 or sign in '"\r\n':
        raise UsageProblem(f"--delimiter {given}: write one character, or tab")
    return (sign,)


def _encoding(name: str | None) -> str | None:
    import codecs

    try:
        if name is None or getattr(codecs.lookup(name), "_is_text_encoding", True):
            return name
    except (LookupError, ValueError):
        pass
    raise UsageProblem(f"--encoding {name}: nobody knows it: write one as gb18030 or utf-16-le")
