"""Tasks in the catalog: the facts that sources tell, and the row of each task that follows from them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from ossrec.catalog.connection.bulk_insert import insert_rows
from ossrec.model import EARLIEST_MS, LATEST_MS, TaskFact

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
    """Write what follows from the facts of tasks; a row that changes is to be linked again.

    So is one that a recording contradicts: the finding says who said what, and that may be another by now.
    """
    written = [(*row, now, now) for row in rows]
    insert_rows(conn, f"INTO tasks ({', '.join(TaskRow._fields)}, first_seen, last_changed)", written, _UPDATE)
    for start in range(0, len(written), _MANY):
        some = [row[0] for row in written[start : start + _MANY]]
        conn.execute(_CONTRADICTED.format(",".join("?" * len(some))), some)


def drop_tasks(conn: sqlite3.Connection, recordids: Sequence[str]) -> None:
    """Forget tasks of which nobody says anything any more; their recordings are to be linked and judged again."""
    for start in range(0, len(recordids), _MANY):
        some = recordids[start : start + _MANY]
        marks = ",".join("?" * len(some))
        conn.execute(f"DELETE FROM tasks WHERE recordid IN ({marks})", some)
        of_them = f"SELECT id FROM recordings WHERE recordid IN ({marks})"
        conn.execute(f"DELETE FROM findings WHERE source = 'task' AND recording_id IN ({of_them})", some)
        conn.execute(f"UPDATE recordings SET task = NULL, due = 1 WHERE recordid IN ({marks})", some)


_DERIVED = TaskRow._fields[1:]
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
    """What is known of a task; None if no source told of it."""
    row = conn.execute(f"SELECT {', '.join(TaskRow._fields)} FROM tasks WHERE recordid = ?", (recordid,)).fetchone()
    return None if row is None else TaskRow(*row)


def reported_durations(conn: sqlite3.Connection, recordid: str) -> list[tuple[str | None, str | None, float]]:
    """What callbacks told of the files of a task, the newest by its own time first: (file, uid, seconds)."""
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
