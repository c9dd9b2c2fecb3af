"""The files below a folder in byte order of their keys, found one at a time.

A folder ``a`` stands where its keys ``a/…`` do: after ``a-b`` and ``a.b``, before ``a0``. So every folder
is sorted by position, which is the name with "/" behind it for a folder, and walked depth first; what is
kept in memory is the rest of each folder on the way down. Names are bytes, as the file system has them.
"""

# Paths are bytes here, as the file system has them, and pathlib takes none.
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
UNREADABLE = "it may not be looked at"
LEAVES = "a link that leaves the folder"
LOOP = "a link that leads round in a circle"
BROKEN = "a link to nothing"
TOO_MANY_LINKS = "a folder behind too many links"
TOO_LONG = "its path is too long for this system"
SPECIAL = "neither a file nor a folder"
TOO_LARGE = "it says that it is larger than any object can be"

MAX_LINKS = 4  # linked folders within each other: links that cross would multiply without end
_VANISHED = (FileNotFoundError, NotADirectoryError)


class WalkRange(NamedTuple):
    """Which part of the listing is wanted; all are UTF-8."""

    prefix: bytes = b""
    after: bytes = b""  # exclusive
    until: bytes | None = None  # inclusive


class _Folder(NamedTuple):
    """A folder on the way down."""

    key: bytes  # "" for the root, else ending in "/"
    path: bytes  # resolved: no link in it
    above: frozenset[bytes]  # resolved paths of all folders on the way, its own among them
    links: int  # how many of them were reached by a link
    positions: list[bytes]  # still to visit, the next one last


def is_inside(root: bytes, path: bytes) -> bool:
    """Whether *path*, resolved, is *root* or below it."""
    return path == root or path.startswith(root.rstrip(b"/") + b"/")


def etag_of(status: os.stat_result) -> str:
    """What stands for the content of a file: it changes when the file is written."""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


def modified_of(status: os.stat_result) -> int:
    """The second in which a file was written, seconds since 1970; what no calendar has is brought to its edge."""
    return clamp_second(status.st_mtime_ns // 10**9)


def walk(root: bytes, limits: WalkRange) -> Iterator[ObjectInfo | Skipped]:
    """Everything below *root*, an absolute resolved path, that *limits* let in, in byte order of key.

    What cannot be an object is a `Skipped` in its place. Files that appear or vanish meanwhile may or
    may not be there. Raises BucketMissing and AccessDenied when the root or a folder on the way to the
    whole prefix is gone or may not be read, BucketBusy when the file system fails.
    """
    top = _open(root, limits, b"", root, frozenset(), 0)
    if not isinstance(top, _Folder):
        raise BucketMissing(f"{printable(root)}: the folder is not there any more: check that it is mounted")
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
    """The folder at *position*; why it is left out; or None when it is gone."""
    key = above.key + position
    expected = os.path.join(above.path, position[:-1])
    path = _follow(root, key, expected)
    if not isinstance(path, bytes):
        return path
    if path in above.above:
        return Skipped(printable(key), LOOP)
    links = above.links + (path != expected)
    if links > MAX_LINKS:
        return _unseen(key, TOO_MANY_LINKS)
    return _open(root, limits, key, path, above.above, links)


def _open(
    root: bytes, limits: WalkRange, key: bytes, path: bytes, above: frozenset[bytes], links: int
) -> _Folder | Skipped | None:
    try:
        positions = _positions(path, limits.prefix[len(key) :])
    except PermissionError:
        if limits.prefix.startswith(key):  # nothing at all can be listed
            message = f"{printable(path)}: the folder may not be read: run as a user who may"
            raise AccessDenied(message) from None
        return _unseen(key, UNREADABLE)
    except _VANISHED:
        return None
    except OSError as error:
        return _troubled(root, key, error)
    return _Folder(key, path, above | {path}, links, positions)


def _positions(path: bytes, rest: bytes) -> list[bytes]:
    """Where the entries of a folder stand, last first; only those that agree with *rest* of the prefix."""
    name, is_folder, _ = rest.partition(b"/")
    if is_folder:  # only one entry can agree: do not read a million others
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
    """The file *name*; why it is left out; or None when it is gone."""
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
        return _unseen(key, UNREADABLE)
    except OSError as error:
        return _troubled(root, key, error)
    if stat.S_ISDIR(status.st_mode):
        return None  # it was a file a moment ago; the next listing puts it in its place
    if not stat.S_ISREG(status.st_mode):
        return Skipped(printable(key), SPECIAL)
    if status.st_size > MAX_OBJECT_BYTES:
        return Skipped(printable(key), TOO_LARGE)
    return ObjectInfo(key.decode(), status.st_size, modified_of(status), etag_of(status))


def _follow(root: bytes, key: bytes, path: bytes) -> bytes | Skipped | None:
    """Where *path* really is, of which only the last part may be a link; why it is left out; None if nowhere."""
    try:
        if not stat.S_ISLNK(os.lstat(path).st_mode):
            return path
        target = os.path.realpath(path, strict=True)
    except _VANISHED:
        return None
    except PermissionError:
        return _unseen(key, UNREADABLE)
    except OSError as error:
        return _troubled(root, key, error)
    return target if is_inside(root, target) else Skipped(printable(key), LEAVES)


def _troubled(root: bytes, key: bytes, error: OSError) -> Skipped:
    """What the system says no to for one name; raises BucketBusy when it is the file system that fails."""
    if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
        return Skipped(printable(key), LOOP) if error.errno == errno.ELOOP else _unseen(key, TOO_LONG)
    place = printable(os.path.join(root, key))
    raise BucketBusy(f"{place}: {error.strerror}: check the disk or the mount, and try again") from error


def _unseen(key: bytes, reason: str) -> Skipped:
    """What could not be looked at, and may hold objects all the same."""
    return Skipped(printable(key), reason, key.decode())


def _has_key(name: bytes) -> bool:
    """Whether an object could be called so: not hidden, and UTF-8."""
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
    except OSError:  # a link in a circle, or behind a folder that may not be read
        return False


def _is_folder(path: bytes) -> bool:
    """Whether there is a folder at *path*; raises PermissionError when that cannot be known."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except PermissionError:
        raise
    except OSError:  # not there, a circle of links, or a name longer than any
        return False
