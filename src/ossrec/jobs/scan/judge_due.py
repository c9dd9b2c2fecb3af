"""The second half of a scan: read the playlists of due recordings, several at once, and evaluate the recordings."""

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

_MOST_BYTES = 64 * 1024 * 1024  # of the playlists that are read ahead
_COMMIT_EVERY = 0.5  # seconds


class DueJudge:
    """Evaluates the due recordings of one scan."""

    def __init__(self, conn: sqlite3.Connection, bucket: Bucket, scan: Scan, judge: Judge) -> None:
        """*judge* must be of the same bucket."""
        self._conn = conn
        self._bucket = bucket
        self._scan = scan
        self._listing = ListingScope(scan.prefix, scan.started)
        self._judge = judge

    def run(self, stop: StopRequest, threads: int, checked: Callable[[JudgedRecording], None]) -> None:
        """Evaluate all due recordings; *checked* gets each result. Raises Interrupted between two recordings."""
        with (
            DaemonThreadPool(threads, "playlist") as pool,
            batches(self._conn, _COMMIT_EVERY) as commit_now_and_then,
        ):
            window: deque[_DueRecording] = deque()
            try:
                while self._pass(self._read_ahead(pool, window, 4 * threads), commit_now_and_then, stop, checked):
                    pass  # an evaluation may make another recording due, before or after it
            finally:
                for due in window:
                    for future in due.reads:
                        future.cancel()

    def _pass(
        self,
        recordings: Iterator["_DueRecording"],
        commit_now_and_then: Callable[[], None],
        stop: StopRequest,
        checked: Callable[[JudgedRecording], None],
    ) -> int:
        """Evaluate the recordings that are due now; returns their number."""
        number = 0
        for number, due in enumerate(recordings, start=1):  # noqa: B007
            reads = [future.result() for future in due.reads]
            done = self._judge.judge(due.recording_id, reads, self._listing)
            commit_now_and_then()
            if done is not None:
                checked(done)
            stop.check()
        return number

    def _read_ahead(self, pool: Executor, window: "deque[_DueRecording]", most: int) -> Iterator["_DueRecording"]:
        """Yield the due recordings in order, while the playlists of the next ones are being read."""
        weight = 0
        for number in due_recordings(self._conn, self._scan.bucket_id, self._scan.prefix):
            unread = [at for at in playlist_objects(self._conn, number) if not at.is_read]
            if not all(at.key.startswith(self._scan.prefix) for at in unread):
                continue  # it stays due for a scan of a shorter prefix
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
    reads: list["Future[PlaylistRead]"]
