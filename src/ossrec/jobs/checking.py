"""The second half of a scan: recordings that are due are looked at and judged, many looks in flight."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.claims import adopter, mark_strays_due, merge
from ossrec.catalog.intake import Intake
from ossrec.catalog.looks import Formats
from ossrec.catalog.playlists import save_findings
from ossrec.catalog.recordings import Holding, due_recordings, load, playlist_objects, save
from ossrec.catalog.scans import Scan
from ossrec.catalog.stems import split_key
from ossrec.catalog.writing import batches
from ossrec.errors import BucketError
from ossrec.findings import Finding, Severity
from ossrec.jobs.assembling import Assembled, assemble
from ossrec.jobs.judging import Judgement, Quiet, judge
from ossrec.jobs.keeping import keep_playlist
from ossrec.jobs.looking import Look, look
from ossrec.jobs.stopping import Stop
from ossrec.jobs.threads import Threads
from ossrec.model import Cursor
from ossrec.rules import RULES

_MOST_BYTES = 64 * 1024 * 1024  # of playlists in flight
_COMMIT_EVERY = 0.5  # seconds
_AGAIN = 8  # stems, and pages of each, that are listed once more for one recording
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
        self._formats = Formats(conn)

    def run(self, stop: Stop, threads: int, checked: Callable[[Checked], None]) -> None:
        """Judge all that is due; *checked* is told of each recording. Raises Interrupted between two."""
        with (
            Threads(threads, "look") as pool,
            batches(self._conn, _COMMIT_EVERY) as commit_now_and_then,
        ):
            window: deque[_Ahead] = deque()
            try:
                while self._pass(self._looks(pool, window, 4 * threads), commit_now_and_then, stop, checked):
                    pass  # judging one recording may make another due, behind or ahead of it
            finally:
                for ahead in window:
                    for future in ahead.looks:
                        future.cancel()

    def _pass(
        self,
        looks: Iterator["_Ahead"],
        commit_now_and_then: Callable[[], None],
        stop: Stop,
        checked: Callable[[Checked], None],
    ) -> int:
        """Judge what is due now; gives how many recordings that were."""
        number = 0
        for number, ahead in enumerate(looks, start=1):  # noqa: B007
            done = self.check(ahead.recording_id, [future.result() for future in ahead.looks])
            commit_now_and_then()
            if done is not None:
                checked(done)
            stop.check()
        return number

    def _looks(self, pool: Executor, window: "deque[_Ahead]", most: int) -> Iterator["_Ahead"]:
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
            window.append(_Ahead(number, size, [pool.submit(look, self._bucket, at) for at in unread]))
            weight += size
        while window:
            yield window.popleft()

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
        if read:
            mark_strays_due(self._conn, holding)
        assembled = assemble(self._conn, holding, self._scan.prefix)
        failures = [one.failure for one in looks if one.failure is not None]
        late = self._may_be_late(assembled)
        if late:
            try:
                found = self._list_again(late)
            except BucketError as error:
                failures.append(Finding("LOOK003", late[0], str(error)))
                assembled = assembled.doubting(frozenset(late))
                found = 0
            if found:
                holding = load(self._conn, recording_id) or holding
                assembled = assemble(self._conn, holding, self._scan.prefix)
        judgement = judge(holding, assembled, failures, self._quiet, self._formats)
        self._save(holding, assembled, judgement, lost)
        severities = [RULES[f.code].severity for _, f in judgement.found]
        severities += [RULES[f.code].severity for part in assembled.parts for f in part.findings]
        return Checked(
            playlists=len(read),
            findings=sum(severity > Severity.INFO for severity in severities),
            failures=failures,
        )

    def _may_be_late(self, assembled: Assembled) -> list[str]:
        """Keys that seem to be missing, but are named by a playlist that may be newer than the listing."""
        return sorted(
            one.key
            for part in assembled.parts
            if part.row.modified >= self._scan.started - self._quiet.ahead - _RACE
            for one in part.listed.slices
            if one.size is None and one.key is not None and not one.gap
        )

    def _list_again(self, keys: list[str]) -> int:
        """Look whether *keys* are in the bucket by now; gives how many objects are new to the catalog."""
        by_stem: dict[str, list[str]] = {}
        for key in keys:
            by_stem.setdefault(split_key(key).stem, []).append(key)
        return sum(self._list_stretch(stem, some[0], some[-1]) for stem, some in list(by_stem.items())[:_AGAIN])

    def _list_stretch(self, stem: str, first: str, last: str) -> int:
        found = 0
        cursor: Cursor | None = Cursor(first[:-1])  # what a key begins with comes before it
        for _ in range(_AGAIN):
            if cursor is None:
                break
            page = self._bucket.page(max(stem, self._scan.prefix), cursor, until=last)
            found += self._intake.add(page.objects)
            cursor = page.next
        return found

    def _save(self, holding: Holding, assembled: Assembled, judgement: Judgement, lost: int) -> None:
        conn = self._conn
        conn.execute("DELETE FROM findings WHERE recording_id = ? AND source <> 'playlist'", (holding.id,))
        for source in ("name", "listing", "look", "segment"):
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
