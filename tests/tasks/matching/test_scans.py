"""Tasks resolve names and change verdicts of recordings, at once and in scans."""

import time
from pathlib import Path
from typing import Any

from ossrec.jobs.tasks.link import add_facts
from ossrec.model import TaskFact
from tests.running import Ossrec
from tests.scan.bucket_maker import DAY, put, put_recording, rid, segment, stem
from tests.scan.scanning import found, scan
from tests.tasks.catalogs import rows_of, write_csv, written

STARTED = 1_793_491_200  # 2026-11-01T00:00:00Z, where the stamps of the segments begin


def test_a_file_that_fits_its_task_is_matched(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": "room", "stream": "mixed", "started": STARTED})
    done = ossrec("tasks", "import", "t.csv", "--format", "json").json
    (row,) = found(alone / "ossrec.db")

    assert (done["recordings_linked"], done["contradicted"], done["unknown"]) == (1, 0, 0)
    assert (row["linked"], row["verdict"], row["reasons"]) == ("matched", "complete", [])


def test_tasks_may_come_before_the_files(ossrec: Ossrec, alone: Path) -> None:
    write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": "room", "started": STARTED})
    ossrec("tasks", "import", "t.csv")
    put_recording(alone / "b", stem(1), 3)
    put_recording(alone / "b", stem(2), 3)
    scan(alone / "b", alone / "ossrec.db")

    assert [row["linked"] for row in found(alone / "ossrec.db")] == ["matched", "unknown"]


def test_a_contradiction_is_a_finding_and_no_correction(ossrec: Ossrec, alone: Path) -> None:
    put_recording(alone / "b", stem(1, uid="7"), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": "other", "stream": "mixed", "uids": "8"})
    ossrec("tasks", "import", "t.csv")
    told = rows_of(alone / "ossrec.db", "SELECT code, severity, source FROM findings WHERE code LIKE 'TSK%' ORDER BY 1")
    (row,) = found(alone / "ossrec.db")

    assert [one["code"] for one in told] == ["TSK462", "TSK463", "TSK464"]
    assert {(one["severity"], one["source"]) for one in told} == {(2, "task")}
    assert (row["roomid"], row["uid"], row["linked"]) == ("room", "7", "contradicted")
    assert row["verdict"] == "complete"  # for its viewer nothing is wrong

    scan(alone / "b", alone / "ossrec.db")  # a judgement leaves them as they are
    put(alone / "b", segment(stem(1, uid="7"), 9))
    scan(alone / "b", alone / "ossrec.db")
    assert rows_of(alone / "ossrec.db", "SELECT count(*) AS n FROM findings WHERE code LIKE 'TSK%'") == [{"n": 3}]

    write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": "room", "stream": "source", "uids": "7"})
    ossrec("tasks", "import", "t.csv")
    assert found(alone / "ossrec.db")[0]["linked"] == "matched"
    assert rows_of(alone / "ossrec.db", "SELECT 1 FROM findings WHERE code LIKE 'TSK%'") == []


def test_no_task_knows_a_file_only_of_the_time_that_tasks_are_known_of(ossrec: Ossrec, alone: Path) -> None:
    for number in (1, 2):
        put_recording(alone / "b", stem(number), 3)
    scan(alone / "b", alone / "ossrec.db")
    write_csv(alone / "t.csv", {"recordid": "aa", "started": STARTED + 86_400})
    ossrec("tasks", "import", "t.csv")
    assert {row["linked"] for row in found(alone / "ossrec.db")} == {None}

    write_csv(alone / "t.csv", {"recordid": "ab", "started": STARTED - 86_400}, {"recordid": rid(2)})
    ossrec("tasks", "import", "t.csv")
    assert [row["linked"] for row in found(alone / "ossrec.db")] == ["unknown", "matched"]

    write_csv(alone / "t.csv", {"recordid": rid(1)})
    ossrec("tasks", "import", "t.csv")
    assert [row["linked"] for row in found(alone / "ossrec.db")] == ["matched", "matched"]
    assert rows_of(alone / "ossrec.db", "SELECT 1 FROM findings WHERE code = 'TSK460'") == []


def _half(folder: Path, of: str, modified: int) -> None:
    for number in range(3):
        put(folder, segment(of, number), modified=modified)


def test_a_stopped_task_without_playlist_is_unfinished_at_once(ossrec: Ossrec, alone: Path) -> None:
    now = int(time.time())
    for number in (1, 2):
        _half(alone / "b", stem(number), now)
    scan(alone / "b", alone / "ossrec.db")
    assert {row["verdict"] for row in found(alone / "ossrec.db")} == {"recording"}

    write_csv(
        alone / "t.csv",
        {"recordid": rid(1), "started": STARTED, "stopped": now - 400},
        {"recordid": rid(2), "started": STARTED, "stopped": now - 200},
    )
    done = ossrec("tasks", "import", "t.csv", "--format", "json").json
    first, second = found(alone / "ossrec.db")

    assert done["unfinished"] == 1
    assert (first["verdict"], first["reasons"]) == ("unfinished", ["LST272", "TSK465"])
    assert second["verdict"] == "recording"  # its playlist may still be on its way, for the upload lag

    scan(alone / "b", alone / "ossrec.db", lag=100.0)
    assert [row["verdict"] for row in found(alone / "ossrec.db")] == ["unfinished", "unfinished"]
    history = rows_of(alone / "ossrec.db", "SELECT was, became FROM changes WHERE was = 'recording'")
    assert history == [{"was": "recording", "became": "unfinished"}] * 2


def test_a_task_settles_an_ambiguous_name_and_a_later_word_decides_anew(ossrec: Ossrec, alone: Path) -> None:
    of = f"2026/rid_{rid(1)}_a__uid_s_b__uid_s_c__uid_e"
    put_recording(alone / "b", of, 3)
    scan(alone / "b", alone / "ossrec.db")

    def read() -> tuple[Any, ...]:
        scan(alone / "b", alone / "ossrec.db")
        (row,) = found(alone / "ossrec.db")
        codes = [one["code"] for one in rows_of(alone / "ossrec.db", "SELECT code FROM findings WHERE code = 'NAM450'")]
        return row["roomid"], row["uid"], row["ambiguous"], codes, row["linked"]

    assert read() == ("a__uid_s_b", "c", True, ["NAM450"], None)
    for room, uid in (("a", "b__uid_s_c"), ("a__uid_s_b", "c")):
        write_csv(alone / "t.csv", {"recordid": rid(1), "roomid": room})
        ossrec("tasks", "import", "t.csv")
        assert (found(alone / "ossrec.db", room=room)[0]["uid"], found(alone / "ossrec.db")[0]["ambiguous"]) == (
            uid,
            False,
        )
        assert read() == (room, uid, False, [], "matched")
    told = rows_of(alone / "ossrec.db", "SELECT roomid, was_roomid FROM readings ORDER BY rowid")
    assert [(one["was_roomid"], one["roomid"]) for one in told] == [("a__uid_s_b", "a"), ("a", "a__uid_s_b")]
    assert "name resolved by its task" in ossrec("show", rid(1)).out


def test_the_length_that_a_callback_told_is_compared(alone: Path) -> None:
    put_recording(alone / "b", stem(1), 3)
    scan(alone / "b", alone / "ossrec.db")
    fact = TaskFact(rid(1), "callback", "m1", "result", duration=60.0, file=f"2026/rid_{rid(1)}_room.m3u8")
    with written(alone / "ossrec.db") as conn:
        assert add_facts(conn, [fact, fact], DAY) == [rid(1)]
        assert add_facts(conn, [fact], DAY) == []
    scan(alone / "b", alone / "ossrec.db")
    (row,) = found(alone / "ossrec.db")

    assert (row["verdict"], row["reasons"]) == ("flawed", ["LST290"])
