"""A listener in a separate process, called over HTTP."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

from tests.running import PATIENCE, alone

__all__ = ["SECRET", "Listener", "alone", "listener"]

SECRET = "a-secret_of-24-characters"


_IMPATIENT = """
import sys
from functools import partial
from ossrec.cli.main import main
from ossrec.web import server as listening
from ossrec.web.http_protocol import ConnectionLimits
listening.listen = partial(listening.listen, limits=ConnectionLimits(**{limits}))
main()
"""


class Listener:
    """`ossrec tasks listen` for a catalog in *folder*, with the *limits* that differ from the usual ones."""

    def __init__(
        self, folder: Path, *arguments: str, secret: str = SECRET, limits: dict[str, float] | None = None
    ) -> None:
        self.catalog = folder / "ossrec.db"
        self.lines: list[str] = []
        environment = os.environ | {"OSSREC_CALLBACK_SECRET": secret, "PYTHONPATH": os.pathsep.join(sys.path)}
        program = ["-m", "ossrec"] if limits is None else ["-c", _IMPATIENT.format(limits=limits)]
        self._process = subprocess.Popen(
            [sys.executable, *program, "tasks", "listen", "--port", "0", *arguments],
            cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._watch = threading.Timer(90, self._process.kill)  # who waits for a line in vain is told so
        self._watch.daemon = True
        self._watch.start()
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)/callback", self.wait_for("listening on"))
        assert found is not None
        self.port = int(found[1])

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def connect(self, head: bytes = b"") -> socket.socket:
        """A connection to it, with the beginning of a request sent."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line.sendall(head)
        return line

    def wait_for(self, words: str) -> str:
        """The first line of its log from now on with these *words*."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.lines.append(line.rstrip("\n"))
            if words in line:
                return self.lines[-1]
        raise AssertionError(f"it ended without saying {words!r}: {self.lines}")

    def post(self, body: bytes, path: str = f"/callback/{SECRET}", method: str = "POST", **headers: str) -> int:
        """The status that a request is answered with."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def ask_to_stop(self) -> None:
        """Ask it to stop, and wait for nothing."""
        self._process.send_signal(signal.SIGTERM)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; gives the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        assert self._process.stderr is not None
        self.lines += [line.rstrip("\n") for line in self._process.stderr]
        return self._process.wait(PATIENCE)

    def kill(self) -> None:
        """Take it away, as a power cut does."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._watch.cancel()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(PATIENCE)
        assert self._process.stderr is not None
        self._process.stderr.close()


@pytest.fixture
def listener(alone: Path) -> Iterator[Listener]:
    """A listener that asks for `SECRET`."""
    with Listener(alone) as one:
        yield one
