"""`ossrec scan`: summary, messages, exit codes and settings."""

import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.cli.output import progress
from ossrec.jobs.scan.report import ScanState
from tests.cli.conftest import HOSTILE
from tests.oss_server import Fault, OssServer
from tests.running import Ossrec

FIXTURES = Path(__file__).parents[3] / "fixtures" / "buckets"


@pytest.fixture
def bucket(alone: Path) -> Path:
    """A folder with a complete recording and one with a missing segment."""
    for name in ("complete", "segment-missing"):
        shutil.copytree(FIXTURES / name, alone / "bucket" / name)
    return alone / "bucket"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OssServer]:
    """An OSS server with complete recordings in a bucket `recordings`, and the settings to reach it."""
    with OssServer() as running:
        for path in sorted((FIXTURES / "complete").rglob("*")):
            if path.is_file():
                running.bucket("recordings").put(str(path.relative_to(FIXTURES)), path.read_bytes())
        monkeypatch.setenv("OSSREC_ENDPOINT", running.endpoint)
        monkeypatch.setenv("OSSREC_REGION", running.region)
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", running.access_key_id)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", running.access_key_secret)
        yield running


def test_reports_what_it_found_and_fails_if_a_recording_is_broken(ossrec: Ossrec, bucket: Path) -> None:
    ran = ossrec("scan", str(bucket))
    assert (ran.code, ran.err) == (1, "")
    first, *rest = ran.out.splitlines()
    assert first.startswith(f"{bucket}: ")
    assert rest[-1] == "3 incomplete (`ossrec find --verdict incomplete`)"
    assert any(line.startswith("  recordings  ") and "complete" in line for line in rest)
    rows = ossrec("find", "--verdict", "incomplete", "--format", "json").json
    assert len(rows) == 3


def test_summary_as_json(ossrec: Ossrec, bucket: Path) -> None:
    ran = ossrec("scan", str(bucket), "--format", "json")
    assert ran.json["bucket"] == str(bucket)
    assert ran.json["verdicts"]["incomplete"] == 3
    assert ran.json["playlists_read"] == ran.json["recordings"]
    again = ossrec("scan", str(bucket), "--format", "jsonl")
    assert json.loads(again.out)["playlists_read"] == 0


EXITS = {
    "incomplete": 1,
    "damaged,gone": 0,
    "never": 0,
    "any": 1,
    "complete": 1,
}


@pytest.mark.parametrize(("verdicts", "code"), EXITS.items())
def test_fail_on_selects_the_verdicts_that_fail(ossrec: Ossrec, bucket: Path, verdicts: str, code: int) -> None:
    assert ossrec("scan", str(bucket), "--fail-on", verdicts, "-q").code == code


def test_quiet_reports_only_problems(ossrec: Ossrec, bucket: Path) -> None:
    assert ossrec("scan", str(bucket), "-q", "--prefix", "complete/") == (0, "", "")
    ran = ossrec("scan", str(bucket), "-q")
    assert ran.out == "3 incomplete (`ossrec find --verdict incomplete`)\n"


def test_a_prefix_narrows_the_scan(ossrec: Ossrec, bucket: Path) -> None:
    summary = ossrec("scan", str(bucket), "--prefix", "complete/", "--format", "json").json
    assert summary["prefix"] == "complete/"
    assert set(summary["verdicts"]) == {"complete"}


def test_scans_oss_with_a_prefix_in_the_url(ossrec: Ossrec, server: OssServer) -> None:
    ran = ossrec("scan", "oss://recordings/complete/", "--format", "json")
    assert ran.code == 0
    assert (ran.json["bucket"], ran.json["prefix"]) == ("oss://recordings", "complete/")
    assert ran.json["verdicts"] == {"complete": ran.json["recordings"]}
    assert ossrec("scan", "oss://recordings/complete/", "--signing", "v1", "-q").code == 0
    ran = ossrec("scan", "oss://recordings/a", "--prefix", "b")
    assert ran.code == 2
    assert "omit --prefix" in ran.err


def test_unreadable_objects_outweigh_broken_recordings(ossrec: Ossrec, server: OssServer) -> None:
    server.faults.add(Fault("GET", code="AccessDenied", status=403, times=1))
    ran = ossrec("scan", "oss://recordings", "--fail-on", "any")
    assert ran.code == 3
    assert "ossrec: could not read: LOOK002" in ran.err
    assert "1 item could not be read" in ran.out


