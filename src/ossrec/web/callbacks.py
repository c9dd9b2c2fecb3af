"""The endpoint for callbacks: each body on disk, once, before it is answered with 200."""

import asyncio
import hmac
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ossrec.catalog.inbox import Inbox
from ossrec.tasks.callbacks import MOST_BYTES, Unreadable, read_callback

_PATIENCE = 20.0  # seconds for a body to arrive

Log = Callable[[str], object]


class Endpoint:
    """Takes callbacks for one catalog."""

    def __init__(self, catalog: Path, secret: str, log: Log, stored: Callable[[], object]) -> None:
        """*secret* is what a caller must know, "" for nothing; *stored* is called after each new callback.

        Raises sqlite3.Error when the inbox cannot be made.
        """
        self._secret = secret.encode()
        self._log = log
        self._stored = stored
        self._inbox = Inbox(catalog)
        self._disk = ThreadPoolExecutor(1, "inbox")  # one writer; the event loop never waits for the disk

    def app(self) -> Starlette:
        """The application: ``POST /callback/{secret}`` or ``POST /callback?token={secret}``."""
        methods = ["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]
        return Starlette(
            routes=[
                Route("/callback", self._answer, methods=methods),
                Route("/callback/{secret:path}", self._answer, methods=methods),
            ]
        )

    def close(self) -> None:
        """After the last answer."""
        self._disk.shutdown()
        self._inbox.close()

    async def _answer(self, request: Request) -> Response:
        if not self._knows(request):
            return self._refuse(request, 401, "the secret is wrong or missing")
        if request.method != "POST":
            return self._refuse(request, 405, f"{request.method} is not POST")
        try:
            async with asyncio.timeout(_PATIENCE):
                body = await _body(request)
            callback, text = read_callback(body)
        except _TooLarge:
            return self._refuse(request, 413, f"the body is larger than {MOST_BYTES:,} bytes")
        except (TimeoutError, ClientDisconnect):
            return self._refuse(request, 408, "the body did not arrive")
        except Unreadable as problem:
            return self._refuse(request, 400, str(problem))
        try:
            loop = asyncio.get_running_loop()
            is_new = await loop.run_in_executor(self._disk, self._inbox.put, callback.msgid, text, int(time.time()))
        except sqlite3.Error as error:  # the recorder may send it again, and then there may be room
            return self._refuse(request, 503, f"cannot store it: {error}")
        about = "" if callback.recordid is None else f" of task {callback.recordid}"
        self._log(f"{'stored' if is_new else 'known already'}: {callback.msgid}{about}")
        if is_new:
            self._stored()
        return PlainTextResponse("ok\n")

    def _knows(self, request: Request) -> bool:
        """The caller knows the secret; how long the answer takes tells nothing of it."""
        given = request.path_params.get("secret") or request.query_params.get("token") or ""
        return not self._secret or hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret)

    def _refuse(self, request: Request, status: int, why: str) -> Response:
        """A refusal, and a line that says so: nothing of the address, which may hold half a secret."""
        host = request.client.host if request.client else "?"
        self._log(f"{status} to {host}: {why}")
        headers = {"Connection": "close"} if status in (408, 413) else {}
        return PlainTextResponse(f"{why}\n", status, headers)


class _TooLarge(Exception):
    """The body is larger than anybody may send."""


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told[:20]) > MOST_BYTES:
        raise _TooLarge
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)
