"""Recordings whose tasks turn out to have stopped, or not: judged at once, without the bucket, with nothing to read."""

import sqlite3
from itertools import groupby
from typing import NoReturn

from ossrec.catalog.store.check_runs import begin_check, complete_listings, finish_check
from ossrec.catalog.store.ingest import Ingest
from ossrec.catalog.store.recordings import playlist_objects
from ossrec.catalog.tasks.links import affected_by_stops
from ossrec.errors import BucketBusy
from ossrec.jobs.judge.facts import IdlePeriod
from ossrec.jobs.judge.judge import Judge, ListingScope
from ossrec.model import Body, BucketAddress, Cursor, Page


class _UnusedBucket:
    """A bucket that nobody asks."""

    clock_ahead = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = BucketAddress(name)

    def page(self, prefix: str = "", cursor: Cursor = Cursor(""), *, until: str | None = None) -> Page:  # noqa: ARG002, B008
        return self._refuse()

    def read(self, key: str, *, limit: int) -> Body:  # noqa: ARG002
        return self._refuse()

    def read_range(self, key: str, start: int, stop: int) -> Body:  # noqa: ARG002
        return self._refuse()

    def _refuse(self) -> NoReturn:
        raise BucketBusy(f"{self.name} is not asked now: scan it")


def judge_stopped(conn: sqlite3.Connection, now: int, idle: float, lag: float) -> int:
    """Judge recordings without a playlist of which tasks now say otherwise than before whether they have stopped.

    A task counts as stopped *lag* seconds later, segments as still arriving for *idle* seconds more. Gives how many
    live ones turned out to be unfinished. Belongs in a transaction.
    """
    number = 0
    concerned = affected_by_stops(conn, round((now - lag) * 1000))
    for bucket_id, same in groupby(concerned, key=lambda one: one.bucket_id):
        listed = [ListingScope(*one) for one in complete_listings(conn, bucket_id)]
        (name,) = conn.execute("SELECT name FROM buckets WHERE id = ?", (bucket_id,)).fetchone()
        run_id = begin_check(conn, bucket_id, "", now)
        judge = Judge(
            conn, _UnusedBucket(name), run_id, Ingest(conn, run_id, bucket_id, now), IdlePeriod(now, idle + lag, 0, lag)
        )
        for one in same:
            number += _judged(conn, judge, one.id, listed) == "unfinished" and bool(one.is_live)
        finish_check(conn, run_id, now, {})
    return number


def _judged(conn: sqlite3.Connection, judge: Judge, recording_id: int, listed: list[ListingScope]) -> str | None:
    """What a recording turned out to be; None when only a scan can tell."""
    if playlist_objects(conn, recording_id):  # it was not read yet: a scan will
        return None
    (path,) = conn.execute("SELECT path FROM recordings WHERE id = ?", (recording_id,)).fetchone()
    listing = next((one for one in listed if path.startswith(one.prefix)), None)
    done = None if listing is None else judge.judge(recording_id, [], listing)
    return None if done is None else done.verdict
