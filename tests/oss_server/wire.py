"""HTTP/1.1 as far as OSS clients speak it: reading a request off a socket, writing a reply with one send."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO

_REQUEST_LINE = re.compile(r"([A-Z]{1,20}) (\S+) HTTP/1\.([01])")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
LINE_LIMIT = 64 * 1024
FIELDS_LIMIT = 200
BODY_LIMIT = 64 * 1024 * 1024


class BadMessageError(Exception):
    """The bytes are no HTTP request: the connection cannot go on."""


class BodyTooLargeError(Exception):
    """The client announces more than the server takes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it came."""

    method: str
    target: str  # of the request line, undecoded
    headers: Mapping[str, str]  # names in lower case, values as latin-1; repeated ones joined by ", "
    body: bytes = b""
    keep_alive: bool = True


@dataclass(slots=True)
class Reply:
    """One reply; Content-Length follows from the body unless a header says otherwise."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | memoryview = b""


def read_message(stream: BinaryIO, connection: socket.socket) -> Message | None:
    """The next request, or None where the client has closed.

    Raises BadMessageError, BodyTooLargeError, and OSError from the socket.
    """
    line = _read_line(stream)
    while line == b"\r\n":  # RFC 9112 2.2: an empty line before a request is skipped
        line = _read_line(stream)
    if not line:
        return None
    found = _REQUEST_LINE.fullmatch(line.decode("latin-1").rstrip("\r\n"))
    if not found:
        raise BadMessageError("the request line is malformed")
    headers = _read_fields(stream)
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    wish = headers.get("connection", "").lower()
    keep_alive = "close" not in wish if found[3] == "1" else "keep-alive" in wish
    return Message(found[1], found[2], headers, _read_body(stream, headers), keep_alive)


def _read_line(stream: BinaryIO) -> bytes:
    line = stream.readline(LINE_LIMIT + 1)
    if len(line) > LINE_LIMIT:
        raise BadMessageError("a line is too long")
    if line and not line.endswith(b"\n"):
        raise BadMessageError("the request ends in the middle of a line")
    return line


def _read_fields(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(FIELDS_LIMIT):
        line = _read_line(stream).decode("latin-1")
        if line in ("\r\n", "\n"):
            return headers
        found = _FIELD.fullmatch(line.rstrip("\r\n"))
        if not found:
            raise BadMessageError("a header is malformed")
        name = found[1].lower()
        headers[name] = f"{headers[name]}, {found[2]}" if name in headers else found[2]
    raise BadMessageError("too many headers")


def _read_body(stream: BinaryIO, headers: Mapping[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            raise BadMessageError("an unknown transfer encoding")
        return _read_chunks(stream)
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,18}", length):
        raise BadMessageError("the Content-Length is not a number")
    return _read_exactly(stream, int(length))


def _read_chunks(stream: BinaryIO) -> bytes:
    body = bytearray()
    while True:
        size = _read_line(stream).partition(b";")[0].strip()
        if not re.fullmatch(b"[0-9A-Fa-f]{1,15}", size):
            raise BadMessageError("the size of a chunk is malformed")
        if int(size, 16) == 0:
            while _read_line(stream) not in (b"\r\n", b"\n", b""):  # trailers
                pass
            return bytes(body)
        body += _read_exactly(stream, int(size, 16), already=len(body))
        _read_line(stream)


def _read_exactly(stream: BinaryIO, size: int, already: int = 0) -> bytes:
    if already + size > BODY_LIMIT:
        raise BodyTooLargeError
    body = stream.read(size)
    if len(body) < size:
        raise BadMessageError("the body is cut short")
    return body


def render_head(reply: Reply) -> bytes:
    """The status line and the headers."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    fields = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    return f"HTTP/1.1 {reply.status} {phrase}\r\n{fields}\r\n".encode("latin-1", "replace")


def send_all(connection: socket.socket, *parts: bytes | memoryview) -> None:
    """Send the parts in order, as few packets as may be: headers and a small body go out together."""
    if sum(map(len, parts)) <= 1 << 16:
        connection.sendall(b"".join(parts))
    else:
        for part in parts:
            connection.sendall(part)
