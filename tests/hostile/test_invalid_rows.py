"""Catalogs with rows that another program wrote: a command ignores invalid values, or reports them in one line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.catalog.connection.integrity import invalid_values
from ossrec.catalog.connection.open_reader import open_catalog
from tests.running import Ossrec
from tests.scan.bucket_maker import put_recording, rid, stem

WRONG: dict[str, str] = {
    "a severity that is none": "UPDATE findings SET severity = 99",
    "findings of no recording": "UPDATE findings SET recording_id = 99",
    "a bucket that is none, of recordings": "UPDATE recordings SET bucket_id = 99",
    "a bucket that is none, of stems": "UPDATE stems SET bucket_id = 99",
    "a bucket that is none, of scans": "UPDATE scans SET bucket_id = 99",
    "stems of no recording": "UPDATE stems SET recording_id = 99",
    "playlists of no recording": "UPDATE playlists SET recording_id = 99",
    "a verdict that is none": "UPDATE recordings SET verdict = 'fine'",
    "a depth that is none": "UPDATE recordings SET depth = 'deep'",
    "users that are no JSON": "UPDATE tasks SET uids = 'anna'",
    "users that are no texts": "UPDATE tasks SET uids = '[1, [2]]'",
    "users of a fact that are no JSON": "UPDATE task_facts SET uids = '['",
    "users of a fact that are no list": "UPDATE task_facts SET uids = '7'",
    "reasons that are no JSON": "UPDATE recordings SET reasons = 'none'",
    "a summary that is no JSON": "UPDATE scans SET summary = 'well'",
    "a scan that ended never": "UPDATE scans SET finished = NULL",
    "a scan that ended after all time": "UPDATE scans SET finished = 9000000000000000",
    "a kind of object that is none": "UPDATE objects SET kind = 7",
}
COMMANDS = [
    ["doctor"], ["find"], ["find", "--count"], ["find", "--unnamed"], ["show", rid(1)], ["show", "--room", "a"],
    ["tasks", "list"], ["tasks", "unmatched"], ["record", "status", rid(1)], ["rebuild", rid(1)],
    ["check", "--dry-run"], ["check"], ["scan", "bucket"],
]  # fmt: skip


@pytest.fixture
def scanned(alone: Path, ossrec: Ossrec) -> Path:
    """A catalog with a row in every table of interest."""
    put_recording(alone / "bucket", stem(1), 3)
    next(iter(sorted((alone / "bucket").rglob("*.ts")))).unlink()
    (alone / "tasks.jsonl").write_text(f'{{"recordid": "{rid(1)}", "roomid": "b", "uids": ["anna"]}}\n')
    assert ossrec("tasks", "import", "tasks.jsonl").code == 0
    assert ossrec("scan", "bucket").code == 1
    return alone / "ossrec.db"


def write(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)
        assert db.total_changes, "the fixture has no such row"


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG)
def test_whatever_is_wrong_is_told_in_one_line(scanned: Path, ossrec: Ossrec, statement: str) -> None:
    write(scanned, statement)
    place = statement.split()[1] + "." + statement.split()[3]
    with closing(open_catalog(scanned)) as catalog:
        assert any(line.startswith(place) for line in invalid_values(catalog)) or place == "scans.finished"
    for arguments in COMMANDS:
        ran = ossrec(*arguments)
        assert "unexpected error" not in ran.err, (arguments, ran.err)
        assert ran.code in (0, 1, 2, 3, 10), (arguments, ran)
        if ran.code == 10:
            assert ran.err.splitlines()[-1].startswith("ossrec: the catalog "), (arguments, ran.err)
        if arguments == ["doctor"]:
            assert ran.code == 1
            assert "restore a backup" in ran.out


def test_the_line_says_where_and_what_to_do(scanned: Path, ossrec: Ossrec) -> None:
    write(scanned, WRONG["a severity that is none"])
    ran = ossrec("show", rid(1), "--catalog", "ossrec.db")
    assert (ran.code, ran.out) == (10, "")
    assert ran.err == (
        "ossrec: the catalog ossrec.db holds invalid values, another program changed it (findings.severity is 99): run"
        " `ossrec doctor --catalog ossrec.db`, then restore a backup, or move the file away and scan again\n"
    )


def test_a_catalog_that_only_ossrec_wrote_to_is_sound(scanned: Path, ossrec: Ossrec) -> None:
    assert ossrec("check", "--fail-on", "never").code == 0
    with closing(open_catalog(scanned)) as catalog:
        assert list(invalid_values(catalog)) == []
        assert list(invalid_values(catalog, -1.0)) == []


def test_a_look_at_a_large_catalog_ends_in_time(scanned: Path) -> None:
    write(scanned, WRONG["a kind of object that is none"])
    write(
        scanned,
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO tasks"
        " SELECT i, 'task' || i, NULL, NULL, '[]', 1, NULL, 'stopped', 'import', NULL, 1, 1, 0 FROM n",
    )
    with closing(open_catalog(scanned)) as catalog:
        assert list(invalid_values(catalog, -1.0)) == []
        assert [line.split()[0] for line in invalid_values(catalog)] == ["objects.kind"]
        assert catalog.execute("SELECT count(*) FROM tasks").fetchone()[0] > 100_000
