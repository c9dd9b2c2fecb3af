"""Walk the files below a folder in byte order of their keys, one at a time.

A folder ``a`` sorts by its keys ``a/…``: after ``a-b`` and ``a.b``, before ``a0``. So the entries of a folder are
sorted by position, which is the name, with "/" appended for a folder, and the walk is depth first. Memory holds the
remaining entries of each folder on the current path. Names are bytes, as in the file system.
"""

# Paths are bytes, as in the file system, which pathlib does not support.
# ruff: noqa: PTH116, PTH118

import errno
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from ossrec.buckets.limits import MAX_OBJECT_BYTES, clamp_second
from ossrec.errors import AccessDenied, BucketBusy, BucketMissing
from ossrec.model import ObjectInfo, Skipped
from ossrec.net.messages import printable

HIDDEN = "hidden: its name begins with a dot"
NOT_UTF8 = "its name is not UTF-8"
UNREADABLE = "permission denied"
LEAVES = "a link that leaves the folder"
LOOP = "a link that forms a loop"
BROKEN = "a broken link"
TOO_MANY_LINKS = "a folder nested in too many links"
TOO_LONG = "its path is too long for this system"
SPECIAL = "neither a file nor a folder"
TOO_LARGE = "its size is larger than any object can have"

MAX_LINKS = 4  # nested linked folders; links that cross would multiply without end
_VANISHED = (FileNotFoundError, NotADirectoryError)


class WalkRange(NamedTuple):
    """The part of the listing to walk; all keys are UTF-8."""

    prefix: bytes = b""
    after: bytes = b""  # exclusive
    until: bytes | None = None  # inclusive


class _Folder(NamedTuple):
    """A folder on the current path of the walk."""

    key: bytes  # "" for the root, else ending in "/"
    path: bytes  # with links resolved
    above: frozenset[bytes]  # resolved paths of all folders on the current path, including its own
    links: int  # how many of them are links
    positions: list[bytes]  # entries to visit, in reverse order


def is_inside(root: bytes, path: bytes) -> bool:
    """The resolved *path* is *root* or below it."""
    return path == root or path.startswith(root.rstrip(b"/") + b"/")


def etag_of(status: os.stat_result) -> str:
    """Return the ETag of a file, from its size and the time of its last modification."""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


