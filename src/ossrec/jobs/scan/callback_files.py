"""Evaluate the recordings of files that callbacks named, before the listing: that of a large bucket may take long."""

import sqlite3
from collections.abc import Callable

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.connection.transactions import transaction
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.recordings import playlist_objects
from ossrec.catalog.store.stems import split_key
from ossrec.catalog.tasks.callbacks import body_by_id, files_to_check, mark_file_found, postpone_file_checks
from ossrec.jobs.judge.judge import Judge, JudgedRecording, ListingScope
from ossrec.jobs.judge.read_playlist import fetch_playlist
from ossrec.jobs.session.signals import StopRequest
from ossrec.jobs.tasks.link import link
from ossrec.model import Cursor, ObjectInfo
from ossrec.tasks.callback_bucket import bucket_named_in

_MOST_REQUESTS = 500  # in one scan; the listing reaches all other files
_MOST_PAGES = 16  # of one recording


class CallbackFiles:
    """Finds and evaluates the recordings that callbacks named, at the start of a scan."""

    def __init__(
        self, conn: sqlite3.Connection, bucket: Bucket, ingest: Ingest, judge: Judge, listing: ListingScope
    ) -> None:
        """*judge* and *ingest* must be those of the scan of *bucket*."""
        self._conn = conn
        self._bucket = bucket
        self._ingest = ingest
        self._judge = judge
        self._listing = listing
        self._requests = 0
        self._absent: list[int] = []  # callbacks

    def run(self, stop: StopRequest, now: int, checked: Callable[[JudgedRecording], None]) -> None:
        """Find each file that a callback named, and evaluate its recording. Raises what the bucket raises.

        A missing file is checked again when its callback is twice as old, which takes a few requests in all instead
        of one in each scan. Files in another bucket or outside the prefix wait for a scan of their location.
        """
        try:
            self._evaluate_all(stop, now, checked)
        finally:
            with transaction(self._conn):
                postpone_file_checks(self._conn, self._absent, now)

    def _evaluate_all(self, stop: StopRequest, now: int, checked: Callable[[JudgedRecording], None]) -> None:
        found = self._find_all(stop, now)
        if not found:
            return
        with transaction(self._conn):
            link(self._conn, now)  # once, as its time grows with the catalog
        for key, numbers in found.items():
            stop.check()
            with transaction(self._conn):
                self._evaluate(split_key(key).stem, checked)
                for number in numbers:
                    mark_file_found(self._conn, number)

    def _find_all(self, stop: StopRequest, now: int) -> dict[str, list[int]]:
        """Return the keys of files that exist, with the callbacks that name each."""
        found: dict[str, list[int]] = {}
        absent: set[str] = set()
        for number, file in files_to_check(self._conn, now):
            if self._requests >= _MOST_REQUESTS:
                break
            stop.check()
            key = self._key(file)
            split = split_key(key)
            if not split.stem.startswith(self._listing.prefix) or self._is_elsewhere(number):
                continue
            if key not in found and key not in absent:
                if split.name is not None and self._find(key, split.stem):
                    found[key] = []
                else:
                    absent.add(key)
            found.get(key, self._absent).append(number)
        return found

    def _find(self, key: str, stem: str) -> bool:
        """Store the objects of a recording if the file is among them; returns whether it is."""
        objects = self._list(stem)
        if not any(one.key == key for one in objects):
            return False
        with transaction(self._conn):
            self._ingest.store_and_count(objects)
        return True

    def _key(self, file: str) -> str:
        """Return the key of a file; a path-style address starts with the name of the bucket."""
        name = self._bucket.name.removeprefix("oss://")
        return file.removeprefix(f"{name}/") if self._bucket.name.startswith("oss://") else file

    def _is_elsewhere(self, number: int) -> bool:
        """Return whether the address in a callback names another bucket."""
        if not self._bucket.name.startswith("oss://"):
            return False
        named = bucket_named_in(body_by_id(self._conn, number))
        return named is not None and named != self._bucket.name.removeprefix("oss://")

    def _list(self, stem: str) -> list[ObjectInfo]:
        objects: list[ObjectInfo] = []
        cursor: Cursor | None = Cursor("")
        for _ in range(_MOST_PAGES):
            if cursor is None:
                return objects
            self._requests += 1
            page = self._bucket.page(stem, cursor)
            objects += page.objects
            cursor = page.next
        return []  # too many objects for one recording: leave it to the listing

    def _evaluate(self, stem: str, checked: Callable[[JudgedRecording], None]) -> None:
        recording_id = self._ingest.stems.stem(stem, None).recording_id
        if recording_id is None:
            return
        unread = [at for at in playlist_objects(self._conn, recording_id) if not at.is_read]
        if not all(at.key.startswith(self._listing.prefix) for at in unread):
            return
        done = self._judge.judge(recording_id, [fetch_playlist(self._bucket, at) for at in unread], self._listing)
        if done is not None:
            checked(done)
