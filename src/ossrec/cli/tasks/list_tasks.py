"""`ossrec tasks list`: tasks with their state, who says so, and their files."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.tasks.task_list import FIELDS, STATES, TaskFilter, find_tasks
from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting, time_range, word_list_option
from ossrec.cli.output.output import Column, Output, say
from ossrec.cli.output.text import human_time
from ossrec.cli.tasks.inbox_notice import report_waiting_callbacks

Row = dict[str, Any]


def _files(verdicts: dict[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in verdicts.items()) or "none"


_COLORS = {"recording": "cyan", "failed": "red", "unknown": "magenta"}
_COLUMNS = (
    Column("recordid", lambda row: row["recordid"] or "(none)"),
    Column("room", lambda row: row["roomid"] or "", rank=3, hide_if_empty=True, shrinks=True),
    Column("stream", lambda row: row["stream"] or "", rank=6, hide_if_empty=True),
    Column("state", lambda row: row["state"], lambda row: _COLORS.get(row["state"])),
    Column("says", lambda row: row["state_from"], rank=4),
    Column("since (UTC)", lambda row: human_time(row["state_at"]), rank=5),
    Column("started (UTC)", lambda row: human_time(row["started_at"]), rank=1),
    Column("files", lambda row: _files(row["verdicts"]), rank=2, min_width=11),
)


@click.command(
    "list",
    epilog="\b\nExamples:\n  ossrec tasks list --since 1d\n  ossrec tasks list --state started,recording --format json",
)
@click.option("--recordid", type=values.name, help="This task.")
@click.option("--room", type=values.name, help="Tasks of this room.")
@word_list_option("--state", "states", STATES, "state", "In one of these states:")
@time_range("Started at or after: 2026-10-01, or 2d for two days ago.", "Started before: the same.")
@click.option("--limit", type=values.limit, metavar="NUMBER", help="The newest so many.")
@setting("catalog", "idle", "lag")
@output_options
def command(catalog: Path, output: Output, idle: float, lag: float, **wanted: Any) -> int:
    """List tasks, the newest first, each with its state, the source that says so, and its files.

    A recordid that is only in the bucket is a task of unknown origin: its state is from the bucket. What was
    asked of the recorder and came to no task has no recordid. A task whose start nobody told counts by the best
    time that is known of it. Times are UTC.
    """
    with closing(open_catalog(catalog)) as conn:
        rows = find_tasks(conn, TaskFilter(**wanted), now=time.time(), quiet_after=idle + lag)
        with closing(rows):
            number = output.rows(rows, FIELDS, _COLUMNS)
    report_waiting_callbacks(catalog)
    if not number:
        say("no task is known that fits: `ossrec tasks import` takes them from a file")
    return 0
