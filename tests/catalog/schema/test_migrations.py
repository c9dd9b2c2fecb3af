"""Migrating a catalog of any older schema gives the newest schema and keeps all content."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.query.find import RecordingFilter, find_recordings, last_scan, open_catalog
from ossrec.catalog.schema import migrations as schema
from ossrec.catalog.schema.version import VERSION
from ossrec.catalog.store.check_runs import resumable_since

NEXT = {1: "m002_looks", 2: "m003_tasks", 3: "m004_books", 4: "m005_standard_names"}  # migration after each version

FOUND = [
    (1, 1, None, "name", "NAM450", 1, "a.m3u8", "two readings", None, None, None, None),
    (2, 1, None, "listing", "LST260", 3, "a.m3u8", "a_1.ts", 9, 3, 30.5, 10.0),
    (3, 1, None, "look", "LOOK001", 1, "a_2.ts", "restore it first", None, None, None, None),
]


def older(path: Path, version: int) -> sqlite3.Connection:
    """A catalog of that schema at *path* with a scan, a recording and findings in it."""
    conn = sqlite3.connect(path, isolation_level=None)
    schema.migrations.apply(Database(conn), stop_before=NEXT[version])
    conn.execute("INSERT INTO buckets VALUES (1, 'oss://one')")
    conn.execute(
        "INSERT INTO scans (bucket_id, prefix, started, finished, state, objects) VALUES (1, '', 10, 20, 'finished', 7)"
    )
    conn.execute(
        "INSERT INTO recordings (bucket_id, path, folder, recordid, roomid, stream, conforming, ambiguous, verdict,"
        " first_seen, last_changed, started_ms) VALUES (1, 'rid_a_b', '', 'a', 'b', 'mixed', 1, 0, 'incomplete',"
        " 10, 20, 1000)"
    )
    columns = "id, recording_id, playlist_id, source, code, severity, subject, detail, line, segment, start, length"
    conn.executemany(f"INSERT INTO findings ({columns}) VALUES ({','.join('?' * 12)})", FOUND)
    return conn


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A catalog of schema 1."""
    path = tmp_path / "catalog.db"
    older(path, 1).close()
    return path


@pytest.mark.parametrize("version", NEXT)
def test_a_migrated_catalog_has_the_schema_of_a_new_one(version: int, tmp_path: Path) -> None:
    path, new = tmp_path / "catalog.db", tmp_path / "new.db"
    older(path, version).close()
    open_for_writing(path).close()
    open_for_writing(new).close()

    assert _schema(path) == _schema(new)
    with closing(open_catalog(path)) as conn:
        (row,) = find_recordings(conn, RecordingFilter(), now=100.0, quiet_after=10.0)
        scan = last_scan(conn)
    assert (row["recordid"], row["verdict"], row["depth"]) == ("a", "incomplete", "listing")
    assert scan is not None
    assert scan["objects"] == 7


@pytest.mark.parametrize("version", NEXT)
def test_a_migrated_catalog_keeps_its_findings(version: int, tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    older(path, version).close()
    with closing(open_for_writing(path)) as conn:
        rows = conn.execute("SELECT * FROM findings ORDER BY id").fetchall()
        problems = conn.execute("PRAGMA foreign_key_check").fetchall()
        (kind,) = conn.execute("SELECT kind FROM scans").fetchone()

    access = (*FOUND[2][:3], "access", *FOUND[2][4:])
    assert rows == [(*row, None, None) for row in (*FOUND[:2], access)]
    assert problems == []
    assert kind == "scan"


# A row of each table that schema 5 renames or creates again, and its values in schema 5 where they differ.
ROWS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("stems", "stems", {"id": 1, "bucket_id": 1, "stem": "rid_a_b", "recording_id": 1}, {}),
    (
        "objects",
        "objects",
        {
            "stem_id": 1,
            "rest": "_1.ts",
            "kind": 2,
            "size": 188,
            "modified": 5,
            "etag": b"e",
            "storage": None,
            "gone": 1,
        },
        {"suffix": "_1.ts"},
    ),
    ("absent", "absent", {"scan_id": 1, "stem_id": 1, "rest": "_9.ts"}, {"suffix": "_9.ts"}),
    (
        "skipped",
        "skipped",
        {"scan_id": 1, "name": "x", "reason": "denied", "unseen": "x/"},
        {"unlisted_prefix": "x/"},
    ),
    ("claims", "ownership", {"stem_id": 1, "rest": "_1.ts", "recording_id": 1}, {"suffix": "_1.ts"}),
    (
        "looks",
        "inspections",
        {"stem_id": 1, "rest": "_1.ts", "etag": b"e", "depth": "full", "looked": 7, "bytes_read": 188, "notes": "[]"},
        {"suffix": "_1.ts", "inspected": 7, "faults": "[]"},
    ),
    (
        "callbacks",
        "callbacks",
        {"id": 3, "msgid": "m", "received": 5, "repeats": 0, "looked": 1, "body": "{}", "look_after": 9},
        {"file_found": 1, "check_after": 9},
    ),
    (
        "task_facts",
        "task_facts",
        {"id": 4, "recordid": "a", "source": "import", "identity": "", "kind": "told", "uids": '["7"]', "seen": 5},
        {"kind": "stated"},
    ),
    (
        "task_facts",
        "task_facts",
        {"id": 6, "recordid": "a", "source": "callback", "identity": "m", "kind": "idle", "at_ms": 8, "seen": 5},
        {},
    ),
    (
        "calls",
        "calls",
        {"id": 2, "call": "start", "traceid": "t", "appid": "1", "roomid": "b", "asked_ms": 8, "outcome": "asked"},
        {"sent_ms": 8, "outcome": "pending"},
    ),
    (
        "calls",
        "calls",
        {"id": 5, "call": "stop", "traceid": "u", "appid": "1", "roomid": "b", "asked_ms": 9, "outcome": "unsent"},
        {"sent_ms": 9},
    ),
]
RENAMED = {"rest", "looked", "notes", "look_after", "unseen", "asked_ms"}


