"""Callbacks into the catalog: out of the inbox of a listener, or from a file of saved ones."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ossrec.catalog.callbacks import CallbackRow, keep_callback
from ossrec.catalog.inbox import Inbox, Letter, inbox_of
from ossrec.catalog.writing import transaction
from ossrec.jobs.linking import note_facts
from ossrec.model import TaskFact
from ossrec.tasks.callbacks import Unreadable, read_callback
from ossrec.tasks.replaying import Saved

_AT_ONCE = 500  # callbacks in a transaction
_MOST_PROBLEMS = 1_000

Transaction = Callable[[sqlite3.Connection], AbstractContextManager[None]]


@dataclass(slots=True)
class ReplaySummary:
    """What came of a file of callbacks."""

    callbacks: int = 0
    new: int = 0
    repeats: int = 0  # of them, or of those that were known
    tasks: int = 0  # of which something new was told
    bad: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def take_in(conn: sqlite3.Connection, catalog: Path, now: int, within: Transaction = transaction) -> int:
    """Take all that is in the inbox of *catalog* into it; gives how many callbacks that were.

    Each portion is one transaction *within*; a callback leaves the inbox once it is committed.
    """
    if not os.path.exists(inbox_of(catalog)):  # noqa: PTH110
        return 0
    inbox = Inbox(catalog)
    taken = 0
    try:
        while letters := inbox.some(_AT_ONCE):
            with within(conn):
                keep_letters(conn, letters, now, may_be_kept=True)
            inbox.drop(letters)
            taken += len(letters)
    finally:
        inbox.close()
    return taken


def keep_letters(
    conn: sqlite3.Connection, letters: Iterable[Letter], now: int, *, may_be_kept: bool = False
) -> tuple[int, int]:
    """Keep callbacks and what they tell of tasks; gives how many callbacks and tasks have something new.

    Letters *may_be_kept* already if a run was killed before they had left the inbox.
    """
    facts: list[TaskFact] = []
    new = 0
    for letter in letters:
        try:
            callback, _ = read_callback(letter.body.encode())
        except Unreadable:  # the inbox takes none such; whoever wrote it by hand finds the body in the table
            row = CallbackRow(*letter[1:4], None, None, None, None, letter.body)
        else:
            row = CallbackRow(
                *letter[1:4], callback.msgtype, callback.notify_ms, callback.recordid, callback.file, letter.body
            )
            facts += callback.facts
        new += keep_callback(conn, row, may_be_kept=may_be_kept)
    return new, len(note_facts(conn, facts, now))


def replay(conn: sqlite3.Connection, saved: Iterable[Saved], now: int) -> ReplaySummary:
    """Keep callbacks that were saved elsewhere; belongs in no transaction, and is written as a whole."""
    summary = ReplaySummary()
    letters: list[Letter] = []
    with transaction(conn):
        for one in saved:
            try:
                if one.body is None:
                    raise Unreadable(one.problem)
                callback, text = read_callback(one.body)
            except Unreadable as problem:
                summary.bad += 1
                if len(summary.problems) < _MOST_PROBLEMS:
                    summary.problems.append(f"line {one.line}: {problem}")
                continue
            letters.append(Letter(0, callback.msgid, now, 0, text))
            if len(letters) >= _AT_ONCE:
                _keep(conn, letters, summary, now)
        _keep(conn, letters, summary, now)
    return summary


def _keep(conn: sqlite3.Connection, letters: list[Letter], summary: ReplaySummary, now: int) -> None:
    new, tasks = keep_letters(conn, letters, now)
    summary.callbacks += len(letters)
    summary.new += new
    summary.repeats += len(letters) - new
    summary.tasks += tasks
    letters.clear()
