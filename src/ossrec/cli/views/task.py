"""A task as lines for `ossrec show`: its state, its files and its events."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from ossrec.catalog.query.find import RecordingFilter, find_recordings
from ossrec.catalog.tasks.history import task_events
from ossrec.catalog.tasks.task_list import TaskFilter, find_tasks, has_task
from ossrec.cli.output.colors import VERDICTS
from ossrec.cli.output.output import Output
from ossrec.cli.output.text import clock, human_time, printable
from ossrec.cli.views.recording import event_lines, import_lines

Row = dict[str, Any]


def task_record(conn: sqlite3.Connection, recordid: str, *, now: float, quiet_after: float) -> Row | None:
    """Return a task with its recordings and its events; None if no source knows it."""
    times = {"now": now, "quiet_after": quiet_after}
    with closing(find_tasks(conn, TaskFilter(recordid), **times)) as found:
        task = next(found, None)
    if task is None or not has_task(conn, recordid):
        return None
    recordings = list(find_recordings(conn, RecordingFilter(recordid=recordid), **times))
    return {**task, "recordings": recordings, "events": task_events(conn, recordid)}


def task_lines(known: Row, output: Output) -> Iterator[str]:
    """Yield the lines for a row of `task_record`."""
    yield output.paint(printable(f"task {known['recordid']}"), None, bold=True)
    since = f" since {human_time(known['state_at'])} UTC" if known["state_at"] else ""
    yield printable(f"  state     {known['state']}{since} (source: {known['state_from']})")
    who = {"mixed": ", all users, mixed", "source": ", each user alone"}.get(known["stream"] or "", "")
    yield printable(f"  room      {known['roomid'] if known['roomid'] is not None else 'not known'}{who}")
    if known["uids"]:
        yield printable(f"  users     {', '.join(known['uids'])}")
    for word in ("started", "stopped"):
        if known[f"{word}_at"]:
            yield f"  {word:9} {human_time(known[f'{word}_at'])} UTC"
    yield from import_lines(known)
    yield from _files(known["recordings"], output)
    yield from event_lines(known["events"], output)


def _files(recordings: list[Row], output: Output) -> Iterator[str]:
    if not recordings:
        yield "  files     none in the buckets that were scanned"
        return
    yield ""
    yield output.paint("Files", None, bold=True)
    for one in recordings:
        verdict = output.paint(f"{one['verdict']:10}", VERDICTS.get(one["verdict"]))
        length = f", {clock(one['duration'])}" if one["duration"] is not None else ""
        differs = ", contradicts the task" if one["linked"] == "contradicted" else ""
        place = f"{one['bucket'].rstrip('/')}/{one['playlist'] or one['path']}"
        yield f"  {verdict}  {printable(f'{place}{length}{differs}')}"
