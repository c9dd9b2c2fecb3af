"""Report callbacks that are in the inbox and not yet in the catalog."""

from pathlib import Path

from ossrec.catalog.tasks.inbox import inbox_count
from ossrec.cli.output.output import say
from ossrec.cli.output.text import counted


def report_waiting_callbacks(catalog: Path) -> None:
    """Write a line to stderr if there are such callbacks."""
    number = inbox_count(catalog)
    if number:
        say(f"ossrec: {counted(number, 'callback')} not yet in the catalog: the next scan or import ingests them")
