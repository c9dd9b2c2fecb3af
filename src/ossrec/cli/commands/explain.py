"""`ossrec explain`: explain finding codes and how to fix what they report."""

from typing import TYPE_CHECKING, Any

import click

from ossrec.cli.options import output_options
from ossrec.cli.output.colors import SEVERITIES, VERDICTS
from ossrec.cli.output.output import Column, Output, write_lines
from ossrec.config import nearest
from ossrec.errors import UsageProblem
from ossrec.rules import RULES
from ossrec.rules.explain import explain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Row = dict[str, Any]

_FIELDS = ("code", "severity", "verdict", "title", "remedy", "section")
_COLUMNS = (
    Column("code", lambda row: row["code"]),
    Column("severity", lambda row: row["severity"], lambda row: SEVERITIES.get(row["severity"])),
    Column("best verdict", lambda row: row["verdict"], lambda row: VERDICTS.get(row["verdict"])),
    Column("meaning", lambda row: row["title"]),
)


def _code(value: str) -> str:
    """Return *value* as a finding code; upper and lower case are the same."""
    code = value.strip().upper()
    if code not in RULES:
        hint = nearest(code, RULES) or ";"
        raise UsageProblem(f"there is no code {value}{hint} `ossrec explain --list` lists all codes")
    return code


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    start = incomplete.upper()
    return [CompletionItem(code, help=RULES[code].title) for code in sorted(RULES) if code.startswith(start)]


@click.command("explain", epilog="\b\nExamples:\n  ossrec explain LST260\n  ossrec explain --list")
@click.argument("codes", nargs=-1, type=_code, metavar="CODE...", shell_complete=_complete)
@click.option("--list", "every", is_flag=True, help="List all codes, one per line.")
@output_options
def command(codes: tuple[str, ...], every: bool, output: Output) -> None:
    """Explain what a finding means for the recording, and how to fix it."""
    if every == bool(codes):
        raise UsageProblem("name one or more codes such as LST260, or use --list for all")
    rows = [_row(code) for code in (sorted(RULES) if every else codes)]
    if every or output.format != "table":
        output.rows(rows, _FIELDS, _COLUMNS)
    else:
        write_lines("\n\n".join(str(explain(code)) for code in codes).split("\n"))


def _row(code: str) -> Row:
    rule = RULES[code]
    return {
        "code": code,
        "severity": rule.severity.name.lower(),
        "verdict": str(rule.verdict),
        "title": rule.title,
        "remedy": rule.remedy,
        "section": rule.section,
    }
