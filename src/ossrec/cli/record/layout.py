"""`ossrec record layout`: change the layout of a mixed recording."""

from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.record.service import call_for_task, read_json, service_options


@click.command("layout", epilog="\b\nExample:\n  ossrec record layout ba1107310000565164da34f816f842da94d grid.json")
@click.argument("recordid", type=values.text)
@click.argument("file", type=values.File())
@click.option("--room", type=values.text, help="Room of the recording, if the catalog does not have it.")
@service_options
def command(recordid: str, file: Path, room: str | None, **options: Any) -> int:
    """Change the layout of a mixed recording.

    FILE is a JSON object with the layout's members, which are sent unchanged; - is stdin.
    """
    layout = read_json(file)
    return call_for_task(recordid, room, options, lambda client, task: client.change_layout(task, layout))
