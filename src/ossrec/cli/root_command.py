"""The group of all commands; a command's module is loaded when the command is used."""

import importlib
from typing import Any

import click

from ossrec import __version__
from ossrec.errors import Interrupted

COMMANDS = {
    "scan": "List a bucket into the catalog and check what is new or changed.",
    "check": "Look at the bytes of the segments that are due.",
    "find": "Find recordings by room, user, task, verdict or time.",
    "show": "Show a recording or a room: timeline, findings, what to do next.",
    "rebuild": "Write a playlist from segments alone, or correct the one there is.",
    "tasks": "Link files to the tasks that recorded them, and list what does not match.",
    "record": "Start and stop recordings, and say what became of them.",
    "parse": "Say what file names mean.",
    "explain": "Explain what a finding means and what to do about it.",
    "doctor": "Check settings, access, clock and catalog.",
    "completion": "Print the script that makes a shell complete ossrec.",
}


class LazyGroup(click.Group):
    """A group that imports ``ossrec.cli.commands.{command}`` when it is asked for that command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which one comes to need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ossrec.cli.commands.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """As usual, but a Ctrl-C is told by its exit code alone: click would write an empty line."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted("") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help, without loading the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As usual, with a likely name beside one that there is not."""
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
    """Know what is in a bucket of cloud recordings: what was recorded, where it is, whether it is whole.

    Exit codes: 0 fine, 1 findings, 2 wrong use, 3 partly done, 10 no catalog, 11 catalog in use,
    12 no access, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return 2
    return None
