"""Calls of the recorder's service, noted in the catalog: before each, so that a crash leaves a trace, and after it."""

import sqlite3
import time
from collections.abc import Callable

from ossrec.catalog.connection.transactions import short_transaction
from ossrec.catalog.tasks.calls import answered_start, apply_call, rate_limit_wait, save_outcome, save_request
from ossrec.errors import OssrecError, ResidSpent
from ossrec.jobs.tasks.link import add_facts
from ossrec.model import RecorderOutcome, RecorderRequest, TaskFact
from ossrec.net.messages import brief
from ossrec.recorder.rate_limit import MOST, WINDOW

_FACTS = {"start": "started", "layout": "layout", "stop": "stopped"}


class CatalogCallLog:
    """Notes in the table `calls`, and as facts of tasks; keeps all processes with this catalog to the allowed rate.

    Each note is a transaction of its own, written beside whatever run holds the catalog.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        *,
        clock: Callable[[], float] | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """*conn* is one that `beside` gives; *clock* tells Unix seconds."""
        self._conn = conn
        self._clock, self._wait = clock or time.time, wait
        self.troubles: list[str] = []  # what could not be noted of calls that were made

    def asked(self, call: RecorderRequest) -> None:
        """Note *call* once its turn has come.

        Raises ResidSpent for a start with a resid that a start was answered for, by whatever process; CatalogLocked
        and sqlite3.Error when it cannot be noted.
        """
        while pause := self._try(call):
            self._wait(pause / 1000)

    def ended(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        """Note what came of *call*; when that fails, `troubles` has all that would be lost."""
        try:
            with short_transaction(self._conn):
                save_outcome(self._conn, call.trace_id, end)
                add_facts(self._conn, self._facts(call, end), int(self._clock()))
        except (OssrecError, sqlite3.Error) as error:
            known = {"resid": end.resid or call.resid, "recordid": end.recordid or call.recordid}
            ids = "".join(f", {name} {brief(text)}" for name, text in known.items() if text)
            trouble = f"{call.call} of room {brief(repr(call.room_id))} is {end.outcome}{ids}, traceId {call.trace_id}"
            self.troubles.append(f"{trouble}, but the catalog could not be told: {error}")

    def _try(self, call: RecorderRequest) -> int:
        """Ms to wait, or 0 when *call* is noted."""
        now_ms = int(self._clock() * 1000)
        with short_transaction(self._conn):
            pause = rate_limit_wait(self._conn, call.app_id, now_ms, most=MOST, window_ms=round(WINDOW * 1000))
            if pause:
                return pause
            used = answered_start(self._conn, call.resid) if call.call == "start" and call.resid else None
            if used is not None:
                raise ResidSpent(f"the resid {brief(used.resid or '')} was used already: apply for another")
            save_request(self._conn, call._replace(asked_ms=now_ms))  # it may have waited for its turn
        return 0

    def _facts(self, call: RecorderRequest, end: RecorderOutcome) -> list[TaskFact]:
        recordid = end.recordid or call.recordid
        if end.outcome != "done" or recordid is None or call.call not in _FACTS:
            return []
        kind = _FACTS[call.call]
        fact = TaskFact(recordid, "rest", f"{call.trace_id}:{kind}", kind, end.ended_ms, call.room_id, call.stream)
        if call.call == "stop":
            return [fact._replace(stopped_ms=end.ended_ms)]
        if call.call != "start":
            return [fact]
        applied = apply_call(self._conn, call.resid or "")
        first = [] if applied is None else [self._applied(recordid, applied.traceid, applied.answered_ms, call)]
        return [*first, fact._replace(started_ms=end.ended_ms)]

    def _applied(self, recordid: str, trace_id: str, at_ms: int | None, call: RecorderRequest) -> TaskFact:
        """That its resid was applied for, which nobody could say of the task before it had its recordid."""
        return TaskFact(recordid, "rest", f"{trace_id}:applied", "applied", at_ms, call.room_id, call.stream)
