"""`ossrec tasks forget`: the catalog is as if the import had never happened."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ossrec.jobs.tasks.link import add_facts, link
from ossrec.model import TaskFact
from tests.running import Ossrec
from tests.scan.bucket_maker import put_recording, rid, stem
from tests.scan.scanning import found, scan
from tests.tasks.catalogs import TASKS, rows_of, write_csv, written

STARTED = 1_793_491_200  # 2026-11-01T00:00:00Z, where the stamps of the segments begin
NOW = STARTED + 86_400
BOOKS = (
    TASKS,
    "SELECT recordid, source, roomid, uids, started_ms FROM task_facts ORDER BY 1, 2",
    "SELECT path, roomid, uid, task, verdict FROM recordings ORDER BY 1",
    "SELECT source, code, subject, detail FROM findings ORDER BY 1, 2, 3",
)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: float(NOW))


def books(alone: Path) -> list[list[dict[str, Any]]]:
    """All that follows from what was told."""
    return [rows_of(alone / "ossrec.db", sql) for sql in BOOKS]


def known(alone: Path) -> list[str]:
    return [row["recordid"] for row in rows_of(alone / "ossrec.db", TASKS)]


def wrong_file(alone: Path) -> None:
    """Tasks of another system, two of them with recordids that have files."""
    rows = [{"recordid": rid(1), "roomid": "strange"}, {"recordid": rid(2), "uids": "nobody", "stopped": STARTED + 9}]
    write_csv(alone / "wrong.csv", *rows, {"recordid": "x1", "started": STARTED - 99})


def test_a_wrong_file_is_taken_back_as_if_it_had_never_been_there(ossrec: Ossrec, alone: Path) -> None:
    for number in (1, 2, 3):
        put_recording(alone / "b", stem(number), 3)
    put_recording(alone / "b", f"rid_{rid(4)}_strange__uid_s_c__uid_s_d__uid_e", 3)
    with written(alone / "ossrec.db") as conn:
        fact = TaskFact(rid(2), "rest", "c1", "started", STARTED * 1000, started_ms=STARTED * 1000)
        add_facts(conn, [fact], NOW)
        link(conn, NOW)
    scan(alone / "b", alone / "ossrec.db")
    before = books(alone)
    wrong_file(alone)
    with (alone / "wrong.csv").open("a") as file:
        file.write(f"{rid(4)},strange,,,,\n")
    ossrec("tasks", "import", "wrong.csv")
    scan(alone / "b", alone / "ossrec.db")
    assert books(alone)[1] != before[1]
    assert books(alone)[3] != before[3]

    done = ossrec("tasks", "forget", "--file", "wrong.csv", "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert {name: done.json[name] for name in ("requested", "forgotten", "kept", "tasks")} == {
        "requested": 4, "forgotten": 4, "kept": 1, "tasks": 1,
    }  # fmt: skip
    scan(alone / "b", alone / "ossrec.db")
    assert books(alone) == before
    assert ossrec("tasks", "unmatched", "--kind", "task,user,contradiction").out == ""


def test_named_tasks_are_forgotten_and_no_others(ossrec: Ossrec, alone: Path) -> None:
    wrong_file(alone)
    ossrec("tasks", "import", "wrong.csv")
    done = ossrec("tasks", "forget", "x1", rid(1), "x9", "x9")

    assert done.code == 0
    assert done.out.splitlines() == [
        "forgot what was imported about 2 tasks",
        "  not found   1, never imported",
        "  tasks       1 in the catalog",
        "  recordings  0 linked again",
    ]
    assert known(alone) == [rid(2)]


def test_the_last_task_may_go_and_its_file_is_no_stranger_then(ossrec: Ossrec, alone: Path) -> None:
    for number in (1, 2):
        put_recording(alone / "b", stem(number), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": "other", "started": STARTED})
    ossrec("tasks", "import", "t.csv")
    assert [row["linked"] for row in found(alone / "ossrec.db")] == ["contradicted", "unknown"]

    ossrec("tasks", "forget", rid(1))
    assert [row["linked"] for row in found(alone / "ossrec.db")] == [None, None]
    assert rows_of(alone / "ossrec.db", "SELECT code FROM findings WHERE source = 'task'") == []


def test_a_file_is_read_as_it_was_imported(ossrec: Ossrec, alone: Path) -> None:
    row = {"recordid": "good", "order": "wrong1", "started": STARTED}
    (alone / "t.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(row | {"order": "a_b"}) + "\n")
    assert ossrec("tasks", "import", "t.jsonl", "--map", "recordid=order").code == 3
    assert known(alone) == ["wrong1"]

    assert ossrec("tasks", "forget", "--file", "t.jsonl").code == 2
    assert known(alone) == ["wrong1"]
    assert ossrec("tasks", "forget", "--file", "t.jsonl", "--map", "recordid=order").code == 0
    assert known(alone) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "give either RECORDIDs or --file"),
        (["a", "--file", "t.csv"], 2, "give either RECORDIDs or --file"),
        (["nobody"], 2, "nobody was never imported: `ossrec tasks list`"),
        (["--file", "missing.csv"], 2, "cannot read missing.csv"),
        (["x1", "--catalog", "none.db"], 10, "no catalog at none.db"),
    ],
)
def test_wrong_use_is_one_line(ossrec: Ossrec, alone: Path, arguments: list[str], code: int, said: str) -> None:
    wrong_file(alone)
    ossrec("tasks", "import", "wrong.csv")
    done = ossrec("tasks", "forget", *arguments)

    assert (done.code, done.out, len(done.err.splitlines())) == (code, "", 1)
    assert said in done.err
    assert len(known(alone)) == 3
    assert not (alone / "none.db").exists()
