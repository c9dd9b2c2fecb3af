"""Create or replace a file atomically: with all of its bytes, or not at all. Paths are bytes."""

# Paths are bytes, as in the file system, which pathlib does not support.
# ruff: noqa: PTH105, PTH108, PTH118, PTH120

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def make_file(path: bytes, data: bytes) -> None:
    """Create the file *path*; raises FileExistsError if the path exists, and OSError."""
    with _temporary_file(path, data) as temporary:
        try:
            os.link(temporary, path)  # unlike a rename, a link does not replace a file
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _write(path, data)  # the file system has no links: exclusive, but not atomic


def replace_file(path: bytes, data: bytes) -> None:
    """Create the file *path*, or replace it if it exists; raises OSError."""
    with _temporary_file(path, data) as temporary:
        os.replace(temporary, path)


@contextmanager
def _temporary_file(path: bytes, data: bytes) -> Iterator[bytes]:
    """Yield the path of a hidden file next to *path* with *data*, and delete the file afterwards."""
    folder = os.path.dirname(path) or b"."
    temporary = os.path.join(folder, b".ossrec-" + secrets.token_hex(8).encode())
    try:
        _write(temporary, data)
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _write(path: bytes, data: bytes) -> None:
    """Create a file, and delete it again if it cannot be written completely."""
    file = os.open(path, _NEW, 0o666)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        os.unlink(path)
        raise
