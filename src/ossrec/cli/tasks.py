"""`ossrec tasks`: what was told of recording tasks, and how the files in the bucket fit."""

import click

from ossrec.cli.subcommands import Subcommands

WORDS = {
    "import": "Take tasks from a file: CSV, JSON or JSON lines.",
    "forget": "Take back what imports told: of some tasks, or of all in a file.",
    "list": "Tasks with their state and their files.",
    "unmatched": "Every line that does not match: tasks without files, files without tasks.",
    "listen": "Receive the recorder's callbacks over HTTP.",
    "replay": "Take callbacks that were saved elsewhere.",
}


@click.command(
    "tasks",
    cls=Subcommands,
    words=WORDS,
    invoke_without_command=True,
    epilog="\b\nExamples:\n  ossrec tasks import tasks.csv\n  ossrec tasks unmatched",
)
@click.pass_context
def command(ctx: click.Context) -> int | None:
    """Link files to the tasks that recorded them, and list what does not match.

    Tasks come from an import of your own database, from `ossrec record` and from the recorder's callbacks,
    in any order; each is optional. A recordid that is only in the bucket is a task of unknown origin.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return None
