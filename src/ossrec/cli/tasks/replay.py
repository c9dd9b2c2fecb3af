"""`ossrec tasks replay`: callbacks that were saved elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.input_files import open_input
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.output import Output, say
from ossrec.cli.views.run_summary import MAX_REPORTED, PARTLY, say_lines


@click.command(
    "replay",
    epilog="\b\nExamples:\n  ossrec tasks replay callbacks.jsonl\n  zcat access.log.1.gz | ossrec tasks replay -",
)
@click.argument("file", type=values.text)
@click.option("--wait", is_flag=True, help="Wait for another run on this catalog instead of failing.")
@setting("catalog")
@output_options
def command(file: str, wait: bool, catalog: Path, output: Output) -> int:
    """Take the callbacks in FILE, or in standard input if it is -, as if they came now.

    FILE holds bodies, one after the other or as a list, or is an access log with the bodies in its lines,
    however it escapes them. A callback that is known already is only counted. The exit code is 3 when something in FILE
    is no callback; all others are taken.
    """
    from ossrec.jobs.tasks.replay_callbacks import replay
    from ossrec.tasks.saved_callbacks import saved_callbacks

    with open_input(file) as stream:
        summary = replay(catalog, saved_callbacks(stream), wait=wait)
    say_lines("no callback", summary.problems, f"--format json has up to {MAX_REPORTED:,}")
    if not (summary.callbacks or summary.bad):
        say(f"ossrec: no callback is in {file}: a log must hold the bodies of its requests")
    told = summary.as_dict()
    output.record(told, lambda: _lines(told, output))
    return PARTLY if summary.bad else 0


def _lines(told: dict[str, Any], output: Output) -> Iterator[str]:
    bad = f", {told['bad']:,} that are none" if told["bad"] else ""
    head = f"{told['callbacks']:,} callbacks: {told['new']:,} new, {told['repeats']:,} known already{bad}"
    yield output.paint(head, None, bold=True)
    yield f"  something new of {told['tasks']:,} tasks"
