"""The second half of a scan: recordings that are due are looked at and judged, many looks in flight."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.connection.transactions import batches
from ossrec.catalog.store.recordings import due_recordings, playlist_objects
from ossrec.catalog.store.scans import Scan
from ossrec.jobs.judge.judge import Judge, JudgedRecording, ListingScope
from ossrec.jobs.judge.read_playlist import PlaylistRead, fetch_playlist
from ossrec.jobs.session.daemon_threads import DaemonThreadPool
from ossrec.jobs.session.signals import StopRequest

_MOST_BYTES = 64 * 1024 * 1024  # of playlists in flight
_COMMIT_EVERY = 0.5  # seconds


class DueJudge:
    """Judges the due recordings of one scan."""

    def __init__(self, conn: sqlite3.Connection, bucket: Bucket, scan: Scan, judge: Judge) -> None:
        """*judge* is that of the same bucket."""
        self._conn = conn
        self._bucket = bucket
        self._scan = scan
        self._listing = ListingScope(scan.prefix, scan.started)
        self._judge = judge

    def run(self, stop: StopRequest, threads: int, checked: Callable[[JudgedRecording], None]) -> None:
        """Judge all that is due; *checked* is told of each recording. Raises Interrupted between two."""
        with (
            DaemonThreadPool(threads, "look") as pool,
            batches(self._conn, _COMMIT_EVERY) as commit_now_and_then,
        ):
            window: deque[_DueRecording] = deque()
            try:
                while self._pass(self._looks(pool, window, 4 * threads), commit_now_and_then, stop, checked):
                    pass  # judging one recording may make another due, behind or ahead of it
            finally:
                for ahead in window:
                    for future in ahead.looks:
                        future.cancel()

    def _pass(
        self,
        looks: Iterator["_DueRecording"],
        commit_now_and_then: Callable[[], None],
        stop: StopRequest,
        checked: Callable[[JudgedRecording], None],
    ) -> int:
        """Judge what is due now; gives how many recordings that were."""
        number = 0
        for number, ahead in enumerate(looks, start=1):  # noqa: B007
            read = [future.result() for future in ahead.looks]
            done = self._judge.judge(ahead.recording_id, read, self._listing)
            commit_now_and_then()
            if done is not None:
                checked(done)
            stop.check()
        return number

    def _looks(self, pool: Executor, window: "deque[_DueRecording]", most: int) -> Iterator["_DueRecording"]:
        """The due recordings in order, with looks at those that follow already under way."""
        weight = 0
        for number in due_recordings(self._conn, self._scan.bucket_id, self._scan.prefix):
            unread = [at for at in playlist_objects(self._conn, number) if not at.is_read]
            if not all(at.key.startswith(self._scan.prefix) for at in unread):
                continue  # it stays due, for a scan that may read them
            size = sum(at.size for at in unread)
            while window and (len(window) >= most or weight + size > _MOST_BYTES):
                weight -= window[0].size
                yield window.popleft()
            window.append(_DueRecording(number, size, [pool.submit(fetch_playlist, self._bucket, at) for at in unread]))
            weight += size
        while window:
            yield window.popleft()


class _DueRecording(NamedTuple):
    """A due recording whose playlists are being read."""

    recording_id: int
    size: int  # of those playlists, bytes
    looks: list["Future[PlaylistRead]"]
