"""Objects in a folder that cannot be listed are not gone, and the scan warns of the folder."""

from pathlib import Path

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.buckets.local.walk import UNREADABLE
from ossrec.buckets.protocol import START
from ossrec.model import Cursor, Page, Skipped
from tests.scan.bucket_maker import put, put_recording, stem
from tests.scan.scanning import found, scan


class Shut(LocalBucket):
    """A folder with a subfolder that cannot be read, even by root."""

    shut = "2026/"

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        page = super().page(prefix, cursor, until=until)
        seen = [one for one in page.objects if not one.key.startswith(self.shut)]
        return Page(seen, page.next, (Skipped(self.shut, UNREADABLE, self.shut),))


def test_recordings_in_a_folder_that_cannot_be_read_are_not_gone(tmp_path: Path) -> None:
    folder, catalog = tmp_path / "bucket", tmp_path / "catalog.db"
    for number, place in enumerate(("2025/", "2026/", "2027/")):
        put_recording(folder, stem(number, folder=place), 2)
    put(folder, "2027/notes.txt", "x")
    scan(folder, catalog)
    (folder / "2027/notes.txt").unlink()

    summary = scan(Shut(folder), catalog)

    assert [row["verdict"] for row in found(catalog)] == ["complete"] * 3
    assert summary.warnings == [f"NAM442 2026/: {UNREADABLE}"]
    assert summary.partly
    assert summary.gone == 1


def test_a_folder_that_can_be_read_again_is_listed_again(tmp_path: Path) -> None:
    folder, catalog = tmp_path / "bucket", tmp_path / "catalog.db"
    put_recording(folder, stem(1), 2)
    scan(folder, catalog)
    scan(Shut(folder), catalog)
    for file in folder.rglob("*.*"):
        file.unlink()

    summary = scan(folder, catalog)

    assert summary.warnings == []
    assert [row["verdict"] for row in found(catalog)] == ["gone"]
