"""One writer at a time: the lock beside a catalog, and who holds it since when."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ossrec.errors import CatalogError, CatalogLocked, Interrupted

_POLL = 0.2  # seconds between two looks whether the lock is free


@contextmanager
def writing(catalog: Path, *, wait: Callable[[float], bool] | None = None) -> Iterator[None]:
    """Hold the write lock of *catalog*; the operating system lets go of it when the process dies.

    Raises CatalogLocked at once when another process holds it. With *wait*, which waits so many
    seconds and answers whether to give up, tries again; raises Interrupted when told to give up.
    """
    place = catalog.resolve()  # whatever links lead to it, there is one lock
    lock = FileLock(f"{place}.lock")
    note = Path(f"{place}.lock.json")
    while not _try(lock, catalog):
        if wait is None:
            raise CatalogLocked(f"{catalog} is in use by {_holder(note)}: try again later, or add --wait")
        if wait(_POLL):
            raise Interrupted(f"stopped while waiting for {_holder(note)} to finish with {catalog}")
    try:
        _sign(note)
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _try(lock: FileLock, catalog: Path) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError as error:
        raise CatalogError(f"cannot write beside the catalog {catalog}: {error.strerror or error}") from None
    return True


def _sign(note: Path) -> None:
    """Say who holds the lock; a reader never sees half a note."""
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    draft = note.with_name(f"{note.name}.{os.getpid()}")
    draft.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
    draft.replace(note)


def _holder(note: Path) -> str:
    try:
        told = json.loads(note.read_text())
        return f"process {told['pid']} on {told['host']} since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
