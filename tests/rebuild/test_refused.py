"""An output that cannot be written is refused before any segment is read."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fixtures.times import copy_bucket
from ossrec import __file__ as package
from tests.oss_server import OssServer
from tests.running import Ossrec

NAME = "rid_ba11112000004bb4e82d7e04303e0c04dfdec_poetry"
KEY = f"2026/{NAME}.m3u8"


@pytest.fixture
def oss(alone: Path, ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch):
    """A recording on an OSS, scanned; nothing of that is among the requests."""
    with OssServer() as server:
        for file in copy_bucket("no-endlist", alone / "files").iterdir():
            stored = server.bucket("recordings")
            stored.put(f"2026/{file.name}", file.read_bytes(), modified=int(file.stat().st_mtime))
        monkeypatch.setenv("OSS_ACCESS_KEY_ID", server.access_key_id)
        monkeypatch.setenv("OSS_ACCESS_KEY_SECRET", server.access_key_secret)
        monkeypatch.setenv("OSSREC_ENDPOINT", server.endpoint)
        monkeypatch.setenv("OSSREC_REGION", server.region)
        assert ossrec("scan", "oss://recordings").code == 1
        yield server


def segments_read(server: OssServer) -> set[str]:
    """Keys of segments that were asked for; a scan asks for none."""
    return {one.key for one in server.requests if one.key.endswith(".ts")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--upload", "../x"], "is not an output prefix", id="a prefix that is none"),
        pytest.param(["--upload", ""], "is not an output prefix", id="no prefix"),
        pytest.param(["-o", "folder"], "is a folder or a device", id="a folder"),
        pytest.param(["-o", "/dev/null"], "is a folder or a device", id="a device"),
        pytest.param(["-o", "x" * 256], "longer than 255 bytes", id="a name that no file can have"),
        pytest.param(["-o", "no/x.m3u8"], "the folder does not exist", id="no folder"),
        pytest.param(["-o", "x.m3u8/y.m3u8"], "the folder does not exist", id="a file as a folder"),
    ],
)
def test_what_can_never_be_written_is_refused_without_a_request(
    ossrec: Ossrec, oss: OssServer, alone: Path, arguments: list[str], said: str
) -> None:
    (alone / "folder").mkdir()
    (alone / "x.m3u8").write_text("mine")
    before = len(oss.requests)
    ran = ossrec("rebuild", KEY, *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err
    assert len(oss.requests) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--upload", "2026/"], "the key of the recording's own playlist", id="its own place"),
        pytest.param(["--upload", "x" * 1000], "longer than 1023 bytes", id="a key too long"),
        pytest.param(["-o", "x.m3u8"], "already exists: --force replaces it", id="a file that is there"),
    ],
)
def test_what_must_not_be_written_is_refused_before_a_segment_is_read(
    ossrec: Ossrec, oss: OssServer, alone: Path, arguments: list[str], said: str
) -> None:
    (alone / "x.m3u8").write_text("mine")
    ran = ossrec("rebuild", KEY, *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err
    assert segments_read(oss) == set()
    assert (alone / "x.m3u8").read_text() == "mine"


def test_the_same_reads_the_segments_when_it_is_not_refused(ossrec: Ossrec, oss: OssServer, alone: Path) -> None:
    assert ossrec("rebuild", KEY, "-o", "x.m3u8").code == 0
    assert len(segments_read(oss)) == 3


REFUSED = """
import os, sys
from ossrec.errors import OssrecError
from ossrec.jobs.rebuild.deliver import OutputTarget
if os.geteuid() == 0:  # root may write anywhere, and only root may read the modules in some places
    os.setuid(65534)
try:
    OutputTarget(sys.argv[1], None).check()
except OssrecError as error:
    print(error, error.exit_code)
"""


def test_a_folder_that_may_not_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        Path(folder).chmod(0o555)
        file = f"{folder}/x.m3u8"
        done = subprocess.run(
            [sys.executable, "-B", "-c", REFUSED, file],
            env={"PYTHONPATH": str(Path(package).parents[1]), "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{file}: Permission denied: write to another folder 3\n", "")
