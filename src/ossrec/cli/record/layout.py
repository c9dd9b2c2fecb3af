"""`ossrec record layout`: change how the users of a mixed recording stand in its picture."""

from pathlib import Path
from typing import Any

import click

from ossrec.cli import option_types as values
from ossrec.cli.record.service import about, read_json, service_options


@click.command("layout", epilog="\b\nExample:\n  ossrec record layout ba1107310000565164da34f816f842da94d grid.json")
@click.argument("recordid", type=values.text)
@click.argument("file", type=values.File())
@click.option("--room", type=values.text, help="Its room, if the catalog does not know it.")
@service_options
def command(recordid: str, file: Path, room: str | None, **options: Any) -> int:
    """Change the layout of a mixed recording to what FILE says: a JSON object, its members sent as they are.

    FILE may be -, which is stdin.
    """
    layout = read_json(file)
    return about(recordid, room, options, lambda client, task: client.change_layout(task, layout))
