"""The second half of a scan: recordings that are due are looked at and judged, many looks in flight."""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

from ossrec.buckets.protocol import START, Bucket
from ossrec.catalog.claims import adopter, merge
from ossrec.catalog.intake import Intake
from ossrec.catalog.playlists import save_findings
from ossrec.catalog.recordings import Holding, PlaylistObject, due_recordings, load, playlist_objects, save
from ossrec.catalog.scans import Scan
from ossrec.errors import Interrupted
from ossrec.findings import Finding, Severity
from ossrec.jobs.assembling import Assembled, assemble
from ossrec.jobs.judging import Judgement, Quiet, judge
from ossrec.jobs.keeping import keep_playlist
from ossrec.jobs.looking import Look, look
from ossrec.jobs.stopping import Stop
from ossrec.rules import RULES

_MOST_BYTES = 64 * 1024 * 1024  # of playlists in flight
_COMMIT_EVERY = 0.5  # seconds
_RACE = 120  # a playlist this much older than the scan cannot name segments that were not yet listed, seconds


class Checked(NamedTuple):
    """What came of one recording."""

    playlists: int  # read
    findings: int  # warnings and errors
    failures: list[Finding]


class Checker:
    """Judges the due recordings of one scan."""

    def __init__(self, conn: sqlite3.Connection, bucket: Bucket, scan: Scan, intake: Intake, quiet: Quiet) -> None:
        """*intake* is the one that the scan listed with."""
        self._conn = conn
        self._bucket = bucket
        self._scan = scan
        self._intake = intake
        self._quiet = quiet

    def run(self, stop: Stop, threads: int, checked: Callable[[Checked], None]) -> None:
        """Judge all that is due; *checked* is told of each recording. Raises Interrupted between two."""
        with (
            ThreadPoolExecutor(threads, thread_name_prefix="look") as pool,
            self._batches() as commit_now_and_then,
        ):
            window: deque[_Ahead] = deque()
            due = due_recordings(self._conn, self._scan.bucket_id, self._scan.prefix)
            try:
                for ahead in self._looks(pool, due, window, 4 * threads):
                    done = self.check(ahead.recording_id, [future.result() for future in ahead.looks])
                    commit_now_and_then()
                    if done is not None:
                        checked(done)
                    stop.check()
            finally:
                for ahead in window:
                    for future in ahead.looks:
                        future.cancel()

    def _looks(
        self, pool: ThreadPoolExecutor, due: Iterator[int], window: "deque[_Ahead]", most: int
    ) -> Iterator["_Ahead"]:
        """The due recordings in order, with looks at those that follow already under way."""
        weight = 0
        for number in due:
            unread = [at for at in playlist_objects(self._conn, number) if self._is_due(at)]
            size = sum(at.size for at in unread)
            while window and (len(window) >= most or weight + size > _MOST_BYTES):
                weight -= window[0].size
                yield window.popleft()
            window.append(_Ahead(number, size, [pool.submit(look, self._bucket, at) for at in unread]))
            weight += size
        while window:
            yield window.popleft()

    def _is_due(self, at: PlaylistObject) -> bool:
        """It was not read yet in this version, and lies where this scan may read."""
        return not at.is_read and at.key.startswith(self._scan.prefix)

    @contextmanager
    def _batches(self) -> Iterator[Callable[[], None]]:
        """A transaction over several recordings; what it gives commits when enough time has passed."""
        since = time.monotonic()

        def commit_now_and_then() -> None:
            nonlocal since
            if time.monotonic() - since > _COMMIT_EVERY:
                self._conn.execute("COMMIT")
                self._conn.execute("BEGIN IMMEDIATE")
                since = time.monotonic()

        self._conn.execute("BEGIN IMMEDIATE")
        try:
            yield commit_now_and_then
        except Interrupted:  # raised between two recordings
            self._conn.execute("COMMIT")
            raise
        except BaseException:
            self._conn.execute("ROLLBACK")
            raise
        self._conn.execute("COMMIT")

    def check(self, recording_id: int, looks: list[Look]) -> Checked | None:
        """Judge one recording by its looks and the catalog; None if it turned out to be part of another."""
        stems, now = self._intake.stems, self._quiet.now
        read = [one for one in looks if one.playlist is not None]
        lost = sum(keep_playlist(self._conn, stems, recording_id, one, now) for one in read)
        holding = load(self._conn, recording_id)
        if holding is None:
            return None
        if not holding.playlist_objects and (owner := adopter(self._conn, holding)) is not None:
            merge(self._conn, recording_id, owner)
            self._intake.stems.forget()
            return None
        assembled = assemble(self._conn, holding, self._scan.prefix)
        if self._may_be_a_race(assembled) and self._list_again(holding):
            holding = load(self._conn, recording_id) or holding
            assembled = assemble(self._conn, holding, self._scan.prefix)
        failures = [one.failure for one in looks if one.failure is not None]
        judgement = judge(holding, assembled, failures, self._quiet)
        self._save(holding, assembled, judgement, lost)
        severities = [RULES[f.code].severity for _, f in judgement.found]
        severities += [RULES[f.code].severity for part in assembled.parts for f in part.findings]
        return Checked(
            playlists=len(read),
            findings=sum(severity > Severity.INFO for severity in severities),
            failures=failures,
        )

    def _may_be_a_race(self, assembled: Assembled) -> bool:
        """A segment seems to be missing, but the playlist may be newer than the listing."""
        return any(
            part.row.modified >= self._scan.started - _RACE
            and any(s.size is None and s.key is not None and not s.gap for s in part.listed.slices)
            for part in assembled.parts
        )

    def _list_again(self, holding: Holding) -> int:
        """List the objects of one recording once more; gives how many are new."""
        if not holding.path.startswith(self._scan.prefix):
            return 0
        found = 0
        cursor = START
        while True:
            page = self._bucket.page(holding.path, cursor)
            found += self._intake.add(page.objects)
            if page.next is None:
                return found
            cursor = page.next

    def _save(self, holding: Holding, assembled: Assembled, judgement: Judgement, lost: int) -> None:
        conn = self._conn
        conn.execute("DELETE FROM findings WHERE recording_id = ? AND source <> 'playlist'", (holding.id,))
        for source in ("name", "listing", "look"):
            found = [(f, RULES[f.code].severity) for where, f in judgement.found if where == source]
            save_findings(conn, holding.id, None, source, found)
        conn.execute("UPDATE playlists SET role = 'main' WHERE recording_id = ? AND role <> 'main'", (holding.id,))
        conn.executemany("UPDATE playlists SET role = 'superseded' WHERE id = ?", [(n,) for n in assembled.superseded])
        save(conn, holding, judgement.judged, self._scan.id, self._quiet.now, lost)


class _Ahead(NamedTuple):
    """A due recording whose playlists are being read."""

    recording_id: int
    size: int  # of those playlists, bytes
    looks: list["Future[Look]"]
