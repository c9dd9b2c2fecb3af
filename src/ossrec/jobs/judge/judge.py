"""Judges one recording by what the catalog holds of it, and keeps the judgement: for scans and checks alike."""

import sqlite3
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.inspections import FormatTable
from ossrec.catalog.store.ownership import adopter, mark_orphans_due, merge
from ossrec.catalog.store.playlists import save_findings
from ossrec.catalog.store.recordings import StoredRecording, load, save
from ossrec.catalog.store.stems import split_key
from ossrec.catalog.tasks.links import update_linked_playlist
from ossrec.errors import BucketError
from ossrec.findings import Finding, Severity
from ossrec.jobs.access import FAILED
from ossrec.jobs.judge.assemble import Assembled, assemble
from ossrec.jobs.judge.evaluate import Evaluation, evaluate
from ossrec.jobs.judge.facts import IdlePeriod, collect_facts
from ossrec.jobs.judge.read_playlist import PlaylistRead
from ossrec.jobs.judge.store_playlist import store_playlist
from ossrec.jobs.judge.task_knowledge import TaskLookup
from ossrec.model import Cursor
from ossrec.rules import RULES

_AGAIN = 8  # stems, and pages of each, that are listed once more for one recording
_RACE = 120  # a playlist this much older than the listing cannot name segments that were not yet listed, seconds


class ListingScope(NamedTuple):
    """The listing that a judgement stands on."""

    prefix: str  # what lies outside was not listed
    begun: int  # epoch seconds, by this machine's clock


class JudgedRecording(NamedTuple):
    """What came of one recording."""

    playlists: int  # read
    findings: int  # warnings and errors
    failures: list[Finding]  # why playlists could not be read
    verdict: str


class Judge:
    """Judges the recordings of one bucket in one run. Call its methods inside a transaction."""

    def __init__(
        self, conn: sqlite3.Connection, bucket: Bucket, run_id: int, intake: Ingest, quiet: IdlePeriod
    ) -> None:
        """*run_id* is the row of `scans` that changes refer to."""
        self._conn = conn
        self._bucket = bucket
        self._run_id = run_id
        self._intake = intake
        self._quiet = quiet
        self._formats = FormatTable(conn)
        self._knowledge = TaskLookup(conn, quiet.lag)

    def judge(self, recording_id: int, looks: list[PlaylistRead], listing: ListingScope) -> JudgedRecording | None:
        """Judge one recording, *looks* being those at its unread playlists; None if it was part of another."""
        stems, now = self._intake.stems, self._quiet.now
        read = [one for one in looks if one.playlist is not None]
        lost = sum(store_playlist(self._conn, stems, recording_id, one, now) for one in read)
        holding = load(self._conn, recording_id)
        if holding is None:
            return None
        if not holding.playlist_objects and (owner := adopter(self._conn, holding)) is not None:
            merge(self._conn, recording_id, owner)
            stems.forget()
            return None
        if read:
            mark_orphans_due(self._conn, holding)
        assembled = assemble(self._conn, holding, listing.prefix)
        failures = [one.failure for one in looks if one.failure is not None]
        late = self._may_be_late(assembled, listing)
        if late:
            try:
                found = self._list_again(late, listing.prefix)
            except BucketError as error:
                failures.append(Finding(FAILED, late[0], str(error)))
                assembled = assembled.doubting(frozenset(late))
                found = 0
            if found:
                holding = load(self._conn, recording_id) or holding
                assembled = assemble(self._conn, holding, listing.prefix)
        task, assembled = self._knowledge.of(holding, assembled)
        evaluation = evaluate(collect_facts(holding, assembled, failures, self._quiet, self._formats, task))
        self._save(holding, assembled, evaluation, lost)
        severities = [RULES[f.code].severity for findings in evaluation.found.values() for f in findings]
        severities += [RULES[f.code].severity for part in assembled.parts for f in part.findings]
        return JudgedRecording(
            playlists=len(read),
            findings=sum(severity > Severity.INFO for severity in severities),
            failures=failures,
            verdict=evaluation.verdict.verdict,
        )

    def _may_be_late(self, assembled: Assembled, listing: ListingScope) -> list[str]:
        """Keys that seem to be missing, but are named by a playlist that may be newer than the listing."""
        return sorted(
            one.key
            for part in assembled.parts
            if part.row.modified >= listing.begun - self._quiet.clock_ahead - _RACE
            for one in part.listed.segments
            if one.size is None and one.key is not None and not one.gap
        )

    def _list_again(self, keys: list[str], prefix: str) -> int:
        """Look whether *keys* are in the bucket by now; gives how many objects are new to the catalog."""
        by_stem: dict[str, list[str]] = {}
        for key in keys:
            by_stem.setdefault(split_key(key).stem, []).append(key)
        some = list(by_stem.items())[:_AGAIN]
        return sum(self._list_stretch(max(stem, prefix), named[0], named[-1]) for stem, named in some)

    def _list_stretch(self, prefix: str, first: str, last: str) -> int:
        found = 0
        cursor: Cursor | None = Cursor(first[:-1])  # what a key begins with comes before it
        for _ in range(_AGAIN):
            if cursor is None:
                break
            page = self._bucket.page(prefix, cursor, until=last)
            found += self._intake.add(page.objects)
            cursor = page.next
        return found

    def _save(self, holding: StoredRecording, assembled: Assembled, evaluation: Evaluation, lost: int) -> None:
        conn = self._conn
        conn.execute(
            "DELETE FROM findings WHERE recording_id = ? AND source NOT IN ('playlist', 'task')", (holding.id,)
        )
        for source, findings in evaluation.found.items():
            save_findings(conn, holding.id, None, source, [(f, RULES[f.code].severity) for f in findings])
        conn.execute("UPDATE playlists SET role = 'main' WHERE recording_id = ? AND role <> 'main'", (holding.id,))
        conn.executemany("UPDATE playlists SET role = 'superseded' WHERE id = ?", [(n,) for n in assembled.superseded])
        save(conn, holding, evaluation.verdict, self._run_id, self._quiet.now, lost)
        playlists = holding.before.playlist, evaluation.verdict.playlist
        if playlists[0] != playlists[1]:
            update_linked_playlist(conn, holding.id, holding.path, playlists)
