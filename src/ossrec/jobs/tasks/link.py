"""Where tasks and recordings meet: facts become tasks, tasks are linked to files, names are read as they allow."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from ossrec.catalog.tasks.facts import (
    TaskRow,
    drop_tasks,
    facts_of,
    pack_uids,
    save_facts,
    save_tasks,
)
from ossrec.catalog.tasks.links import (
    FindingText,
    LinkCounts,
    LinkDecision,
    LinkPass,
    UndecidedRecording,
    due_plans,
    has_links,
    mark_due,
)
from ossrec.jobs.judge.task_knowledge import known_task
from ossrec.model import TaskFact
from ossrec.rules import RULES
from ossrec.tasks.matching import contradictions, name_findings, read_name
from ossrec.tasks.task import NO_SOURCES, Task, fact_sources, fold

UNKNOWN = "TSK460"


def add_facts(conn: sqlite3.Connection, facts: Iterable[TaskFact], now: int) -> list[str]:
    """Keep what calls and callbacks say, and bring their tasks up to date; gives the recordids with new facts.

    Belongs in a transaction. Recordings are linked by `link`, later.
    """
    told = list(facts)
    recordids = save_facts(conn, told, now)
    refold_tasks(conn, recordids, now)
    new = set(recordids)
    mark_due(conn, {fact.recordid for fact in told if fact.kind == "result" and fact.recordid in new})
    return recordids


def refold_tasks(conn: sqlite3.Connection, recordids: Sequence[str], now: int) -> None:
    """Fold the facts of these tasks anew; a task of which nobody says anything any more is none."""
    left = dict.fromkeys(recordids)
    rows: list[TaskRow] = []
    for facts in facts_of(conn, recordids):
        left.pop(facts[0].recordid, None)
        rows.append(_row(fold(facts, end_of_second(now))))
        if len(rows) >= 5_000:
            save_tasks(conn, rows, now)
            rows.clear()
    save_tasks(conn, rows, now)
    drop_tasks(conn, list(left))


def end_of_second(now: int) -> int:
    """The last millisecond of the second *now*: what happens in it is not ahead."""
    return now * 1000 + 999


def link(conn: sqlite3.Connection, now: int) -> LinkCounts:
    """Link all recordings that are to be linked, see `LinkPass`; belongs in a transaction.

    Afterwards all is as if every fact had been known from the beginning. Names that can be read in several ways are
    read as the task allows; what contradicts its task becomes a finding; what stands on the end of its task is due.
    """
    if not has_links(conn):
        return LinkCounts()
    refold_tasks(conn, due_plans(conn, end_of_second(now)), now)
    run = LinkPass(conn, end_of_second(now))
    run.sweep(UNKNOWN, int(RULES[UNKNOWN].severity))
    contradicted = run.decide(_outcomes(conn, run.closer()), now)
    return run.end(contradicted)


def _outcomes(conn: sqlite3.Connection, candidates: Iterable[UndecidedRecording]) -> Iterator[LinkDecision]:
    tasks: dict[str, Task | None] = {}
    for one in candidates:
        if one.recordid not in tasks:
            tasks.clear()  # those of one task mostly follow each other
            tasks[one.recordid] = known_task(conn, one.recordid)
        task = tasks[one.recordid]
        name = read_name(one.path, one.playlist, task)
        if name is None:  # the stem was no name by itself: it stays as it is
            read: tuple[str, str | None, str, bool] = one.roomid, one.uid, one.stream, bool(one.ambiguous)
        else:
            read = name.roomid, name.uid, name.stream, name.ambiguous
        found = [] if task is None else _contradictions(conn, task, read)
        named = [] if name is None else [_told(*about) for about in name_findings(name)]
        yield LinkDecision(one, *read, found=found, named=named, is_known=task is not None)


def _contradictions(conn: sqlite3.Connection, task: Task, read: tuple[str, str | None, str, bool]) -> list[FindingText]:
    roomid, uid, stream, _ = read
    if not contradictions(task, roomid, stream, uid):
        return []
    says = next((fact_sources(facts) for facts in facts_of(conn, [task.recordid])), NO_SOURCES)
    return [_told(*one) for one in contradictions(task, roomid, stream, uid, says)]


def _told(code: str, detail: str) -> FindingText:
    return code, int(RULES[code].severity), detail


def _row(task: Task) -> TaskRow:
    return TaskRow(**task._asdict() | {"uids": pack_uids(task.uids)})
