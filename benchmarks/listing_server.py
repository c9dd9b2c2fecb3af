"""Serve a large prepared bucket of recordings over OSS's listing protocol, to benchmark clients.

    python benchmarks/listing_server.py [--keys 1000000] [--latency MS] [--port N]

From Python it runs in a process of its own, so that it does not share the client's interpreter:

    with start(keys=1_000_000, latency=0.03) as served:
        ...  # any OSS client, path style, at served.endpoint: bucket served.bucket with served.keys keys

A page is a slice of a prepared listing, between a small head and tail, sent with one system call. The
server supports ListObjects and ListObjectsV2 (prefix, start-after or marker, tokens, max-keys,
encoding-type; no delimiter) and GetObject of the playlists. It does not verify signatures.
"""

import argparse
import hashlib
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from fastcrc import crc64

if TYPE_CHECKING:
    from recording_listing import Listing

BUCKET = "recordings"


def render_page(listing: "Listing", params: dict[str, str]) -> list[bytes | memoryview]:
    """Return the XML document of a listing page, in pieces."""
    is_v2 = params.get("list-type") == "2"
    prefix, limit = params.get("prefix", ""), min(1000, int(params.get("max-keys") or 100))
    after, token = params.get("start-after" if is_v2 else "marker", ""), params.get("continuation-token", "")
    start, end = (listing.index(prefix), listing.index(prefix + "\U0010ffff")) if prefix else (0, len(listing))
    if token:
        start = int(token, 36)
    elif after:
        start = max(start, listing.index(after, past=True))
    stop = max(start, min(start + limit, end))
    is_url = params.get("encoding-type") == "url"
    following = ""
    if stop < end:
        last = _base36(stop) if is_v2 else listing.keys(stop - 1, stop)[0]
        name = "NextContinuationToken" if is_v2 else "NextMarker"
        following = f"  <{name}>{_quote(last, is_url)}</{name}>\n"
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>\n  <Name>{BUCKET}</Name>\n'
        f"  <Prefix>{_quote(prefix, is_url)}</Prefix>\n  <MaxKeys>{limit}</MaxKeys>\n  <Delimiter></Delimiter>\n"
        f"{'  <EncodingType>url</EncodingType>' + chr(10) if is_url else ''}"
        f"  <IsTruncated>{'true' if following else 'false'}</IsTruncated>\n{following}"
    )
    entries = listing.entries(start, stop)
    count = f"  <KeyCount>{stop - start}</KeyCount>\n" if is_v2 else ""
    tail = f"{count}</ListBucketResult>\n"
    return [head.encode(), entries if is_url else bytes(entries).replace(b"%2F", b"/"), tail.encode()]


def _quote(text: str, is_url: bool) -> str:
    return text.replace("/", "%2F") if is_url else text


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


class Conversation(socketserver.StreamRequestHandler):
    """A connection, until its client closes it."""

    disable_nagle_algorithm = True
    server: "Server"

    def handle(self) -> None:
        """Answer the requests of the connection; only the first line of a request is used."""
        with suppress(ConnectionError):
            while line := self.rfile.readline(1 << 16):
                while self.rfile.readline(1 << 16) not in (b"\r\n", b"\n", b""):
                    pass
                if self.server.latency:
                    time.sleep(self.server.latency)
                self._answer(line.split(b" ")[1].decode("latin-1"))

    def _answer(self, target: str) -> None:
        path, _, query = target.partition("?")
        bucket, _, key = unquote_plus(path.replace("+", "%2B")).strip("/").partition("/")
        if bucket == BUCKET and not key:
            params = dict(part.partition("=")[::2] for part in query.split("&"))
            params = {name: unquote_plus(value) for name, value in params.items()}
            self._send("200 OK", "Content-Type: application/xml\r\n", *render_page(self.server.listing, params))
        elif bucket == BUCKET and (found := self.server.listing.playlist(key)):
            text, modified = found
            etag = hashlib.md5(text, usedforsecurity=False).hexdigest().upper()
            headers = f'ETag: "{etag}"\r\nLast-Modified: {formatdate(modified, usegmt=True)}\r\n'
            self._send("200 OK", f"{headers}x-oss-hash-crc64ecma: {crc64.xz(text)}\r\n", text)
        else:
            self._send("404 Not Found", "", b"<Error><Code>NoSuchKey</Code><EC>0026-00000001</EC></Error>")

    def _send(self, status: str, headers: str, *body: bytes | memoryview) -> None:
        common = "Server: AliyunOSS\r\nConnection: keep-alive\r\nx-oss-request-id: 6000000000000000000000AA\r\n"
        head = f"HTTP/1.1 {status}\r\n{common}{headers}Content-Length: {sum(map(len, body))}\r\n\r\n"
        parts = [head.encode(), *body]
        sent = self.request.sendmsg(parts)
        if sent < sum(map(len, parts)):  # the kernel accepted only a part
            self.request.sendall(b"".join(parts)[sent:])


class Server(socketserver.ThreadingTCPServer):
    """A server on 127.0.0.1 with a thread for each connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, listing: "Listing", latency: float, port: int) -> None:
        """Listen on *port* (0: any free port), and wait *latency* seconds before every response."""
        super().__init__(("127.0.0.1", port), Conversation)
        self.listing = listing
        self.latency = latency


class Served(NamedTuple):
    """The address of a server, and its bucket."""

    endpoint: str
    bucket: str
    keys: int


@contextmanager
def start(keys: int = 1_000_000, latency: float = 0.0) -> Iterator[Served]:
    """Serve *keys* keys from a child process, with *latency* seconds before every response."""
    command = [sys.executable, __file__, f"--keys={keys}", f"--latency={latency * 1000}", "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdin
            assert child.stdout
            endpoint = child.stdout.readline().strip()
            if not endpoint:
                raise RuntimeError("the listing server did not start")
            yield Served(endpoint, BUCKET, keys)
            child.stdin.close()  # which stops the server
            child.wait(timeout=10)
        finally:
            child.kill()


def main() -> None:
    """Make the bucket, and serve it until Ctrl-C or until stdin ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="before every response")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-eof", action="store_true", help="end when stdin ends")
    options = parser.parse_args()
    from recording_listing import (
        Listing,
    )  # only here: a program that imports this file may not have its folder on the path

    begun = time.monotonic()
    listing = Listing(options.keys)
    server = Server(listing, options.latency / 1000, options.port)
    print("http://{}:{}".format(*server.server_address[:2]), flush=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with suppress(KeyboardInterrupt):
        if options.until_eof:
            sys.stdin.read()
        else:
            made = (
                f"{len(listing)} keys, {listing.size / len(listing):.0f} bytes each, {len(listing.playlists)} playlists"
            )
            print(
                f"# bucket {BUCKET}: {made}; made in {time.monotonic() - begun:.1f} s; stop with Ctrl-C",
                file=sys.stderr,
            )
            threading.Event().wait()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
