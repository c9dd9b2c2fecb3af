"""Where tasks and recordings meet: facts become tasks, tasks are linked to files, names are read as they allow."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from ossrec.catalog.links import Candidate, Linked, LinkPass, Outcome, has_tasks, mark_told_due
from ossrec.catalog.tasks import TaskRow, facts_of, pack_uids, save_facts, save_tasks, task_row, unpack_uids
from ossrec.model import TaskFact
from ossrec.rules import RULES
from ossrec.tasks.linking import Task, contradictions, fold, settle

UNKNOWN = "TSK460"


def note_facts(conn: sqlite3.Connection, facts: Iterable[TaskFact], now: int) -> list[str]:
    """Keep what calls and callbacks say, and bring their tasks up to date; gives the recordids with new facts.

    Belongs in a transaction. Recordings are linked by `link`, later.
    """
    told = list(facts)
    recordids = save_facts(conn, told, now)
    refresh(conn, recordids, now)
    new = set(recordids)
    mark_told_due(conn, {fact.recordid for fact in told if fact.kind == "result" and fact.recordid in new})
    return recordids


def refresh(conn: sqlite3.Connection, recordids: Sequence[str], now: int) -> None:
    """Fold the facts of these tasks anew."""
    rows: list[TaskRow] = []
    for facts in facts_of(conn, recordids):
        rows.append(_row(fold(facts)))
        if len(rows) >= 5_000:
            save_tasks(conn, rows, now)
            rows.clear()
    save_tasks(conn, rows, now)


def link(conn: sqlite3.Connection, now: int) -> Linked:
    """Link all recordings that were not linked yet, or whose tasks changed; belongs in a transaction.

    Names that can be read in several ways are read as the task allows; what contradicts its task becomes a finding.
    """
    if not has_tasks(conn):
        return Linked()
    run = LinkPass(conn)
    run.sweep(UNKNOWN, int(RULES[UNKNOWN].severity))
    contradicted = run.decide(_outcomes(conn, run.closer()), now)
    return run.end(contradicted)


def known_task(conn: sqlite3.Connection, recordid: str) -> Task | None:
    """What is known of a task from elsewhere than the bucket."""
    row = task_row(conn, recordid)
    return None if row is None else Task(**row._asdict() | {"uids": unpack_uids(row.uids)})


def _outcomes(conn: sqlite3.Connection, candidates: Iterable[Candidate]) -> Iterator[Outcome]:
    tasks: dict[str, Task | None] = {}
    for one in candidates:
        if one.recordid not in tasks:
            tasks.clear()  # those of one task mostly follow each other
            tasks[one.recordid] = known_task(conn, one.recordid)
        task = tasks[one.recordid]
        if task is not None:
            yield _outcome(one, task)


def _outcome(one: Candidate, task: Task) -> Outcome:
    settled = settle(names_of(one.path, one.playlist), task)
    if settled is None:  # the stem was no name by itself: it stays as it is
        read: tuple[str, str | None, str, bool] = one.roomid, one.uid, one.stream, bool(one.ambiguous)
    else:
        read = settled.name.roomid, settled.name.uid, settled.name.stream, settled.ambiguous
    roomid, uid, stream, ambiguous = read
    found = [(f.code, int(RULES[f.code].severity), f.detail) for f in contradictions(task, roomid, stream, uid)]
    return Outcome(one, roomid, uid, stream, ambiguous, found)


def names_of(path: str, playlist: str | None) -> tuple[str, ...]:
    """The keys that tell whose a recording is: the name of its first recorder, and that of its playlist."""
    plain = f"{path}.m3u8"
    return (plain,) if playlist is None or playlist == plain else (plain, playlist)


def _row(task: Task) -> TaskRow:
    return TaskRow(**task._asdict() | {"uids": pack_uids(task.uids)})
