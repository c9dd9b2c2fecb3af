"""One writer at a time: the lock beside a catalog, and who holds it since when."""

import errno
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ossrec.errors import CatalogError, CatalogLocked, Interrupted

_POLL = 0.2  # seconds between two looks whether the lock is free


@contextmanager
def lock_catalog(catalog: Path, *, wait: Callable[[float], bool] | None = None) -> Iterator[None]:
    """Hold the write lock of *catalog*; the operating system lets go of it when the process dies.

    Raises CatalogLocked at once when another process holds it. With *wait*, which waits so many
    seconds and answers whether to give up, tries again; raises Interrupted when told to give up.
    Raises CatalogError when the catalog is a folder, or nothing can be written beside it.
    """
    # Whatever links lead to it, there is one lock. Path.resolve would fail on links in a circle.
    place = os.path.realpath(catalog)
    if os.path.isdir(place):  # noqa: PTH112 - false instead of an error for a name that cannot be
        raise CatalogError(f"{catalog} is a folder, not a catalog: name a file with --catalog")
    lock = FileLock(f"{place}.lock")
    note = Path(f"{place}.lock.json")
    while not _try(lock, catalog):
        if wait is None:
            raise CatalogLocked(f"{catalog} is in use by {_holder(note)}: try again later, or add --wait")
        if wait(_POLL):
            raise Interrupted(f"stopped while waiting for {_holder(note)} to finish with {catalog}")
    try:
        _sign(note, catalog)
        yield
    finally:
        with suppress(OSError):  # the note of a dead process tells nobody anything: the lock alone counts
            note.unlink()
        lock.release()


def _try(lock: FileLock, catalog: Path) -> bool:
    if not os.path.isdir(os.path.dirname(lock.lock_file) or "."):  # noqa: PTH112, PTH120
        # The lock would make the folder, and a mistyped path a new catalog.
        raise _unwritable(catalog, FileNotFoundError(errno.ENOENT, "its folder is not there"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if os.path.exists(lock.lock_file):  # noqa: PTH110
            return False
        # Where no file can be made, as in /proc, the system may say that there is none to open.
        raise _unwritable(catalog, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))) from None
    except OSError as error:
        raise _unwritable(catalog, error) from None
    return True


def _sign(note: Path, catalog: Path) -> None:
    """Say who holds the lock; a reader never sees half a note."""
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    draft = note.with_name(f"{note.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
        draft.replace(note)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise _unwritable(catalog, error) from None


def _unwritable(catalog: Path, error: OSError) -> CatalogError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CatalogError(f"no space left beside the catalog {catalog}: make room, then scan again")
    return CatalogError(
        f"cannot write beside the catalog {catalog} ({error.strerror or error}):"
        " check the permissions of its folder, or name another file with --catalog"
    )


def _holder(note: Path) -> str:
    try:
        told = json.loads(note.read_text())
        return f"process {told['pid']} on {told['host']} since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
