"""What tasks know of one recording, for its judgement."""

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
    """What is known of the task of a recording, and how long it may take until its files have arrived."""

    task: Task | None = None
    lag: float = 0.0  # seconds

    @property
    def has_stopped(self) -> bool:
        """The task was stopped."""
        return self.task is not None and self.task.state == "stopped" and self.task.stopped_ms is not None

    def is_over(self, now: float) -> bool:
        """The task was stopped, and longer ago than the upload lag: nothing more will come. *now* is epoch seconds."""
        task = self.task
        return self.has_stopped and task is not None and (task.stopped_ms or 0) / 1000 + self.lag < now


class TaskLookup:
    """What tasks know of recordings, in one run."""

    def __init__(self, conn: sqlite3.Connection, lag: float) -> None:
        """*lag* is the upload lag in seconds."""
        self._conn = conn
        self._lag = lag
        self._is_empty = not has_tasks(conn)

    def of(self, holding: StoredRecording, assembled: Assembled) -> tuple[TaskKnowledge, Assembled]:
        """What is known of the task of a recording; its playlists get the lengths that callbacks told."""
        name = None if self._is_empty else parse_name(f"{holding.path}.m3u8")
        if name is None:
            return TaskKnowledge(lag=self._lag), assembled
        task = known_task(self._conn, name.recordid)
        if task is not None and assembled.parts:
            assembled = self._with_lengths(holding, assembled, name.recordid)
        return TaskKnowledge(task, self._lag), assembled

    def _with_lengths(self, holding: StoredRecording, assembled: Assembled, recordid: str) -> Assembled:
        told = reported_durations(self._conn, recordid)
        if not told:
            return assembled
        parts = []
        for part in assembled.parts:
            file = part.key.rpartition("/")[2]
            seconds = next((length for key, _, length in told if key and key.rpartition("/")[2] == file), None)
            if seconds is None and len(assembled.parts) == 1:
                seconds = next((length for key, uid, length in told if key is None and uid == holding.uid), None)
            parts.append(part._replace(listed=replace(part.listed, reported_duration=seconds)))
        return assembled._replace(parts=parts)


def known_task(conn: sqlite3.Connection, recordid: str) -> Task | None:
    """What is known of a task from elsewhere than the bucket."""
    row = task_row(conn, recordid)
    return None if row is None else Task(**row._asdict() | {"uids": unpack_uids(row.uids)})
