"""`tasks list`: SQL and Python agree on states, and tasks are sorted newest first."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.tasks.facts import TaskRow, save_facts, save_tasks
from ossrec.catalog.tasks.task_list import STATES, TaskFilter, find_tasks
from ossrec.catalog.tasks.task_list_sources import REPORTED_STATES, stored_tasks
from ossrec.jobs.tasks.link import link
from ossrec.model import TaskFact
from tests.catalog.builder import NOW, CatalogBuilder, mixed, source
from tests.running import Ossrec
from tests.scan.bucket_maker import rid

Row = dict[str, Any]

LIVE = {"verdict": "recording", "last_arrival": NOW - 9, "duration": None}
QUIET = {"verdict": "recording", "last_arrival": NOW - 999, "duration": None}
FILES: list[list[Row]] = [
    [], [LIVE], [QUIET], [{}], [{"verdict": "damaged", "duration": None}], [{"verdict": "incomplete"}],
    [{"verdict": "gone"}], [{"verdict": "unknown", "duration": None}], [LIVE, {}], [QUIET, {"verdict": "unfinished"}],
]  # fmt: skip


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> CatalogBuilder:
    """A catalog with a task for each that may be told together with all that files may say, and times of all kinds."""
    build = CatalogBuilder(tmp_path_factory.mktemp("tasks") / "ossrec.db")
    numbers = itertools.count(1)
    for told, files in itertools.product((*REPORTED_STATES, None), FILES):
        number = next(numbers)
        for uid, columns in enumerate(files):
            started = None if number % 5 == 0 else f"202611011{number % 10}{uid}000000"
            room = "lobby" if number % 3 else "hall"
            build.recording(source(room, str(uid), rid(number)), started=started, **columns)
        if told is not None:
            times = ((NOW - 100 * number) * 1000 if number % 2 else None, NOW * 1000 - number if number % 3 else None)
            row = TaskRow(rid(number), "lobby" if number % 3 else None, None, None, *times, told, "import", times[1])
            save_tasks(build.conn, [row], NOW - 7 * number)
    build.conn.execute("UPDATE recordings SET first_seen = ? - 3 * id", (NOW,))
    link(build.conn, NOW)
    return build


def rows(build: CatalogBuilder, **wanted: Any) -> list[Row]:
    return list(find_tasks(build.conn, TaskFilter(**wanted), now=NOW, quiet_after=330))


def test_each_task_is_listed_once(build: CatalogBuilder) -> None:
    known = build.conn.execute("SELECT recordid FROM tasks UNION SELECT recordid FROM recordings ORDER BY 1")

    assert sorted(row["recordid"] for row in rows(build)) == [recordid for (recordid,) in known]


@pytest.mark.parametrize("states", [*itertools.combinations(STATES, 1), *itertools.combinations(STATES, 2), STATES])
@pytest.mark.parametrize("room", [None, "lobby"])
def test_sql_leaves_out_what_python_would(build: CatalogBuilder, states: tuple[str, ...], room: str | None) -> None:
    everything = rows(build, room=room)
    found = rows(build, states=states, room=room)

    assert [row["recordid"] for row in found] == [row["recordid"] for row in everything if row["state"] in states]
    wanted = TaskFilter(states=states, room=room)
    asked = [one[0] for one in stored_tasks(build.conn, wanted, now=NOW, quiet_after=330)]
    assert asked == [row["recordid"] for row in found]  # so that a limit reads no more than it gives


def test_the_newest_come_first_by_the_best_time_that_is_known(build: CatalogBuilder) -> None:
    times = [one[11] for one in stored_tasks(build.conn, TaskFilter(), now=NOW, quiet_after=330)]

    assert times == sorted(times, reverse=True)
    everything = rows(build)
    for limit in (0, 1, 20):
        assert rows(build, limit=limit) == everything[:limit]
    for at in times[::9]:
        assert rows(build, since=at) + rows(build, until=at) == everything


def test_tasks_of_which_only_the_stop_is_known_are_ordered_by_it(ossrec: Ossrec, alone: Path) -> None:
    lines = [f"x{day},2026-11-0{day}T00:00:00Z" for day in (2, 5, 1, 4, 3)]
    (alone / "t.csv").write_text("\n".join(["recordid,stopped", *lines]))
    ossrec("tasks", "import", "t.csv")

    def listed(*arguments: str) -> list[str]:
        return [row["recordid"] for row in ossrec("tasks", "list", "--format", "json", *arguments).json]

    assert listed("--limit", "2") == ["x5", "x4"]
    assert listed("--since", "2026-11-03") == ["x5", "x4", "x3"]


@pytest.mark.parametrize("states", [(), *itertools.combinations(STATES, 1)])
def test_no_list_of_the_newest_reads_a_whole_table(build: CatalogBuilder, states: tuple[str, ...]) -> None:
    said: list[str] = []
    build.conn.set_trace_callback(said.append)
    rows(build, states=states, limit=1)
    build.conn.set_trace_callback(None)
    for sql in (one for one in said if one.lstrip().startswith("SELECT")):
        plan = [step for *_, step in build.conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [step for step in plan if re.fullmatch(r"SCAN (t|r|f|o|tasks|recordings)", step)], plan


def test_users_are_those_that_callbacks_and_files_name_when_nobody_is_expected(alone: Path) -> None:
    build = CatalogBuilder(alone / "ossrec.db")
    fact = TaskFact("aa", "callback", "m1", "result", NOW * 1000, stream="source", uids=("ben",), file="x.m3u8")
    save_facts(build.conn, [fact], NOW)
    save_tasks(build.conn, [TaskRow("aa", "lobby", "source", None, None, None, "idle", "callback", None)], NOW)
    build.recording(source("lobby", "anna", "aa"))

    assert [row["uids"] for row in rows(build, recordid="aa")] == [["anna", "ben"]]


def test_what_an_import_keeps_is_shown(ossrec: Ossrec, alone: Path) -> None:
    build = CatalogBuilder(alone / "ossrec.db")
    build.recording(mixed("lobby", rid(1)), started="20261101100000000")
    lines = "recordid,started,customer,fee\naa,2026-11-01,Smith & Co,12\n"
    (alone / "t.csv").write_text(f"{lines}{rid(1)},2026-11-01,Jones,\n")
    ossrec("tasks", "import", "t.csv")
    (row,) = ossrec("tasks", "list", "--recordid", "aa", "--format", "json").json

    assert row["extra"] == {"customer": "Smith & Co", "fee": "12"}
    assert "  import    customer Smith & Co, fee 12\n" in ossrec("show", "aa").out
    assert "  import    customer Jones\n" in ossrec("show", rid(1)).out
    assert ossrec("show", rid(1), "--format", "json").json["task"]["extra"] == {"customer": "Jones"}
    assert '{""customer"": ""Smith & Co""' in ossrec("tasks", "list", "--format", "csv").out


def test_a_start_that_got_no_answer_has_not_failed_when_its_repeat_is_refused(alone: Path) -> None:
    build = CatalogBuilder(alone / "ossrec.db")
    for number, (resid, outcome) in enumerate((("r1", "unanswered"), ("r1", "refused"), ("r2", "refused"))):
        build.conn.execute(
            "INSERT INTO calls (call, traceid, appid, roomid, stream, resid, sent_ms, outcome)"
            " VALUES ('start', ?, '1', ?, 'mixed', ?, ?, ?)",
            (f"t{number}", resid, resid, NOW * 1000 + number, outcome),
        )

    assert [(row["roomid"], row["state"]) for row in rows(build)] == [("r2", "failed"), ("r1", "unknown")]
    assert [row["roomid"] for row in rows(build, states=("unknown",))] == ["r1"]
