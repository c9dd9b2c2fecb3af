"""Buckets and objects in memory, in the order in which OSS lists them."""

import hashlib
import os
import re
import stat
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from fastcrc import crc64

_SERVICE_HOST = re.compile(r"oss-[a-z0-9-]+\.aliyuncs\.com")
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
STORAGE_CLASSES = ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")
# How long a restore takes, seconds: about a minute, up to 12 hours, up to 48 hours.
RESTORE_TIMES = {"Archive": 60, "ColdArchive": 12 * 3600, "DeepColdArchive": 48 * 3600}


class Restore(NamedTuple):
    """A requested restore; both times are seconds since 1970-01-01 UTC."""

    ready: float
    expires: float


@dataclass(frozen=True)
class Stored:
    """An immutable object; a change creates a new one."""

    key: str
    data: bytes
    modified: int  # seconds since 1970-01-01 UTC
    storage: str = "Standard"
    given_etag: str | None = None
    parts: int | None = None  # of a multipart upload
    headers: dict[str, str] = field(default_factory=dict)  # Content-Type, x-oss-meta-…
    restore: Restore | None = None
    rendered: dict[bool, str] = field(init=False, default_factory=dict)  # its element in a listing, kept there

    @cached_property
    def md5(self) -> bytes:
        """Of the whole object."""
        return hashlib.md5(self.data, usedforsecurity=False).digest()

    @property
    def content_md5(self) -> str | None:
        """The Content-MD5 header; None for a multipart upload, whose parts alone were hashed."""
        return b64encode(self.md5).decode() if self.parts is None else None

    @cached_property
    def etag(self) -> str:
        """Without quotes: upper-case MD5, or the MD5 of the parts' MD5s with ``-N``."""
        if self.given_etag is not None:
            return self.given_etag
        if self.parts is None:
            return self.md5.hex().upper()
        step = max(1, -(-len(self.data) // self.parts))
        sums = (hashlib.md5(self.data[i * step : (i + 1) * step]).digest() for i in range(self.parts))
        return f"{hashlib.md5(b''.join(sums)).hexdigest().upper()}-{self.parts}"

    @cached_property
    def crc(self) -> int:
        """CRC-64/XZ, which OSS calls crc64ecma."""
        return crc64.xz(self.data)

    @property
    def type(self) -> str:
        """What x-oss-object-type says."""
        return "Normal" if self.parts is None else "Multipart"

    def restored(self, now: float) -> bool | None:
        """Return whether a restore is complete at *now*; None without a restore or after its expiry."""
        if self.restore is None or now >= self.restore.expires:
            return None
        return now >= self.restore.ready

    def is_readable(self, now: float) -> bool:
        """Return whether the object can be read at *now*."""
        return self.storage not in RESTORE_TIMES or self.restored(now) is True


class Loaded(NamedTuple):
    """What came of loading a folder."""

    objects: int
    size: int  # bytes
    skipped: list[str]  # names that no object can have, printable


class Bucket:
    """Objects by key. Everything may be called from any thread at any time."""

    def __init__(self, name: str, *, public: bool, now: Callable[[], float]) -> None:
        """An empty bucket; *now* is the clock of its server."""
        self.name = name
        self.public = public  # anyone may read its objects
        self.lists_publicly = public  # anyone may list it: OSS grants that by policy, not by ACL
        self.created = int(now())
        self.hosts: set[str] = set()  # domain names bound to it (CNAME)
        self.lock = threading.RLock()
        self._now = now
        self._objects: dict[str, Stored] = {}
        self._order: list[str] | None = []

    def put(
        self,
        key: str,
        data: bytes = b"",
        modified: int | None = None,
        storage: str = "Standard",
        etag: str | None = None,
        multipart_parts: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> Stored:
        """Write an object over whatever was there. *modified* is the server's time unless given."""
        if storage not in STORAGE_CLASSES:
            raise ValueError(f"no such storage class: {storage}")
        key.encode()  # a key with a lone surrogate cannot be one
        written = int(self._now()) if modified is None else modified
        stored = Stored(key, bytes(data), written, storage, etag, multipart_parts, dict(headers or {}))
        self._store(stored)
        return stored

    def delete(self, key: str) -> bool:
        """Take an object away; False if there was none."""
        with self.lock:
            if self._objects.pop(key, None) is None:
                return False
            self._order = None
            return True

    def get(self, key: str) -> Stored | None:
        """The object of that key."""
        return self._objects.get(key)

    def keys(self) -> list[str]:
        """All keys in byte order of their UTF-8, which is the order of code points. Not to be changed."""
        with self.lock:
            if self._order is None:
                self._order = sorted(self._objects)
            return self._order

    def load(self, folder: str | Path, prefix: str = "") -> Loaded:
        """Make an object of every regular file below *folder*; links are not followed.

        Everything is held in memory. Names that no object can have are left out and reported.
        """
        if not Path(folder).is_dir():
            raise NotADirectoryError(folder)
        size = count = 0
        skipped: list[str] = []
        root = os.fsencode(folder)
        for path, status in _regular_files(root):
            name = os.path.relpath(path, root).replace(os.sep.encode(), b"/")
            try:
                key = prefix + name.decode()
            except UnicodeDecodeError:
                skipped.append(name.decode(errors="backslashreplace"))
                continue
            data = Path(os.fsdecode(path)).read_bytes()
            self.put(key, data, modified=int(status.st_mtime))
            count, size = count + 1, size + len(data)
        return Loaded(count, size, skipped)

    def add_host(self, host: str) -> None:
        """Bind a domain name to the bucket, as OSS does for a CNAME."""
        self.hosts.add(host.lower())

    def ask_restore(self, key: str, days: int = 1) -> None:
        """Start to restore an archived object, as a RestoreObject call does."""
        with self.lock:
            stored = self._objects[key]
            ready = self._now() + RESTORE_TIMES[stored.storage]
            self._store(replace(stored, restore=Restore(ready, ready + days * 86_400)))

    def finish_restore(self, key: str, expires: float | None = None) -> None:
        """Let a restore be through now; the copy goes away at *expires*, seconds since 1970-01-01 UTC."""
        with self.lock:
            stored, now = self._objects[key], self._now()
            end = now + 86_400 if expires is None else expires
            self._store(replace(stored, restore=Restore(now, end)))

    def _store(self, stored: Stored) -> None:
        with self.lock:
            if stored.key not in self._objects:
                self._order = None
            self._objects[stored.key] = stored


class Buckets:
    """All buckets of the account, and the host names that lead to them."""

    def __init__(self, now: Callable[[], float]) -> None:
        """No buckets yet; *now* is the clock of the server."""
        self._now = now
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Bucket:
        return self._buckets[name]

    def __iter__(self) -> Iterator[Bucket]:
        """In order of name."""
        with self._lock:
            return iter([self._buckets[name] for name in sorted(self._buckets)])

    def get(self, name: str) -> Bucket | None:
        """The bucket of that name."""
        return self._buckets.get(name)

    def ensure(self, name: str, *, public: bool = False) -> Bucket:
        """The bucket of that name, made if there is none; *public* opens it, and never closes it."""
        if not BUCKET_NAME.fullmatch(name):
            raise ValueError(f"no bucket can be called {name!r}")
        with self._lock:
            bucket = self._buckets.setdefault(name, Bucket(name, public=public, now=self._now))
        if public:
            bucket.public = bucket.lists_publicly = True
        return bucket

    def by_host(self, host: str) -> str | None:
        """The name of the bucket that a host name stands for; None if the path must name it.

        A bound domain is its bucket's. Else the first label names the bucket, unless what it
        leads to is the service itself, as in ``oss-cn-hangzhou.aliyuncs.com``.
        """
        for bucket in self:
            if host in bucket.hosts:
                return bucket.name
        return None if _SERVICE_HOST.fullmatch(host) else host.partition(".")[0]


def _regular_files(root: bytes) -> Iterable[tuple[bytes, os.stat_result]]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 (pathlib cannot hold undecodable bytes)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode):
                yield path, status
