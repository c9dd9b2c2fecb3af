"""`ossrec record status`: what is known of a recording from every source, or which calls are open."""

from pathlib import Path

import click

from ossrec.cli import values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output import Output


@click.command("status")
@click.argument("recordid", type=values.text, required=False)
@setting("catalog", "idle", "lag")
@output_options
def command(recordid: str | None, catalog: Path, idle: float, lag: float, output: Output) -> int:
    """Say what is known."""
    return 0
