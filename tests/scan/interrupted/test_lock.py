"""One writer at a time: a second run fails at once with the number of the first, or waits; a dead one holds no lock."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.errors import CatalogError, CatalogLocked, Interrupted
from ossrec.jobs.session.signals import StopRequest
from tests.running import PATIENCE, ROOT
from tests.scan.bucket_maker import put_recording, stem
from tests.scan.scanning import found, scan


class Holder:
    """Another process that holds the lock of a catalog."""

    def __init__(self, catalog: Path) -> None:
        command = [sys.executable, "-m", "tests.scan.interrupted.holding_run", str(catalog)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"held\n"
        self.pid = self._process.pid

    def let_go(self) -> None:
        self._process.communicate(timeout=PATIENCE)

    def die(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put_recording(tmp_path / "bucket", stem(1), 3)
    return tmp_path / "bucket"


@pytest.fixture
def holder(catalog: Path) -> Iterator[Holder]:
    one = Holder(catalog)
    yield one
    one.die()


def test_a_second_scan_is_told_at_once_who_holds_the_catalog_since_when(
    folder: Path, catalog: Path, holder: Holder
) -> None:
    with pytest.raises(CatalogLocked) as raised:
        scan(folder, catalog)
    assert raised.value.exit_code == 11
    who = f"process {holder.pid} on {re.escape(socket.gethostname())} since 20..-..-..T..:..:..Z"
    assert re.fullmatch(
        f"{re.escape(str(catalog))} is in use by {who}: try again later, or add --wait", str(raised.value)
    )
    assert not catalog.exists()


def test_other_catalogs_are_free(folder: Path, catalog: Path, holder: Holder) -> None:
    assert scan(folder, catalog.with_name("other.db")).objects == 4


def test_a_link_to_the_catalog_leads_to_the_same_lock(folder: Path, catalog: Path, holder: Holder) -> None:
    link = catalog.with_name("link.db")
    link.symlink_to(catalog)
    with pytest.raises(CatalogLocked, match=f"process {holder.pid} on"):
        scan(folder, link)


def test_a_scan_that_waits_runs_when_the_other_is_through(
    folder: Path, catalog: Path, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def let_go(_: StopRequest, seconds: float) -> bool:
        waits.append(seconds)
        holder.let_go()
        return False

    monkeypatch.setattr(StopRequest, "wait", let_go)
    assert scan(folder, catalog, wait=True).objects == 4
    assert len(waits) == 1
    assert 0 < waits[0] < 1


def test_a_scan_that_waits_can_be_stopped(catalog: Path, holder: Holder) -> None:
    stop = StopRequest()
    stop.request()
    told = f"stopped while waiting for process {holder.pid} on"
    with pytest.raises(Interrupted, match=told), lock_catalog(catalog, wait=stop.wait):
        pass


def test_a_holder_that_was_killed_holds_nothing(folder: Path, catalog: Path, holder: Holder) -> None:
    holder.die()
    assert Path(f"{catalog}.lock.json").exists()
    assert scan(folder, catalog).objects == 4
    assert not Path(f"{catalog}.lock.json").exists()


def test_the_lock_is_free_after_a_scan_that_failed(folder: Path, catalog: Path) -> None:
    catalog.write_text("no catalog")
    for _ in range(2):
        with pytest.raises(CatalogError, match="is not a catalog"):
            scan(folder, catalog)


def test_another_thread_of_this_process_is_kept_out_too(folder: Path, catalog: Path) -> None:
    caught: list[BaseException] = []

    def second() -> None:
        try:
            scan(folder, catalog)
        except CatalogLocked as error:
            caught.append(error)

    with lock_catalog(catalog):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert [f"process {os.getpid()} on" in str(error) for error in caught] == [True]


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": 7}', "\0"])
def test_a_note_that_cannot_be_read_is_no_trouble(catalog: Path, holder: Holder, note: str) -> None:
    Path(f"{catalog}.lock.json").write_text(note)
    with pytest.raises(CatalogLocked, match="is in use by another process: try again"), lock_catalog(catalog):
        pass


@pytest.mark.parametrize("name", ["c.db.lock", "c.db.lock.json", "c.db.lock.json.{pid}"])
def test_a_note_that_cannot_be_written_says_what_to_do(tmp_path: Path, name: str) -> None:
    name = name.format(pid=os.getpid())
    (tmp_path / name).mkdir()
    says = r"^cannot write beside the catalog .* \(Is a directory\): check the"
    with pytest.raises(CatalogError, match=says) as told, lock_catalog(tmp_path / "c.db"):
        pass
    assert told.value.exit_code == 10
    (tmp_path / name).rmdir()
    with lock_catalog(tmp_path / "c.db"):
        assert (tmp_path / "c.db.lock.json").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["c.db.lock"]


def test_a_folder_is_no_catalog(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is a folder"), lock_catalog(tmp_path):
        pass
    assert not Path(f"{tmp_path}.lock").exists()


def test_readers_are_not_kept_out(folder: Path, catalog: Path) -> None:
    scan(folder, catalog)
    with lock_catalog(catalog), closing(open_for_writing(catalog)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("UPDATE recordings SET verdict = 'gone'")
        assert [row["verdict"] for row in found(catalog)] == ["complete"]
        conn.execute("ROLLBACK")
    with closing(sqlite3.connect(catalog)) as plain:
        assert plain.execute("SELECT count(*) FROM recordings").fetchone() == (1,)
