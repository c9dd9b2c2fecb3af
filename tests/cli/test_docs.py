"""docs/cli.md and docs/settings.md describe every command, option, setting and field."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ossrec.cli.root_command import COMMANDS, root
from ossrec.config import ENVIRONMENT_ONLY, SETTINGS
from tests.catalog.builder import CatalogBuilder, mixed
from tests.running import Ossrec

DOCS = Path(__file__).parents[2] / "docs"
CLI = (DOCS / "cli.md").read_text("utf-8")


def command_of(name: str) -> click.Command:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    return command


def with_subcommands(command: click.Command) -> Iterator[click.Command]:
    """A command, and those of a group after it."""
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        yield from (one for name in command.list_commands(context) if (one := command.get_command(context, name)))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_described_with_its_examples_and_options(name: str) -> None:
    section = CLI.partition(f"\n## ossrec {name}")[2].partition("\n## ")[0]
    assert section
    settings = {setting.flag for setting in SETTINGS.values()} | {"--config"}
    for command in with_subcommands(command_of(name)):
        for line in (command.epilog or "").splitlines():
            is_example = line.startswith("  ") and "ossrec " in line
            assert not is_example or f"$ {line.strip()}\n" in section, line
        for param in command.params:
            for option in set(param.opts) - settings if isinstance(param, click.Option) else ():
                assert f"`{option}`" in section, option


def test_every_setting_is_described() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    for setting in SETTINGS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{setting.name}` |"))
        assert f"| `{setting.flag}` | `{setting.variable}` |" in row
        assert setting.help.rstrip(".").partition(":")[0] in row
        if setting.default not in ("", (), False):
            assert f"| `{setting.default}` |" in row
        assert all(f"`{word}`" in row for word in setting.words)
    assert all(f"{name}" in page for name in ENVIRONMENT_ONLY)


@pytest.mark.parametrize(
    "arguments",
    [
        ["find"],
        ["find", "--count"],
        ["find", "--unnamed"],
        ["show", mixed("lobby")],
        ["show", "--room", "lobby"],
        ["parse", mixed("lobby")],
    ],
    ids=" ".join,
)
def test_every_field_is_described(ossrec: Ossrec, catalog: CatalogBuilder, arguments: list[str]) -> None:
    found = ossrec(*arguments, "--format", "json").json
    row = found if isinstance(found, dict) else found[0]
    section = CLI.partition(f"\n## ossrec {arguments[0]}")[2].partition("\n## ")[0]
    section += CLI.partition("\n## ossrec find")[2].partition("\n## ")[0] if arguments[0] == "show" else ""
    names = set(row)
    for part in ("segments", "findings", "damage", "streams"):
        names |= {name for one in row.get(part) or () for name in one}
    assert [name for name in sorted(names) if f"`{name}`" not in section] == []


def test_every_field_of_the_summary_is_described(ossrec: Ossrec, alone: Path) -> None:
    (alone / "bucket").mkdir()
    summary = ossrec("scan", "bucket", "--format", "json").json
    section = CLI.partition("\n## ossrec scan")[2].partition("\n## ")[0]
    assert [name for name in summary if f"`{name}`" not in section] == []
