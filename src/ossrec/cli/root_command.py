"""The root command `ossrec`: a group that loads the module of a command when that command is used."""

import importlib
from typing import Any

import click

from ossrec import __version__
from ossrec.errors import Interrupted

COMMANDS = {
    "scan": "Index a bucket and check the recordings that are new or changed.",
    "check": "Read segments and check that their content is intact.",
    "find": "Find recordings by room, user, task, verdict or time.",
    "show": "Show a recording or a room: timeline, findings, next steps.",
    "rebuild": "Write a playlist from segments, or correct an existing one.",
    "tasks": "Match recordings with recording tasks, and list mismatches.",
    "record": "Start and stop recordings, and show their status.",
    "parse": "Parse file names into task, room and user.",
    "explain": "Explain a finding and how to fix it.",
    "doctor": "Check settings, credentials, access, clock and catalog.",
    "completion": "Print a completion script for your shell.",
}


class LazyGroup(click.Group):
    """A group that imports ``ossrec.cli.commands.{command}`` when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the command names, in the order in which a new user needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command named *cmd_name*, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ossrec.cli.commands.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; on Ctrl-C exit with 130 and no output (click would print an empty line)."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands in the help, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As in click, but the error for an unknown command suggests the nearest name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ossrec.config import nearest

            ctx.fail(f"there is no command {args[0]}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.command(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExamples:\n  ossrec scan /var/recordings\n  ossrec find --verdict incomplete --since 7d",
)
@click.version_option(__version__, prog_name="ossrec", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context) -> int | None:
    """Index the recordings in a bucket, check that each is complete, and see which seconds are missing.

    Exit codes: 0 success, 1 findings, 2 usage error, 3 partly done, 10 no usable catalog,
    11 catalog in use, 12 access denied, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return None
