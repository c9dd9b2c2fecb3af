"""Tells of callbacks that were received and are not in the catalog yet."""

from pathlib import Path

from ossrec.catalog.tasks.inbox import inbox_count
from ossrec.cli.output.output import say


def report_waiting_callbacks(catalog: Path) -> None:
    """A line on stderr if there are such callbacks."""
    number = inbox_count(catalog)
    if number:
        say(f"ossrec: {number:,} callbacks wait beside the catalog: the next scan or import takes them in")
