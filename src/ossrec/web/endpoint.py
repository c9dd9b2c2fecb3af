"""The endpoint for callbacks: each body on disk, once, before it is answered with 200."""

import asyncio
import hmac
import sqlite3
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ossrec.catalog.tasks.inbox import Inbox
from ossrec.net.messages import brief
from ossrec.tasks.callbacks import MOST_BYTES, Callback, UnreadableCallback, read_callback
from ossrec.web.http_protocol import LIMITS, ConnectionLimits
from ossrec.web.rejection_log import Log, RejectionLog

_METHODS = ("POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")


class EndpointOptions(NamedTuple):
    """What an endpoint works with besides its catalog."""

    log: Log
    refusals: RejectionLog
    stored: Callable[[], object]  # called after each new callback
    limits: ConnectionLimits = LIMITS


class CallbackEndpoint:
    """Takes callbacks for one catalog."""

    def __init__(self, catalog: Path, secrets: Collection[str], desk: EndpointOptions) -> None:
        """A caller must know one of *secrets*, if there are any. Raises sqlite3.Error when the inbox cannot be made."""
        self._secrets = [one.encode() for one in secrets]
        self._desk = desk
        self._in_hand = 0  # requests
        self._inbox = Inbox(catalog)
        self._disk = ThreadPoolExecutor(1, "inbox")  # one writer; the event loop never waits for the disk

    def app(self) -> Starlette:
        """The application: ``POST /callback/{secret}`` or ``POST /callback?token={secret}``."""
        return Starlette(
            routes=[
                Route("/callback", self._answer, methods=_METHODS),
                Route("/callback/{secret:path}", self._answer, methods=_METHODS),
            ],
            exception_handlers={HTTPException: self._elsewhere},
        )

    def close(self) -> None:
        """After the last answer."""
        self._disk.shutdown()
        self._inbox.close()

    async def _elsewhere(self, request: Request, error: Exception) -> Response:
        """No such address, or a method that nobody knows."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._refuse(request, status, "no such address" if status == 404 else "it is not POST")

    async def _answer(self, request: Request) -> Response:
        if not self._knows(request):
            return self._refuse(request, 401, "the secret is wrong or missing")
        if request.method != "POST":
            return self._refuse(request, 405, "it is not POST")
        if self._in_hand >= self._desk.limits.at_once:
            return self._refuse(request, 503, f"{self._in_hand:,} requests are in hand already")
        self._in_hand += 1
        try:
            return await self._take(request)
        except Exception as error:  # a line, and no stack
            return self._refuse(request, 500, f"unexpected error: {type(error).__name__}: {error}")
        finally:
            self._in_hand -= 1

    async def _take(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(self._desk.limits.body):
                body = await _body(request)
            callback, text = read_callback(body)
        except _TooLarge:
            return self._refuse(request, 413, f"the body is larger than {MOST_BYTES:,} bytes")
        except (TimeoutError, ClientDisconnect):
            return self._refuse(request, 408, "the body did not arrive")
        except UnreadableCallback as problem:
            return self._refuse(request, 400, str(problem))
        try:
            is_new = await self._put(callback, text)
        except (sqlite3.Error, OSError) as error:  # the recorder may send it again, and then there may be room
            return self._refuse(request, 503, f"cannot store it: {error}")
        about = "" if callback.recordid is None else f" of task {callback.recordid}"
        self._desk.log(f"{'stored' if is_new else 'known already'}: {callback.msgid}{about}")
        if is_new:
            self._desk.stored()
        return PlainTextResponse("ok\n")

    async def _put(self, callback: Callback, text: str) -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, self._inbox.put, callback.msgid, text, int(time.time()))

    def _knows(self, request: Request) -> bool:
        """The caller knows a secret; how long the answer takes tells nothing of it."""
        given = request.path_params.get("secret") or request.query_params.get("token") or ""
        known = [hmac.compare_digest(given.encode("utf-8", "surrogateescape"), one) for one in self._secrets]
        return not known or any(known)

    def _refuse(self, request: Request, status: int, why: str) -> Response:
        """A refusal, and a line that says so: nothing of the address, which may hold half a secret."""
        host = request.client.host if request.client else "?"
        self._desk.refusals.tell(f"{status} to {brief(host)}: {why}")
        # After a body that is too large the line stays open for a while: closed at once, the answer would be lost.
        headers = {"Connection": "close"} if status == 408 else {}
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
