"""`ossrec tasks import`: results, messages and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import Ossrec
from tests.tasks.catalogs import TASKS, rows_of, write_csv

RID = "ba1107310000565164da34f816f842da94d"
OTHER = "bb1107310000565164da34f816f842da94d"


def facts(catalog: Path) -> list[dict[str, object]]:
    return rows_of(catalog, "SELECT recordid, source, roomid, uids, extra FROM task_facts ORDER BY id")


def test_tasks_are_taken_with_all_that_is_told(ossrec: Ossrec, alone: Path) -> None:
    write_csv(
        alone / "tasks.csv",
        {"recordid": RID, "roomid": "lobby", "stream": "mixed", "started": 1_790_000_000, "stopped": 1_790_003_600},
        {"recordid": OTHER, "roomid": "lobby", "stream": "source", "uids": "1,2", "started": 1_790_000_000},
    )
    done = ossrec("tasks", "import", "tasks.csv", "--format", "json")

    assert (done.code, done.err) == (0, "")
    assert {name: done.json[name] for name in ("rows", "bad", "new", "changed", "unchanged", "tasks")} == {
        "rows": 2, "bad": 0, "new": 2, "changed": 0, "unchanged": 0, "tasks": 2,
    }  # fmt: skip
    known = rows_of(alone / "ossrec.db", TASKS)
    assert [(row["state"], row["state_from"], row["state_ms"]) for row in known] == [
        ("stopped", "import", 1_790_003_600_000),
        ("started", "import", 1_790_000_000_000),
    ]
    assert known[1]["uids"] == '["1","2"]'


def test_importing_twice_changes_nothing(ossrec: Ossrec, alone: Path) -> None:
    write_csv(alone / "t.csv", {"recordid": RID, "roomid": "a", "uids": "2 1"}, {"recordid": OTHER})
    ossrec("tasks", "import", "t.csv")
    before = (
        rows_of(alone / "ossrec.db", "SELECT * FROM tasks"),
        rows_of(alone / "ossrec.db", "SELECT * FROM task_facts"),
    )
    again = ossrec("tasks", "import", "t.csv", "--format", "json").json

    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (
        rows_of(alone / "ossrec.db", "SELECT * FROM tasks"),
        rows_of(alone / "ossrec.db", "SELECT * FROM task_facts"),
    ) == before


def test_a_later_import_decides_anew_and_the_earlier_stays_known(ossrec: Ossrec, alone: Path) -> None:
    for room in ("a", "b", "a"):
        write_csv(alone / "t.csv", {"recordid": RID, "roomid": room})
        ossrec("tasks", "import", "t.csv")

    assert [row["roomid"] for row in facts(alone / "ossrec.db")] == ["a", "b", "a"]
    assert [row["roomid"] for row in rows_of(alone / "ossrec.db", TASKS)] == ["a"]


def test_bad_rows_are_told_with_their_line_and_stop_no_good_ones(ossrec: Ossrec, alone: Path) -> None:
    (alone / "t.csv").write_text(f"recordid,started\n{RID},soon\n{OTHER},1790000000\n")
    done = ossrec("tasks", "import", "t.csv")

    assert done.code == 3
    assert done.err == (
        "ossrec: bad row: line 2: started 'soon' is not a time: write 2026-10-01T12:00:00Z, or Unix seconds\n"
    )
    assert [row["recordid"] for row in rows_of(alone / "ossrec.db", TASKS)] == [OTHER]


def test_strict_takes_all_or_nothing(ossrec: Ossrec, alone: Path) -> None:
    (alone / "t.csv").write_text(f"recordid,started\n{RID},soon\n{OTHER},1790000000\n")
    done = ossrec("tasks", "import", "t.csv", "--strict")

    assert done.code == 3
    assert "nothing was imported: 1 of 2 rows are bad" in done.err
    assert rows_of(alone / "ossrec.db", TASKS) == []


def test_many_bad_rows_are_not_all_told(ossrec: Ossrec, alone: Path) -> None:
    (alone / "t.csv").write_text("recordid\n" + '""\n' * 3000)
    done = ossrec("tasks", "import", "t.csv", "--format", "json")

    assert (done.json["bad"], len(done.json["problems"])) == (3000, 1000)
    assert len(done.err.splitlines()) == 21


def test_rows_for_each_user_of_a_task_are_one_task(ossrec: Ossrec, alone: Path) -> None:
    write_csv(
        alone / "t.csv",
        {"recordid": RID, "roomid": "a", "uids": "1", "started": 1_790_000_000},
        {"recordid": OTHER, "uids": "9"},
        {"recordid": RID, "roomid": "a", "uids": "2", "started": 1_790_000_005},
        {"recordid": RID, "roomid": "b", "uids": "3"},
    )
    done = ossrec("tasks", "import", "t.csv")

    assert done.code == 3
    assert "line 5: recordid" in done.err
    (first, _) = rows_of(alone / "ossrec.db", TASKS)
    assert (first["uids"], first["roomid"], first["started_ms"]) == ('["1","2"]', "a", 1_790_000_000_000)
    assert ossrec("tasks", "import", "t.csv", "--format", "json").json["unchanged"] == 2


def test_json_and_json_lines_say_the_same_as_csv(ossrec: Ossrec, alone: Path) -> None:
    row = {"recordid": RID, "roomid": "lobby", "started": "2026-10-01T12:00:00Z", "uids": ["a", "b"]}
    write_csv(alone / "t.csv", row | {"uids": "a,b"})
    (alone / "t.json").write_text(json.dumps([row]))
    (alone / "t.jsonl").write_text(json.dumps(row))
    ossrec("tasks", "import", "t.csv")

    for name in ("t.json", "t.jsonl"):
        assert ossrec("tasks", "import", name, "--format", "json").json["unchanged"] == 1


def test_standard_input_and_columns_of_any_name(alone: Path) -> None:
    data = f"id\tklass\tbegin\n{RID}\tlobby\t2026-10-01 20:00:00\n"
    pairs = ("recordid=id", "roomid=klass", "started=begin")
    done = subprocess.run(
        [sys.executable, "-m", "ossrec", "tasks", "import", "-", "--delimiter", "tab", "--timezone", "Asia/Shanghai",
         *(word for pair in pairs for word in ("--map", pair))],
        input=data, text=True, capture_output=True, cwd=alone, env=os.environ, check=True,
    )  # fmt: skip

    assert done.stderr == ""
    (row,) = rows_of(alone / "ossrec.db", TASKS)
    assert (row["roomid"], row["started_ms"]) == ("lobby", 1_790_856_000_000)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.csv"], "cannot read missing.csv: No such file or directory"),
        (["."], "cannot read .: Is a directory"),
        (["t.csv", "--map", "room=x"], "--map room=x: write FIELD=COLUMN"),
        (["t.csv", "--map", "roomid=klass"], "it has no column 'klass'"),
        (["t.csv", "--timezone", "Mars/Base"], "unknown time zone Mars/Base"),
        (["t.csv", "--delimiter", "ab"], "give one character, or tab"),
        (["t.csv", "--input", "json"], "not a JSON list of objects"),
    ],
)
def test_wrong_use_is_one_line(ossrec: Ossrec, alone: Path, arguments: list[str], said: str) -> None:
    write_csv(alone / "t.csv", {"recordid": RID})
    done = ossrec("tasks", "import", *arguments)

    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("data", ["", "recordid,roomid\n"], ids=["nothing", "a first line"])
def test_a_file_without_rows_stops_what_comes_after_it(ossrec: Ossrec, alone: Path, data: str) -> None:
    (alone / "t.csv").write_text(data)
    done = ossrec("tasks", "import", "t.csv")

    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "cannot import t.csv: it has no rows" in done.err


def test_a_slip_in_map_writes_nothing_though_it_is_seen_at_the_end(ossrec: Ossrec, alone: Path) -> None:
    (alone / "t.jsonl").write_text(json.dumps({"recordid": RID, "ended_at": 1_790_000_000}) + "\n")
    done = ossrec("tasks", "import", "t.jsonl", "--map", "stopped=ended_att")

    assert done.code == 2
    assert "no row has a column 'ended_att'; the columns are 'recordid', 'ended_at'" in done.err
    assert rows_of(alone / "ossrec.db", TASKS) == []


def test_an_import_says_what_it_took_for_what(ossrec: Ossrec, alone: Path) -> None:
    (alone / "t.csv").write_text(f"record_id,room_id,begin_at,uid_list,RecordID\n{RID},a,1790000000,u,x\n")
    done = ossrec("tasks", "import", "t.csv")

    head, columns, twice, *_ = done.out.splitlines()
    assert head.startswith("1 row in ")
    assert columns == (
        "  columns     recordid from record_id, roomid from room_id, uids from uid_list, started from begin_at,"
        " no column for stream and stopped"
    )
    assert twice == "              RecordID ignored; to use it as recordid, add --map recordid=RecordID"
    told = ossrec("tasks", "import", "t.csv", "--format", "json").json
    assert told["columns"] == {
        "recordid": ["record_id"], "roomid": ["room_id"], "uids": ["uid_list"], "started": ["begin_at"],
    }  # fmt: skip
    assert told["fields_without_column"] == ["stream", "stopped"]
    assert told["ignored_columns"] == {"recordid": ["RecordID"]}
