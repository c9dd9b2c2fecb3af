"""Tasks in the catalog: the facts that sources report, and the row of each task that is folded from them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from ossrec.catalog.connection.bulk_insert import insert_rows
from ossrec.model import EARLIEST_MS, LATEST_MS, TaskFact

_COLUMNS = ", ".join(TaskFact._fields)
_BATCH = 500  # recordids in one statement


class TaskRow(NamedTuple):
    """A row of `tasks` without the times of its changes. *uids* is a JSON array."""

    recordid: str
    roomid: str | None
    stream: str | None
    uids: str | None
    started_ms: int | None
    stopped_ms: int | None
    state: str
    state_from: str
    state_ms: int | None


def save_facts(conn: sqlite3.Connection, facts: Iterable[TaskFact], now: int) -> list[str]:
    """Save facts of calls and callbacks; return the recordids that have a new one. Needs an open transaction.

    A fact with a known source and identity changes nothing.
    """
    values = ", ".join(f":{name}" for name in TaskFact._fields)
    new = []
    for fact in facts:
        cursor = conn.execute(
            f"INSERT OR IGNORE INTO task_facts ({_COLUMNS}, seen) VALUES ({values}, :seen)",
            fact._asdict() | {"uids": pack_uids(fact.uids), "seen": now},
        )
        if cursor.rowcount:
            new.append(fact.recordid)
    return list(dict.fromkeys(new))


def facts_of(conn: sqlite3.Connection, recordids: Sequence[str]) -> Iterator[list[TaskFact]]:
    """Yield the facts of each of these tasks in order of arrival; a task without facts is omitted."""
    for start in range(0, len(recordids), _BATCH):
        batch = recordids[start : start + _BATCH]
        marks = ",".join("?" * len(batch))
        rows = conn.execute(
            f"SELECT {_COLUMNS} FROM task_facts WHERE recordid IN ({marks}) ORDER BY recordid, id", batch
        )
        for _, same in groupby(map(_fact, rows), key=lambda fact: fact.recordid):
            yield list(same)


def save_tasks(conn: sqlite3.Connection, rows: Iterable[TaskRow], now: int) -> None:
    """Save rows of `tasks`; a row that changes must be linked again.

    So must a task that a recording contradicts: the finding names the source, which may have changed.
    """
    saved = [(*row, now, now) for row in rows]
    insert_rows(conn, f"INTO tasks ({', '.join(TaskRow._fields)}, first_seen, last_changed)", saved, _UPDATE)
    for start in range(0, len(saved), _BATCH):
        recordids = [str(recordid) for recordid, *_ in saved[start : start + _BATCH]]
        conn.execute(_CONTRADICTED.format(",".join("?" * len(recordids))), recordids)


def drop_tasks(conn: sqlite3.Connection, recordids: Sequence[str]) -> None:
    """Delete tasks without facts; their recordings must be linked and evaluated again."""
    for start in range(0, len(recordids), _BATCH):
        batch = recordids[start : start + _BATCH]
        marks = ",".join("?" * len(batch))
        conn.execute(f"DELETE FROM tasks WHERE recordid IN ({marks})", batch)
        recordings = f"SELECT id FROM recordings WHERE recordid IN ({marks})"
        conn.execute(f"DELETE FROM findings WHERE source = 'task' AND recording_id IN ({recordings})", batch)
        conn.execute(f"UPDATE recordings SET task = NULL, due = 1 WHERE recordid IN ({marks})", batch)


_DERIVED = [name for name in TaskRow._fields if name != "recordid"]
_UPDATE = f"""
ON CONFLICT (recordid) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _DERIVED)},
    last_changed = excluded.last_changed, linked = 0
WHERE ({", ".join(_DERIVED)}) IS NOT ({", ".join(f"excluded.{name}" for name in _DERIVED)})
"""


_CONTRADICTED = """
UPDATE tasks SET linked = 0 WHERE linked AND recordid IN ({})
    AND EXISTS (SELECT 1 FROM recordings r WHERE r.recordid = tasks.recordid AND r.task = 'contradicted')
"""


def task_row(conn: sqlite3.Connection, recordid: str) -> TaskRow | None:
    """Return the row of a task; None if no source reports it."""
    row = conn.execute(f"SELECT {', '.join(TaskRow._fields)} FROM tasks WHERE recordid = ?", (recordid,)).fetchone()
    return None if row is None else TaskRow(*row)


def reported_durations(conn: sqlite3.Connection, recordid: str) -> list[tuple[str | None, str | None, float]]:
    """Return (file, uid, seconds) from the callbacks about a task's files, newest by their own time first."""
    return [
        (file, (unpack_uids(uids) or (None,))[0], duration)
        for file, uids, duration in conn.execute(
            "SELECT file, uids, duration FROM task_facts"
            " WHERE recordid = ? AND kind = 'result' AND duration IS NOT NULL"
            " ORDER BY iif(at_ms >= ? AND at_ms < ?, at_ms, 0) DESC, identity DESC",
            (recordid, EARLIEST_MS, LATEST_MS),
        )
    ]


def pack_uids(uids: Sequence[str] | None) -> str | None:
    """Return users as a JSON array, as the catalog stores them."""
    if uids is None:
        return None
    return f'["{uids[0]}"]' if len(uids) == 1 and uids[0].isalnum() else _to_json(uids)


_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def unpack_uids(packed: str | None) -> tuple[str, ...] | None:
    """Return the users in a JSON array of the catalog."""
    return None if packed is None else tuple(json.loads(packed))


def _fact(row: tuple[Any, ...]) -> TaskFact:
    values = dict(zip(TaskFact._fields, row, strict=True))
    return TaskFact(**values | {"uids": unpack_uids(values["uids"])})
