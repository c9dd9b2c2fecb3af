"""Ctrl-C stops a rebuild at once, without output and without leftover files."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from fixtures.times import copy_bucket
from ossrec.buckets.open import open_bucket
from ossrec.buckets.settings import BucketSettings
from tests.oss_server import Fault, OssServer
from tests.running import PATIENCE
from tests.scan.scanning import scan


def test_ctrl_c_while_segments_are_read(tmp_path: Path) -> None:
    with OssServer() as server:
        for file in copy_bucket("no-playlist", tmp_path / "files").iterdir():
            server.bucket("recordings").put(file.name, file.read_bytes(), modified=int(file.stat().st_mtime))
        keys = {"OSS_ACCESS_KEY_ID": server.access_key_id, "OSS_ACCESS_KEY_SECRET": server.access_key_secret}
        place = open_bucket("oss://recordings", BucketSettings(endpoint=server.endpoint, region=server.region), keys)
        scan(place, tmp_path / "catalog.db")
        asked = threading.Event()
        server.faults.add(Fault("GET", delay=600, times=None, after=asked.set))
        command = [sys.executable, "-m", "ossrec", "rebuild", "rid_ba111120000075389640e12fe132f007ed54d_algebra-9b"]
        command += ["--catalog", str(tmp_path / "catalog.db"), "--endpoint", server.endpoint, "-o", str(tmp_path / "x")]
        process = subprocess.Popen(
            [*command, "--region", server.region],
            env=os.environ | keys | {"HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asked.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, "", "")
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("catalog")) == ["files"]
