"""`ossrec tasks listen`: each callback is on disk, once, before it is answered."""

import json
import signal
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.tasks.inbox import inbox_count, inbox_path
from ossrec.cli.main import run
from ossrec.jobs.tasks.callbacks import ingest_callbacks
from tests.tasks.catalogs import rows_of
from tests.web.conftest import SECRET, Listener

RID = "ba1107310000565164da34f816f842da94d"
OK = f"/callback/{SECRET}"


def body(msgid: str = "RECORD-1", **context: Any) -> bytes:
    return json.dumps({
        "msgid": msgid, "product": 1, "msgtype": 2, "notifytime": 1_793_491_300_000,
        "context": {
            "msgname": "recordtask_m3u8_info", "appid": 1, "roomid": "lobby", "uid": ["0"], "recordid": RID,
            "filetype": "m3u8", "duration": 60_000, "starttime": 1_793_491_200_000,
            "fileaddress": f"http://b.oss-cn-hangzhou.aliyuncs.com/2026/rid_{RID}_lobby.m3u8", **context,
        },
    }).encode()  # fmt: skip


def kept(catalog: Path) -> list[dict[str, Any]]:
    """All callbacks there are, wherever they are by now."""
    with closing(open_for_writing(catalog)) as conn:
        ingest_callbacks(conn, catalog, 1)
    return rows_of(catalog, "SELECT msgid, repeats, msgtype, recordid, file, body FROM callbacks ORDER BY msgid")


def test_a_callback_is_kept_as_it_came_and_tells_of_its_task(listener: Listener) -> None:
    assert listener.post(body()) == 200
    assert listener.stop() == 0

    assert kept(listener.catalog) == [{
        "msgid": "RECORD-1", "repeats": 0, "msgtype": 2, "recordid": RID, "file": f"2026/rid_{RID}_lobby.m3u8",
        "body": body().decode(),
    }]  # fmt: skip
    (task,) = rows_of(listener.catalog, "SELECT roomid, stream, state, state_from, state_ms FROM tasks")
    assert task == {
        "roomid": "lobby", "stream": "mixed", "state": "idle", "state_from": "callback", "state_ms": 1_793_491_260_000,
    }  # fmt: skip


def test_repeats_are_counted_and_change_nothing(listener: Listener) -> None:
    assert [listener.post(body()) for _ in range(3)] == [200] * 3
    assert (
        sum(
            "already stored" in line
            for line in [listener.wait_for("stored"), *(listener.wait_for("already stored") for _ in "12")]
        )
        == 2
    )
    listener.stop()

    (row,) = kept(listener.catalog)
    assert row["repeats"] == 2
    assert rows_of(listener.catalog, "SELECT count(*) AS n FROM task_facts") == [{"n": 1}]


def test_two_users_files_with_one_msgid_are_both_kept(listener: Listener) -> None:
    both = [body(uid=[uid], fileaddress=f"http://b.example/rid_{RID}_lobby__uid_s_{uid}.m3u8") for uid in ("u1", "u2")]
    for one in (*both, *both):
        assert listener.post(one) == 200
    listener.stop()

    assert [(row["body"].encode(), row["repeats"]) for row in kept(listener.catalog)] == [(one, 1) for one in both]
    assert rows_of(listener.catalog, "SELECT count(*) AS n FROM task_facts") == [{"n": 2}]


def test_what_is_unknown_in_a_callback_is_kept(listener: Listener) -> None:
    strange = [
        json.dumps({"msgid": "a", "msgtype": 99, "context": {"new": [1, {"x": None}], "recordid": RID}}).encode(),
        b'{"msgid": 7, "msgtype": "two", "context": "no object"}',
        b'{"no": "msgid"}',
        b"{}",
        '{"msgid": "b", "context": {"recordid": "\\ud800", "roomid": "三", "uid": [[1]], "duration": 9e999}}'.encode(),
    ]
    assert [listener.post(one) for one in strange] == [200] * 5
    listener.stop()

    rows = kept(listener.catalog)
    assert sorted(row["body"].encode() for row in rows) == sorted(strange)
    assert [row["msgid"][:7] for row in rows] == ["7", "a", "b", "sha256:", "sha256:"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/callback/{SECRET}", 200),
        (f"/callback?token={SECRET}", 200),
        ("/callback", 401),
        ("/callback/", 401),
        (f"/callback/{SECRET}x", 401),
        (f"/callback/{SECRET[:-1]}", 401),
        ("/callback?token=", 401),
        ("/callback/%ff%00", 401),
        ("/elsewhere", 404),
    ],
)
def test_a_caller_must_know_the_secret(listener: Listener, path: str, status: int) -> None:
    assert listener.post(body(), path) == status
    if status == 401:
        assert "401 to 127.0.0.1: the secret is wrong or missing" in listener.wait_for("401")
    listener.stop()

    assert len(kept(listener.catalog)) == (status == 200)
    assert not any(SECRET in line for line in listener.lines)


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"", 400, "the body is not JSON"),
        (b"msgid=1", 400, "the body is not JSON"),
        (b"[" * 100_000, 400, "the body is not JSON"),
        (b"[1]", 400, "the body is not a JSON object"),
        (b'{"msgid": "\xff"}', 400, "the body is not UTF-8"),
        (b'{"x": "' + b"y" * 1024 * 1024 + b'"}', 413, "larger than 1,048,576 bytes"),
    ],
    ids=["nothing", "a form", "too deep", "a list", "no UTF-8", "too large"],
)
def test_what_is_no_callback_is_refused_with_a_line(listener: Listener, data: bytes, status: int, said: str) -> None:
    assert listener.post(data) == status
    assert said in listener.wait_for(f"{status} to 127.0.0.1")
    assert listener.stop() == 0

    assert kept(listener.catalog) == []
    assert not any("Traceback" in line for line in listener.lines)


