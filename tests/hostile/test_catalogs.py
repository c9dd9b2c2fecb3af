"""Files that are no catalog, cannot be written or vanish: one line, the documented exit code, and no damage."""

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ossrec.buckets.protocol import START
from ossrec.errors import CatalogError
from ossrec.model import Cursor, Page
from tests.running import PATIENCE, Ossrec
from tests.scan.bucket_maker import SmallPages, put_recording, stem
from tests.scan.scanning import scan


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()


PLACES: dict[str, tuple[Callable[[Path], object], int, int]] = {  # what is there, exit codes of scan and find
    "a folder": (Path.mkdir, 10, 10),
    "a pipe": (os.mkfifo, 10, 10),
    "garbage": (lambda path: path.write_bytes(b"\xa5" * 100_000), 10, 10),
    "another program's database": (_foreign, 10, 10),
    "a link in a circle": (lambda path: path.symlink_to(path), 10, 10),
    "an empty file": (Path.touch, 0, 0),
    "nothing": (lambda _: None, 0, 0),
}


@pytest.mark.parametrize(("make", "scanned", "asked"), PLACES.values(), ids=PLACES)
def test_a_catalog_may_be_anything(
    make: Callable[[Path], object], scanned: int, asked: int, alone: Path, ossrec: Ossrec
) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    make(alone / "c.db")
    before = (alone / "c.db").read_bytes() if scanned and (alone / "c.db").is_file() else b""
    ran = ossrec("scan", "bucket", "--catalog", "c.db", "-q")
    assert (ran.code, ran.err.count("\n")) == (scanned, bool(scanned)), ran.err
    assert ossrec("find", "--catalog", "c.db").code == asked
    assert ossrec("doctor", "--catalog", "c.db").code in (0, 1)
    if before:
        assert (alone / "c.db").read_bytes() == before


@pytest.mark.parametrize("name", [":memory:", "file:x?mode=memory", "a\x1b[31mb.db", "-", "%00?#.db"])
def test_a_catalog_may_have_any_name(name: str, alone: Path, ossrec: Ossrec) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    assert ossrec("scan", "bucket", f"--catalog={name}").code == 0
    assert [row["verdict"] for row in ossrec("find", f"--catalog={name}", "--format", "json").json] == ["complete"]


def test_a_name_too_long_for_any_file_is_no_catalog(alone: Path, ossrec: Ossrec) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    assert ossrec("scan", "bucket", "--catalog", "x" * 300).code == 10
    assert ossrec("find", "--catalog", "x" * 300).code == 10


def test_every_spelling_of_a_folder_is_the_same_bucket(alone: Path, ossrec: Ossrec) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    (alone / "link").symlink_to("bucket")
    for spelling in ("bucket", "bucket/", "./bucket//", "bucket/../bucket", "link", "link/", str(alone / "bucket")):
        assert ossrec("scan", spelling).code == 0
    assert len(ossrec("find", "--format", "json").json) == 1
    for spelling in ("bucket", "./bucket/", "link", str(alone / "link")):
        assert len(ossrec("find", "--bucket", spelling, "--format", "json").json) == 1


@pytest.mark.parametrize("reasons", ["", "x", "null", "NaN", "1", "[[]]", '[1, "x"', '{"a": 1}', "[" * 5000])
def test_reasons_that_are_no_codes_are_passed_over(reasons: str, alone: Path, ossrec: Ossrec) -> None:
    put_recording(alone / "bucket", stem(1), 2)
    assert ossrec("scan", "bucket").code == 0
    with sqlite3.connect("ossrec.db") as db:
        db.execute("UPDATE recordings SET reasons = ?", (reasons,))
    db.close()
    assert ossrec("find", "--format", "json").json[0]["reasons"] == []
    for arguments in (["find"], ["show", stem(1)], ["show", "--room", "a"], ["check", "-q", "--fail-on", "never"]):
        ran = ossrec(*arguments)
        assert (ran.code, "unexpected error" in ran.err) == (0, False), ran.err


class _Deleting(SmallPages):
    """A folder that deletes the catalog while it is listed."""

    catalog = Path()

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        if cursor != START:
            self.catalog.unlink(missing_ok=True)
        return super().page(prefix, cursor, until=until)


def test_a_catalog_that_is_deleted_meanwhile_is_no_success(alone: Path) -> None:
    for number in range(20):
        put_recording(alone / "bucket", stem(number), 3)
    bucket = _Deleting(str(alone / "bucket"))
    bucket.catalog = alone / "c.db"
    with pytest.raises(CatalogError):
        scan(bucket, alone / "c.db")


def test_questions_are_answered_while_a_scan_writes(alone: Path, ossrec: Ossrec) -> None:
    for number in range(20):
        put_recording(alone / "bucket", stem(number), 3)
    ossrec("scan", "bucket")
    go_on, begun = threading.Event(), threading.Event()

    class Waiting(SmallPages):
        def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
            if cursor != START:
                begun.set()
                go_on.wait(PATIENCE)
            return super().page(prefix, cursor, until=until)

    scanning = threading.Thread(target=scan, args=(Waiting(str(alone / "bucket")), alone / "ossrec.db"))
    scanning.start()
    try:
        assert begun.wait(PATIENCE)
        assert len(ossrec("find", "--format", "json").json) == 20
        assert ossrec("show", stem(3)).code == 0
        assert ossrec("scan", "bucket").code == 11
    finally:
        go_on.set()
        scanning.join()
