"""`ossrec tasks list`: list tasks with their state, its source, and their files."""

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
    Column("source", lambda row: row["state_from"], rank=4),
    Column("since (UTC)", lambda row: human_time(row["state_at"]), rank=5),
    Column("started (UTC)", lambda row: human_time(row["started_at"]), rank=1),
    Column("files", lambda row: _files(row["verdicts"]), rank=2, min_width=11),
)


@click.command(
    "list",
    epilog="\b\nExamples:\n  ossrec tasks list --since 1d\n  ossrec tasks list --state started,recording --format json",
)
@click.option("--recordid", type=values.name, help="Only this task.")
@click.option("--room", type=values.name, help="Tasks of this room.")
@word_list_option("--state", "states", STATES, "state", "Tasks in one of these states:")
@time_range("Tasks started at or after TIME: 2026-10-01, or 2d (two days ago).", "Tasks started before TIME.")
@click.option("--limit", type=values.limit, metavar="NUMBER", help="List at most so many, newest first.")
@setting("catalog", "idle", "lag")
@output_options
def command(catalog: Path, output: Output, idle: float, lag: float, **wanted: Any) -> int:
    """List tasks, newest first, with state, the source of the state, and files.

    A recordid that appears only in the bucket is listed as a task with source bucket. A call of the recorder that
    started no task has no recordid. A task without a known start is sorted by its stop, else by the time of its
    state. Times are UTC.
    """
    with closing(open_catalog(catalog)) as conn:
        rows = find_tasks(conn, TaskFilter(**wanted), now=time.time(), quiet_after=idle + lag)
        with closing(rows):
            number = output.rows(rows, FIELDS, _COLUMNS)
    report_waiting_callbacks(catalog)
    if not number:
        say("no task matches: `ossrec tasks import` imports tasks from a file")
    return 0
