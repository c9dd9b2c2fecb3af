"""The write lock of a catalog: a lock file beside it, and a note about the process that holds the lock."""

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

_POLL = 0.2  # seconds between two attempts to take the lock


@contextmanager
def lock_catalog(catalog: Path, *, wait: Callable[[float], bool] | None = None) -> Iterator[None]:
    """Hold the write lock of *catalog*; the operating system releases it when the process dies.

    If another process holds the lock, raises CatalogLocked at once, or with *wait* tries again: *wait* gets the
    seconds to wait and returns whether to stop, and then Interrupted is raised.
    Raises CatalogError if the catalog is a folder, or if its folder cannot be written to.
    """
    # All links to a catalog share one lock. Path.resolve would fail on a cycle of links.
    target = os.path.realpath(catalog)
    if os.path.isdir(target):  # noqa: PTH112 - false instead of an error for an invalid name
        raise CatalogError(f"{catalog} is a folder, not a catalog: name a file with --catalog")
    lock = FileLock(f"{target}.lock")
    note = Path(f"{target}.lock.json")
    while not _acquire(lock, catalog):
        if wait is None:
            raise CatalogLocked(f"{catalog} is in use by {_describe_holder(note)}: try again later, or add --wait")
        if wait(_POLL):
            raise Interrupted(f"stopped while waiting for {_describe_holder(note)} to finish with {catalog}")
    try:
        _write_note(note, catalog)
        yield
    finally:
        with suppress(OSError):  # a note that stays behind does no harm: only the lock counts
            note.unlink()
        lock.release()


def _acquire(lock: FileLock, catalog: Path) -> bool:
    if not os.path.isdir(os.path.dirname(lock.lock_file) or "."):  # noqa: PTH112, PTH120
        # FileLock would create the folder, so that a mistyped path became a new catalog.
        raise _write_error(catalog, FileNotFoundError(errno.ENOENT, "its folder does not exist"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if os.path.exists(lock.lock_file):  # noqa: PTH110
            return False
        # Where no file can be created, as in /proc, the error may be ENOENT.
        raise _write_error(catalog, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))) from None
    except OSError as error:
        raise _write_error(catalog, error) from None
    return True


def _write_note(note: Path, catalog: Path) -> None:
    """Write which process holds the lock; a reader never sees half of the note."""
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    draft = note.with_name(f"{note.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
        draft.replace(note)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise _write_error(catalog, error) from None


def _write_error(catalog: Path, error: OSError) -> CatalogError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CatalogError(f"no space left beside the catalog {catalog}: make room, then scan again")
    return CatalogError(
        f"cannot write beside the catalog {catalog} ({error.strerror or error}):"
        " check the permissions of its folder, or name another file with --catalog"
    )


def _describe_holder(note: Path) -> str:
    try:
        holder = json.loads(note.read_text())
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
