"""The crontab line of docs/tasks.md works under cron, also with errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import PATIENCE, ROOT
from tests.scan.bucket_maker import put_recording, rid, stem


@pytest.fixture
def line(alone: Path) -> str:
    """What cron runs, with the files of a machine that has none of those it names."""
    text = (ROOT / "docs/tasks.md").read_text()
    (said,) = (row for row in text.splitlines() if row.startswith("0 4 * * * "))
    ossrec = alone / "ossrec"
    ossrec.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ossrec "$@"\n')
    ossrec.chmod(0o755)
    (alone / "env").write_text(f'OSSREC_CATALOG="{alone / "c.db"}"\nPYTHONPATH="{os.pathsep.join(sys.path)}"\n')
    places = {
        "/etc/ossrec.env": alone / "env",
        "/opt/ossrec/bin/ossrec": ossrec,
        "/var/lib/exports/tasks.csv": alone / "tasks.csv",
        "oss://my-bucket": alone / "bucket",
    }
    for named, place in places.items():
        assert named in said
        said = said.replace(named, str(place))
    assert "%" not in said  # cron takes it for the end of a line
    return said.removeprefix("0 4 * * * ")


def start(line: str) -> "subprocess.Popen[str]":
    """As cron does: from the home, with next to no environment."""
    command = ["env", "-i", "HOME=/", "PATH=/usr/bin:/bin", "SHELL=/bin/sh", "sh", "-c", line]
    return subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_bad_row_keeps_nothing_from_being_scanned_and_compared(alone: Path, line: str) -> None:
    put_recording(alone / "bucket", stem(1), 3)
    rows = "recordid,started\nba01,2026-10-01T10:00:00Z\nba02,never\n"
    (alone / "tasks.csv").write_text(rows)
    with start(line.replace("--since 7d", "")) as process:
        said, warned = process.communicate(timeout=PATIENCE)

    assert "line 3: started 'never' is not a time" in warned
    assert "ba01" in said  # without files, by the listing of this night
    assert process.returncode == 1


def test_a_night_without_anything_wrong_is_silent(alone: Path, line: str) -> None:
    put_recording(alone / "bucket", stem(1), 3)
    (alone / "tasks.csv").write_text(f"recordid,roomid\n{rid(1)},room\n")
    with start(line) as process:
        assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def test_it_waits_for_a_scan_that_runs_already(line: str) -> None:
    assert [part.split()[1] for part in line.split("; ") if "--wait" in part] == ["tasks", "scan"]
