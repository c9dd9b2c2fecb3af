"""The lifetime of the server: connections, request log, shutdown, and the command that serves a folder."""

import gc
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import oss2
import pytest

from tests.fake_oss.clients import BUCKET, RawClient, client
from tests.oss_server import Fault, OssServer
from tests.oss_server.__main__ import main
from tests.oss_server.store import Bucket
from tests.running import PATIENCE, ROOT


def test_the_end_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with OssServer() as server:
            server.bucket(BUCKET, public=True)
            asked = [RawClient(server) for _ in range(20)]
            assert {one.list().status for one in asked} == {200}
            assert len({request.connection for request in server.requests}) == 20
        assert set(threading.enumerate()) <= before
        for one in asked:
            with pytest.raises((ConnectionError, http.client.HTTPException)):
                one.list()
            one.connection.close()
        server.stop()
        gc.collect()


def test_connections_are_kept_and_logged(server: OssServer, bucket: Bucket, raw: RawClient) -> None:
    bucket.put("a b", b"1")
    raw.get("a%20b", Range="bytes=0-0")
    raw.list(prefix="a+b")
    raw.ask("HEAD", f"/{BUCKET}/c")
    first, second, third = server.requests
    assert (first.method, first.kind, first.bucket, first.key, first.status) == ("GET", "GET", BUCKET, "a b", 206)
    assert first.headers["range"] == "bytes=0-0"
    assert (second.kind, second.key, second.query, second.status) == ("LIST", "", {"prefix": "a b"}, 200)
    assert (third.kind, third.status) == ("HEAD", 404)
    assert first.connection == second.connection == third.connection
    server.clear_requests()
    assert server.requests == []


@pytest.mark.parametrize("signature", ["V1", "V4"])
def test_the_log_holds_no_secrets(server: OssServer, bucket: Bucket, signature: str) -> None:
    server.add_key("STS.a", "the-secret", "the-token")
    with client(server, signature, id="STS.a", secret="the-secret", token="the-token") as oss:
        oss.list_objects_v2()
        url = oss.sign_url("GET", "x", 60)
        with pytest.raises(oss2.exceptions.NoSuchKey):
            oss.get_object_with_url(url)
    given = re.search(r"[Ss]ignature=([^&]+)", url)
    assert given
    for hidden in ("the-secret", "the-token", given[1]):
        assert hidden not in repr(server.requests)
    assert len(server.requests) == 2


def test_several_clients_are_served_at_once(server: OssServer, bucket: Bucket) -> None:
    met = threading.Barrier(4, timeout=PATIENCE)
    server.faults.add(Fault("LIST", times=4, after=met.wait))
    askers = [RawClient(server) for _ in range(4)]
    threads = [threading.Thread(target=one.list) for one in askers]
    for thread in threads:
        thread.start()
    for thread, one in zip(threads, askers, strict=True):
        thread.join()
        one.connection.close()
    assert [request.status for request in server.requests] == [200] * 4


def test_a_port_that_is_taken_is_an_error(server: OssServer) -> None:
    port = int(server.endpoint.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        OssServer(port=port).start()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "deep" / "a b+é.ts").write_bytes(b"data")
    (tmp_path / "b.m3u8").write_bytes(b"#EXTM3U\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("b.m3u8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff")).write_bytes(b"")
    os.utime(tmp_path / "b.m3u8", (1_000_000_000, 1_000_000_000))
    return tmp_path


def test_every_regular_file_becomes_an_object(bucket: Bucket, folder: Path) -> None:
    assert bucket.load(folder, prefix="p/") == (2, 12, ["bad\\xff"])
    assert bucket.keys() == ["p/b.m3u8", "p/sub/deep/a b+é.ts"]
    stored = bucket.get("p/b.m3u8")
    assert stored
    assert (stored.modified, stored.data) == (1_000_000_000, b"#EXTM3U\n")
    with pytest.raises(NotADirectoryError):
        bucket.load(folder / "b.m3u8")


def test_no_object_has_a_key_that_is_not_unicode(bucket: Bucket) -> None:
    with pytest.raises(UnicodeEncodeError):
        bucket.put("\udcff")
    with pytest.raises(ValueError, match="no such storage class"):
        bucket.put("a", storage="Attic")


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """``python -m tests.oss_server`` as a process, with the environment that it prints."""
    command = [sys.executable, "-W", "error", "-m", "tests.oss_server", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            environment = {}
            for line in process.stdout:
                if not line.startswith("export "):
                    environment["command"] = line.strip()
                    break
                name, _, value = line.removeprefix("export ").strip().partition("=")
                environment[name] = value
            yield process, environment
        finally:
            process.kill()


def test_the_command_serves_a_folder_to_anyone_with_the_printed_key(folder: Path) -> None:
    """The client is opendal, whose signer owes nothing to oss2."""
    opendal = pytest.importorskip("opendal")
    with served(str(folder), "--bucket", "demo-bucket") as (process, environment):
        assert environment.pop("command") == "ossrec scan oss://demo-bucket/"
        assert environment["OSSREC_REGION"] == "cn-hangzhou"
        operator = opendal.Operator(
            "oss",
            bucket="demo-bucket",
            endpoint=environment["OSSREC_ENDPOINT"],
            addressing_style="path",
            access_key_id=environment["OSS_ACCESS_KEY_ID"],
            access_key_secret=environment["OSS_ACCESS_KEY_SECRET"],
        )
        assert operator.stat("b.m3u8").content_length == 8
        assert operator.read("sub/deep/a b+é.ts") == b"data"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (0, "")
    assert errors.splitlines() == [
        "skipped, its name is not UTF-8: bad\\xff",
        "# 2 objects, 12 bytes; press Ctrl-C to stop",
    ]


def test_a_public_folder_needs_no_key(folder: Path) -> None:
    with served(str(folder), "--public") as (process, environment):
        assert set(environment) == {"OSSREC_ENDPOINT", "OSSREC_REGION", "command"}
        bucket = oss2.Bucket(oss2.AnonymousAuth(), environment["OSSREC_ENDPOINT"], "recordings")
        assert bucket.get_object("b.m3u8").read() == b"#EXTM3U\n"
        bucket.session.session.close()
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["/no/such/folder"], "is not a folder"),
        (["{folder}", "--bucket", "X"], "--bucket: use 3 to 63 lower-case letters, digits and hyphens"),
        (["{folder}", "--port", "65536"], "--port: give a number from 0 to 65535"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([argument.replace("{folder}", str(folder)) for argument in arguments])
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_taken_port_is_said_without_a_traceback(
    server: OssServer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "--port", server.endpoint.rpartition(":")[2]]) == 2
    assert "cannot serve" in capsys.readouterr().err
