"""`ossrec tasks`: import and list recording tasks, and match them with the recordings in the bucket."""

import click

from ossrec.cli.subcommand_group import Subcommand, SubcommandGroup

SUBCOMMANDS = {
    "import": Subcommand("ossrec.cli.tasks.import_tasks", "Import tasks from a CSV, JSON or JSON lines file."),
    "forget": Subcommand(
        "ossrec.cli.tasks.forget_tasks", "Remove imported facts of the given tasks, or of all tasks in a file."
    ),
    "list": Subcommand("ossrec.cli.tasks.list_tasks", "List tasks with their state and files."),
    "unmatched": Subcommand("ossrec.cli.tasks.unmatched", "List tasks without files and files without tasks."),
    "listen": Subcommand("ossrec.cli.tasks.listen", "Receive the recorder's callbacks over HTTP."),
    "replay": Subcommand("ossrec.cli.tasks.replay", "Import callbacks that were saved to files."),
}


@click.command(
    "tasks",
    cls=SubcommandGroup,
    subcommands=SUBCOMMANDS,
    invoke_without_command=True,
    epilog="\b\nExamples:\n  ossrec tasks import tasks.csv\n  ossrec tasks unmatched",
)
@click.pass_context
def command(ctx: click.Context) -> int | None:
    """Match recordings with recording tasks, and list mismatches.

    Tasks are known from an import of your own database, from `ossrec record` and from the recorder's
    callbacks, in any order; each source is optional. A recordid found only in the bucket counts as a task
    of unknown origin.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return None
