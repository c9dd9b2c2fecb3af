"""A folder on disk as a bucket, with the same promises as OSS gives."""

# Paths are bytes here, as the file system has them, and pathlib takes none.
# ruff: noqa: PTH102, PTH116, PTH118

import errno
import os
import secrets
import stat
import threading
from collections.abc import Iterator
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

PAGE_KEYS = 1000  # objects of a page, and also names left out
_LISTINGS = 64  # that may be in the middle at once; an older one is walked again from its cursor
_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO)


class _Listing(NamedTuple):
    """A walk in the middle, and what it lists."""

    limits: WalkRange
    items: Iterator[ObjectInfo | Skipped]


class LocalBucket:
    """The files below a folder, by their path from there.

    Left out, and said so by the listing: hidden files and folders, names that are not UTF-8, links
    that leave the folder, and what is neither file nor folder. Files that may not be read are listed.
    """

    def __init__(self, path: str) -> None:
        """Look that the folder is there; raises BucketMissing, and UsageProblem for a path that is no text."""
        try:
            self._root = os.path.realpath(os.fsencode(path))
            self._name = self._root.decode()
        except ValueError:  # not UTF-8, or a NUL in it
            raise UsageProblem(f"{brief(repr(path))}: the path is not Unicode text: rename the folder") from None
        self._identity = self._identify()
        self._listings: dict[str, _Listing] = {}
        self._lock = threading.Lock()
        self._numbers = count()
        self._nonce = secrets.token_hex(4)  # keeps cursors of another process apart

    def __repr__(self) -> str:
        """Where it is."""
        return f"<LocalBucket {printable(self._root)}>"

    @property
    def name(self) -> str:
        """The absolute path of the folder, links resolved."""
        return self._name

    @property
    def clock_ahead(self) -> float | None:
        """It is the same clock."""
        return 0.0

    @property
    def address(self) -> BucketAddress:
        """No host at all leads here."""
        return BucketAddress("")

    def page(self, prefix: str = "", cursor: Cursor = START, *, until: str | None = None) -> Page:
        """As `protocol.Bucket.page`.

        With the cursor that the last page gave, the walk goes on where it was; with any other it
        begins anew and passes over whole folders until ``cursor.after``.
        """
        listing = self._take_up(_limits(prefix, cursor.after, until), cursor.token)
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
                return Page(objects, Cursor(after, self._put_off(listing)), tuple(skipped))
        if self._identify() != self._identity:
            raise BucketMissing(f"{printable(self._root)}: another folder is there now: check that it is mounted")
        return Page(objects, None, tuple(skipped))

    def read(self, key: str, *, limit: int) -> Body:
        """As `protocol.Bucket.read`; a file that is written to meanwhile raises BodyDamaged."""
        return self._read(key, 0, None, limit)

    def read_range(self, key: str, start: int, stop: int) -> Body:
        """As `protocol.Bucket.read_range`. Raises ValueError for what is no range."""
        if not 0 <= start <= stop:
            raise ValueError(f"[{start}, {stop}) is no range")
        return self._read(key, start, stop, None)

    def write_new(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002 - a file has none
        """As `writing.Writable.write_new`; folders on the way are made, and none outside of this one is entered."""
        what = f"{printable(self._root)}: writing {brief(repr(key))}"
        try:
            path = self._path_of(key, what)
        except ObjectMissing as error:
            raise UsageProblem(str(error)) from None
        with _told_of_writing(what):
            make_file(self._make_way(path, what), data)

    def _make_way(self, path: bytes, what: str) -> bytes:
        """*path* with the folders before it resolved, each made where there is none."""
        place = self._root
        *steps, name = path[len(self._root.rstrip(b"/")) + 1 :].split(b"/")
        for step in steps:
            place = os.path.join(place, step)
            with suppress(FileExistsError):
                os.mkdir(place)
            place = os.path.realpath(place, strict=True)
            if not is_inside(self._root, place):
                raise UsageProblem(f"{what}: a link on the way leaves the folder: name another prefix")
        return os.path.join(place, name)

    def _identify(self) -> tuple[int, int]:
        """What tells this folder from another that takes its place."""
        place = printable(self._root)
        try:
            status = os.stat(self._root)
        except OSError as error:
            raise BucketMissing(
                f"{place}: {error.strerror}: give the path of a folder, or oss://NAME for a bucket of OSS"
            ) from None
        if not stat.S_ISDIR(status.st_mode):
            raise BucketMissing(f"{place}: it is not a folder: give the folder that holds the files")
        return status.st_dev, status.st_ino

    def _take_up(self, limits: WalkRange, token: str) -> _Listing:
        """The walk that *token* stands for if it lists the same, else a new one."""
        with self._lock:
            known = self._listings.pop(token, None)
        if known and (known.limits.prefix, known.limits.until) == (limits.prefix, limits.until):
            return known
        return _Listing(limits, walk(self._root, limits))

    def _put_off(self, listing: _Listing) -> str:
        """Keep a walk for the next page; the token that stands for it."""
        with self._lock:
            token = f"{self._nonce}-{next(self._numbers)}"
            self._listings[token] = listing
            if len(self._listings) > _LISTINGS:
                del self._listings[next(iter(self._listings))]
        return token

    def _read(self, key: str, start: int, stop: int | None, limit: int | None) -> Body:
        what = f"{printable(self._root)}: reading {brief(repr(key))}"
        path = self._path_of(key, what)
        with _told(what), os.fdopen(os.open(self._resolve(path, what), _READING), "rb") as file:
            before = os.fstat(file.fileno())
            size = before.st_size
            if limit is not None and size > limit:
                said = f"it has {size} bytes, where at most {limit} are read"
                raise ObjectTooLarge(f"{what}: {said}: look at what it is")
            first, last = min(start, size), size if stop is None else min(stop, size)
            file.seek(first)
            data = file.read(last - first)
            after = os.fstat(file.fileno())
        if len(data) != last - first or etag_of(after) != etag_of(before):
            raise BodyDamaged(f"{what}: it was written to meanwhile: try again")
        return Body(data, size, etag_of(before), modified_of(before))

    def _path_of(self, key: str, what: str) -> bytes:
        """Where the file of that key would be; raises ObjectMissing for a key that no listing shows."""
        if any(part.startswith(".") or not part or "\0" in part for part in key.split("/")):
            raise ObjectMissing(f"{what}: no file of this bucket can have such a key")
        try:
            return os.path.join(self._root, key.encode())
        except UnicodeEncodeError:
            raise ObjectMissing(f"{what}: no object can have such a key, it is not Unicode text") from None

    def _resolve(self, path: bytes, what: str) -> bytes:
        """*path* without links; raises ObjectMissing for what no listing shows as an object, and OSError."""
        target = os.path.realpath(path, strict=True)
        # Looked at before it is opened: opening a pipe or a device does something to it.
        if is_inside(self._root, target) and stat.S_ISREG(os.stat(target).st_mode):
            return target
        raise ObjectMissing(f"{what}: there is no such file in the bucket")


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn what the system says of a file into our errors."""
    try:
        yield
    except ObjectMissing:  # which is an OSError too
        raise
    except PermissionError:
        raise AccessDenied(f"{what}: permission denied: run as a user who may read it") from None
    except OSError as error:
        if error.errno in _NOT_THERE:
            said = f"{what}: {error.strerror}: it is not there, or not any more, scan again"
            raise ObjectMissing(said) from None
        raise BucketBusy(f"{what}: {error.strerror}: check the disk or the mount, and try again") from error


@contextmanager
def _told_of_writing(what: str) -> Iterator[None]:
    """Turn what the system says of a new file into our errors."""
    try:
        yield
    except FileExistsError:
        raise ObjectExists(f"{what}: there is another file already, name another prefix") from None
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            said = f"{what}: {error.strerror}: run as a user who may write there"
            raise AccessDenied(said) from None
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR):
            raise UsageProblem(f"{what}: {error.strerror}: name another prefix") from None
        raise BucketError(f"{what}: {error.strerror}: check the disk or the mount, and try again") from error


def _limits(prefix: str, after: str, until: str | None) -> WalkRange:
    try:
        return WalkRange(prefix.encode(), after.encode(), None if until is None else until.encode())
    except UnicodeEncodeError:
        said = brief(repr((prefix, after, until)))
        raise UsageProblem(f"{said}: this is not Unicode text: give a prefix that is") from None
