"""`ossrec record stop`: stop a recording."""

from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.record.service import about, service_options


@click.command("stop", epilog="\b\nExample:\n  ossrec record stop ba1107310000565164da34f816f842da94d")
@click.argument("recordid", type=values.text)
@click.option("--room", type=values.text, help="Its room, if the catalog does not know it.")
@service_options
def command(recordid: str, room: str | None, **options: Any) -> int:
    """Stop a recording; its playlist follows when the recorder has uploaded all of it.

    Stopping twice does no harm.
    """
    return about(recordid, room, options, lambda client, task: client.stop(task))
