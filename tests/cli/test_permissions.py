"""Files and folders without permission to read or write, as a user other than root meets them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ossrec import __file__ as package
from tests.catalog.builder import CatalogBuilder, mixed

# Root may do anything, and only root may read the modules in some places: they are loaded before that is given up.
AS_NOBODY = """
import encodings.utf_16_le, os, sys
import ossrec.cli.worker_options, ossrec.jobs.workers.adaptive_pool, ossrec.jobs.workers.process_pool
import ossrec.cli.commands.check, ossrec.cli.commands.doctor, ossrec.cli.commands.find, ossrec.cli.output.progress
import ossrec.jobs.check.check
import ossrec.buckets.open, ossrec.cli.bucket_options, ossrec.cli.error_lines, ossrec.cli.output.tables
import ossrec.jobs.workers.pool
import crcmod, difflib, fastcrc, sqlite_utils
from ossrec.cli.main import run
if os.geteuid() == 0:
    os.setuid(65534)
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a catalog, accessible to all users, unlike pytest's own folders."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        build = CatalogBuilder(folder / "c.db")
        build.recording(mixed("lobby"))
        build.conn.close()
        (folder / "home").mkdir()
        (folder / "c.db").chmod(0o666)
        yield folder
        folder.chmod(0o777)


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-c", AS_NOBODY, *arguments],
        cwd=place,
        env={
            "PYTHONPATH": str(Path(package).parents[1]),
            "PATH": os.environ["PATH"],
            "HOME": str(place / "home"),
            "OSSREC_CATALOG": "c.db",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_home_that_may_not_be_entered_has_no_settings(place: Path) -> None:
    (place / "home").chmod(0)
    ran = run(place, "find", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "lobby" in ran.stdout


@pytest.mark.parametrize("command", [["find"], ["check"], ["check", "--bucket", "recordings"]], ids=" ".join)
def test_a_catalog_that_may_not_be_read(place: Path, command: list[str]) -> None:
    (place / "c.db").chmod(0)
    ran = run(place, *command)
    assert (ran.returncode, ran.stdout) == (10, "")
    assert ran.stderr == "ossrec: no permission to read the catalog c.db: check its permissions\n"
    assert "no permission to read the catalog c.db" in run(place, "doctor").stdout


def test_a_catalog_that_may_not_be_written_is_refused_before_anything_is_planned(place: Path) -> None:
    (place / "c.db").chmod(0o444)
    ran = run(place, "check")
    assert (ran.returncode, ran.stdout) == (10, "")
    assert ran.stderr == "ossrec: c.db is not writable: check its permissions\n"
    assert run(place, "check", "--dry-run").returncode == 0
    assert run(place, "find").returncode == 0


def test_a_folder_that_may_not_be_written(place: Path) -> None:
    place.chmod(0o555)
    ran = run(place, "check")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (10, "", 1)
    assert "cannot write beside the catalog c.db" in ran.stderr
    assert run(place, "check", "--dry-run").returncode == 0
