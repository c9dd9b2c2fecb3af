"""`ossrec record stop`: stop a recording."""

from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.record.service import call_for_task, service_options


@click.command("stop", epilog="\b\nExample:\n  ossrec record stop ba1107310000565164da34f816f842da94d")
@click.argument("recordid", type=values.text)
@click.option("--room", type=values.text, help="Room of the recording, if the catalog does not have it.")
@service_options
def command(recordid: str, room: str | None, **options: Any) -> int:
    """Stop a recording. The recorder then uploads the remaining segments and the playlist.

    Stopping twice does no harm.
    """
    return call_for_task(recordid, room, options, lambda client, task: client.stop(task))
