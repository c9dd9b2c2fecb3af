"""A folder on disk as a bucket, with the same guarantees as OSS."""

# Paths are bytes, as in the file system, which pathlib does not support.
# ruff: noqa: PTH102, PTH116, PTH118

import errno
import os
import secrets
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import NamedTuple

from ossrec.buckets.local.atomic_files import make_file
from ossrec.buckets.local.walk import WalkRange, etag_of, is_inside, modified_of, walk
from ossrec.buckets.protocol import START
from ossrec.errors import (
    AccessDenied,
    BodyDamaged,
    BucketBusy,
    BucketError,
    BucketMissing,
    ObjectExists,
    ObjectMissing,
    ObjectTooLarge,
    UsageProblem,
)
from ossrec.model import Body, BucketAddress, Cursor, ObjectInfo, Page, Skipped
from ossrec.net.messages import brief, printable

PAGE_KEYS = 1000  # limit of objects in a page, and of skipped names
_MAX_LISTINGS = 64  # kept between two pages; an older listing is walked again from its cursor
_READ_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO)


class _Listing(NamedTuple):
    """A suspended walk and its range of keys."""

    limits: WalkRange
    items: Iterator[ObjectInfo | Skipped]


class LocalBucket:
    """The files below a folder; a file's key is its path relative to the folder.

    The listing skips, and reports, hidden files and folders, names that are not UTF-8, links that leave the folder, and
    everything that is neither a file nor a folder. Files without read permission are listed.
    """

    def __init__(self, path: str, cnames: Iterable[str] = ()) -> None:
        """Check that the folder exists; raises BucketMissing, and UsageProblem for a path that is not Unicode text.

        *cnames* are host names of the bucket that the folder is a copy of.
        """
        try:
            self._root = os.path.realpath(os.fsencode(path))
            self._name = self._root.decode()
        except ValueError:  # not UTF-8, or a NUL in it
            raise UsageProblem(f"{brief(repr(path))}: the path is not Unicode text: rename the folder") from None
        self._hosts = frozenset(name.lower() for name in cnames)
        self._identity = self._identify()
        self._listings: dict[str, _Listing] = {}
        self._lock = threading.Lock()
        self._numbers = count()
        self._nonce = secrets.token_hex(4)  # distinguishes cursors of another process

    def __repr__(self) -> str:
        """Return the path."""
        return f"<LocalBucket {printable(self._root)}>"

    @property
    def name(self) -> str:
        """The absolute path of the folder, links resolved."""
        return self._name

    @property
    def clock_ahead(self) -> float | None:
        """0, as both are the same clock."""
        return 0.0

    @property
    def address(self) -> BucketAddress:
        """The host names in the setting `cname`, if any."""
        return BucketAddress("", self._hosts)

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """Return the next page; see `protocol.Bucket.page`.

        With the cursor of the previous page, the suspended walk is resumed; with any other cursor a new walk skips the
        folders before ``cursor.after``.
        """
        listing = self._resume_walk(_walk_range(prefix, cursor.after, until), cursor.token)
        objects: list[ObjectInfo] = []
        skipped: list[Skipped] = []
        for item in listing.items:
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                objects.append(item)
                if item.key == until:
                    break
            if len(objects) == PAGE_KEYS or len(skipped) == PAGE_KEYS:
                after = objects[-1].key if objects else cursor.after
                return Page(objects, Cursor(after, self._suspend_walk(listing)), tuple(skipped))
        if self._identify() != self._identity:
            raise BucketMissing(f"{printable(self._root)}: the folder was replaced: check that it is still mounted")
        return Page(objects, None, tuple(skipped))

    def read(self, key: str, *, limit: int) -> Body:
        """Return a file; see `protocol.Bucket.read`. Raises BodyDamaged if the file is modified during the read."""
        return self._read(key, 0, None, limit)

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """Return a range of a file; see `protocol.Bucket.read_range`. Raises ValueError for an invalid range."""
        if not 0 <= start <= stop:
            raise ValueError(f"[{start}, {stop}) is not a range")
        return self._read(key, start, stop, None)

    def write_new(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002 - a file has none
        """Create a file and its folders, but never outside this folder; see `writable.WritableBucket.write_new`."""
        what = f"{printable(self._root)}: writing {brief(repr(key))}"
        try:
            path = self._path_of(key, what)
        except ObjectMissing as error:
            raise UsageProblem(str(error)) from None
        with _write_errors(what):
            make_file(self._make_folders(path, what), data)

    def _make_folders(self, path: bytes, what: str) -> bytes:
        """Create the folders of *path* that do not exist, and return *path* with its folders resolved."""
        place = self._root
        *steps, name = path[len(self._root.rstrip(b"/")) + 1 :].split(b"/")
        for step in steps:
            place = os.path.join(place, step)
            with suppress(FileExistsError):
                os.mkdir(place)
            place = os.path.realpath(place, strict=True)
            if not is_inside(self._root, place):
                raise UsageProblem(f"{what}: a link in the path leaves the folder: choose another prefix")
        return os.path.join(place, name)

    def _identify(self) -> tuple[int, int]:
        """Return device and inode of the folder, which change when another folder takes its place."""
        place = printable(self._root)
        try:
            status = os.stat(self._root)
        except OSError as error:
            raise BucketMissing(
                f"{place}: {error.strerror}: give the path of a folder, or oss://NAME for an OSS bucket"
            ) from None
        if not stat.S_ISDIR(status.st_mode):
            raise BucketMissing(f"{place}: not a folder: give the folder that contains the files")
        return status.st_dev, status.st_ino

    def _resume_walk(self, limits: WalkRange, token: str) -> _Listing:
        """Return the suspended walk of *token* if it has the same range, else a new walk."""
        with self._lock:
            known = self._listings.pop(token, None)
        if known and (known.limits.prefix, known.limits.until) == (limits.prefix, limits.until):
            return known
        return _Listing(limits, walk(self._root, limits))

    def _suspend_walk(self, listing: _Listing) -> str:
        """Keep a walk for the next page, and return its token."""
        with self._lock:
            token = f"{self._nonce}-{next(self._numbers)}"
            self._listings[token] = listing
            if len(self._listings) > _MAX_LISTINGS:
                del self._listings[next(iter(self._listings))]
        return token

    def _read(self, key: str, start: int, stop: int | None, limit: int | None) -> Body:
        what = f"{printable(self._root)}: reading {brief(repr(key))}"
        path = self._path_of(key, what)
        with _read_errors(what), os.fdopen(os.open(self._resolve(path, what), _READ_FLAGS), "rb") as file:
            before = os.fstat(file.fileno())
            size = before.st_size
            if limit is not None and size > limit:
                raise ObjectTooLarge(f"{what}: the file has {size} bytes, and the limit is {limit}: check the file")
            first, last = min(start, size), size if stop is None else min(stop, size)
            file.seek(first)
            data = file.read(last - first)
            after = os.fstat(file.fileno())
        if len(data) != last - first or etag_of(after) != etag_of(before):
            raise BodyDamaged(f"{what}: the file was modified during the read: try again")
        return Body(data, size, etag_of(before), modified_of(before))

    def _path_of(self, key: str, what: str) -> bytes:
        """Return the path of *key*, whether it exists or not; raises ObjectMissing for a key that is never listed."""
        if any(part.startswith(".") or not part or "\0" in part for part in key.split("/")):
            raise ObjectMissing(f"{what}: no file of this bucket can have this key")
        try:
            return os.path.join(self._root, key.encode())
        except UnicodeEncodeError:
            raise ObjectMissing(f"{what}: no object can have this key, which is not Unicode text") from None

    def _resolve(self, path: bytes, what: str) -> bytes:
        """Return *path* with links resolved; raises ObjectMissing for a file that is never listed, and OSError."""
        target = os.path.realpath(path, strict=True)
        # The type is checked before opening, because opening a pipe or a device has side effects.
        if is_inside(self._root, target) and stat.S_ISREG(os.stat(target).st_mode):
            return target
        raise ObjectMissing(f"{what}: there is no such file in the bucket")


@contextmanager
def _read_errors(what: str) -> Iterator[None]:
    """Convert an OSError of reading a file into a BucketError."""
    try:
        yield
    except ObjectMissing:  # also an OSError
        raise
    except PermissionError:
        raise AccessDenied(f"{what}: permission denied: run as a user who may read the file") from None
    except OSError as error:
        if error.errno in _MISSING:
            raise ObjectMissing(f"{what}: {error.strerror}: the file was deleted or renamed: scan again") from None
        raise BucketBusy(f"{what}: {error.strerror}: check the disk or the mount, and try again") from error


@contextmanager
def _write_errors(what: str) -> Iterator[None]:
    """Convert an OSError of creating a file into a BucketError or UsageProblem."""
    try:
        yield
    except FileExistsError:
        raise ObjectExists(f"{what}: a file with this name exists already: choose another prefix") from None
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise AccessDenied(f"{what}: {error.strerror}: run as a user who may write there") from None
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR):
            raise UsageProblem(f"{what}: {error.strerror}: choose another prefix") from None
        raise BucketError(f"{what}: {error.strerror}: check the disk or the mount, and try again") from error


def _walk_range(prefix: str, after: str, until: str | None) -> WalkRange:
    try:
        return WalkRange(prefix.encode(), after.encode(), None if until is None else until.encode())
    except UnicodeEncodeError:
        keys = brief(repr((prefix, after, until)))
        raise UsageProblem(f"{keys}: not Unicode text: give a prefix that is") from None