def test_a_body_of_the_size_that_is_allowed(listener: Listener) -> None:
    frame = b'{"msgid": "x", "pad": ""}'

    assert listener.post(frame[:-2] + b"y" * (1024 * 1024 - len(frame)) + frame[-2:]) == 200


def test_a_body_without_a_length_is_measured_as_it_comes(listener: Listener) -> None:
    def parts() -> Any:
        yield b'{"x": "'
        for _ in range(40):
            yield b"y" * 65_536

    with socket.create_connection(("127.0.0.1", listener.port)) as line:
        line.sendall(f"POST {OK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for part in parts():
                line.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        except OSError:
            pass  # it does not listen to the end
        assert line.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_brings_a_callback(listener: Listener, method: str) -> None:
    assert listener.post(b"", method=method) == 405


def test_who_goes_away_in_the_middle_leaves_nothing_and_breaks_nothing(listener: Listener) -> None:
    with socket.create_connection(("127.0.0.1", listener.port)) as line:
        line.sendall(f"POST {OK} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert "the body did not arrive" in listener.wait_for("408")
    assert listener.post(body()) == 200
    listener.stop()

    assert len(kept(listener.catalog)) == 1


def test_what_was_answered_survives_a_kill(listener: Listener) -> None:
    for number in range(20):
        assert listener.post(body(f"m{number:02}")) == 200
    listener.kill()

    assert [row["msgid"] for row in kept(listener.catalog)] == [f"m{number:02}" for number in range(20)]


def test_a_run_that_holds_the_catalog_holds_up_no_callback(listener: Listener) -> None:
    with closing(open_for_writing(listener.catalog)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        assert listener.post(body()) == 200
        assert inbox_count(listener.catalog) == 1
        conn.execute("ROLLBACK")


def test_many_at_once_are_all_kept(listener: Listener) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: listener.post(body(f"m{number % 30:02}")), range(60)))
    listener.stop()

    assert answers == [200] * 60
    rows = kept(listener.catalog)
    assert [row["msgid"] for row in rows] == [f"m{number:02}" for number in range(30)]
    assert [row["repeats"] for row in rows] == [1] * 30


def test_what_came_is_soon_in_the_catalog(listener: Listener) -> None:
    listener.post(body())
    listener.wait_for("ingested into the catalog: 1")

    assert rows_of(listener.catalog, "SELECT recordid FROM tasks") == [{"recordid": RID}]
    assert inbox_count(listener.catalog) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked_to(listener: Listener, number: int) -> None:
    assert listener.stop(number) == 0
    assert listener.lines[-1].endswith("stopped; every callback that was answered with 200 is stored")


def test_a_host_without_an_address_is_one_line(
    alone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", SECRET)
    assert run(["tasks", "listen", "--host", "nowhere.invalid", "--port", "0"]) == 2
    said = capfd.readouterr().err
    assert said.startswith("ossrec: cannot listen on nowhere.invalid port 0: ")
    assert "while" not in said
    assert "Errno" not in said


def test_a_port_in_use_is_one_line(
    listener: Listener, alone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", SECRET)
    assert run(["tasks", "listen", "--port", str(listener.port)]) == 2
    assert (
        capfd.readouterr().err == f"ossrec: cannot listen on 127.0.0.1 port {listener.port}: Address already in use\n"
    )


def test_two_secrets_are_known_while_one_takes_the_place_of_the_other(alone: Path) -> None:
    old, new = "the-old-one-of-them", "the-new-one-of-them"
    with Listener(alone, secret=f"{new},{old}") as one:
        statuses = [one.post(body(secret), f"/callback/{secret}") for secret in (old, new, f"{new},{old}", "")]
    assert statuses == [200, 200, 401, 401]
    assert [row["msgid"] for row in kept(one.catalog)] == [new, old]


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "sixteen-letters1,",
        "sixteen-letters1, sixteen-letters2",
        "short",
        "with spaces and more of it",
        "sixteen/letters!",
    ],
)
def test_a_secret_is_asked_for(secret: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", secret)

    assert run(["tasks", "listen"]) == 2
    told = capfd.readouterr().err
    assert "OSSREC_CALLBACK_SECRET" in told
    assert len(secret) < 8 or secret not in told


def test_without_a_secret_when_it_is_said_so(alone: Path) -> None:
    with Listener(alone, "--open", secret="") as one:
        assert one.post(body(), "/callback") == 200


def test_an_inbox_that_cannot_be_written_is_one_line(
    alone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", SECRET)
    Path(inbox_path(alone / "ossrec.db")).mkdir()

    assert run(["tasks", "listen", "--port", "0"]) == 10
    assert capfd.readouterr().err.startswith("ossrec: cannot write")


def test_an_inbox_that_breaks_is_told_and_answered_with_503(listener: Listener) -> None:
    with closing(sqlite3.connect(inbox_path(listener.catalog))) as conn:
        conn.execute("DROP TABLE inbox")
    assert listener.post(body()) == 503
    assert "cannot store it" in listener.wait_for("503")
