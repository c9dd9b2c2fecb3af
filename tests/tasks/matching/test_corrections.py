"""Corrected facts replace earlier ones: states, names, findings and verdicts follow."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.tasks.facts import TaskRow, save_tasks
from ossrec.jobs.tasks.link import add_facts, link, refold_tasks
from ossrec.model import TaskFact
from tests.running import Ossrec
from tests.scan.bucket_maker import put, put_recording, rid, segment, stem
from tests.scan.scanning import found, scan
from tests.tasks.catalogs import TASKS, rows_of, write_csv, written

STARTED = 1_793_491_200  # 2026-11-01T00:00:00Z, where the stamps of the segments begin
NOW = STARTED + 86_400


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What time it is, in a list of one."""
    now = [NOW]
    monkeypatch.setattr(time, "time", lambda: float(now[0]))
    return now


def told(ossrec: Ossrec, alone: Path, *rows: dict[str, Any]) -> Any:
    write_csv(alone / "t.csv", *rows)
    return ossrec("tasks", "import", "t.csv", "--format", "json").json


def live(alone: Path, of: str) -> None:
    """Segments that arrived just now, and no playlist."""
    for number in range(3):
        put(alone / "b", segment(of, number), modified=NOW - 10)


def state(ossrec: Ossrec, recordid: str) -> tuple[Any, ...]:
    (row,) = ossrec("tasks", "list", "--recordid", recordid, "--format", "json").json
    return row["state"], row["state_from"], row["state_at"]


def linked(alone: Path) -> list[str | None]:
    return [row["linked"] for row in found(alone / "ossrec.db")]


def codes(alone: Path) -> list[str]:
    """Of findings, but for those of playlists' texts."""
    rows = rows_of(alone / "ossrec.db", "SELECT code FROM findings WHERE source <> 'playlist' ORDER BY 1")
    return [row["code"] for row in rows]


