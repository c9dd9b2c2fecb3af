"""`ossrec tasks replay`: ingest saved callbacks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.input_files import open_input
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.text import counted
from ossrec.cli.views.run_summary import MAX_REPORTED, PARTLY, say_lines


@click.command(
    "replay",
    epilog="\b\nExamples:\n  ossrec tasks replay callbacks.jsonl\n  zcat access.log.1.gz | ossrec tasks replay -",
)
@click.argument("file", type=values.text)
@click.option("--wait", is_flag=True, help="Wait while another run holds the catalog, instead of failing.")
@setting("catalog")
@output_options
def command(file: str, wait: bool, catalog: Path, output: Output) -> int:
    """Ingest the callbacks in FILE (- is standard input) as if they were received now.

    FILE has callback bodies in sequence or as a JSON list, or is an access log with bodies in its lines, in any
    usual escaping. A callback that is already in the catalog is only counted. The exit code is 3 if an entry
    is not a callback; all others are ingested.
    """
    from ossrec.jobs.tasks.replay_callbacks import replay
    from ossrec.tasks.saved_callbacks import saved_callbacks

    with open_input(file) as stream:
        summary = replay(catalog, saved_callbacks(stream), wait=wait)
    say_lines("not a callback", summary.problems, f"--format json has up to {MAX_REPORTED:,}")
    if not (summary.callbacks or summary.bad):
        say(f"ossrec: no callbacks in {file}: a log must contain the bodies of its requests")
    result = summary.as_dict()
    output.record(result, lambda: _lines(result, output))
    return PARTLY if summary.bad else 0


def _lines(result: dict[str, Any], output: Output) -> Iterator[str]:
    bad = f"; not callbacks: {result['bad']:,}" if result["bad"] else ""
    callbacks = counted(result["callbacks"], "callback")
    head = f"{callbacks}: {result['new']:,} new, {result['repeats']:,} already known{bad}"
    yield output.paint(head, None, bold=True)
    yield f"  new facts about {counted(result['tasks'], 'task')}"
