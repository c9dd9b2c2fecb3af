"""Open a catalog for reading: files that are refused with a message, and unusual files that work."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import ossrec
from ossrec.catalog.connection.open_reader import open_catalog, snapshot
from ossrec.catalog.schema.version import VERSION
from ossrec.errors import CatalogDamaged, CatalogError, CatalogMissing, CatalogTooNew
from tests.catalog.builder import CatalogBuilder, mixed

COUNT = "SELECT count(*) FROM recordings"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build = CatalogBuilder(tmp_path / "c.db")
    build.recording(mixed("lobby"))
    build.conn.close()
    return build.path


def spoil(path: Path, statement: str) -> None:
    conn = sqlite3.connect(path)
    conn.execute(statement)
    conn.close()


def nothing_there(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def nothing_in_it(path: Path) -> None:
    path.unlink()
    spoil(path, "PRAGMA journal_mode = WAL")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def text(path: Path) -> None:
    path.write_text("not a database, but long enough to be taken for one" * 100)


def another_program(path: Path) -> None:
    spoil(path, "PRAGMA application_id = 1")


def newer(path: Path) -> None:
    spoil(path, f"PRAGMA user_version = {VERSION + 1}")


def older(path: Path) -> None:
    spoil(path, "PRAGMA user_version = 0")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


REFUSED: dict[str, tuple[Callable[[Path], None], type[CatalogError], str]] = {
    "a missing file": (nothing_there, CatalogMissing, "run `ossrec scan BUCKET` first"),
    "a folder": (a_folder, CatalogMissing, "is a folder"),
    "an empty file": (empty, CatalogMissing, "is empty"),
    "a file whose creation was interrupted": (nothing_in_it, CatalogMissing, "run `ossrec scan BUCKET` first"),
    "a pipe": (a_pipe, CatalogError, "is not a regular file: name another"),
    "a link to itself": (a_link_to_itself, CatalogError, "name another file with --catalog"),
    "a file that is not a database": (text, CatalogDamaged, "not a catalog"),
    "the database of another program": (another_program, CatalogDamaged, "another program"),
    "a catalog of a newer ossrec": (newer, CatalogTooNew, "upgrade ossrec"),
    "a catalog of an older ossrec": (older, CatalogError, "the next scan, check, import or recording migrates it"),
    "a catalog cut within its header": (cut, CatalogDamaged, "not a catalog"),
}


@pytest.mark.parametrize(("spoiled", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_refuses(path: Path, spoiled: Callable[[Path], None], kind: type[CatalogError], message: str) -> None:
    spoiled(path)
    with pytest.raises(CatalogError, match=message) as caught:
        open_catalog(path)
    assert type(caught.value) is kind
    assert caught.value.exit_code == 10
    assert "\n" not in str(caught.value)


def test_a_path_below_a_file_is_missing(path: Path) -> None:
    with pytest.raises(CatalogMissing):
        open_catalog(path / "c.db")


def test_reads_while_another_process_writes_and_sees_one_state_in_a_snapshot(path: Path) -> None:
    writer = CatalogBuilder(path)
    with closing(open_catalog(path)) as reader:
        writer.conn.execute("BEGIN IMMEDIATE")
        writer.recording(mixed("hall", "aa02"))
        assert reader.execute(COUNT).fetchone() == (1,)
        with snapshot(reader):
            assert reader.execute(COUNT).fetchone() == (1,)
            writer.conn.execute("COMMIT")
            with snapshot(reader):
                assert reader.execute(COUNT).fetchone() == (1,)
            assert reader.execute(COUNT).fetchone() == (1,)
        assert reader.execute(COUNT).fetchone() == (2,)


def test_cannot_write(path: Path) -> None:
    with closing(open_catalog(path)) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM recordings")


@pytest.mark.parametrize("name", [":memory:", "file:c.db", "file:c.db?mode=memory", "a%23#b.db", "-"])
def test_a_file_name_has_no_special_meaning_for_sqlite(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    path.rename(name)
    for spelling in (Path(name), Path(f"/{path.parent}", name)):  # two slashes begin a host name in a URI
        with closing(open_catalog(spelling)) as conn:
            assert conn.execute(COUNT).fetchone() == (1,)


READ = f"""
import os, sys
from contextlib import closing
from pathlib import Path
from ossrec.catalog.connection.open_reader import open_catalog
if os.geteuid() == 0:  # root may write anywhere, and only root may read the modules in some places
    os.setuid(65534)
print(open_catalog(Path(sys.argv[1])).execute({COUNT!r}).fetchone()[0])
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may enter and nobody but its owner may write; pytest's own is closed to others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def read_without_writing(path: Path) -> subprocess.CompletedProcess[str]:
    """Read a catalog in a process that may not write its folder."""
    path.chmod(0o644)
    path.parent.chmod(0o555)
    source = str(Path(ossrec.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-B", "-c", READ, str(path)],
        env={"PYTHONPATH": source, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def test_reads_a_wal_catalog_in_a_folder_that_may_not_be_written(open_folder: Path) -> None:
    build = CatalogBuilder(open_folder / "c.db")
    build.recording(mixed("lobby"))
    build.conn.close()
    assert not Path(f"{build.path}-wal").exists()
    assert read_without_writing(build.path).stdout == "1\n"


READ_FULL = READ.replace("if os", "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nif os", 1)


def test_reads_a_catalog_beside_which_nothing_more_has_room(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", READ_FULL.replace("os.setuid(65534)", "pass"), str(path)],
        env={"PYTHONPATH": str(Path(ossrec.__file__).parents[1]), "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_says_so_when_the_latest_changes_cannot_be_seen(open_folder: Path, tmp_path: Path) -> None:
    build = CatalogBuilder(tmp_path / "c.db")
    build.recording(mixed("lobby"))
    for name in ("c.db", "c.db-wal"):
        (open_folder / name).write_bytes((tmp_path / name).read_bytes())
        (open_folder / name).chmod(0o644)
    result = read_without_writing(open_folder / "c.db")
    assert "CatalogError" in result.stderr
    assert "copy both files" in result.stderr
