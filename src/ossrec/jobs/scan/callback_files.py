"""What callbacks named is looked at before anything else: a listing of a large bucket may take long."""

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

_MOST = 500  # requests in one scan; all others come in the order of the listing
_MOST_PAGES = 16  # of one recording


class CallbackFiles:
    """Looks at the recordings that callbacks named, in a scan that has just begun."""

    def __init__(
        self, conn: sqlite3.Connection, bucket: Bucket, intake: Ingest, judge: Judge, listing: ListingScope
    ) -> None:
        """*judge* and *intake* are those of the scan of *bucket*."""
        self._conn = conn
        self._bucket = bucket
        self._intake = intake
        self._judge = judge
        self._listing = listing
        self._requests = 0
        self._absent: list[int] = []  # callbacks

    def run(self, stop: StopRequest, now: int, checked: Callable[[JudgedRecording], None]) -> None:
        """Look for each file that was named lately; those that are there are judged. Raises as the bucket does.

        A file that is not there is looked for again when its callback is twice as old: it costs a few requests, not
        one in each scan. What is in another bucket, or under another prefix, waits for a scan of that.
        """
        try:
            self._look_for_all(stop, now, checked)
        finally:
            with transaction(self._conn):
                postpone_file_checks(self._conn, self._absent, now)

    def _look_for_all(self, stop: StopRequest, now: int, checked: Callable[[JudgedRecording], None]) -> None:
        found = self._find_all(stop, now)
        if not found:
            return
        with transaction(self._conn):
            link(self._conn, now)  # once: it costs by the size of the catalog
        for key, numbers in found.items():
            stop.check()
            with transaction(self._conn):
                self._look(split_key(key).stem, checked)
                for number in numbers:
                    mark_file_found(self._conn, number)

    def _find_all(self, stop: StopRequest, now: int) -> dict[str, list[int]]:
        """The files that are there, with the callbacks that name each."""
        found: dict[str, list[int]] = {}
        absent: set[str] = set()
        for number, file in files_to_check(self._conn, now):
            if self._requests >= _MOST:
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
        """Take what there is of a recording into the catalog, if the file is among it."""
        objects = self._listed(stem)
        if not any(one.key == key for one in objects):
            return False
        with transaction(self._conn):
            self._intake.add_and_count(objects)
        return True

    def _key(self, file: str) -> str:
        """An address in path style begins with the name of the bucket."""
        name = self._bucket.name.removeprefix("oss://")
        return file.removeprefix(f"{name}/") if self._bucket.name.startswith("oss://") else file

    def _is_elsewhere(self, number: int) -> bool:
        """The address that a callback tells is surely one of another bucket."""
        if not self._bucket.name.startswith("oss://"):
            return False
        named = bucket_named_in(body_by_id(self._conn, number))
        return named is not None and named != self._bucket.name.removeprefix("oss://")

    def _listed(self, stem: str) -> list[ObjectInfo]:
        objects: list[ObjectInfo] = []
        cursor: Cursor | None = Cursor("")
        for _ in range(_MOST_PAGES):
            if cursor is None:
                return objects
            self._requests += 1
            page = self._bucket.page(stem, cursor)
            objects += page.objects
            cursor = page.next
        return []  # longer than any recording: it waits for its turn in the listing

    def _look(self, stem: str, checked: Callable[[JudgedRecording], None]) -> None:
        recording_id = self._intake.stems.stem(stem, None).recording_id
        if recording_id is None:
            return
        unread = [at for at in playlist_objects(self._conn, recording_id) if not at.is_read]
        if not all(at.key.startswith(self._listing.prefix) for at in unread):
            return
        done = self._judge.judge(recording_id, [fetch_playlist(self._bucket, at) for at in unread], self._listing)
        if done is not None:
            checked(done)
