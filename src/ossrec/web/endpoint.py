"""The HTTP endpoint for callbacks. Each body is on disk before it is answered with 200."""

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
from ossrec.tasks.callbacks import MAX_BYTES, Callback, UnreadableCallback, read_callback
from ossrec.web.http_protocol import LIMITS, ConnectionLimits
from ossrec.web.rejection_log import Log, RejectionLog

_METHODS = ("POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")


class EndpointOptions(NamedTuple):
    """Log, limits and notification of an endpoint."""

    log: Log
    rejections: RejectionLog
    on_stored: Callable[[], object]  # called after each new callback
    limits: ConnectionLimits = LIMITS


class CallbackEndpoint:
    """Receives callbacks for one catalog."""

    def __init__(self, catalog: Path, secrets: Collection[str], options: EndpointOptions) -> None:
        """Require one of *secrets*, if there are any. Raises sqlite3.Error if the inbox cannot be opened."""
        self._secrets = [one.encode() for one in secrets]
        self._options = options
        self._in_progress = 0  # requests
        self._inbox = Inbox(catalog)
        self._disk = ThreadPoolExecutor(1, "inbox")  # one writer; the event loop never waits for the disk

    def app(self) -> Starlette:
        """Return the application: ``POST /callback/{secret}`` or ``POST /callback?token={secret}``."""
        return Starlette(
            routes=[
                Route("/callback", self._handle, methods=_METHODS),
                Route("/callback/{secret:path}", self._handle, methods=_METHODS),
            ],
            exception_handlers={HTTPException: self._reject_http_error},
        )

    def close(self) -> None:
        """Release the inbox; call it after the last response."""
        self._disk.shutdown()
        self._inbox.close()

    async def _reject_http_error(self, request: Request, error: Exception) -> Response:
        """Reject an unknown address or method."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._reject(request, status, "no such address" if status == 404 else "not a POST request")

    async def _handle(self, request: Request) -> Response:
        if not self._is_authorized(request):
            return self._reject(request, 401, "the secret is wrong or missing")
        if request.method != "POST":
            return self._reject(request, 405, "not a POST request")
        if self._in_progress >= self._options.limits.at_once:
            return self._reject(request, 503, f"{self._in_progress:,} requests are already in progress")
        self._in_progress += 1
        try:
            return await self._store(request)
        except Exception as error:  # one line, without a traceback
            return self._reject(request, 500, f"unexpected error: {type(error).__name__}: {error}")
        finally:
            self._in_progress -= 1

    async def _store(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(self._options.limits.body):
                body = await _read_body(request)
            callback, text = read_callback(body)
        except _TooLarge:
            return self._reject(request, 413, f"the body is larger than {MAX_BYTES:,} bytes")
        except (TimeoutError, ClientDisconnect):
            return self._reject(request, 408, "the body did not arrive")
        except UnreadableCallback as problem:
            return self._reject(request, 400, str(problem))
        try:
            is_new = await self._put(callback, text)
        except (sqlite3.Error, OSError) as error:  # the recorder may send it again later, when there is room
            return self._reject(request, 503, f"cannot store it: {error}")
        task = "" if callback.recordid is None else f" of task {callback.recordid}"
        self._options.log(f"{'stored' if is_new else 'already stored'}: {callback.msgid}{task}")
        if is_new:
            self._options.on_stored()
        return PlainTextResponse("ok\n")

    async def _put(self, callback: Callback, text: str) -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, self._inbox.put, callback.msgid, text, int(time.time()))

    def _is_authorized(self, request: Request) -> bool:
        """Tell whether the caller gave a valid secret, in constant time."""
        given = request.path_params.get("secret") or request.query_params.get("token") or ""
        matches = [hmac.compare_digest(given.encode("utf-8", "surrogateescape"), one) for one in self._secrets]
        return not matches or any(matches)

    def _reject(self, request: Request, status: int, why: str) -> Response:
        """Return a rejection and log it, without the address, which may contain part of a secret."""
        host = request.client.host if request.client else "?"
        self._options.rejections.add(f"{status} to {brief(host)}: {why}")
        # After an oversized body the connection stays open for a while: closing it at once would lose the response.
        headers = {"Connection": "close"} if status == 408 else {}
        return PlainTextResponse(f"{why}\n", status, headers)


class _TooLarge(Exception):
    """The body exceeds the limit."""


async def _read_body(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_BYTES:
        raise _TooLarge
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)
