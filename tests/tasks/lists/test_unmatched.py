"""Tasks, files and callbacks against each other, in `list`, `unmatched` and `show`."""

import time
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.tasks.facts import TaskRow, save_tasks
from ossrec.jobs.tasks.link import add_facts, link
from ossrec.model import TaskFact
from tests.catalog.builder import NOW, CatalogBuilder, mixed, source
from tests.running import Ossrec
from tests.scan.bucket_maker import put_recording, rid, stem
from tests.scan.scanning import scan
from tests.tasks.catalogs import write_csv, written

STARTED = 1_793_491_200  # 2026-11-01T00:00:00Z, where the stamps of the segments begin


def unmatched(ossrec: Ossrec, *arguments: str) -> list[tuple[Any, ...]]:
    done = ossrec("tasks", "unmatched", "--format", "json", *arguments)
    assert done.code == bool(done.json)
    return [(row["kind"], row["recordid"], row["uid"]) for row in done.json]


@pytest.fixture
def catalog(ossrec: Ossrec, alone: Path) -> Path:
    """A catalog where nearly nothing fits."""
    for number in (1, 2):
        put_recording(alone / "b", stem(number), 3)
    for uid in ("u1", "u2"):
        put_recording(alone / "b", stem(3, uid=uid), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(
        alone / "t.csv",
        {"recordid": rid(1), "roomid": "elsewhere", "started": STARTED, "stopped": STARTED + 9},
        {"recordid": rid(3), "stream": "source", "uids": "u1 u2 u3", "started": STARTED, "stopped": STARTED + 9},
        {"recordid": "aa01", "roomid": "lost", "started": STARTED, "stopped": STARTED + 9},
        {"recordid": "aa02", "started": STARTED},
        {"recordid": "aa03", "started": int(time.time()) - 20},
    )
    ossrec("tasks", "import", "t.csv")
    return alone / "ossrec.db"


def test_a_catalog_without_tasks_names_the_way_to_import_them(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    ran = ossrec("tasks", "unmatched")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "ossrec: no tasks are known, so there is nothing to compare: `ossrec tasks import` adds tasks\n"


def test_everything_that_does_not_match_is_listed(ossrec: Ossrec, catalog: Path) -> None:
    named = TaskFact(rid(3), "callback", "m1", "result", at_ms=STARTED * 1000, uids=("u9",), file="2026/other.m3u8")
    with written(catalog) as conn:
        add_facts(conn, [named], NOW)
        link(conn, NOW)

    assert unmatched(ossrec) == [
        ("task", "aa02", None),
        ("task", "aa01", None),
        ("file", rid(2), None),
        ("contradiction", rid(1), None),
        ("callback", rid(3), "u9"),
        ("user", rid(3), "u3"),
    ]
    assert unmatched(ossrec, "--kind", "user,file") == [("user", rid(3), "u3"), ("file", rid(2), None)]
    assert unmatched(ossrec, "--since", "2026-12-01") == []
    assert len(unmatched(ossrec, "--until", "2026-11-02")) == 6


def test_a_table_for_people(ossrec: Ossrec, catalog: Path) -> None:
    done = ossrec("tasks", "unmatched")

    assert done.code == 1
    assert "task without files" in done.out
    assert "the file is of room room, the task is of room elsewhere" in done.out
    assert "expected, but this user has no file" in done.out


def test_when_all_matches_nothing_is_said(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": "room", "started": STARTED, "stopped": STARTED + 9})
    ossrec("tasks", "import", "t.csv")
    done = ossrec("tasks", "unmatched")

    assert (done.code, done.out, done.err) == (0, "", "")


def test_before_any_scan_no_file_is_missed(ossrec: Ossrec, alone: Path) -> None:
    write_csv(alone / "t.csv", {"recordid": rid(1), "started": STARTED, "stopped": STARTED + 9})
    ossrec("tasks", "import", "t.csv")
    done = ossrec("tasks", "unmatched")

    assert done.code == 3
    assert "task without files" not in done.out
    assert "no scan has listed a bucket yet" in done.err
    assert [row["kind"] for row in ossrec("tasks", "unmatched", "--format", "json").json] == ["listing"]


def test_a_file_that_came_and_went_is_no_missing_one(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(alone / "t.csv", {"recordid": rid(1), "started": STARTED, "stopped": STARTED + 9})
    ossrec("tasks", "import", "t.csv")
    for file in (alone / "b").rglob("*"):
        if file.is_file():
            file.unlink()
    scan(alone / "b", alone / "ossrec.db")

    assert unmatched(ossrec) == []


def test_an_unknown_kind_is_refused_with_a_likely_one(ossrec: Ossrec, catalog: Path) -> None:
    done = ossrec("tasks", "unmatched", "--kind", "users")

    assert done.code == 2
    assert "did you mean user?" in done.err


LIVE = {"verdict": "recording", "last_arrival": NOW}
LEFT = {"verdict": "unfinished", "duration": None}
STATES = [
    ("nobody told, segments arrive", None, LIVE, ("recording", "bucket")),
    ("nobody told, a playlist that has ended", None, {}, ("idle", "bucket")),
    ("nobody told, and it was left", None, LEFT, ("unknown", "bucket")),
    ("started, segments arrive", "started", LIVE, ("recording", "bucket")),
    ("started, and a playlist that has ended", "started", {}, ("idle", "bucket")),
    ("started, and segments that stopped", "started", LEFT, ("started", "rest")),
    ("started, segments that stopped by the clock", "started", LIVE | {"last_arrival": 1}, ("started", "rest")),
    ("stopped is stopped", "stopped", LIVE, ("stopped", "rest")),
    ("idle by a callback", "idle", {}, ("idle", "rest")),
    ("idle by the callback of one user, others still record", "idle", LIVE, ("recording", "bucket")),
    ("failed is failed", "failed", {}, ("failed", "rest")),
]


@pytest.mark.parametrize(
    ("state", "columns", "expected"), [case[1:] for case in STATES], ids=[case[0] for case in STATES]
)
def test_the_state_by_what_was_told_and_by_the_files(
    ossrec: Ossrec, alone: Path, monkeypatch: pytest.MonkeyPatch, state: str | None, columns: Any, expected: Any
) -> None:
    monkeypatch.setattr(time, "time", lambda: float(NOW))
    build = CatalogBuilder(alone / "ossrec.db")
    key = source("lobby", "1")
    build.recording(key, started="20261101100000000", **columns)
    recordid = key.split("_")[1]
    if state is not None:
        save_tasks(build.conn, [TaskRow(recordid, "lobby", None, None, 1, None, state, "rest", 2)], NOW)
    (row,) = ossrec("tasks", "list", "--format", "json").json

    assert (row["state"], row["state_from"]) == expected
    assert (row["recordid"], row["files"]) == (recordid, 1)
    assert ossrec("tasks", "list", "--state", expected[0], "--format", "json").json == [row]


def test_tasks_are_listed_the_newest_first(ossrec: Ossrec, catalog: Path) -> None:
    rows = ossrec("tasks", "list", "--format", "json").json

    assert rows[0]["recordid"] == "aa03"
    assert {row["recordid"] for row in rows} == {"aa01", "aa02", "aa03", rid(1), rid(2), rid(3)}
    assert [row["recordid"] for row in ossrec("tasks", "list", "--room", "lost", "--format", "json").json] == ["aa01"]
    assert len(ossrec("tasks", "list", "--limit", "2", "--format", "json").json) == 2
    assert "3 complete" not in ossrec("tasks", "list", "--recordid", rid(3)).out
    assert "2 complete" in ossrec("tasks", "list", "--recordid", rid(3)).out


def test_show_tells_the_story_of_a_task_without_files(ossrec: Ossrec, catalog: Path) -> None:
    done = ossrec("show", "aa01")

    assert done.code == 0
    assert "files     none in the buckets that were scanned" in done.out
    assert "import    reported: room lost" in done.out


def test_show_tells_the_story_of_a_task_with_several_files(ossrec: Ossrec, catalog: Path) -> None:
    known = ossrec("show", rid(3), "--format", "json").json

    assert [one["uid"] for one in known["recordings"]] == ["u1", "u2"]
    times = [line["at"] for line in known["events"]]
    assert times == sorted(times)
    assert {line["source"] for line in known["events"]} == {"bucket", "import"}


def test_show_of_a_recording_has_every_line_with_its_source(ossrec: Ossrec, catalog: Path) -> None:
    with written(catalog) as conn:
        add_facts(
            conn,
            [
                TaskFact(rid(1), "rest", "t1/done", "started", at_ms=STARTED * 1000, roomid="room", stream="mixed"),
                TaskFact(
                    rid(1), "callback", "m1", "result", at_ms=STARTED * 1000 + 9000, duration=6.0, file="2026/x.m3u8"
                ),
            ],
            NOW,
        )
    out = ossrec("show", rid(1)).out

    assert "TSK462" in out
    for line in (
        "rest      started: room room, mixed stream",
        "callback  file is complete: 6 s, 2026/x.m3u8",
        "import    reported",
    ):
        assert line in out


def test_starts_that_nobody_answered_are_listed(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    with written(alone / "ossrec.db") as conn:
        conn.execute(
            "INSERT INTO calls (call, traceid, appid, roomid, stream, resid, sent_ms, outcome)"
            " VALUES ('start', 't1', '1', 'room', 'mixed', 'r1', ?, 'unanswered')",
            (STARTED * 1000 - 1000,),
        )
        conn.execute("UPDATE recordings SET verdict = 'recording'")
    (row,) = ossrec("tasks", "unmatched", "--format", "json").json

    assert (row["kind"], row["recordid"], row["roomid"]) == ("start", None, "room")
    assert rid(1) in row["detail"]
    with written(alone / "ossrec.db") as conn:
        conn.execute("UPDATE recordings SET verdict = 'complete'")
    assert ossrec("tasks", "unmatched", "--format", "json").json == []
    (listed,) = ossrec("tasks", "list", "--state", "unknown", "--format", "json").json
    assert (listed["recordid"], listed["roomid"]) == (None, "room")


def test_mixed_and_source_files_of_one_task_are_its_files(ossrec: Ossrec, alone: Path) -> None:
    build = CatalogBuilder(alone / "ossrec.db")
    for key in (mixed("lobby"), source("lobby", "1")):
        build.recording(key, started="20261101100000000")

    assert [row["files"] for row in ossrec("tasks", "list", "--format", "json").json] == [2]
