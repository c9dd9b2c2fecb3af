"""Serve the endpoint for callbacks until a signal stops it, and ingest stored callbacks into the catalog."""

import asyncio
import logging
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvicorn

from ossrec.catalog.connection.transactions import short_transaction
from ossrec.catalog.tasks.inbox import inbox_path
from ossrec.errors import CatalogError, CatalogLocked, UsageProblem
from ossrec.jobs.session.short_writes import short_write_connection
from ossrec.jobs.tasks.callbacks import ingest_callbacks
from ossrec.jobs.tasks.link import link
from ossrec.net.messages import brief
from ossrec.web.endpoint import CallbackEndpoint, EndpointOptions
from ossrec.web.http_protocol import LIMITS, ConnectionLimits, WaitingConnections
from ossrec.web.rejection_log import Log, RejectionLog

_GRACE = 10  # seconds for requests in progress after a signal
_INGEST_DELAY = 1.0  # seconds; callbacks that arrive meanwhile are ingested together
_RETRY_DELAY = 15.0  # seconds after an ingest failed


class ListenAddress(NamedTuple):
    """The address to listen on."""

    host: str
    port: int  # 0 for any free port


def listen(
    catalog: Path, address: ListenAddress, secrets: Collection[str], log: Log, limits: ConnectionLimits = LIMITS
) -> None:
    """Receive callbacks until SIGTERM or SIGINT, and write log lines to *log*.

    Requires one of *secrets*, if there are any. Creates the catalog, or updates its schema, if necessary. Raises
    UsageProblem if it cannot listen on *address*; CatalogError if the file is not a catalog, or its inbox cannot be
    written.
    """
    rejections = RejectionLog(log)
    with _listening_socket(address) as listener:
        _check_catalog(catalog, log)
        ingester = _InboxIngester(catalog, log)
        try:
            endpoint = CallbackEndpoint(catalog, secrets, EndpointOptions(log, rejections, ingester.notify, limits))
        except sqlite3.Error as error:
            raise CatalogError(
                f"cannot write {inbox_path(catalog)} ({error}): check the permissions of its folder"
            ) from None
        try:
            host, port = listener.getsockname()[:2]
            url = f"http://{f'[{host}]' if ':' in host else host}:{port}/callback"
            waiting = WaitingConnections(limits, rejections)
            asyncio.run(_serve(endpoint, waiting, listener, ingester, lambda: log(f"listening on {url}")))
        finally:
            endpoint.close()
    rejections.flush()
    log("stopped; every callback that was answered with 200 is stored")


def _check_catalog(catalog: Path, log: Log) -> None:
    """Raise CatalogError unless callbacks can be ingested, now or after another run releases the catalog."""
    try:
        with short_write_connection(catalog):
            pass
    except CatalogLocked as error:  # until then callbacks stay in the inbox
        log(f"cannot ingest callbacks into the catalog yet: {error}")


def _listening_socket(address: ListenAddress) -> socket.socket:
    try:
        if not address.host:  # the system would listen on every address of this machine
            raise OSError("the address is empty")
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server(address, family=family, backlog=256)
    except (OSError, OverflowError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number and number > 0 else _resolver_message(error)
        raise UsageProblem(f"cannot listen on {address.host} port {address.port}: {reason}") from None


def _resolver_message(error: Exception) -> str:
    """Return the resolver's message, without the details that `socket.create_server` adds."""
    return str(getattr(error, "strerror", None) or error).partition(" (while ")[0]


class _Server(uvicorn.Server):
    """Uvicorn's server. A signal stops it and is not raised again afterwards."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept requests, then call *ready*."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Finish requests in progress after SIGTERM or SIGINT; stop at once after a second signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


async def _serve(
    endpoint: CallbackEndpoint,
    waiting: WaitingConnections,
    listener: socket.socket,
    ingester: "_InboxIngester",
    ready: Callable[[], object],
) -> None:
    config = uvicorn.Config(
        endpoint.app(),
        log_config=None,
        access_log=False,  # its lines would contain the secret
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=64 * 1024,
        http=waiting.protocol_class(),
        ws="none",
        loop="asyncio",
    )
    _log_library_errors(waiting.rejections)
    background = asyncio.create_task(ingester.run())
    try:
        await _Server(config, ready).serve(sockets=[listener])
    finally:
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)


def _log_library_errors(rejections: RejectionLog) -> None:
    """Log errors of uvicorn and asyncio as single lines at the same limited rate."""

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            message = " ".join(record.getMessage().split())
            rejections.add(brief(message if error is None else f"{message}: {type(error).__name__}: {error}"))

    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.ERROR)  # warnings are about requests, which already have a line
        logger.propagate = False
        logger.handlers = [Lines()]


class _InboxIngester:
    """Ingests callbacks from the inbox shortly after they arrive, also while another run writes to the catalog."""

    def __init__(self, catalog: Path, log: Log) -> None:
        self._catalog = catalog
        self._log = log
        self._arrived = asyncio.Event()
        self._arrived.set()  # an earlier listener may have left callbacks
        self._last_error = ""

    def notify(self) -> None:
        """Call this when the inbox has a new callback."""
        self._arrived.set()

    async def run(self) -> None:
        """Ingest until cancelled. The next scan ingests what is left."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await asyncio.sleep(_INGEST_DELAY)
            try:
                await asyncio.to_thread(self._ingest)
            except Exception as error:  # also unexpected errors: the callbacks stay in the inbox, and are retried
                if str(error) != self._last_error:  # log each error once
                    self._log(f"cannot ingest callbacks into the catalog yet: {error}")
                    self._last_error = str(error)
                await asyncio.sleep(_RETRY_DELAY)
                self._arrived.set()

    def _ingest(self) -> None:
        with short_write_connection(self._catalog) as conn:
            now = int(time.time())
            ingested = ingest_callbacks(conn, self._catalog, now, short_transaction)
            if ingested:
                with short_transaction(conn):
                    link(conn, now)
                self._log(f"ingested into the catalog: {ingested:,}")
        self._last_error = ""