def test_a_time_that_is_corrected_makes_no_strangers(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    last = {"recordid": "zz2", "started": STARTED + 9}
    told(ossrec, alone, {"recordid": "zz1", "started": STARTED - 9}, last)
    assert (linked(alone), codes(alone)) == (["unknown"], ["TSK460"])

    told(ossrec, alone, {"recordid": "zz1", "started": STARTED + 5}, last)
    assert (linked(alone), codes(alone)) == ([None], [])

    told(ossrec, alone, {"recordid": "zz1", "started": STARTED}, last)
    assert (linked(alone), codes(alone)) == (["unknown"], ["TSK460"])


@pytest.mark.parametrize(("absurd", "other"), [(20_217_600_000, 9), (253_402_214_400_000, -9)], ids=["1970", "9999"])
def test_an_absurd_time_stretches_nothing(alone: Path, absurd: int, other: int) -> None:
    put_recording(alone / "b", stem(1), 3)
    with written(alone / "ossrec.db") as conn:  # as an older import kept it
        starts = (absurd, STARTED * 1000 + other)
        rows = [TaskRow(f"zz{at}", None, None, None, at, None, "started", "import", at) for at in starts]
        save_tasks(conn, rows, NOW)
    scan(alone / "b", alone / "ossrec.db")

    assert linked(alone) == [None]


def test_a_strangers_callback_stretches_nothing_until_the_bucket_confirms_it(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    told(ossrec, alone, {"recordid": "zz1", "started": STARTED + 9})
    with written(alone / "ossrec.db") as conn:
        early = (STARTED - 9) * 1000
        add_facts(conn, [TaskFact(rid(2), "callback", "m1", "result", early + 9, started_ms=early)], NOW)
        link(conn, NOW)
    assert linked(alone) == [None]

    put_recording(alone / "b", stem(2), 3)
    scan(alone / "b", alone / "ossrec.db")
    assert linked(alone) == ["unknown", "matched"]


@pytest.mark.parametrize(
    "correction", [{"stopped": NOW - 5}, {"stopped": NOW + 3600}, {}], ids=["later", "ahead", "none"]
)
@pytest.mark.parametrize("also_scan", [False, True], ids=["at once", "by a scan"])
def test_a_stop_that_is_taken_back_makes_a_recording_live_again(
    ossrec: Ossrec, alone: Path, correction: dict[str, int], also_scan: bool
) -> None:
    live(alone, stem(1))
    scan(alone / "b", alone / "ossrec.db")
    said = {"recordid": rid(1), "started": STARTED}
    assert told(ossrec, alone, said | {"stopped": NOW - 400})["unfinished"] == 1
    assert found(alone / "ossrec.db")[0]["verdict"] == "unfinished"

    told(ossrec, alone, said | correction)
    if also_scan:
        scan(alone / "b", alone / "ossrec.db")
    (row,) = found(alone / "ossrec.db")
    assert (row["verdict"], row["reasons"], codes(alone)) == ("recording", ["LST272"], ["LST272"])

    told(ossrec, alone, said | {"stopped": NOW - 500})
    finding = "SELECT detail FROM findings WHERE code = 'TSK465'"
    assert rows_of(alone / "ossrec.db", finding) == [{"detail": "stopped at 2026-11-01T23:51:40.000Z, says import"}]
    told(ossrec, alone, said | {"stopped": NOW - 600})
    assert rows_of(alone / "ossrec.db", finding) == [{"detail": "stopped at 2026-11-01T23:50:00.000Z, says import"}]


def test_a_stop_that_is_told_of_what_was_left_long_ago_is_a_reason(ossrec: Ossrec, alone: Path) -> None:
    put(alone / "b", segment(stem(1), 0), modified=NOW - 5_000)
    scan(alone / "b", alone / "ossrec.db")
    told(ossrec, alone, {"recordid": rid(1), "stopped": NOW - 100})
    scan(alone / "b", alone / "ossrec.db")

    assert found(alone / "ossrec.db")[0]["reasons"] == ["LST272", "TSK465"]


@pytest.mark.parametrize("settling", [{"roomid": "a"}, {"uids": "b__uid_s_c"}, {"stream": "mixed"}], ids=repr)
def test_a_name_is_no_longer_read_by_what_was_taken_back(ossrec: Ossrec, alone: Path, settling: dict[str, str]) -> None:
    put_recording(alone / "b", f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e", 3)
    scan(alone / "b", alone / "ossrec.db")
    told(ossrec, alone, {"recordid": rid(1)} | settling)
    assert found(alone / "ossrec.db")[0]["roomid"] != "a__uid_s_b"

    told(ossrec, alone, {"recordid": rid(1)})
    for _ in range(2):  # before the next scan and after it
        (row,) = found(alone / "ossrec.db", room="a__uid_s_b")
        assert (row["uid"], row["ambiguous"], row["linked"]) == ("c", True, "matched")
        shown = ossrec("show", rid(1), "--format", "json").json
        assert (shown["roomid"], shown["uid"]) == ("a__uid_s_b", "c")
        said = [one["detail"] for one in shown["findings"] if one["code"] == "NAM450"]
        assert said == ["read as room a__uid_s_b, uid c"]
        scan(alone / "b", alone / "ossrec.db")
    assert len(rows_of(alone / "ossrec.db", "SELECT 1 FROM readings")) == 2


def test_what_lies_ahead_comes(ossrec: Ossrec, alone: Path, clock: list[int]) -> None:
    live(alone, stem(1))
    told(
        ossrec,
        alone,
        {"recordid": rid(1), "started": STARTED, "stopped": NOW + 3600},
        {"recordid": "aa01", "started": NOW - 9, "stopped": NOW + 3600},
        {"recordid": "aa02", "started": NOW + 600, "stopped": NOW + 3600},
    )
    scan(alone / "b", alone / "ossrec.db")
    assert state(ossrec, rid(1)) == ("recording", "bucket", "2026-11-01T23:59:50.000Z")
    assert state(ossrec, "aa01") == ("started", "import", "2026-11-01T23:59:51.000Z")
    assert state(ossrec, "aa02") == ("applied", "import", None)

    clock[0] = NOW + 601
    scan(alone / "b", alone / "ossrec.db")
    assert state(ossrec, "aa02") == ("started", "import", "2026-11-02T00:10:00.000Z")

    clock[0] = NOW + 3_600
    scan(alone / "b", alone / "ossrec.db")
    for recordid in (rid(1), "aa01", "aa02"):
        assert state(ossrec, recordid) == ("stopped", "import", "2026-11-02T01:00:00.000Z")
    assert rows_of(alone / "ossrec.db", "SELECT 1 FROM tasks WHERE NOT linked") == []
    assert found(alone / "ossrec.db")[0]["reasons"] == ["LST272", "TSK465"]


def test_callbacks_in_another_order_say_the_same(alone: Path) -> None:
    def result(msgid: str, at: int, uid: str, room: str, start: int, seconds: float) -> TaskFact:
        times = {"at_ms": at * 1000, "started_ms": start * 1000, "duration": seconds}
        return TaskFact("aa01", "callback", msgid, "result", roomid=room, uids=(uid,), file=f"{uid}.m3u8", **times)  # type: ignore[arg-type]

    anna = result("m1", STARTED + 4000, "anna", "old", STARTED, 3600.0)
    ben = result("m2", STARTED + 4010, "ben", "new", STARTED + 1600, 600.0)
    said = []
    for name, facts in (("one", (anna, ben)), ("other", (ben, anna))):
        with written(alone / name) as conn:
            for fact in facts:
                add_facts(conn, [fact], NOW)
        said += rows_of(alone / name, TASKS)

    assert said[0] == said[1]
    assert (said[0]["roomid"], said[0]["started_ms"], said[0]["state"]) == ("new", STARTED * 1000, "idle")
    assert said[0]["state_ms"] == (STARTED + 3600) * 1000


def test_a_strangers_room_is_no_part_of_a_reading_that_nobody_said(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e", 3)
    scan(alone / "b", alone / "ossrec.db")
    with written(alone / "ossrec.db") as conn:
        add_facts(conn, [TaskFact(rid(1), "callback", "m1", "result", 9, "a", "source", ("b__uid_s_c",))], NOW)
        link(conn, NOW)
    assert found(alone / "ossrec.db")[0]["uid"] == "b__uid_s_c"

    told(ossrec, alone, {"recordid": rid(1), "uids": "c"})
    (row,) = found(alone / "ossrec.db")
    assert (row["roomid"], row["uid"], row["linked"]) == ("a__uid_s_b", "c", "matched")


def test_a_contradiction_names_who_said_it_as_it_is_known_by_now(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    with written(alone / "ossrec.db") as conn:
        fact = TaskFact(rid(1), "callback", "m1", "result", STARTED * 1000 + 60_000, "other", started_ms=STARTED * 1000)
        add_facts(conn, [fact], NOW)
        link(conn, NOW)
    (row,) = ossrec("tasks", "unmatched", "--kind", "contradiction", "--format", "json").json
    assert (row["code"], row["detail"]) == (
        "TSK462",
        "the file is of room room, the task is of room other (source: callback)",
    )

    told(ossrec, alone, {"recordid": rid(1), "roomid": "other"})  # which changes nothing but who says so
    (row,) = ossrec("tasks", "unmatched", "--kind", "contradiction", "--format", "json").json
    assert row["detail"] == "the file is of room room, the task is of room other (source: import)"


def test_a_task_of_which_nobody_says_anything_any_more_is_none(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e", 3)
    live(alone, stem(2))
    scan(alone / "b", alone / "ossrec.db")
    told(ossrec, alone, {"recordid": rid(1), "roomid": "a"}, {"recordid": rid(2), "stopped": NOW - 400})
    with written(alone / "ossrec.db") as conn:
        conn.execute("DELETE FROM task_facts")
        refold_tasks(conn, [rid(1), rid(2)], NOW)
        link(conn, NOW)
    scan(alone / "b", alone / "ossrec.db")
    first, second = found(alone / "ossrec.db")

    assert rows_of(alone / "ossrec.db", "SELECT 1 FROM tasks") == []
    assert (first["roomid"], first["ambiguous"], first["linked"]) == ("a__uid_s_b", True, None)
    assert (second["verdict"], second["linked"], codes(alone)) == ("recording", None, ["LST272", "NAM450"])


def test_a_task_without_files_has_a_code_that_is_explained(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    told(ossrec, alone, {"recordid": "aa01", "started": STARTED - 60, "stopped": STARTED + 60})
    told(ossrec, alone, {"recordid": "aa02", "started": STARTED + 60, "stopped": STARTED + 90})
    scan(alone / "b", alone / "ossrec.db")
    rows = ossrec("tasks", "unmatched", "--format", "json").json

    assert [(row["kind"], row["code"]) for row in rows] == [("task", "TSK461"), ("task", "TSK461"), ("file", "TSK460")]
    assert "error" in ossrec("explain", "TSK461").out


def test_lines_of_one_second_follow_from_each_other(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e", 3)
    scan(alone / "b", alone / "ossrec.db")
    for room in ("a", "a__uid_s_b", None):
        told(ossrec, alone, {"recordid": rid(1), "roomid": room})
    with written(alone / "ossrec.db") as conn:
        add_facts(conn, [TaskFact(rid(1), "callback", "m1", "result", NOW * 1000 + 400, "a", file="x.m3u8")], NOW)
        link(conn, NOW)
    story = json.loads(ossrec("show", rid(1), "--format", "json").out)["events"]

    lines = [(line["what"], line["detail"]) for line in story if line["at"] >= "2026-11-02"]
    name = f"rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e.m3u8"
    assert [(what, detail.partition(";")[0]) for what, detail in lines] == [
        ("first seen", name),
        ("reported", "room a"),
        ("name resolved by its task", "room a, user b__uid_s_c"),
        ("reported", "room a__uid_s_b"),
        ("name resolved by its task", "room a__uid_s_b, user c"),
        ("reported", "only its recordid"),
        ("name resolved by its task", "room a__uid_s_b, user c, other readings fit too"),
        ("complete", name),
        ("file is complete", "room a, x.m3u8"),
        ("name resolved by its task", "room a, user b__uid_s_c"),
    ]
