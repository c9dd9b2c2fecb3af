"""Evaluate recordings without a playlist again after their tasks have stopped, without reading the bucket."""

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
    """A bucket that refuses every request."""

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
        raise BucketBusy(f"{self.name} cannot be read here: scan it")


def judge_stopped(conn: sqlite3.Connection, now: int, idle: float, lag: float) -> int:
    """Evaluate recordings without a playlist again if their tasks have stopped, or a stop was withdrawn.

    A task counts as stopped *lag* seconds after its stop; segments may arrive for *idle* seconds more. Returns how
    many live recordings became unfinished. Needs an open transaction.
    """
    number = 0
    affected = affected_by_stops(conn, round((now - lag) * 1000))
    for bucket_id, same in groupby(affected, key=lambda one: one.bucket_id):
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
    """Evaluate a recording and return its verdict; None if that needs a scan."""
    if playlist_objects(conn, recording_id):  # the next scan reads its playlist
        return None
    (path,) = conn.execute("SELECT path FROM recordings WHERE id = ?", (recording_id,)).fetchone()
    listing = next((one for one in listed if path.startswith(one.prefix)), None)
    done = None if listing is None else judge.judge(recording_id, [], listing)
    return None if done is None else done.verdict
