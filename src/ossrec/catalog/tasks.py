"""Tasks in the catalog: the facts that sources tell, and the row of each task that follows from them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from ossrec.catalog.bulk import insert
from ossrec.model import TaskFact

_FACT = "recordid, source, identity, kind, at_ms, roomid, stream, uids, started_ms, stopped_ms, duration, file, extra"
_MANY = 500  # recordids in one question


class TaskRow(NamedTuple):
    """A row of `tasks`, but for the times at which it was noted. *uids* is a JSON array."""

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
    """Keep facts of calls and callbacks; gives the recordids that have a new one. Belongs in a transaction.

    A fact that is known already, by its source and identity, changes nothing.
    """
    marks = ", ".join("?" * 14)
    new = []
    for fact in facts:
        cursor = conn.execute(
            f"INSERT OR IGNORE INTO task_facts ({_FACT}, seen) VALUES ({marks})",
            (*fact[:7], pack_uids(fact.uids), *fact[8:], now),
        )
        if cursor.rowcount:
            new.append(fact.recordid)
    return list(dict.fromkeys(new))


def facts_of(conn: sqlite3.Connection, recordids: Sequence[str]) -> Iterator[list[TaskFact]]:
    """The facts of each of these tasks, as they came; a task without any is left out."""
    for start in range(0, len(recordids), _MANY):
        some = recordids[start : start + _MANY]
        marks = ",".join("?" * len(some))
        rows = conn.execute(f"SELECT {_FACT} FROM task_facts WHERE recordid IN ({marks}) ORDER BY recordid, id", some)
        for _, same in groupby(rows, key=lambda row: row[0]):
            yield [_fact(row) for row in same]


def save_tasks(conn: sqlite3.Connection, rows: Iterable[TaskRow], now: int) -> None:
    """Write what follows from the facts of tasks; a row that changes is to be linked again."""
    insert(
        conn,
        f"INTO tasks ({', '.join(TaskRow._fields)}, first_seen, last_changed)",
        [(*row, now, now) for row in rows],
        _UPDATE,
    )


_DERIVED = TaskRow._fields[1:]
_UPDATE = f"""
ON CONFLICT (recordid) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _DERIVED)},
    last_changed = excluded.last_changed, linked = 0
WHERE ({", ".join(_DERIVED)}) IS NOT ({", ".join(f"excluded.{name}" for name in _DERIVED)})
"""


def task_row(conn: sqlite3.Connection, recordid: str) -> TaskRow | None:
    """What is known of a task; None if no source told of it."""
    row = conn.execute(f"SELECT {', '.join(TaskRow._fields)} FROM tasks WHERE recordid = ?", (recordid,)).fetchone()
    return None if row is None else TaskRow(*row)


def told_durations(conn: sqlite3.Connection, recordid: str) -> list[tuple[str | None, str | None, float]]:
    """What callbacks told of the files of a task, the newest first: (file, uid, seconds)."""
    return [
        (file, (unpack_uids(uids) or (None,))[0], duration)
        for file, uids, duration in conn.execute(
            "SELECT file, uids, duration FROM task_facts"
            " WHERE recordid = ? AND kind = 'result' AND duration IS NOT NULL ORDER BY at_ms DESC, id DESC",
            (recordid,),
        )
    ]


def pack_uids(uids: Sequence[str] | None) -> str | None:
    """Users as the catalog keeps them: a JSON array."""
    if uids is None:
        return None
    return f'["{uids[0]}"]' if len(uids) == 1 and uids[0].isalnum() else _packed(uids)


_packed = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def unpack_uids(packed: str | None) -> tuple[str, ...] | None:
    """Users of the catalog's JSON array."""
    return None if packed is None else tuple(json.loads(packed))


def _fact(row: tuple[Any, ...]) -> TaskFact:
    return TaskFact._make((*row[:7], unpack_uids(row[7]), *row[8:]))
