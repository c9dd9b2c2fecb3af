"""`ossrec tasks import`: tasks from a file into the catalog."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import suggested
from ossrec.cli.output.text import printable
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
@click.option("--strict", is_flag=True, help="Write nothing if a row is bad.")
@click.option("--wait", is_flag=True, help="Wait for another run on this catalog instead of failing.")
@setting("catalog", "idle", "lag")
@output_options
def command(file: str, catalog: Path, output: Output, **options: Any) -> int:
    """Take tasks from FILE, or from standard input if it is -, and link the recordings to them.

    A row needs a recordid; roomid, stream (mixed or source), uids, started and stopped are taken from columns
    with usual names or those of --map; all others are kept as they are. Importing a file twice changes nothing.

    The exit code is 3 when rows were bad: they are told with their line, and all others are taken, unless
    --strict is given.
    """
    from ossrec.jobs.tasks.import_tasks import ImportOptions, import_tasks
    from ossrec.tasks.table_columns import ColumnMapping

    understood = ColumnMapping()
    with opened_rows(file, TableFileOptions.of(options), understood) as rows:
        summary = import_tasks(catalog, rows, ImportOptions(**options))
    say_lines("bad row", summary.problems, f"--format json has up to {MAX_REPORTED:,}")
    if summary.refused:
        say(f"ossrec: nothing was imported: {summary.bad:,} of {summary.rows:,} rows are bad")
    told = summary.as_dict() | {
        "columns": understood.taken,
        "fields_without_column": understood.missing,
        "ignored_columns": understood.ignored,
    }
    output.record(told, lambda: _lines(told, output))
    return PARTLY if summary.bad else 0


def _lines(told: dict[str, Any], output: Output) -> Iterator[str]:
    if not told["refused"]:
        bad = f", {told['bad']:,} bad" if told["bad"] else ""
        rows = "1 row" if told["rows"] == 1 else f"{told['rows']:,} rows"
        yield output.paint(f"{rows} in {told['seconds']:.1f} s{bad}", None, bold=True)
        yield from _understood(told)
        changes = f"{told['new']:,} new, {told['changed']:,} changed, {told['unchanged']:,} as before"
        yield f"  tasks       {changes}; the catalog knows {told['tasks']:,}"
        yield f"  recordings  {told['recordings_linked']:,} linked"
        if told["unfinished"]:
            yield f"              {told['unfinished']:,} became unfinished: their tasks have stopped"
        if said := link_problems(told):
            yield f"              {said}: {suggested('tasks', 'unmatched')} lists them"


def _understood(told: dict[str, Any]) -> Iterator[str]:
    """What the columns were taken for, and what no column gave."""
    parts = [f"{field} from {_named(columns)}" for field, columns in told["columns"].items()]
    if told["fields_without_column"]:
        parts.append(f"none for {' and '.join(told['fields_without_column'])}")
    yield f"  columns     {', '.join(parts)}"
    for field, columns in told["ignored_columns"].items():
        instead = f"--map {field}={shlex.quote(columns[0])}"
        yield f"              {_named(columns)} may mean {field} too, and did not count: {printable(instead)} takes it"


def _named(columns: list[str]) -> str:
    return " or ".join(printable(name if len(name) <= 40 else f"{name[:37]}...") for name in columns)
