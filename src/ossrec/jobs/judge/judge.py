"""Evaluate one recording from the catalog, and store its findings and verdict; scans and checks share it."""

import sqlite3
from typing import NamedTuple

from ossrec.buckets.protocol import Bucket
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.inspections import FormatTable
from ossrec.catalog.store.ownership import likely_owner, mark_orphans_due, merge_recordings
from ossrec.catalog.store.playlists import save_findings
from ossrec.catalog.store.recordings import StoredRecording, load_recording, save_verdict
from ossrec.catalog.store.stems import split_key
from ossrec.catalog.tasks.links import update_linked_playlist
from ossrec.errors import BucketError
from ossrec.findings import Finding, Severity
from ossrec.jobs.access import FAILED
from ossrec.jobs.judge.assemble import Assembled, assemble
from ossrec.jobs.judge.evaluate import Evaluation, evaluate
from ossrec.jobs.judge.facts import IdlePeriod, collect_facts
from ossrec.jobs.judge.locate import ListedBucket, locate_segments
from ossrec.jobs.judge.read_playlist import PlaylistRead
from ossrec.jobs.judge.store_playlist import store_playlist
from ossrec.jobs.judge.task_knowledge import TaskLookup
from ossrec.model import Cursor
from ossrec.rules import rule_of

_RELISTED = 8  # stems of one recording, and pages of each stem
_RACE = 120  # seconds; an older playlist names no segment that was uploaded behind the position of the listing


class ListingScope(NamedTuple):
    """The listing that an evaluation is based on."""

    prefix: str  # objects outside were not listed
    begun: int  # epoch seconds, by this machine's clock


class JudgedRecording(NamedTuple):
    """The result of one evaluation."""

    playlists: int  # read
    findings: int  # warnings and errors
    failures: list[Finding]  # of playlists that could not be read
    verdict: str


class Judge:
    """Evaluates the recordings of one bucket in one run. Call its methods inside a transaction."""

    def __init__(self, conn: sqlite3.Connection, bucket: Bucket, run_id: int, ingest: Ingest, idle: IdlePeriod) -> None:
        """*run_id* is the row of `scans` that changes refer to."""
        self._conn = conn
        self._bucket = bucket
        self._run_id = run_id
        self._ingest = ingest
        self._idle = idle
        self._formats = FormatTable(conn)
        self._knowledge = TaskLookup(conn, idle.lag)

    def judge(self, recording_id: int, reads: list[PlaylistRead], listing: ListingScope) -> JudgedRecording | None:
        """Store the playlists that were read now, evaluate the recording, and store the result.

        Returns None if the recording is, or turns out to be, part of another one.
        """
        stems, now = self._ingest.stems, self._idle.now
        successful = [read for read in reads if read.playlist is not None]
        lost = sum(store_playlist(self._conn, stems, recording_id, read, now) for read in successful)
        recording = load_recording(self._conn, recording_id)
        if recording is None:
            return None
        if not recording.playlist_objects and (owner := likely_owner(self._conn, recording)) is not None:
            merge_recordings(self._conn, recording_id, owner)
            stems.clear_cache()
            return None
        if successful:
            mark_orphans_due(self._conn, recording)
        recording, assembled = self._assemble(recording, listing.prefix)
        failures = [read.failure for read in reads if read.failure is not None]
        unlisted = self._possibly_unlisted(assembled, listing)
        if unlisted:
            try:
                found = self._list_again(unlisted, listing.prefix)
            except BucketError as error:
                failures.append(Finding(FAILED, unlisted[0], str(error)))
                assembled = assembled.with_unknown(frozenset(unlisted))
                found = 0
            if found:
                recording = load_recording(self._conn, recording_id) or recording
                recording, assembled = self._assemble(recording, listing.prefix)
        task, assembled = self._knowledge.of(recording, assembled)
        evaluation = evaluate(collect_facts(recording, assembled, failures, self._idle, self._formats, task))
        self._save(recording, assembled, evaluation, lost)
        severities = [rule_of(f).severity for findings in evaluation.found.values() for f in findings]
        severities += [rule_of(f).severity for part in assembled.parts for f in part.findings]
        return JudgedRecording(
            playlists=len(successful),
            findings=sum(severity > Severity.INFO for severity in severities),
            failures=failures,
            verdict=evaluation.verdict.verdict,
        )

    def _assemble(self, recording: StoredRecording, prefix: str) -> tuple[StoredRecording, Assembled]:
        """Locate the segments whose URI leads to no object, and join the playlists with the objects."""
        bucket = ListedBucket(self._bucket.address, prefix)
        located = locate_segments(self._conn, self._ingest.stems, recording, bucket)
        if located.is_changed:
            recording = load_recording(self._conn, recording.id) or recording
        return recording, assemble(self._conn, recording, prefix, located.ambiguous)

    def _possibly_unlisted(self, assembled: Assembled, listing: ListingScope) -> list[str]:
        """Return the missing keys that may have been uploaded after the listing, as its playlist may be newer."""
        return sorted(
            one.key
            for part in assembled.parts
            if part.row.modified >= listing.begun - self._idle.clock_ahead - _RACE
            for one in part.joined.segments
            if one.size is None and one.key is not None and not one.gap
        )

    def _list_again(self, keys: list[str], prefix: str) -> int:
        """List the ranges of *keys* again; returns the number of objects that are new to the catalog."""
        by_stem: dict[str, list[str]] = {}
        for key in keys:
            by_stem.setdefault(split_key(key).stem, []).append(key)
        first = list(by_stem.items())[:_RELISTED]
        return sum(self._list_range(max(stem, prefix), named[0], named[-1]) for stem, named in first)

    def _list_range(self, prefix: str, first: str, last: str) -> int:
        found = 0
        cursor: Cursor | None = Cursor(first[:-1])  # a prefix of a key is less than the key
        for _ in range(_RELISTED):
            if cursor is None:
                break
            page = self._bucket.page(prefix, cursor, until=last)
            found += self._ingest.store(page.objects)
            cursor = page.next
        return found

    def _save(self, recording: StoredRecording, assembled: Assembled, evaluation: Evaluation, lost: int) -> None:
        conn = self._conn
        conn.execute(
            "DELETE FROM findings WHERE recording_id = ? AND source NOT IN ('playlist', 'task')", (recording.id,)
        )
        for source, findings in evaluation.found.items():
            save_findings(conn, recording.id, None, source, [(f, rule_of(f).severity) for f in findings])
        conn.execute("UPDATE playlists SET role = 'main' WHERE recording_id = ? AND role <> 'main'", (recording.id,))
        conn.executemany("UPDATE playlists SET role = 'superseded' WHERE id = ?", [(n,) for n in assembled.superseded])
        save_verdict(conn, recording, evaluation.verdict, self._run_id, self._idle.now, lost)
        playlists = recording.before.playlist, evaluation.verdict.playlist
        if playlists[0] != playlists[1]:
            update_linked_playlist(conn, recording.id, recording.path, playlists)
