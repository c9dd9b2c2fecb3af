"""`ossrec tasks listen`: hostile clients block no callbacks, fill no disk, and are logged in lines."""

import contextlib
import http.client
import resource
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.schema.version import VERSION
from ossrec.catalog.tasks.inbox import inbox_path
from ossrec.cli.main import run
from ossrec.web.rejection_log import RejectionLog
from tests.web.conftest import SECRET, Listener
from tests.web.test_server import OK, RID, body, kept


@pytest.fixture
def impatient(alone: Path) -> Iterator[Listener]:
    """A listener that waits for nothing longer than a fraction of a second."""
    with Listener(alone, limits={"head": 0.3, "body": 0.3, "whole": 20.0}) as one:
        yield one


def is_closed(line: socket.socket) -> bool:
    """Wait until the other end has closed it."""
    try:
        while line.recv(4096):
            pass
    except ConnectionError:
        pass
    return True


def test_idle_connections_make_room_for_a_callback(listener: Listener) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(listener.connect()) for _ in range(230)]
        assert listener.post(body()) == 200
        for line in lines[:30]:  # the oldest had to go; far sooner than the deadline of a head closes the others
            assert is_closed(line)


@pytest.mark.parametrize(
    "head",
    [b"", b"POST /callback HT", f"POST {OK} HTTP/1.1\r\nHost: x\r\n".encode()],
    ids=["nothing", "half a line", "half a head"],
)
def test_who_does_not_go_on_is_not_waited_for(impatient: Listener, head: bytes) -> None:
    with impatient.connect(head) as line:
        assert is_closed(line)
    if head:
        impatient.wait_for("408 to 127.0.0.1: the request did not arrive")
    assert impatient.post(body()) == 200


def test_a_head_that_drips_is_not_waited_for(impatient: Listener) -> None:
    with impatient.connect(b"POST / HTTP/1.1\r\nX: ") as line:
        line.settimeout(0.05)
        for _ in range(600):
            try:
                line.sendall(b"y")
                if line.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("it was heard for 30 seconds")


def test_a_body_that_does_not_come_is_not_waited_for(impatient: Listener) -> None:
    with impatient.connect(f"POST {OK} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode()) as line:
        assert line.recv(12) == b"HTTP/1.1 408"
    impatient.wait_for("408 to 127.0.0.1: the body did not arrive")


def test_a_body_that_follows_a_refusal_is_not_waited_for(impatient: Listener) -> None:
    with impatient.connect(b"POST /callback HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n") as line:
        assert line.recv(12) == b"HTTP/1.1 401"
        assert is_closed(line)


def test_one_connection_may_bring_many_callbacks(listener: Listener) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", listener.port, timeout=30)) as connection:
        for number in range(3):
            connection.request("POST", OK, body(f"m{number}"))
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
    listener.stop()
    assert len(kept(listener.catalog)) == 3


def test_more_at_once_than_can_be_taken_are_told_so(alone: Path) -> None:
    half = f"POST {OK} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n".encode()
    with Listener(alone, limits={"at_once": 2}) as one, ExitStack() as stack:
        for _ in range(2):
            line = stack.enter_context(one.connect(half))
            assert line.recv(12) == b"HTTP/1.1 100"  # its body is waited for
        assert one.post(body()) == 503
        one.wait_for("503 to 127.0.0.1: 2 requests are already in progress")


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (b"POST /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n", "404 to 127.0.0.1: no such address"),
        (b"BREW /callback HTTP/1.1\r\nHost: x\r\n\r\n", "405 to 127.0.0.1: not a POST request"),
        (f"PUT {OK} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), "405 to 127.0.0.1: not a POST request"),
        (f"GET {OK}x HTTP/1.1\r\nHost: x\r\n\r\n".encode(), "401 to 127.0.0.1: the secret is wrong or missing"),
        (b"\x16\x03\x01\x02\x00\x01\x00", "400 to 127.0.0.1: not HTTP"),
        (b"GET / HTTP/1.1\r\n\r\n", "400 to 127.0.0.1: not HTTP"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n", "400 to 127.0.0.1: not HTTP"),
        (
            b"POST /callback HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n",
            "400 to 127.0.0.1: not HTTP",
        ),
        (b"GET /?\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n", "400 to 127.0.0.1: not HTTP"),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \x9b31m,1.2.3.4\r\n\r\n",
            "404 to 1.2.3.4: no such address",
        ),
    ],
    ids=[
        "an address that is not there",
        "a method that nobody knows",
        "a method that is known",
        "a wrong secret",
        "TLS",
        "no host",
        "a head beyond measure",
        "a body that is none after a refusal",
        "a control character",
        "a proxy in between",
    ],
)
def test_each_refusal_is_one_line(listener: Listener, sent: bytes, line: str) -> None:
    with contextlib.suppress(ConnectionError), listener.connect(sent) as connection:
        connection.recv(4096)
    assert listener.wait_for(line).endswith(line)
    assert listener.stop() == 0
    assert all(one[:4] == "2026" or one[4] == "-" for one in listener.lines)  # each with its time, and none of a stack
    assert not any(SECRET in one or "Traceback" in one for one in listener.lines)


