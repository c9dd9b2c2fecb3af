"""Calls in the catalog: saved before they are sent, whatever happens then, also while a scan writes."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.connection import write_turns as turns
from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.connection.transactions import batches, short_transaction
from ossrec.errors import CatalogLocked, RecorderUnanswered, ResidSpent
from ossrec.jobs.session.short_writes import short_write_connection
from ossrec.jobs.tasks.call_log import CatalogCallLog
from ossrec.model import RecorderOutcome, RecorderRequest
from ossrec.recorder.authentication import Basic
from ossrec.recorder.calls import Resid, TaskHandle
from ossrec.recorder.client import RecorderClient, RecordingRequest
from ossrec.recorder.rate_limit import RateLimit
from tests.recorder import Recorder, Trouble
from tests.running import PATIENCE

CATALOG = Path("ossrec.db")


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    with short_write_connection(CATALOG) as opened:
        yield opened


def noted(columns: str = "call, outcome") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(CATALOG)) as reading:
        return reading.execute(f"SELECT {columns} FROM calls ORDER BY id").fetchall()


def client_of(recorder: Recorder, notes: CatalogCallLog) -> RecorderClient:
    basic = Basic(recorder.certificate_id, recorder.certificate_key)
    return RecorderClient(
        recorder.address,
        recorder.app_id,
        basic,
        notes,
        rate_limit=RateLimit(1000),
        clock=recorder.clock,
        wait=lambda _: None,
    )


@pytest.fixture
def client(recorder: Recorder, conn: sqlite3.Connection) -> RecorderClient:
    return client_of(recorder, CatalogCallLog(conn, clock=recorder.clock, wait=recorder.advance))


def test_each_request_has_a_row_of_its_own(recorder: Recorder, client: RecorderClient) -> None:
    recorder.troubles.add(Trouble("apply", done=False, status=500), Trouble("start", done=False, reset=True))
    resid = client.apply("lobby")
    started = client.start(resid, RecordingRequest("lobby"))
    client.stop(TaskHandle(started.recordid, "lobby", resid.text, "mixed"))
    recorder.troubles.add(Trouble("stop", code=77, message="no"))
    with pytest.raises(Exception, match="77"):
        client.stop(TaskHandle(started.recordid, "lobby"))
    assert noted("call, outcome, code, resid, recordid, roomid, stream") == [
        ("apply", "unanswered", None, None, None, "lobby", None),
        ("apply", "done", 0, resid.text, None, "lobby", None),
        ("start", "unanswered", None, resid.text, None, "lobby", "mixed"),
        ("start", "done", 0, resid.text, started.recordid, "lobby", "mixed"),
        ("stop", "done", 0, resid.text, started.recordid, "lobby", "mixed"),
        ("stop", "refused", 77, None, started.recordid, "lobby", None),
    ]
    assert [row[0] for row in noted("traceid")] == [one.trace_id for one in recorder.calls]


def test_the_row_is_there_before_the_request(recorder: Recorder, client: RecorderClient) -> None:
    seen = []
    answer = recorder.answer

    def look(asked: Any) -> Any:
        seen.append(noted())
        return answer(asked)

    recorder.answer = look  # type: ignore[method-assign]
    client.apply("lobby")
    assert seen == [[("apply", "pending")]]


def test_what_is_done_becomes_facts_of_the_task(recorder: Recorder, client: RecorderClient) -> None:
    resid = client.apply("lobby")
    recorder.advance(2)
    task = TaskHandle(client.start(resid, RecordingRequest("lobby")).recordid, "lobby", resid.text, "mixed")
    recorder.advance(2)
    client.change_layout(task, {"layout": 1})
    client.stop(task)
    begun = resid.applied_ms
    with closing(sqlite3.connect(CATALOG)) as reading:
        facts = reading.execute("SELECT recordid, source, kind, at_ms, roomid, stream FROM task_facts ORDER BY id")
        assert facts.fetchall() == [
            (task.recordid, "rest", kind, begun + ms, "lobby", "mixed")
            for kind, ms in (("applied", 0), ("started", 2000), ("layout", 4000), ("stopped", 4000))
        ]
        row = reading.execute("SELECT roomid, stream, started_ms, stopped_ms, state, state_from FROM tasks")
        assert row.fetchall() == [("lobby", "mixed", begun + 2000, begun + 4000, "stopped", "rest")]


def test_a_resid_serves_one_recording_whatever_process_used_it(recorder: Recorder, client: RecorderClient) -> None:
    resid = client.apply("lobby")
    client.start(resid, RecordingRequest("lobby"))
    with short_write_connection(CATALOG) as other, pytest.raises(ResidSpent, match="used already"):
        client_of(recorder, CatalogCallLog(other)).start(resid, RecordingRequest("lobby"))
    assert len(recorder.takes) == 1
    assert noted() == [("apply", "done"), ("start", "done")]


def test_processes_with_one_catalog_keep_to_the_rate_together(recorder: Recorder, client: RecorderClient) -> None:
    with short_write_connection(CATALOG) as other:
        clients = [client, client_of(recorder, CatalogCallLog(other, clock=recorder.clock, wait=recorder.advance))]
        for number in range(25):
            clients[number % 2].apply("lobby")
    assert len(recorder.calls) == 25


def test_a_clock_that_was_set_back_stops_nothing(recorder: Recorder, client: RecorderClient) -> None:
    for _ in range(10):
        client.apply("lobby")
    recorder.clock.now_ms -= 86_400_000
    recorder._service._recent.clear()
    client.apply("lobby")


def test_what_was_done_is_told_when_it_cannot_be_noted(recorder: Recorder, conn: sqlite3.Connection) -> None:
    notes = CatalogCallLog(conn, clock=recorder.clock)
    client = client_of(recorder, notes)
    resid = client.apply("lobby")
    conn.execute("CREATE TEMP TRIGGER full BEFORE UPDATE ON main.calls BEGIN SELECT raise(ABORT, 'no room'); END")
    started = client.start(resid, RecordingRequest("lobby"))
    assert noted()[-1] == ("start", "pending")
    assert len(notes.problems) == 1
    assert all(part in notes.problems[0] for part in (started.recordid, resid.text, started.trace_id, "no room"))


def test_what_cannot_be_noted_is_not_sent(recorder: Recorder, client: RecorderClient, conn: sqlite3.Connection) -> None:
    conn.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON main.calls BEGIN SELECT raise(ABORT, 'no room'); END")
    with pytest.raises(sqlite3.Error):
        client.apply("lobby")
    assert recorder.calls == []


def test_a_process_that_is_killed_leaves_a_trace(recorder: Recorder) -> None:
    recorder.troubles.add(Trouble("start", silent=True))
    command = [sys.executable, "-m", "ossrec", "record", "start", "--room", "lobby"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        recorder.await_call("start")
        os.kill(process.pid, signal.SIGKILL)
    assert noted() == [("apply", "done"), ("start", "pending")]


# Beside a scan.


def test_a_short_write_is_let_in_between_two_transactions_of_a_long_run(conn: sqlite3.Connection) -> None:
    begun, wants_in, is_in = threading.Event(), threading.Event(), threading.Event()

    def scan() -> None:
        with lock_catalog(CATALOG), closing(open_for_writing(CATALOG)) as own, batches(own, 0) as between:
            own.execute("INSERT INTO buckets (name) VALUES ('oss://one')")
            begun.set()
            assert wants_in.wait(PATIENCE)
            between()
            is_in.wait(PATIENCE)  # in its next transaction: who was not let in before is not let in now

    run = threading.Thread(target=scan)
    run.start()
    conn.execute("PRAGMA busy_timeout = 3000")
    assert begun.wait(PATIENCE)
    with turns.write_turn(conn):
        wants_in.set()
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("ROLLBACK")
    is_in.set()
    run.join()


def test_calls_are_noted_while_a_scan_holds_the_catalog(recorder: Recorder, client: RecorderClient) -> None:
    with lock_catalog(CATALOG):
        client.apply("lobby")
    assert noted() == [("apply", "done")]


def test_a_catalog_is_made_where_there_is_none() -> None:
    with short_write_connection(CATALOG) as conn, short_transaction(conn):
        assert conn.execute("SELECT count(*) FROM calls").fetchone() == (0,)
    assert sorted(path.name for path in Path().iterdir() if "wal" not in path.name and "shm" not in path.name) == [
        "ossrec.db", "ossrec.db.lock", "ossrec.db.turn",
    ]  # fmt: skip


def test_a_catalog_is_not_made_while_another_run_makes_it() -> None:
    with lock_catalog(CATALOG), pytest.raises(CatalogLocked), short_write_connection(CATALOG):
        pass


def test_the_turn_is_not_waited_for_for_ever(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    with short_write_connection(CATALOG) as other, turns.write_turn(other):
        with pytest.raises(CatalogLocked), turns.write_turn(conn, timeout=0):
            pass
        monkeypatch.setattr(turns, "_YIELD_TIMEOUT", 0)
        turns.yield_turn(conn)  # goes on


def test_an_end_without_its_beginning_changes_nothing(conn: sqlite3.Connection) -> None:
    notes = CatalogCallLog(conn)
    notes.log_outcome(RecorderRequest("apply", "unknown", 1, "lobby", 1), RecorderOutcome("done", 2, 0, None, "resid"))
    assert (noted(), notes.problems) == ([], [])


def test_an_unanswered_start_is_noted_as_one(recorder: Recorder, client: RecorderClient) -> None:
    recorder.troubles.add(Trouble("start", reset=True))
    with pytest.raises(RecorderUnanswered):
        client.start(client.apply("lobby"), RecordingRequest("lobby"))
    assert noted("outcome, code") == [("done", 0), ("unanswered", None), ("refused", 1003)]
    assert Resid("x", 0).is_valid(299_999)
