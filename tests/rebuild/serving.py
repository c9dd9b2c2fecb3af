"""Serves a folder over HTTP to players, and receives the reports of a page in a browser."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Serving:
    """Where the folder is, and what was posted to it."""

    def __init__(self, url: str) -> None:
        self.url = url  # without a slash at its end
        self.told: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - the base class has it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".m3u8": "application/vnd.apple.mpegurl",
        ".ts": "video/mp2t",
    }

    def __init__(self, serving: Serving, *args: Any, **options: Any) -> None:
        self._serving = serving
        super().__init__(*args, **options)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()
        self._serving.told.put(json.loads(body))

    def log_message(self, *_: Any) -> None:
        """Silence."""


@contextmanager
def served(folder: Path) -> Iterator[Serving]:
    """*folder* on a port of this machine."""
    serving = Serving("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, serving, directory=str(folder)))
    server.daemon_threads = True
    serving.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