def test_of_a_flood_only_some_is_told() -> None:
    now = [0.0]
    lines: list[str] = []
    rejections = RejectionLog(lines.append, most=3, window=60, clock=lambda: now[0])
    for _ in range(100):
        rejections.add("401")
    assert lines == ["401", "401", "401", "3 rejections: further ones within 60 s are only counted"]
    now[0] = 61.0
    rejections.add("404")
    assert lines[4:] == ["97 further requests were rejected", "404"]
    rejections.flush()
    assert len(lines) == 6


def test_a_flood_is_not_told_line_by_line_and_its_end_is(listener: Listener) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=30)
    with closing(connection):
        for _ in range(70):
            connection.request("GET", "/callback")
            connection.getresponse().read()
    assert listener.stop() == 0
    assert sum("401 to" in line for line in listener.lines) == 60
    assert any(line.endswith(" 10 further requests were rejected") for line in listener.lines)


# What it cannot work with is told at the start.


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE x (y)")


def newer_catalog(path: Path) -> None:
    with closing(open_for_writing(path)) as conn:
        conn.execute(f"PRAGMA user_version = {VERSION + 1}")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("no catalog" * 100), "is not a catalog: name another file with --catalog"),
        (other_database, "is a database of another program"),
        (newer_catalog, "was written by a newer ossrec"),
        (lambda path: path.mkdir(), "is a folder, not a catalog"),
    ],
    ids=["a text", "another program's database", "a newer catalog", "a folder"],
)
def test_a_catalog_that_is_none_is_refused_at_the_start(
    alone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, make: object, said: str
) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", SECRET)
    make(alone / "ossrec.db")  # type: ignore[operator]

    assert run(["tasks", "listen", "--port", "0"]) == 10
    told = capfd.readouterr().err
    assert (said in told, told.count("\n")) == (True, 1)


@pytest.mark.parametrize("catalog", ["missing/ossrec.db", "/proc/ossrec.db"])
def test_a_place_for_no_catalog_is_refused_at_the_start(
    alone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, catalog: str
) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", SECRET)

    assert run(["tasks", "listen", "--port", "0", "--catalog", catalog]) == 10
    assert capfd.readouterr().err.count("\n") == 1


def test_no_host_is_refused(alone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSSREC_CALLBACK_SECRET", SECRET)

    assert run(["tasks", "listen", "--host", "", "--port", "0"]) == 2
    assert capfd.readouterr().err == "ossrec: cannot listen on  port 0: the address is empty\n"


def test_a_catalog_that_another_run_is_making_keeps_no_callback_out(alone: Path) -> None:
    with lock_catalog(alone / "ossrec.db"), Listener(alone) as one:
        assert "cannot ingest callbacks into the catalog yet" in one.lines[0]
        assert one.post(body()) == 200
    assert [row["recordid"] for row in kept(alone / "ossrec.db")] == [RID]


# What cannot be stored is never answered with 200.


def test_a_full_disk_is_told_and_answered_with_503(listener: Listener) -> None:
    assert listener.post(body("before")) == 200
    listener.wait_for("ingested into the catalog: 1")
    full = Path(f"{inbox_path(listener.catalog)}-wal").stat().st_size
    before = resource.prlimit(listener.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(listener.pid, resource.RLIMIT_FSIZE, (full, before[1]))  # no file grows from here on
    answers = [listener.post(body(f"m{number}", pad="x" * 100_000)) for number in range(3)]
    assert answers == [503] * 3
    assert "cannot store it: " in listener.wait_for("503 to 127.0.0.1")
    resource.prlimit(listener.pid, resource.RLIMIT_FSIZE, before)
    assert listener.post(body("after")) == 200
    assert listener.stop() == 0
    assert [row["msgid"] for row in kept(listener.catalog)] == ["after", "before"]


def test_what_comes_while_it_is_asked_to_stop_is_kept_or_not_answered_with_200(listener: Listener) -> None:
    half = f"POST {OK} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body())}\r\nExpect: 100-continue\r\n\r\n".encode()
    with listener.connect(half) as line:
        assert line.recv(12) == b"HTTP/1.1 100"  # it is in hand
        listener.ask_to_stop()
        line.sendall(body())
        answer = b""
        with contextlib.suppress(ConnectionError):
            while part := line.recv(4096):
                answer += part
    assert b"HTTP/1.1 200" in answer
    assert listener.stop() == 0
    assert len(kept(listener.catalog)) == 1


def test_an_inbox_that_was_taken_away_is_made_anew(listener: Listener) -> None:
    assert listener.post(body("before")) == 200
    for one in listener.catalog.parent.glob("ossrec.db.inbox*"):
        one.unlink()
    assert listener.post(body("after")) == 200
    assert listener.stop() == 0
    assert "after" in [row["msgid"] for row in kept(listener.catalog)]