def test_no_access_is_12(ossrec: Ossrec, server: OssServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", "wrong-secret")
    ran = ossrec("scan", "oss://recordings")
    assert (ran.code, ran.out) == (12, "")
    assert "SignatureDoesNotMatch" in ran.err
    assert "wrong-secret" not in ran.err
    assert ran.err.count("\n") == 1


def test_a_catalog_in_use_is_11(ossrec: Ossrec, bucket: Path) -> None:
    with lock_catalog(Path("ossrec.db")):
        ran = ossrec("scan", str(bucket))
    assert (ran.code, ran.out) == (11, "")
    assert "--wait" in ran.err


def test_no_folder_and_no_scheme(ossrec: Ossrec) -> None:
    assert ossrec("scan", "nowhere").code == 12
    ran = ossrec("scan", "s3://bucket")
    assert ran.code == 2
    assert "oss://name/prefix" in ran.err


def test_a_catalog_inside_the_bucket_gives_a_warning(
    ossrec: Ossrec, bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = ossrec("scan", str(bucket), "--catalog", str(bucket / "c.db"), "-q")
    assert "is inside the scanned folder" in ran.err


def test_names_cannot_drive_the_terminal(ossrec: Ossrec, alone: Path) -> None:
    folder = alone / f"b{HOSTILE.replace('/', '')}"
    (folder / "x").mkdir(parents=True)
    for arguments in ((), ("--format", "json"), ("--prefix", HOSTILE)):
        ran = ossrec("scan", str(folder), *arguments)
        assert ran.code == 0
        assert all(char == "\n" or char.isprintable() for char in ran.out + ran.err)


def test_the_first_twenty_skipped_names_are_reported(ossrec: Ossrec, bucket: Path) -> None:
    for number in range(23):
        (bucket / f"link{number:02}").symlink_to("/etc/passwd")
    ran = ossrec("scan", str(bucket), "-q", "--fail-on", "never")
    first, *_, last = ran.err.splitlines()
    assert first == "ossrec: skipped: link00: a link that leaves the folder"
    assert last == "ossrec: skipped: and 3 others: --format json lists up to 1,000"
    assert (ran.code, ran.out, ran.err.count("\n")) == (0, "", 21)
    summary = ossrec("scan", str(bucket), "--format", "json").json
    assert summary["skipped_names"][22] == {"name": "link22", "reason": "a link that leaves the folder"}


def test_the_first_ctrl_c_is_answered_at_once(ossrec: Ossrec, server: OssServer) -> None:
    server.faults.add(Fault("LIST", after=lambda: os.kill(os.getpid(), signal.SIGINT)))
    ran = ossrec("scan", "oss://recordings", "-q")
    first, second = ran.err.splitlines()
    assert first == "ossrec: stopping after the current page; Ctrl-C again stops at once"
    assert second.startswith("ossrec: stopped; ")
    assert (ran.code, ran.out) == (130, "")


UNUSABLE: dict[str, tuple[str, int, str]] = {
    "an empty name": ("", 2, "name a file"),
    "a folder": ("folder", 10, "is a folder, not a catalog: name a file with --catalog"),
    "a place where no file can be made": ("/proc/self/c.db", 10, "cannot write beside the catalog /proc/self/c.db"),
    "a name too long": ("x" * 300, 10, "name another file with --catalog"),
    "a link to itself": ("circle", 10, "cannot write the catalog circle"),
}


@pytest.mark.parametrize(("catalog", "code", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_catalog_that_cannot_be_is_one_line(
    ossrec: Ossrec, alone: Path, bucket: Path, catalog: str, code: int, said: str
) -> None:
    (alone / "folder").mkdir()
    (alone / "circle").symlink_to("circle")
    before = sorted(alone.iterdir())
    ran = ossrec("scan", str(bucket), "--catalog", catalog)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert said in ran.err
    assert [path for path in sorted(alone.iterdir()) if path not in before and path.name != "circle.lock"] == []
    assert ossrec("find", "--catalog", catalog).code == code


LISTING = ScanState("listing", 120_000, 500_000, 0, None, 34, 5)


@pytest.mark.parametrize(
    ("phase", "words", "short"),
    [
        ("listing", "9,000 of about 9,900 objects (9/s), 1 playlists read", "9,000 of about 9,900 objects (9/s)"),
        (
            "inspecting",
            "7 of about 9,900 segments, 1.5 GiB (99.9 MiB/s), 1 recordings",
            "7 of about 9,900 segments, 1.5 GiB",
        ),
        ("checking", "7 of 12 recordings, 1 playlists read", "7 of 12 recordings, 1 playlists read"),
    ],
)
def test_progress_fits_80_columns(phase: str, words: str, short: str) -> None:
    assert progress.describe_briefly(words, phase) == short


def test_progress_in_words() -> None:
    assert progress.describe_progress(LISTING, 60) == (
        "listing: 120,000 of about 500,000 objects (2,000/s), 34 playlists read, 5 findings"
    )
    unknown = LISTING._replace(expected=None)
    assert progress.describe_progress(unknown, 0) == "listing: 120,000 objects, 34 playlists read, 5 findings"
    checking = ScanState("checking", 0, None, 7, 12, 1, 0)
    assert progress.describe_progress(checking, 1) == "checking: 7 of 12 recordings, 1 playlist read, 0 findings"


def test_in_a_log_a_line_comes_once_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    with progress.progress_display(quiet=False) as show:
        for second in range(0, 150, 10):
            clock[0] = float(second)
            show(LISTING)
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    with progress.progress_display(quiet=True) as show:
        show(LISTING)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.progress_display(quiet=False) as show:
        show(LISTING)
        show(LISTING._replace(objects=600_000))
        show(ScanState("checking", 0, None, 7, 12, 1, 0))
    assert "7 of 12 recordings" in terminal.getvalue()
