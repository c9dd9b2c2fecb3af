"""`ossrec record stop`: stop a recording."""

from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.record.service import call_for_task, service_options


@click.command("stop", epilog="\b\nExample:\n  ossrec record stop ba1107310000565164da34f816f842da94d")
@click.argument("recordid", type=values.text)
@click.option("--room", type=values.text, help="Its room, if it is not in the catalog.")
@service_options
def command(recordid: str, room: str | None, **options: Any) -> int:
    """Stop a recording. The recorder uploads the rest of it, then its playlist.

    Stopping twice does no harm.
    """
    return call_for_task(recordid, room, options, lambda client, task: client.stop(task))
