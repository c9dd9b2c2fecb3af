"""A recorder and the bucket that it writes into, and `ossrec` in this process, set up to reach both."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ossrec.cli.main import run
from ossrec.tasks.client import Patience
from tests.oss_server import OssServer
from tests.recorder import Recorder
from tests.running import Ossrec, Ran, go_alone

BUCKET = "oss://recordings"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and none of the settings of whoever runs the tests; nothing waits before it repeats."""
    go_alone(tmp_path, monkeypatch)
    monkeypatch.setattr("ossrec.cli.recorder.Patience", partial(Patience, base=0.0))
    return tmp_path


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A recorder, to which `ossrec` leads."""
    with OssServer() as oss, Recorder(oss.bucket("recordings"), oss=oss) as running:
        settings = running.settings() | {
            "OSSREC_ENDPOINT": oss.endpoint,
            "OSSREC_REGION": oss.region,
            "OSS_ACCESS_KEY_ID": oss.access_key_id,
            "OSS_ACCESS_KEY_SECRET": oss.access_key_secret,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def ossrec(capsys: pytest.CaptureFixture[str]) -> Ossrec:
    """Runs `ossrec` with the arguments given."""

    def go(*arguments: str) -> Ran:
        code = run(arguments)
        return Ran(code, *capsys.readouterr())

    return go
