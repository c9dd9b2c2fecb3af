"""Fold facts into tasks, link recordings to tasks, and resolve names by tasks."""

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

UNKNOWN_TASK = "TSK460"


def add_facts(conn: sqlite3.Connection, facts: Iterable[TaskFact], now: int) -> list[str]:
    """Save facts of calls and callbacks, and fold their tasks again; return the recordids with new facts.

    Needs an open transaction. `link` links the recordings later.
    """
    given = list(facts)
    recordids = save_facts(conn, given, now)
    refold_tasks(conn, recordids, now)
    new = set(recordids)
    mark_due(conn, {fact.recordid for fact in given if fact.kind == "result" and fact.recordid in new})
    return recordids


def refold_tasks(conn: sqlite3.Connection, recordids: Sequence[str], now: int) -> None:
    """Fold the facts of these tasks again, and delete tasks without facts."""
    without_facts = dict.fromkeys(recordids)
    rows: list[TaskRow] = []
    for facts in facts_of(conn, recordids):
        without_facts.pop(facts[0].recordid, None)
        rows.append(_row(fold(facts, end_of_second(now))))
        if len(rows) >= 5_000:
            save_tasks(conn, rows, now)
            rows.clear()
    save_tasks(conn, rows, now)
    drop_tasks(conn, list(without_facts))


def end_of_second(now: int) -> int:
    """Return the last millisecond of the second *now*, so that events within that second are not in the future."""
    return now * 1000 + 999


def link(conn: sqlite3.Connection, now: int) -> LinkCounts:
    """Link the recordings that are not linked, or have changed tasks. Needs an open transaction.

    The result is the same as if every fact had been known from the beginning. Ambiguous names are resolved by the
    task; contradictions become findings; recordings with a verdict that depends on the end of the task become due.
    """
    if not has_links(conn):
        return LinkCounts()
    refold_tasks(conn, due_plans(conn, end_of_second(now)), now)
    run = LinkPass(conn, end_of_second(now))
    run.link_plain(UNKNOWN_TASK, int(RULES[UNKNOWN_TASK].severity))
    contradicted = run.save_decisions(_decisions(conn, run.undecided()), now)
    return run.finish(contradicted)


def _decisions(conn: sqlite3.Connection, recordings: Iterable[UndecidedRecording]) -> Iterator[LinkDecision]:
    tasks: dict[str, Task | None] = {}
    for one in recordings:
        if one.recordid not in tasks:
            tasks.clear()  # recordings of one task usually follow each other
            tasks[one.recordid] = known_task(conn, one.recordid)
        task = tasks[one.recordid]
        name = read_name(one.path, one.playlist, task)
        if name is None:  # the path is not a name: its reading does not change
            read: tuple[str, str | None, str, bool] = one.roomid, one.uid, one.stream, bool(one.ambiguous)
        else:
            read = name.roomid, name.uid, name.stream, name.ambiguous
        contradicting = [] if task is None else _contradictions(conn, task, read)
        about_name = [] if name is None else [_finding(code, detail) for code, detail in name_findings(name)]
        yield LinkDecision(
            one, *read, contradictions=contradicting, name_findings=about_name, has_task=task is not None
        )


def _contradictions(conn: sqlite3.Connection, task: Task, read: tuple[str, str | None, str, bool]) -> list[FindingText]:
    roomid, uid, stream, _ = read
    if not contradictions(task, roomid, stream, uid):
        return []
    sources = next((fact_sources(facts) for facts in facts_of(conn, [task.recordid])), NO_SOURCES)
    return [_finding(one.code, one.detail) for one in contradictions(task, roomid, stream, uid, sources)]


def _finding(code: str, detail: str) -> FindingText:
    return code, int(RULES[code].severity), detail


def _row(task: Task) -> TaskRow:
    return TaskRow(**task._asdict() | {"uids": pack_uids(task.uids)})
