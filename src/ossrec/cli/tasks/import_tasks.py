"""`ossrec tasks import`: import tasks from a file into the catalog."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import suggested
from ossrec.cli.output.text import counted, printable
from ossrec.cli.tasks.table_files import TableFileOptions, file_options, opened_rows
from ossrec.cli.views.run_summary import MAX_REPORTED, PARTLY, link_problems, say_lines


@click.command(
    "import",
    epilog="\b\nExamples:\n"
    "  ossrec tasks import tasks.csv\n"
    "  ossrec tasks import tasks.csv --map recordid=rec_id --map started=begin --timezone Asia/Shanghai\n"
    "  mysql -B -e 'SELECT * FROM tasks' | ossrec tasks import - --delimiter tab",
)
@click.argument("file", type=values.text)
@file_options
@click.option("--strict", is_flag=True, help="Import nothing if there are bad rows.")
@click.option("--wait", is_flag=True, help="Wait while another run holds the catalog, instead of failing.")
@setting("catalog", "idle", "lag")
@output_options
def command(file: str, catalog: Path, output: Output, **options: Any) -> int:
    """Import tasks from FILE (- is standard input), and link the recordings to them.

    Each row needs a recordid. The fields roomid, stream (mixed or source), uids, started and stopped are read from
    columns with usual names, or from those of --map; other columns are stored unchanged. Importing a file twice
    changes nothing.

    The exit code is 3 if there are bad rows: they are reported with their line, and all others are imported,
    unless --strict is given.
    """
    from ossrec.jobs.tasks.import_tasks import ImportOptions, import_tasks
    from ossrec.tasks.table_columns import ColumnMapping

    mapping = ColumnMapping()
    with opened_rows(file, TableFileOptions.of(options), mapping) as rows:
        summary = import_tasks(catalog, rows, ImportOptions(**options))
    say_lines("bad row", summary.problems, f"--format json has up to {MAX_REPORTED:,}")
    if summary.refused:
        say(f"ossrec: nothing was imported: {summary.bad:,} of {summary.rows:,} rows are bad")
    result = summary.as_dict() | {
        "columns": mapping.taken,
        "fields_without_column": mapping.missing,
        "ignored_columns": mapping.ignored,
    }
    output.record(result, lambda: _lines(result, output))
    return PARTLY if summary.bad else 0


def _lines(result: dict[str, Any], output: Output) -> Iterator[str]:
    if not result["refused"]:
        bad = f", {result['bad']:,} bad" if result["bad"] else ""
        yield output.paint(f"{counted(result['rows'], 'row')} in {result['seconds']:.1f} s{bad}", None, bold=True)
        yield from _mapping_lines(result)
        changes = f"{result['new']:,} new, {result['changed']:,} changed, {result['unchanged']:,} unchanged"
        yield f"  tasks       {changes}; {result['tasks']:,} in the catalog"
        yield f"  recordings  {result['recordings_linked']:,} linked"
        if result["unfinished"]:
            yield f"              {result['unfinished']:,} became unfinished, because their tasks have stopped"
        if problems := link_problems(result):
            yield f"              {problems}: {suggested('tasks', 'unmatched')} lists them"


def _mapping_lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield which columns were used for which fields, and the fields without a column."""
    parts = [f"{field} from {_named(columns)}" for field, columns in result["columns"].items()]
    if result["fields_without_column"]:
        parts.append(f"no column for {' and '.join(result['fields_without_column'])}")
    yield f"  columns     {', '.join(parts)}"
    for field, columns in result["ignored_columns"].items():
        option = f"--map {field}={shlex.quote(columns[0])}"
        yield f"              {_named(columns)} ignored; to use it as {field}, add {printable(option)}"


def _named(columns: list[str]) -> str:
    return " or ".join(printable(name if len(name) <= 40 else f"{name[:37]}...") for name in columns)
