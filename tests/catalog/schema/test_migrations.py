"""A catalog of an older schema becomes one of the newest, with all that was in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.query.find import RecordingFilter, find_recordings, last_scan, open_catalog
from ossrec.catalog.schema import migrations as schema
from ossrec.catalog.schema.version import VERSION

_FOUND = [
    (1, 1, None, "name", "NAM450", 1, "a.m3u8", "two readings", None, None, None, None),
    (2, 1, None, "listing", "LST260", 3, "a.m3u8", "a_1.ts", 9, 3, 30.5, 10.0),
]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A catalog of schema 1 with a scan, a recording and two findings in it."""
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        schema.migrations.apply(Database(conn), stop_before="m002_looks")
        conn.execute("INSERT INTO buckets VALUES (1, 'oss://one')")
        conn.execute(
            "INSERT INTO scans (bucket_id, prefix, started, finished, state, objects)"
            " VALUES (1, '', 10, 20, 'finished', 7)"
        )
        conn.execute(
            "INSERT INTO recordings (bucket_id, path, folder, recordid, roomid, stream, conforming, ambiguous, verdict,"
            " first_seen, last_changed, started_ms) VALUES (1, 'rid_a_b', '', 'a', 'b', 'mixed', 1, 0, 'incomplete',"
            " 10, 20, 1000)"
        )
        conn.executemany(f"INSERT INTO findings VALUES ({','.join('?' * 12)})", _FOUND)
    return path


def test_what_an_older_catalog_holds_is_there_after_the_migration(first: Path) -> None:
    with closing(open_for_writing(first)) as conn:
        rows = conn.execute("SELECT * FROM findings ORDER BY id").fetchall()
        problems = conn.execute("PRAGMA foreign_key_check").fetchall()
        (kind,) = conn.execute("SELECT kind FROM scans").fetchone()

    assert rows == [(*row, None, None) for row in _FOUND]
    assert problems == []
    assert kind == "scan"


def test_it_is_copied_before(first: Path) -> None:
    open_for_writing(first).close()

    with closing(sqlite3.connect(first.with_name("catalog.db.v1.bak"))) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM findings").fetchone() == (2,)


def test_it_reads_as_one_that_was_made_new(first: Path, tmp_path: Path) -> None:
    open_for_writing(first).close()
    new = tmp_path / "new.db"
    open_for_writing(new).close()

    assert _schema(first) == _schema(new)
    with closing(open_catalog(first)) as conn:
        (row,) = find_recordings(conn, RecordingFilter(), now=100.0, quiet_after=10.0)
        scan = last_scan(conn)
    assert (row["recordid"], row["verdict"], row["depth"]) == ("a", "incomplete", "listing")
    assert scan is not None
    assert scan["objects"] == 7


def test_a_migration_that_is_interrupted_leaves_the_older_catalog(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
