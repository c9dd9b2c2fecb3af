"""The log of calls in the catalog. Each call is logged before it is sent, so that a crash leaves a trace."""

import sqlite3
import time
from collections.abc import Callable

from ossrec.catalog.connection.transactions import short_transaction
from ossrec.catalog.tasks.calls import answered_start, apply_call, rate_limit_wait, save_outcome, save_request
from ossrec.errors import OssrecError, ResidSpent
from ossrec.jobs.tasks.link import add_facts
from ossrec.model import RecorderOutcome, RecorderRequest, TaskFact
from ossrec.net.messages import brief
from ossrec.recorder.rate_limit import MAX_REQUESTS, WINDOW

_FACTS = {"start": "started", "layout": "layout", "stop": "stopped"}


class CatalogCallLog:
    """Writes the table `calls` and facts of tasks, and applies the rate limit to all processes with this catalog.

    Each entry is a transaction of its own, also while another run holds the catalog.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        *,
        clock: Callable[[], float] | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """*conn* comes from `short_write_connection`; *clock* returns Unix seconds, *wait* sleeps for seconds."""
        self._conn = conn
        self._clock, self._wait = clock or time.time, wait
        self.problems: list[str] = []  # calls that were made, with an outcome that could not be stored

    def log_request(self, call: RecorderRequest) -> None:
        """Store *call* when the rate limit allows it.

        Raises ResidSpent for a start with a resid that any process has used; CatalogLocked and sqlite3.Error if it
        cannot be stored.
        """
        while wait_ms := self._try_to_log(call):
            self._wait(wait_ms / 1000)

    def log_outcome(self, call: RecorderRequest, end: RecorderOutcome) -> None:
        """Store the outcome of *call*. If that fails, `problems` has everything that would be lost."""
        try:
            with short_transaction(self._conn):
                save_outcome(self._conn, call.trace_id, end)
                add_facts(self._conn, self._facts(call, end), int(self._clock()))
        except (OssrecError, sqlite3.Error) as error:
            known = {"resid": end.resid or call.resid, "recordid": end.recordid or call.recordid}
            ids = "".join(f", {name} {brief(text)}" for name, text in known.items() if text)
            outcome = f"{call.call} of room {brief(repr(call.room_id))} is {end.outcome}{ids}, traceId {call.trace_id}"
            self.problems.append(f"{outcome}, but the catalog could not be updated: {error}")

    def _try_to_log(self, call: RecorderRequest) -> int:
        """Store *call* and return 0, or return the milliseconds to wait."""
        now_ms = int(self._clock() * 1000)
        with short_transaction(self._conn):
            wait_ms = rate_limit_wait(
                self._conn, call.app_id, now_ms, most=MAX_REQUESTS, window_ms=round(WINDOW * 1000)
            )
            if wait_ms:
                return wait_ms
            used = answered_start(self._conn, call.resid) if call.call == "start" and call.resid else None
            if used is not None:
                raise ResidSpent(f"the resid {brief(used.resid or '')} was used already: apply for another")
            save_request(self._conn, call._replace(sent_ms=now_ms))  # it may have waited
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
        applied_facts = (
            [] if applied is None else [self._applied_fact(recordid, applied.traceid, applied.answered_ms, call)]
        )
        return [*applied_facts, fact._replace(started_ms=end.ended_ms)]

    def _applied_fact(self, recordid: str, trace_id: str, at_ms: int | None, call: RecorderRequest) -> TaskFact:
        """Return the fact that the resid was applied for; only now is the recordid known that it belongs to."""
        return TaskFact(recordid, "rest", f"{trace_id}:applied", "applied", at_ms, call.room_id, call.stream)
