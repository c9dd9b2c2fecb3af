"""The recorder on a socket, in plain HTTP or TLS, and what tests and people say to it."""

import json
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.oss_server import OssServer
from tests.oss_server.life import Life
from tests.oss_server.store import Bucket
from tests.recorder.callbacks import Callbacks
from tests.recorder.clock import Clock
from tests.recorder.service import CALLS, Asked, Room, Service, read_body
from tests.recorder.take import Take
from tests.recorder.trouble import Trouble, Troubles
from tests.running import PATIENCE

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # for localhost and 127.0.0.1, signed by itself
APP_ID = 1234567890
_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST


class Recorder(Life):
    """A recorder on 127.0.0.1, for as long as the ``with`` block lasts; it writes into *bucket*.

    *oss* is the server of that bucket: its clock goes with the recorder's.
    """

    def __init__(
        self, bucket: Bucket, *, oss: OssServer | None = None, folder: str = "", port: int = 0, tls: bool = False
    ) -> None:
        """Nothing listens before `start`."""
        self.app_id = APP_ID
        self.certificate_id, self.certificate_key = "certificate-demo", "certificate-secret"
        self.clock = Clock()
        self.troubles = Troubles()
        self.asked: list[Asked] = []  # all calls, in order of arrival
        self.address = ""
        self.is_live = False  # its time is the real one
        self._crashes: list[BaseException] = []
        self._came = threading.Condition()
        self._obeyed: set[str] = set()
        self._service = Service(bucket, self.clock, {self.certificate_id: self.certificate_key}, folder)
        self._service.app_ids.add(str(self.app_id))
        self._oss, self._port, self._tls = oss, port, tls
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    # What tests say to it.

    @property
    def callbacks(self) -> Callbacks:
        """What it tells, and what goes wrong with that."""
        return self._service.callbacks

    @property
    def rooms(self) -> dict[str, Room]:
        """All rooms that were spoken of."""
        return dict(self._service.rooms)

    @property
    def takes(self) -> list[Take]:
        """All recordings, in the order they were started."""
        return list(self._service.takes.values())

    def room(self, name: str) -> Room:
        """The room of that name."""
        return self._service.room(name)

    def advance(self, seconds: float) -> None:
        """Let time go by, and happen what falls due."""
        self._service.advance(self.clock.now_ms + round(seconds * 1000), self._moved)

    def catch_up(self) -> None:
        """Let the time go by that has gone by for everybody else."""
        self._service.advance(int(time.time() * 1000), lambda _: None)

    def die(self, recordid: str | None = None) -> None:
        """Nothing more comes of a task, or of all that run."""
        self._service.die(recordid)

    def await_call(self, call: str) -> None:
        """Return when such a call has come and was obeyed; raises TimeoutError when none does."""
        with self._came:
            if not self._came.wait_for(lambda: call in self._obeyed, timeout=PATIENCE):
                raise TimeoutError(call)

    def settings(self) -> dict[str, str]:
        """The environment in which `ossrec record` asks it."""
        return {
            "OSSREC_RECORDER": self.address,
            "OSSREC_APPID": str(self.app_id),
            "OSSREC_CERTIFICATE_ID": self.certificate_id,
            "OSSREC_CERTIFICATE_KEY": self.certificate_key,
        }

    def _moved(self, ms: int) -> None:
        if self._oss is not None:
            self._oss.clock_skew += ms / 1000

    # Life.

    @property
    def crashes(self) -> list[BaseException]:
        """What went wrong inside, in order."""
        return self._crashes

    def start(self) -> None:
        """Listen, in threads of its own. Raises OSError when the port is taken."""
        self._server = _Server(("127.0.0.1", self._port), self)
        if self._tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if self._tls else "http"
        self.address = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="recorder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything; a second call does nothing."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()
        self._server = None

    def answer(self, asked: Asked) -> tuple[Trouble | None, int, bytes]:
        """What is to be sent, and how that is spoilt."""
        with self._came:
            self.asked.append(asked)
        if self.is_live:
            self.catch_up()
        answer = self._obey(asked)
        with self._came:
            self._obeyed.add(asked.call)
            self._came.notify_all()
        return answer

    def _obey(self, asked: Asked) -> tuple[Trouble | None, int, bytes]:
        trouble = self.troubles.take(asked.call)
        if trouble is not None and trouble.code:
            refusal = {"code": trouble.code, "message": trouble.message, "traceId": asked.trace_id}
            return trouble, 200, json.dumps(refusal).encode()
        status, body = self._service.answer(asked) if trouble is None or trouble.done else (200, {})
        if trouble is not None and trouble.status:
            return trouble, trouble.status, trouble.body or b"<html><h1>Bad Gateway</h1></html>"
        if trouble is not None and trouble.body is not None:
            return trouble, status, trouble.body
        return trouble, status, json.dumps(body).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], recorder: Recorder) -> None:
        self.recorder = recorder
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake whoever waits for a client that says nothing."""
        with self._lock:
            for one in self._open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        import sys

        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):  # a client that goes away is no mistake
            self.recorder.crashes.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._do("apply")

    def do_POST(self) -> None:
        self._do("start", "layout", "stop")

    def _do(self, *allowed: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = read_body(self.rfile.read(length)) if length else {}
        parts = urlsplit(self.path)
        steps = parts.path.split("/")
        is_call = len(steps) == 6 and steps[1] == "app" and steps[3:5] == ["v1", "recordoss"]
        call = CALLS.get(steps[5], "") if is_call else ""
        if call not in allowed:
            self._send(404, b"{}")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        trace_id = parse_qs(parts.query).get("traceId", [""])[0]
        trouble, status, reply = self.server.recorder.answer(Asked(call, trace_id, steps[2], headers, body))
        if trouble is not None and trouble.silent:
            self.connection.recv(1)  # until the client gives up
            self.close_connection = True
        elif trouble is not None and trouble.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.close_connection = True
        else:
            self._send(status, reply)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the method's shape
        """Say nothing."""
