"""A group of subcommands, such as `ossrec tasks`: a subcommand's module is loaded when the subcommand is used."""

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Subcommand(NamedTuple):
    """A subcommand that is not loaded yet."""

    module: str  # where its `command` is defined
    summary: str  # its line in the help of the group


class SubcommandGroup(click.Group):
    """A group that imports the module of a subcommand when that subcommand is used."""

    def __init__(self, *args: Any, subcommands: Mapping[str, Subcommand], **kwargs: Any) -> None:
        """Create a group of *subcommands*, by name, in the order of the help."""
        super().__init__(*args, **kwargs)
        self.subcommands = subcommands

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the subcommands, in the order of the help."""
        return list(self.subcommands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The subcommand of that name, or None."""
        if cmd_name not in self.subcommands:
            return None
        command: click.Command = importlib.import_module(self.subcommands[cmd_name].module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of subcommands in the help, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in self.subcommands.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As in click, but the error for an unknown subcommand suggests the nearest name."""
        if args and args[0] not in self.subcommands and not args[0].startswith("-"):
            from ossrec.config import nearest

            ctx.fail(f"there is no command {self.name} {args[0]}{nearest(args[0], self.subcommands)}")
        return super().resolve_command(ctx, args)
