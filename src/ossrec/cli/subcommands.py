"""A command that is a group: `ossrec tasks import` is ``ossrec.cli.tasks_import``, loaded when it is used."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class Subcommands(click.Group):
    """A group that imports ``ossrec.cli.{group}_{command}`` when it is asked for that command."""

    def __init__(self, *args: Any, words: Mapping[str, str], **kwargs: Any) -> None:
        """*words* are the commands in the order in which one comes to need them, each with its line in the help."""
        super().__init__(*args, **kwargs)
        self.words = words

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which one comes to need them."""
        return list(self.words)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in self.words:
            return None
        command: click.Command = importlib.import_module(f"ossrec.cli.{self.name}_{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help, without loading the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.words.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As usual, with a likely name beside one that there is not."""
        if args and args[0] not in self.words and not args[0].startswith("-"):
            from ossrec.config import nearest

            ctx.fail(f"there is no command {self.name} {args[0]}{nearest(args[0], self.words)}")
        return super().resolve_command(ctx, args)