def modified_of(status: os.stat_result) -> int:
    """Return the modification time of a file in seconds since 1970, within the years 1 to 9999."""
    return clamp_second(status.st_mtime_ns // 10**9)


def walk(root: bytes, limits: WalkRange) -> Iterator[ObjectInfo | Skipped]:
    """Yield the objects below *root*, an absolute resolved path, within *limits*, in byte order of key.

    An entry that cannot be an object is a `Skipped` at its position. Files that appear or disappear during the walk may
    or may not be included. Raises BucketMissing or AccessDenied when the root, or a folder that contains the whole
    prefix, is missing or unreadable, and BucketBusy when the file system fails.
    """
    top = _open(root, limits, b"", root, frozenset(), 0)
    if not isinstance(top, _Folder):
        raise BucketMissing(f"{printable(root)}: the folder does not exist any more: check that it is mounted")
    stack = [top]
    while stack:
        folder = stack[-1]
        if not folder.positions:
            stack.pop()
            continue
        position = folder.positions.pop()
        key = folder.key + position
        if limits.until is not None and key > limits.until:
            return
        if key <= limits.after and not (key.endswith(b"/") and limits.after.startswith(key)):
            continue
        found = _enter(root, limits, folder, position) if key.endswith(b"/") else _visit(root, folder, position)
        if isinstance(found, _Folder):
            stack.append(found)
        elif found is not None:
            yield found


def _enter(root: bytes, limits: WalkRange, above: _Folder, position: bytes) -> _Folder | Skipped | None:
    """Return the folder at *position*, the reason for skipping it, or None when it was deleted."""
    key = above.key + position
    expected = os.path.join(above.path, position[:-1])
    path = _follow(root, key, expected)
    if not isinstance(path, bytes):
        return path
    if path in above.above:
        return Skipped(printable(key), LOOP)
    links = above.links + (path != expected)
    if links > MAX_LINKS:
        return _skip_unlisted(key, TOO_MANY_LINKS)
    return _open(root, limits, key, path, above.above, links)


def _open(
    root: bytes, limits: WalkRange, key: bytes, path: bytes, above: frozenset[bytes], links: int
) -> _Folder | Skipped | None:
    try:
        positions = _positions(path, limits.prefix[len(key) :])
    except PermissionError:
        if limits.prefix.startswith(key):  # nothing at all can be listed
            message = f"{printable(path)}: no permission to read the folder: run as a user who may read it"
            raise AccessDenied(message) from None
        return _skip_unlisted(key, UNREADABLE)
    except _VANISHED:
        return None
    except OSError as error:
        return _skip_or_raise(root, key, error)
    return _Folder(key, path, above | {path}, links, positions)


def _positions(path: bytes, rest: bytes) -> list[bytes]:
    """Return the positions of a folder's entries that match *rest*, the remainder of the prefix; in reverse order."""
    name, is_folder, _ = rest.partition(b"/")
    if is_folder:  # only one entry can match: do not read a million others
        exists = name not in (b"", b".", b"..") and b"\0" not in name and _is_folder(os.path.join(path, name))
        return [name + b"/" if _has_key(name) else name] if exists else []
    with os.scandir(path) as entries:
        found = [
            entry.name + b"/" if _has_key(entry.name) and _entry_is_folder(entry) else entry.name
            for entry in entries
            if entry.name.startswith(rest)
        ]
    return sorted(found, reverse=True)


def _visit(root: bytes, folder: _Folder, name: bytes) -> ObjectInfo | Skipped | None:
    """Return the file *name*, the reason for skipping it, or None when it was deleted."""
    key = folder.key + name
    if not _has_key(name):
        return Skipped(printable(key), HIDDEN if name.startswith(b".") else NOT_UTF8)
    path = os.path.join(folder.path, name)
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            target = _follow(root, key, path)
            if not isinstance(target, bytes):
                return target or Skipped(printable(key), BROKEN)
            status = os.stat(target)
    except _VANISHED:
        return None
    except PermissionError:
        return _skip_unlisted(key, UNREADABLE)
    except OSError as error:
        return _skip_or_raise(root, key, error)
    if stat.S_ISDIR(status.st_mode):
        return None  # it was a file a moment ago; the next listing shows the folder
    if not stat.S_ISREG(status.st_mode):
        return Skipped(printable(key), SPECIAL)
    if status.st_size > MAX_OBJECT_BYTES:
        return Skipped(printable(key), TOO_LARGE)
    return ObjectInfo(key.decode(), status.st_size, modified_of(status), etag_of(status))


def _follow(root: bytes, key: bytes, path: bytes) -> bytes | Skipped | None:
    """Resolve *path*, of which only the last component may be a link.

    Returns the resolved path, the reason for skipping it, or None for a broken link or a deleted file.
    """
    try:
        if not stat.S_ISLNK(os.lstat(path).st_mode):
            return path
        target = os.path.realpath(path, strict=True)
    except _VANISHED:
        return None
    except PermissionError:
        return _skip_unlisted(key, UNREADABLE)
    except OSError as error:
        return _skip_or_raise(root, key, error)
    return target if is_inside(root, target) else Skipped(printable(key), LEAVES)


def _skip_or_raise(root: bytes, key: bytes, error: OSError) -> Skipped:
    """Return the reason for skipping one name after *error*; raises BucketBusy when the file system fails."""
    if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
        return Skipped(printable(key), LOOP) if error.errno == errno.ELOOP else _skip_unlisted(key, TOO_LONG)
    place = printable(os.path.join(root, key))
    raise BucketBusy(f"{place}: {error.strerror}: check the disk or the mount, and try again") from error


def _skip_unlisted(key: bytes, reason: str) -> Skipped:
    """Skip an entry that could not be read, and below which there may be objects."""
    return Skipped(printable(key), reason, key.decode())


def _has_key(name: bytes) -> bool:
    """*name* can be part of a key: it is not hidden, and is UTF-8."""
    if name.startswith(b"."):
        return False
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _entry_is_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links, or a link below an unreadable folder
        return False


def _is_folder(path: bytes) -> bool:
    """There is a folder at *path*; raises PermissionError when the answer cannot be determined."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except PermissionError:
        raise
    except OSError:  # missing, a loop of links, or a name that is too long
        return False
