"""A simulated recorder with its bucket, and `ossrec` in this process, configured for both."""

from collections.abc import Iterator
from functools import partial

import pytest

from ossrec.jobs.tasks.call_log import CatalogCallLog
from ossrec.recorder.client import RecorderClient
from tests.oss_server import OssServer
from tests.recorder import Recorder
from tests.running import alone, ossrec

__all__ = ["BUCKET", "alone", "ossrec", "recorder"]

BUCKET = "oss://recordings"


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A recorder, to which `ossrec` leads; its time is everybody's, and moves when somebody waits for a call."""
    with OssServer() as oss, Recorder(oss.bucket("recordings")) as running:
        monkeypatch.setattr("time.time", running.clock)
        monkeypatch.setattr("ossrec.cli.record.service.RecorderClient", partial(RecorderClient, wait=running.advance))
        monkeypatch.setattr("ossrec.cli.record.service.CatalogCallLog", partial(CatalogCallLog, wait=running.advance))
        settings = running.settings() | {
            "OSSREC_ENDPOINT": oss.endpoint,
            "OSSREC_REGION": oss.region,
            "OSS_ACCESS_KEY_ID": oss.access_key_id,
            "OSS_ACCESS_KEY_SECRET": oss.access_key_secret,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield running
