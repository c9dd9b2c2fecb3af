"""Responses that arrive byte by byte or never end: each times out."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from ossrec.buckets.open import open_bucket
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.settings import BucketSettings
from ossrec.errors import BucketBusy
from tests.running import PATIENCE

Ask = Callable[[Bucket], object]
START = b"HTTP/1.1 200 OK\r\n"


class Endless:
    """A server that answers one request with *begin*, and then *more* of the same, with *pause* seconds between."""

    def __init__(self, begin: bytes, more: bytes, pause: float) -> None:
        self.ended = threading.Event()
        self._reply = (begin, more, pause)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "Endless":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        begin, more, pause = self._reply
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(PATIENCE)
            connection.recv(65536)
            try:
                connection.sendall(begin)
                while not self.ended.wait(pause):
                    connection.sendall(more)
            except OSError:
                return


def listing(bucket: Bucket) -> object:
    return bucket.page()


def reading(bucket: Bucket) -> object:
    return bucket.read("a", limit=10_000_000)


REPLIES = {
    "a status line that drips": (b"HTTP/1.1 2", b"0", 0.02),
    "headers that drip": (START, b"x", 0.02),
    "100 Continue for ever": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.0),
    "100 Continue now and then": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
    "a body that drips": (START + b"Content-Length: 1000000\r\n\r\n", b"x", 0.02),
    "a length of a chunk that drips": (START + b"Transfer-Encoding: chunked\r\n\r\n", b"0", 0.02),
    "trailers for ever": (START + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 100, 0.0),
    "an error whose body drips": (b"HTTP/1.1 503 Busy\r\nContent-Length: 9999\r\n\r\n", b"x", 0.02),
}


@pytest.fixture(params=REPLIES.values(), ids=REPLIES)
def endless(request: pytest.FixtureRequest) -> Iterator[Endless]:
    with Endless(*request.param) as server:
        yield server


@pytest.mark.parametrize("ask", [listing, reading])
def test_a_reply_that_never_ends_is_given_up(endless: Endless, ask: Ask) -> None:
    bucket = open_bucket("oss://demo", BucketSettings(endpoint=f"http://{endless.address}", timeout_read=0.2), {})
    with pytest.raises(BucketBusy):
        ask(bucket)


def test_a_proxy_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        settings = BucketSettings(region="cn-hangzhou", timeout_connect=0.2, timeout_read=0.2)
        with pytest.raises(BucketBusy):
            open_bucket("oss://demo", settings, {}).page()