def test_version_5_keeps_the_content_of_version_4(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(older(path, 4)) as conn:
        conn.execute("UPDATE recordings SET segments_lookable = 3, looked = 8, task = 'unknown'")
        for table, _, values, _ in ROWS:
            marks = ", ".join(f":{name}" for name in values)
            conn.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", values)
    with closing(open_for_writing(path)) as conn:
        conn.row_factory = sqlite3.Row
        for _, table, values, changed in ROWS:
            expected = {name: value for name, value in values.items() if name not in RENAMED} | changed
            where = " AND ".join(f"{name} IS :{name}" for name in expected)
            rows = conn.execute(f"SELECT * FROM {table} WHERE {where}", expected).fetchall()
            assert len(rows) == 1, (table, expected)
            others = {name: rows[0][name] for name in rows[0].keys() if name not in expected}  # noqa: SIM118 - a Row
            assert set(others.values()) <= {None}, (table, others)
        measured = conn.execute("SELECT segments_inspectable, inspected, task FROM recordings").fetchone()
        assert tuple(measured) == (3, 8, "unknown")
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_version_5_does_not_rewrite_the_objects(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    page = "SELECT rootpage FROM sqlite_master WHERE name = 'objects'"
    with closing(older(path, 4)) as conn:
        before = conn.execute(page).fetchall()
    with closing(open_for_writing(path)) as conn:
        assert conn.execute(page).fetchall() == before


def test_a_check_interrupted_under_version_4_can_be_resumed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(older(path, 4)) as conn:
        conn.execute(
            "INSERT INTO scans (bucket_id, prefix, started, state, kind, summary)"
            " VALUES (1, '', 30, 'checking', 'check', ?)",
            ('{"asked": "[\\"full\\", 0.0]", "since": 29}',),
        )
    with closing(open_for_writing(path)) as conn:
        assert resumable_since(conn, '["full", 0.0]', 0) == 29
        assert resumable_since(conn, '["edges", 0.0]', 0) is None


SUMMARIES = {
    "of a scan": ('{"new": 1, "looked": null}', {"new": 1, "check": None}),
    "of a scan with a check": ('{"looked": {"left": {"segments": 2}}}', {"check": {"remaining": {"segments": 2}}}),
    "of a check": (
        '{"left": {"bytes": 5}, "stopped_by": "budget", "asked": "[]", "since": 4}',
        {"remaining": {"bytes": 5}, "stopped_by": "budget", "requested": "[]", "inspected_since": 4},
    ),
}


@pytest.mark.parametrize(("before", "after"), SUMMARIES.values(), ids=SUMMARIES)
def test_the_fields_of_a_stored_summary_are_renamed(before: str, after: dict[str, Any], tmp_path: Path) -> None:
    assert json.loads(_migrated_summary(tmp_path / "catalog.db", before)) == after


@pytest.mark.parametrize("summary", ["no JSON", "[1]", "3", '"asked"'])
def test_a_summary_that_ossrec_did_not_write_is_kept(summary: str, tmp_path: Path) -> None:
    assert _migrated_summary(tmp_path / "catalog.db", summary) == summary


def _migrated_summary(path: Path, summary: str) -> str:
    with closing(older(path, 4)) as conn:
        conn.execute("UPDATE scans SET summary = ?", (summary,))
    with closing(open_for_writing(path)) as conn:
        (migrated,) = conn.execute("SELECT summary FROM scans").fetchone()
    return str(migrated)


def test_the_older_catalog_is_copied_before_its_migration(first: Path) -> None:
    open_for_writing(first).close()

    with closing(sqlite3.connect(first.with_name("catalog.db.v1.bak"))) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM findings").fetchone() == (len(FOUND),)


def test_an_interrupted_migration_leaves_the_older_catalog(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema.v2_inspections, "SCRIPTS", (*schema.v2_inspections.SCRIPTS, "no SQL at all"))
    with pytest.raises(Exception, match="syntax error"):
        open_for_writing(first)
    monkeypatch.undo()

    with closing(sqlite3.connect(first)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
    with closing(open_for_writing(first)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (VERSION,)


def _schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%sqlite%' ORDER BY name")
        return [(name, " ".join(str(sql).split())) for name, sql in rows]
