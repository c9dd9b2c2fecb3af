"""The SQL for many tasks agrees with the Python rule for one."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.tasks.facts import TaskRow, pack_uids, save_tasks, task_row
from ossrec.catalog.tasks.import_staging import Spool, StagedRow, spool_folder, write_spooled
from ossrec.jobs.judge.task_knowledge import known_task
from ossrec.jobs.tasks.link import link, refold_tasks
from ossrec.model import TaskFact
from ossrec.tasks.matching import contradictions
from ossrec.tasks.task import fold
from tests.catalog.builder import CatalogBuilder, mixed, source

ROOMS = st.sampled_from(["a", "b", "a__uid_s_b", None])
UIDS = st.none() | st.lists(st.sampled_from(["b", "c", 'q"uo', "b__uid_s_c"]), min_size=1, max_size=3, unique=True)
TIMES = st.none() | st.integers(1, 10_000)
STREAMS = st.sampled_from(["mixed", "source", None])
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def emptied(conn: sqlite3.Connection) -> None:
    for table in ("tasks", "task_facts", "findings", "readings", "stems", "recordings"):
        conn.execute(f"DELETE FROM {table}")


@FEW
@given(st.lists(st.tuples(ROOMS, STREAMS, UIDS, TIMES, TIMES), min_size=1, max_size=5))
def test_a_task_of_one_import(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    staged = [
        StagedRow(n, f"{n:08x}", room, stream, pack_uids(uids), started, stopped, None)
        for n, (room, stream, uids, started, stopped) in enumerate(rows)
    ]
    with closing(open_for_writing(tmp_path / "c.db")) as conn, spool_folder() as folder:
        spool = Spool(folder)
        spool.add(staged)
        spool.merge(next)
        with spool.attached(conn), transaction(conn):
            emptied(conn)
            assert write_spooled(conn, 7, lambda _: None).new == len(rows)
        for one in staged:
            at_once = task_row(conn, one.recordid)
            with transaction(conn):
                conn.execute("DELETE FROM tasks WHERE recordid = ?", (one.recordid,))
                refold_tasks(conn, [one.recordid], 7)
            assert at_once == task_row(conn, one.recordid)


KEYS = st.sampled_from(
    [mixed("a"), mixed("b"), source("a", "b"), source("a", "c"), source("b", 'q"uo'), source("a__uid_s_b", "c")]
)


@FEW
@given(KEYS, ROOMS, STREAMS, UIDS)
def test_a_recording_and_its_task(tmp_path: Path, key: str, room: str | None, stream: str | None, uids: Any) -> None:
    path = tmp_path / "c.db"
    if path.exists():
        path.unlink()
    build = CatalogBuilder(path)
    conn = build.conn
    number = build.recording(key, started="20261101100000000")
    facts = [TaskFact("", "import", "", "stated", None, room, stream, tuple(uids) if uids else None)]
    (recordid,) = conn.execute("SELECT recordid FROM recordings").fetchone()
    told = fold(facts, 9_000)._replace(recordid=recordid)

    with transaction(conn):
        save_tasks(conn, [TaskRow(**told._asdict() | {"uids": pack_uids(told.uids)})], 5)
        link(conn, 9)
    roomid, uid, read, word = conn.execute("SELECT roomid, uid, stream, task FROM recordings").fetchone()
    task = known_task(conn, recordid)
    assert task == told
    expected = sorted(found.code for found in contradictions(told, roomid, read, uid))
    found = [code for (code,) in conn.execute("SELECT code FROM findings WHERE recording_id = ? ORDER BY 1", (number,))]
    assert found == expected
    assert word == ("contradicted" if expected else "matched")
