"""`ossrec tasks forget`: takes back what imports told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output
from ossrec.cli.tasks.table_files import TableFileOptions, file_options, opened_rows
from ossrec.errors import UsageProblem


@click.command(
    "forget",
    epilog="\b\nExamples:\n"
    "  ossrec tasks forget ba1107310000565164da34f816f842da94d\n"
    "  ossrec tasks forget --file wrong.csv",
)
@click.argument("recordids", nargs=-1, metavar="[RECORDID]...", type=values.name)
@click.option("--file", type=values.text, help="All tasks of a file as it was imported, - for standard input.")
@file_options
@click.option("--wait", is_flag=True, help="Wait for another run on this catalog instead of failing.")
@setting("catalog", "idle", "lag")
@output_options
def command(recordids: tuple[str, ...], file: str | None, catalog: Path, output: Output, **options: Any) -> int:
    """Forget all that imports told of some tasks: of each RECORDID, or of all those in a file.

    The file is read as `tasks import` reads it, so give --map and the like as they were given there; its bad rows
    were not imported, and do not count. A task that calls or callbacks tell of as well is left with what
    those say, any other one is gone. Files are linked and judged as if it had never been imported.
    """
    from ossrec.jobs.tasks.forget_tasks import ForgetOptions, forget_tasks
    from ossrec.tasks.table_columns import ColumnMapping

    given = TableFileOptions.of(options)
    if bool(recordids) == (file is not None):
        raise UsageProblem("name tasks, or a file of them with --file: one of the two")
    how = ForgetOptions(**options)
    if file is None:
        summary = forget_tasks(catalog, recordids, how)
    else:
        with opened_rows(file, given, ColumnMapping()) as rows:
            summary = forget_tasks(catalog, (row.fields.recordid for row in rows if row.fields is not None), how)
    if not summary.forgotten:
        what = recordids[0] if len(recordids) == 1 else "any of these tasks"
        raise UsageProblem(f"no import told of {what}: `ossrec tasks list` lists those that are known")
    told = summary.as_dict()
    output.record(told, lambda: _lines(told, output))
    return 0


def _lines(told: dict[str, Any], output: Output) -> Iterator[str]:
    number = told["forgotten"]
    what = "1 task" if number == 1 else f"{number:,} tasks"
    yield output.paint(f"what imports told of {what} is forgotten", None, bold=True)
    if told["requested"] > number:
        yield f"  not known   {told['requested'] - number:,}: no import told of them"
    others = f", {told['kept']:,} of these still, by calls or callbacks" if told["kept"] else ""
    yield f"  tasks       the catalog knows {told['tasks']:,}{others}"
    yield f"  recordings  {told['recordings_linked']:,} linked again"
