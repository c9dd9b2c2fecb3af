"""The simulated recorder as an HTTP or HTTPS server, with the methods that tests use."""

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
from tests.recorder.service import CALLS, ReceivedCall, Room, Service, read_body
from tests.recorder.take import Take
from tests.recorder.trouble import Trouble, Troubles
from tests.running import PATIENCE

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # for localhost and 127.0.0.1, self-signed
APP_ID = 1234567890
_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST


class Recorder(Life):
    """A recorder on 127.0.0.1 that runs within a ``with`` block and writes to *bucket*.

    *oss* is the server of that bucket; its clock follows the recorder's.
    """

    def __init__(
        self, bucket: Bucket, *, oss: OssServer | None = None, folder: str = "", port: int = 0, tls: bool = False
    ) -> None:
        """Do not listen before `start`."""
        self.app_id = APP_ID
        self.certificate_id, self.certificate_key = "certificate-demo", "certificate-secret"
        self.clock = Clock()
        self.troubles = Troubles()
        self.calls: list[ReceivedCall] = []  # in order of arrival
        self.address = ""
        self.is_live = False  # its clock follows real time
        self._crashes: list[BaseException] = []
        self._processed = threading.Condition()
        self._processed_calls: set[str] = set()
        self._service = Service(bucket, self.clock, {self.certificate_id: self.certificate_key}, folder)
        self._service.app_ids.add(str(self.app_id))
        self._oss, self._port, self._tls = oss, port, tls
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    # Methods for tests

    @property
    def callbacks(self) -> Callbacks:
        """Its callbacks, and their simulated errors."""
        return self._service.callbacks

    @property
    def rooms(self) -> dict[str, Room]:
        """All rooms."""
        return dict(self._service.rooms)

    @property
    def takes(self) -> list[Take]:
        """All recordings, in order of their starts."""
        return list(self._service.takes.values())

    def room(self, name: str) -> Room:
        """Return the room called *name*."""
        return self._service.room(name)

    def advance(self, seconds: float) -> None:
        """Advance the clock, and process the events of that time."""
        self._service.advance(self.clock.now_ms + round(seconds * 1000), self._moved)

    def catch_up(self) -> None:
        """Advance the clock to real time."""
        self._service.advance(int(time.time() * 1000), lambda _: None)

    def die(self, recordid: str | None = None) -> None:
        """Fail the recording server of a task, or of all running tasks."""
        self._service.die(recordid)

    def await_call(self, call: str) -> None:
        """Wait until a call of this kind was processed; raises TimeoutError."""
        with self._processed:
            if not self._processed.wait_for(lambda: call in self._processed_calls, timeout=PATIENCE):
                raise TimeoutError(call)

    def settings(self) -> dict[str, str]:
        """Return the environment variables for `ossrec record`."""
        return {
            "OSSREC_RECORDER": self.address,
            "OSSREC_APPID": str(self.app_id),
            "OSSREC_CERTIFICATE_ID": self.certificate_id,
            "OSSREC_CERTIFICATE_KEY": self.certificate_key,
        }

    def _moved(self, ms: int) -> None:
        if self._oss is not None:
            self._oss.clock_skew += ms / 1000

    # Start and stop

    @property
    def crashes(self) -> list[BaseException]:
        """Internal errors, in order."""
        return self._crashes

    def start(self) -> None:
        """Listen in separate threads. Raises OSError if the port is in use."""
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
        """Stop the server; a second call does nothing."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()
        self._server = None

    def answer(self, call: ReceivedCall) -> tuple[Trouble | None, int, bytes]:
        """Return the simulated error, status and body for a call."""
        with self._processed:
            self.calls.append(call)
        if self.is_live:
            self.catch_up()
        answer = self._process(call)
        with self._processed:
            self._processed_calls.add(call.call)
            self._processed.notify_all()
        return answer

    def _process(self, call: ReceivedCall) -> tuple[Trouble | None, int, bytes]:
        trouble = self.troubles.take(call.call)
        if trouble is not None and trouble.code:
            refusal = {"code": trouble.code, "message": trouble.message, "traceId": call.trace_id}
            return trouble, 200, json.dumps(refusal).encode()
        status, body = self._service.answer(call) if trouble is None or trouble.done else (200, {})
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
        """Wake threads that wait for a silent client."""
        with self._lock:
            for one in self._open:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        import sys

        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):  # a client may disconnect
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
        trouble, status, reply = self.server.recorder.answer(ReceivedCall(call, trace_id, steps[2], headers, body))
        if trouble is not None and trouble.silent:
            self.connection.recv(1)  # until the client closes the connection
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
        """Write no log."""
