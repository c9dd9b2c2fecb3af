"""The task of a recording, as known from imports, callbacks and calls, for its evaluation."""

import sqlite3
from dataclasses import replace
from typing import NamedTuple

from ossrec.catalog.store.recordings import StoredRecording
from ossrec.catalog.tasks.facts import (
    reported_durations,
    task_row,
    unpack_uids,
)
from ossrec.catalog.tasks.links import has_tasks
from ossrec.jobs.judge.assemble import Assembled
from ossrec.naming import parse_name
from ossrec.tasks.task import Task


class TaskKnowledge(NamedTuple):
    """The task of a recording, None if unknown, and the time until its last files have arrived."""

    task: Task | None = None
    lag: float = 0.0  # the upload lag, seconds

    @property
    def has_stopped(self) -> bool:
        """The task was stopped."""
        return self.task is not None and self.task.state == "stopped" and self.task.stopped_ms is not None

    def is_over(self, now: float) -> bool:
        """Return whether the task stopped longer ago than the upload lag; *now* is in epoch seconds."""
        task = self.task
        return self.has_stopped and task is not None and (task.stopped_ms or 0) / 1000 + self.lag < now


class TaskLookup:
    """Finds the tasks of recordings, in one run."""

    def __init__(self, conn: sqlite3.Connection, lag: float) -> None:
        """*lag* is the upload lag in seconds."""
        self._conn = conn
        self._lag = lag
        self._is_empty = not has_tasks(conn)

    def of(self, recording: StoredRecording, assembled: Assembled) -> tuple[TaskKnowledge, Assembled]:
        """Return the task of a recording, and *assembled* with the durations that callbacks reported."""
        name = None if self._is_empty else parse_name(f"{recording.path}.m3u8")
        if name is None:
            return TaskKnowledge(lag=self._lag), assembled
        task = known_task(self._conn, name.recordid)
        if task is not None and assembled.parts:
            assembled = self._with_durations(recording, assembled, name.recordid)
        return TaskKnowledge(task, self._lag), assembled

    def _with_durations(self, recording: StoredRecording, assembled: Assembled, recordid: str) -> Assembled:
        reported = reported_durations(self._conn, recordid)
        if not reported:
            return assembled
        parts = []
        for part in assembled.parts:
            file = part.key.rpartition("/")[2]
            seconds = next((seconds for key, _, seconds in reported if key and key.rpartition("/")[2] == file), None)
            if seconds is None and len(assembled.parts) == 1:
                seconds = next(
                    (seconds for key, uid, seconds in reported if key is None and uid == recording.uid), None
                )
            parts.append(part._replace(joined=replace(part.joined, reported_duration=seconds)))
        return assembled._replace(parts=parts)


def known_task(conn: sqlite3.Connection, recordid: str) -> Task | None:
    """Return the task as imports, callbacks and calls reported it; None if none did."""
    row = task_row(conn, recordid)
    return None if row is None else Task(**row._asdict() | {"uids": unpack_uids(row.uids)})
