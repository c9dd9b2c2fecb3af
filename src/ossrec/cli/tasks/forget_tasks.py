"""`ossrec tasks forget`: delete imported facts of tasks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output
from ossrec.cli.output.text import counted
from ossrec.cli.tasks.table_files import TableFileOptions, file_options, opened_rows
from ossrec.errors import UsageProblem


@click.command(
    "forget",
    epilog="\b\nExamples:\n"
    "  ossrec tasks forget ba1107310000565164da34f816f842da94d\n"
    "  ossrec tasks forget --file wrong.csv",
)
@click.argument("recordids", nargs=-1, metavar="[RECORDID]...", type=values.name)
@click.option("--file", type=values.text, help="Forget all tasks in this file; - is standard input.")
@file_options
@click.option("--wait", is_flag=True, help="Wait while another run holds the catalog, instead of failing.")
@setting("catalog", "idle", "lag")
@output_options
def command(recordids: tuple[str, ...], file: str | None, catalog: Path, output: Output, **options: Any) -> int:
    """Revert imports: delete everything imported about each RECORDID, or about all tasks in a file.

    The file is read as by `tasks import`, so give the same --map and other options. Its bad rows were not imported
    and are ignored. Tasks that calls or callbacks report too remain, with those facts only; all others are
    deleted. Recordings are linked and evaluated again as if the tasks had never been imported.
    """
    from ossrec.jobs.tasks.forget_tasks import ForgetOptions, forget_tasks
    from ossrec.tasks.table_columns import ColumnMapping

    given = TableFileOptions.of(options)
    if bool(recordids) == (file is not None):
        raise UsageProblem("give either RECORDIDs or --file")
    how = ForgetOptions(**options)
    if file is None:
        summary = forget_tasks(catalog, recordids, how)
    else:
        with opened_rows(file, given, ColumnMapping()) as rows:
            summary = forget_tasks(catalog, (row.fields.recordid for row in rows if row.fields is not None), how)
    if not summary.forgotten:
        tasks = f"{recordids[0]} was" if len(recordids) == 1 else "none of these tasks was"
        negation = "never " if len(recordids) == 1 else ""
        raise UsageProblem(f"{tasks} {negation}imported: `ossrec tasks list` lists known tasks")
    counts = summary.as_dict()
    output.record(counts, lambda: _lines(counts, output))
    return 0


def _lines(counts: dict[str, Any], output: Output) -> Iterator[str]:
    forgotten = counts["forgotten"]
    yield output.paint(f"forgot what was imported about {counted(forgotten, 'task')}", None, bold=True)
    if counts["requested"] > forgotten:
        yield f"  not found   {counts['requested'] - forgotten:,}, never imported"
    kept = f"; {counts['kept']:,} of the forgotten ones remain, from calls or callbacks" if counts["kept"] else ""
    yield f"  tasks       {counts['tasks']:,} in the catalog{kept}"
    yield f"  recordings  {counts['recordings_linked']:,} linked again"
