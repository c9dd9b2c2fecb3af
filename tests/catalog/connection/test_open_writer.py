"""Opening a catalog for writing: made when there is none, migrated when it is older, else refused and left alone."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from ossrec.catalog.connection import lock
from ossrec.catalog.connection import open_writer as writing
from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.query.find import open_catalog
from ossrec.catalog.schema import migrations as schema
from ossrec.catalog.schema import version
from ossrec.catalog.schema.version import APPLICATION_ID, VERSION
from ossrec.catalog.store.scans import bucket_number
from ossrec.errors import CatalogDamaged, CatalogError, CatalogLocked, CatalogTooNew


def pragma(conn: sqlite3.Connection, name: str) -> object:
    return conn.execute(f"PRAGMA {name}").fetchone()[0]


# A new catalog.


def test_a_new_catalog_has_its_marks_and_settings(writer: sqlite3.Connection) -> None:
    assert pragma(writer, "application_id") == APPLICATION_ID
    assert pragma(writer, "user_version") == VERSION
    assert pragma(writer, "journal_mode") == "wal"
    assert pragma(writer, "foreign_keys") == 1
    assert pragma(writer, "integrity_check") == "ok"


def test_every_table_is_strict(writer: sqlite3.Connection) -> None:
    others = writer.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlite_migrations'"
    ).fetchall()
    assert others == []


def test_an_empty_file_becomes_a_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.touch()
    open_for_writing(path).close()
    open_catalog(path).close()


def test_an_interrupted_creation_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path)) as conn:
        schema.migrations.ensure_migrations_table(Database(conn))
    with closing(open_for_writing(path)) as conn:
        assert pragma(conn, "user_version") == VERSION
    assert not list(tmp_path.glob("*.bak"))


def test_opening_it_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(open_for_writing(path)) as conn:
        bucket_number(conn, "oss://one")
    before = path.read_bytes()
    with closing(open_for_writing(path)) as conn:
        assert conn.execute("SELECT name FROM buckets").fetchall() == [("oss://one",)]
    assert path.read_bytes() == before


# An older and a newer catalog.


def test_a_newer_catalog_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(open_for_writing(path)) as conn:
        conn.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(CatalogTooNew, match=rf"schema {VERSION + 1}, this one knows {VERSION}\): upgrade ossrec"):
        open_for_writing(path)
    assert path.read_bytes() == before


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> int:
    """A later release, which adds a column."""
    later = schema.Migrations("ossrec")
    later._migrations += schema.migrations._migrations

    @later()
    def m999_notes(db: Database) -> None:
        db.conn.execute("ALTER TABLE buckets ADD COLUMN note TEXT")
        db.conn.execute(f"PRAGMA user_version = {VERSION + 1}")

    monkeypatch.setattr(schema, "migrations", later)
    monkeypatch.setattr(writing, "VERSION", VERSION + 1)
    return VERSION + 1


def test_an_older_catalog_is_copied_and_then_migrated(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path, backup = tmp_path / "catalog.db", tmp_path / f"catalog.db.v{VERSION}.bak"
    with closing(open_for_writing(path)) as conn:
        bucket_number(conn, "oss://one")

    newer = request.getfixturevalue("next_version")
    with closing(open_for_writing(path)) as conn:
        assert conn.execute("SELECT name, note FROM buckets").fetchall() == [("oss://one", None)]
        assert pragma(conn, "user_version") == newer
    with closing(open_catalog(backup)) as conn:
        assert conn.execute("SELECT name FROM buckets").fetchall() == [("oss://one",)]
        assert pragma(conn, "user_version") == version.VERSION


@pytest.mark.usefixtures("next_version")
def test_a_new_catalog_needs_no_copy(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "catalog.db").close()
    assert not list(tmp_path.glob("*.bak"))


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = tmp_path / "catalog.db"
    open_for_writing(path).close()
    request.getfixturevalue("next_version")

    @schema.migrations()
    def m998_fails(db: Database) -> None:
        db.conn.execute("ALTER TABLE scans ADD COLUMN note TEXT")
        db.conn.execute("SELECT * FROM no_such_table")

    with pytest.raises(CatalogError, match="no such table: no_such_table"):
        open_for_writing(path)
    with closing(sqlite3.connect(path)) as conn:
        assert "note" not in [row[1] for row in conn.execute("PRAGMA table_info(scans)")]


# Files that are not catalogs.


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript("CREATE TABLE songs (title); INSERT INTO songs VALUES ('x');")


def empty_of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript("PRAGMA application_id = 7; PRAGMA user_version = 3;")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_text("no database at all" * 100), "is not a catalog: name another file"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4080), "is not a catalog: name another file"),
        (other_program, "is a database of another program: name another file"),
        (empty_of_another_program, "is a database of another program: name another file"),
    ],
    ids=["a text", "a damaged database", "another program's database", "another program's new database"],
)
def test_a_file_that_is_not_a_catalog_is_refused_and_not_changed(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "file"
    make(path)
    before = path.read_bytes()
    with pytest.raises(CatalogDamaged, match=message) as raised:
        open_for_writing(path)
    assert "\n" not in str(raised.value)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("place", ["folder", "missing/catalog.db"], ids=["a folder", "in no folder"])
def test_a_file_that_cannot_be_opened_is_reported_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CatalogError, match=r"cannot write the catalog .*: check the permissions") as raised:
        open_for_writing(tmp_path / place)
    assert "\n" not in str(raised.value)


def test_a_catalog_locked_by_another_program_is_in_use_and_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.db"
    open_for_writing(path).close()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **named: connect(path, timeout=0, **named))
    with closing(connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CatalogLocked, match="is in use by another program: try again later"):
            open_for_writing(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may read and only its owner may write, as another user."""
    place = Path(tempfile.mkdtemp())
    open_for_writing(place / "catalog.db").close()
    place.chmod(0o555)
    (place / "catalog.db").chmod(0o444)
    was_root = os.geteuid() == 0
    if was_root:  # root may write regardless of permissions
        os.seteuid(65534)
    try:
        yield place
    finally:
        if was_root:
            os.seteuid(0)
        place.chmod(0o755)
        shutil.rmtree(place)


@pytest.mark.parametrize("name", ["catalog.db", "new.db"])
def test_a_read_only_folder_is_reported_in_one_line(folder: Path, name: str) -> None:
    with pytest.raises(CatalogError, match=r"cannot write the catalog .*: check the permissions"):
        open_for_writing(folder / name)
    with (
        pytest.raises(CatalogError, match=r"cannot write beside the catalog .* \(Permission denied\): check"),
        lock.lock_catalog(folder / name),
    ):
        pass


# Transactions.


def add(conn: sqlite3.Connection, *names: str) -> None:
    with transaction(conn):
        for name in names:
            bucket_number(conn, name)


def test_a_transaction_is_stored_completely_or_not_at_all(writer: sqlite3.Connection) -> None:
    with pytest.raises(TypeError):
        add(writer, "oss://lost", None)  # type: ignore[arg-type]
    add(writer, "oss://kept")
    assert writer.execute("SELECT name FROM buckets").fetchall() == [("oss://kept",)]


def test_a_transaction_rolled_back_by_sqlite_raises_the_original_error(writer: sqlite3.Connection) -> None:
    writer.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON buckets BEGIN SELECT raise(ROLLBACK, 'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="disk full"):
        add(writer, "oss://one")
    assert not writer.in_transaction
