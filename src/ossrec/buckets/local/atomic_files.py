"""Puts a whole file in its place at once: with all of its bytes, or not at all. Paths are bytes."""

# Paths are bytes here, as the file system has them, and pathlib takes none.
# ruff: noqa: PTH105, PTH108, PTH118, PTH120

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def make_file(path: bytes, data: bytes) -> None:
    """Make the file *path*; raises FileExistsError when something is there, and OSError."""
    with _written_aside(path, data) as aside:
        try:
            os.link(aside, path)  # unlike a rename it replaces nothing
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _write(path, data)  # the file system has no links: exclusive, if not at once


def replace_file(path: bytes, data: bytes) -> None:
    """Put the file *path* in the place of what is there, if anything is; raises OSError."""
    with _written_aside(path, data) as aside:
        os.replace(aside, path)


@contextmanager
def _written_aside(path: bytes, data: bytes) -> Iterator[bytes]:
    """A hidden file beside *path* with these bytes; it is gone afterwards."""
    folder = os.path.dirname(path) or b"."
    aside = os.path.join(folder, b".ossrec-" + secrets.token_hex(8).encode())
    try:
        _write(aside, data)
        yield aside
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside)


def _write(path: bytes, data: bytes) -> None:
    """A new file; what was written of it is taken away again when it cannot be written whole."""
    file = os.open(path, _NEW, 0o666)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        os.unlink(path)
        raise
