"""`ossrec record status`: everything known about a recording, or the calls with unknown outcome."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.connection.open_reader import open_catalog, snapshot
from ossrec.catalog.query.find import RecordingFilter, find_recordings
from ossrec.catalog.tasks.call_rows import FIELDS, call_rows, open_calls
from ossrec.catalog.tasks.history import task_events
from ossrec.catalog.tasks.task_list import TaskFilter, find_tasks
from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output.colors import VERDICTS
from ossrec.cli.output.output import Column, Output
from ossrec.cli.output.text import clock, human_time, printable
from ossrec.errors import UsageProblem

Row = dict[str, Any]

FINDINGS = 1  # exit code
_VALID_MS = 300_000  # of a resid

_COLUMNS = (
    Column("asked", lambda row: human_time(row["asked_at"])),
    Column("call", lambda row: row["call"]),
    Column("room", lambda row: row["roomid"]),
    Column("stream", lambda row: row["stream"] or "", hide_if_empty=True),
    Column("outcome", lambda row: row["outcome"]),
    Column("next", lambda row: row["next"]),
)


@click.command(
    "status",
    epilog="\b\nExamples:\n  ossrec record status\n  ossrec record status ba1107310000565164da34f816f842da94d",
)
@click.argument("recordid", type=values.text, required=False)
@setting("catalog", "idle", "lag")
@output_options
def command(recordid: str | None, catalog: Path, idle: float, lag: float, output: Output) -> int:
    """Show a recording's calls, its events from every source, and its files.

    Without RECORDID: List calls of the last 24 h with unknown outcome, and what to do about each. The exit code is
    then 1 if one of them is a start that may still be recording.
    """
    now = time.time()
    with closing(open_catalog(catalog)) as conn, snapshot(conn):
        if recordid is None:
            rows = open_calls(conn, int(now * 1000), _VALID_MS)
            output.rows(rows, FIELDS, _COLUMNS)
            return 0 if all(row["is_over"] for row in rows) else FINDINGS
        known = _known(conn, recordid, now, idle, lag)
    output.record(known, lambda: _lines(known, output))
    return 0


def _known(conn: sqlite3.Connection, recordid: str, now: float, idle: float, lag: float) -> Row:
    """Return everything the catalog has about a task; raises UsageProblem if that is nothing."""
    times = {"now": now, "quiet_after": idle + lag}
    tasks = list(find_tasks(conn, TaskFilter(recordid=recordid), **times))
    files = list(find_recordings(conn, RecordingFilter(recordid=recordid), **times))
    calls = call_rows(conn, recordid)
    if not (tasks or files or calls):
        raise UsageProblem(f"the catalog does not know {printable(recordid)}: `ossrec tasks list` lists known tasks")
    return {
        "recordid": recordid,
        "task": tasks[0] if tasks else None,
        "calls": calls,
        "events": task_events(conn, recordid),
        "files": files,
    }


def _lines(known: Row, output: Output) -> Iterator[str]:
    yield output.paint(printable(known["recordid"]), None, bold=True)
    task = known["task"]
    if task is not None:
        since = f" since {human_time(task['state_at'])} UTC" if task["state_at"] else ""
        yield printable(f"  state     {task['state']}{since} (from {task['state_from']})")
        yield printable(f"  room      {task['roomid'] or 'unknown'}, {task['stream'] or 'mixed or source'}")
    yield ""
    yield output.paint("Events", None, bold=True)
    for one in known["events"]:
        detail = f": {one['detail']}" if one["detail"] else ""
        yield printable(f"  {human_time(one['at'])}  {one['what']} ({one['source']}){detail}")
    yield ""
    yield output.paint("Files", None, bold=True)
    for row in known["files"]:
        verdict = output.paint(f"{row['verdict']:10}", VERDICTS.get(row["verdict"]))
        yield f"  {verdict}  {clock(row['duration']):>9}  {printable(row['playlist'] or row['path'])}"
    if not known["files"]:
        yield "  none in the catalog: scan the bucket to update it"
