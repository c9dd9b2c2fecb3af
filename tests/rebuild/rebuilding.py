"""Helpers of the rebuild tests: scan a fixture, and rebuild its recordings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.times import copy_bucket
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.errors import OssrecError
from ossrec.jobs.rebuild.rebuild import RebuildOptions, RebuiltPlaylist, rebuild
from tests.scan.scanning import scan

QUIET = 330.0  # seconds


class Bench:
    """A bucket, and a catalog of it."""

    def __init__(self, folder: Path, bucket: Path) -> None:
        self.bucket = bucket
        self.catalog = folder / "catalog.db"
        self.scan()

    @classmethod
    def of(cls, name: str, folder: Path) -> "Bench":
        """A copy of a fixture."""
        return cls(folder, copy_bucket(name, folder / "bucket"))

    def scan(self) -> None:
        scan(self.bucket, self.catalog)

    def paths(self) -> list[str]:
        with self._open() as conn:
            return [path for (path,) in conn.execute("SELECT path FROM recordings ORDER BY path")]

    def rebuild(self, part: str = "", *, listed_only: bool = False, quiet_after: float = QUIET) -> RebuiltPlaylist:
        """Rebuild the one recording whose path has *part* in it."""
        with self._open() as conn:
            (number,) = conn.execute("SELECT id FROM recordings WHERE instr(path, ?)", (part,)).fetchone()
            return rebuild(
                conn, LocalBucket(str(self.bucket)), number, RebuildOptions(quiet_after, listed_only=listed_only)
            )

    def rebuild_all(self) -> dict[str, RebuiltPlaylist | str]:
        """Every recording by its path; one line for one that is refused."""
        found: dict[str, RebuiltPlaylist | str] = {}
        with self._open() as conn:
            bucket = LocalBucket(str(self.bucket))
            for number, path in conn.execute("SELECT id, path FROM recordings ORDER BY path").fetchall():
                try:
                    found[path] = rebuild(conn, bucket, number, RebuildOptions(QUIET))
                except OssrecError as error:
                    found[path] = str(error)
        return found

    def _open(self) -> Iterator:
        return _opened(self.catalog)


@contextmanager
def _opened(catalog: Path) -> Iterator:
    conn = open_catalog(catalog)
    try:
        yield conn
    finally:
        conn.close()
