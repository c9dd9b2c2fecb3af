"""Serves the endpoint for callbacks until a signal asks to stop, and brings what came into the catalog."""

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

_GRACE = 10  # seconds for requests in hand when it is asked to stop
_AFTER = 1.0  # seconds in which callbacks gather before they are taken into the catalog
_AGAIN = 15.0  # seconds until that is tried again


class ListenAddress(NamedTuple):
    """Where to listen."""

    host: str
    port: int  # 0: any that is free


def listen(
    catalog: Path, address: ListenAddress, secrets: Collection[str], log: Log, limits: ConnectionLimits = LIMITS
) -> None:
    """Receive callbacks until SIGTERM or SIGINT; every line about it goes to *log*.

    A caller must know one of *secrets*, if there are any. The catalog is made, or brought to the newest schema,
    when it must be. Raises UsageProblem when nobody can listen there, CatalogError when the catalog is none, or
    nothing can be stored beside it.
    """
    refusals = RejectionLog(log)
    with _door(address) as door:
        _check(catalog, log)
        taking = _Taking(catalog, log)
        try:
            endpoint = CallbackEndpoint(catalog, secrets, EndpointOptions(log, refusals, taking.wake, limits))
        except sqlite3.Error as error:
            raise CatalogError(
                f"cannot write {inbox_path(catalog)} ({error}): check the permissions of its folder"
            ) from None
        try:
            host, port = door.getsockname()[:2]
            place = f"http://{f'[{host}]' if ':' in host else host}:{port}/callback"
            asyncio.run(
                _serve(
                    endpoint, WaitingConnections(limits, refusals), door, taking, lambda: log(f"listening on {place}")
                )
            )
        finally:
            endpoint.close()
    refusals.flush()
    log("stopped; every callback that was answered is kept")


def _check(catalog: Path, log: Log) -> None:
    """Raises CatalogError unless callbacks can be taken into the catalog, now or when another run lets go of it."""
    try:
        with short_write_connection(catalog):
            pass
    except CatalogLocked as error:  # until then they are kept in the inbox
        log(f"cannot take callbacks into the catalog yet: {error}")


def _door(address: ListenAddress) -> socket.socket:
    try:
        if not address.host:  # the system would take it for every address of this machine
            raise OSError("no address is called that")
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server(address, family=family, backlog=256)
    except (OSError, OverflowError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        said = os.strerror(number) if number and number > 0 else _name_trouble(error)
        raise UsageProblem(f"cannot listen on {address.host} port {address.port}: {said}") from None


def _name_trouble(error: Exception) -> str:
    """What the resolver said of a name, without what `socket.create_server` adds for programmers."""
    return str(getattr(error, "strerror", None) or error).partition(" (while ")[0]


class _Server(uvicorn.Server):
    """Uvicorn's server; a signal only ends it, and is not raised once more after that."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """From here on, signals and requests are heard."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask to finish what is in hand; the second one stops at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


async def _serve(
    endpoint: CallbackEndpoint,
    hall: WaitingConnections,
    door: socket.socket,
    taking: "_Taking",
    ready: Callable[[], object],
) -> None:
    config = uvicorn.Config(
        endpoint.app(),
        log_config=None,
        access_log=False,  # its lines would hold the secret
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=64 * 1024,
        http=hall.protocol(),
        ws="none",
        loop="asyncio",
    )
    _have_told(hall.refusals)
    background = asyncio.create_task(taking.run())
    try:
        await _Server(config, ready).serve(sockets=[door])
    finally:
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)


def _have_told(refusals: RejectionLog) -> None:
    """What uvicorn and asyncio have to complain of, as lines like all others, and no more of them."""

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            said = " ".join(record.getMessage().split())
            refusals.tell(brief(said if error is None else f"{said}: {type(error).__name__}: {error}"))

    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.ERROR)  # a warning is of a request, and has its line already
        logger.propagate = False
        logger.handlers = [Lines()]


class _Taking:
    """Takes callbacks out of the inbox a moment after they came, beside whatever else writes to the catalog."""

    def __init__(self, catalog: Path, log: Log) -> None:
        self._catalog = catalog
        self._log = log
        self._came = asyncio.Event()
        self._came.set()  # what an earlier listener left
        self._told = ""

    def wake(self) -> None:
        """Something is in the inbox."""
        self._came.set()

    async def run(self) -> None:
        """Until it is cancelled; what is not taken by then, the next scan takes."""
        while True:
            await self._came.wait()
            self._came.clear()
            await asyncio.sleep(_AFTER)
            try:
                await asyncio.to_thread(self._take)
            except Exception as error:  # also what nobody foresaw: they are kept, and tried again
                if str(error) != self._told:  # once: it is kept in the inbox meanwhile
                    self._log(f"cannot take callbacks into the catalog yet: {error}")
                    self._told = str(error)
                await asyncio.sleep(_AGAIN)
                self._came.set()

    def _take(self) -> None:
        with short_write_connection(self._catalog) as conn:
            now = int(time.time())
            taken = ingest_callbacks(conn, self._catalog, now, short_transaction)
            if taken:
                with short_transaction(conn):
                    link(conn, now)
                self._log(f"taken into the catalog: {taken:,}")
        self._told = ""
