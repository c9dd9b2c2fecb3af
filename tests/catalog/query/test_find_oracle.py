"""A query finds the same recordings as a Python filter over all recordings."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ossrec.catalog.query.find import RecordingFilter, count_recordings, find_recordings, open_catalog
from ossrec.catalog.times import iso, iso_seconds
from ossrec.naming import readings
from tests.catalog.builder import NOW, CatalogBuilder, mixed, source

QUIET = 330
HOUR = 3_600_000
START = NOW * 1000 - 200 * HOUR
ROOMS = ["a", "b", "a__uid_s_x", "lab_22194679897_3"]
UIDS = [None, "1", "2", "x__uid_s_y", "y"]
VERDICTS = ["complete", "flawed", "incomplete", "recording", "unfinished", "gone"]

Recording = dict[str, Any]


class Known:
    """A catalog and all its recordings; a plain class, so that a failing example does not print them."""

    def __init__(self, conn: sqlite3.Connection, everything: list[Recording]) -> None:
        self.conn, self.everything = conn, everything


def made(draw: random.Random, number: int) -> tuple[str, Recording]:
    room, uid = draw.choice(ROOMS), draw.choice(UIDS)
    folder, recordid = draw.choice(["", "x/", "x/y/"]), f"{number % 40:016x}"
    key = mixed(room, recordid, folder) if uid is None else source(room, uid, recordid, folder)
    started = None if draw.random() < 0.1 else START + draw.randrange(200) * HOUR
    length = draw.choice([0, 1, 3, 25, 60]) * HOUR
    ended = None if started is None or draw.random() < 0.1 else started + length
    arrival = NOW - draw.choice([0, QUIET - 1, QUIET, QUIET + 1, 10_000])
    columns = {"started_ms": started, "ended_ms": ended, "last_arrival": arrival, "verdict": draw.choice(VERDICTS)}
    return key, columns


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """Many unusual recordings in two buckets."""
    draw = random.Random(7)
    build = CatalogBuilder(tmp_path_factory.mktemp("twin") / "c.db")
    for number in range(400):
        if number == 200:
            build.in_bucket("/srv/other")
        key, columns = made(draw, number)
        build.recording(key, **columns)
    names = "roomid, uid, recordid, stream, path, playlist, started_ms, ended_ms, verdict, last_arrival, bucket_id"
    rows = build.conn.execute(f"SELECT {names} FROM recordings").fetchall()
    buckets = dict(build.conn.execute("SELECT id, name FROM buckets"))
    everything = [dict(zip(names.split(", "), row, strict=True)) for row in rows]
    for one in everything:
        one["bucket"] = buckets[one["bucket_id"]]
    with closing(open_catalog(build.path)) as conn:
        yield Known(conn, everything)


def reads_now(one: Recording) -> str:
    quiet = one["last_arrival"] < NOW - QUIET
    return "unfinished" if one["verdict"] == "recording" and quiet else str(one["verdict"])


def named(one: Recording, wanted: RecordingFilter) -> bool:
    """Match by any reading of an ambiguous name with a filter on room or uid, else by the stored reading."""
    names = [(one["roomid"], one["uid"], one["stream"])]
    if wanted.room is not None or wanted.uid is not None:
        found = readings(one["playlist"])
        names += [(name.roomid, name.uid, name.stream) for name in found] if found[0].ambiguous else []
    return any(
        wanted.room in (None, room) and wanted.uid in (None, uid) and wanted.stream in (None, stream)
        for room, uid, stream in names
    )


def overlaps(one: Recording, wanted: RecordingFilter) -> bool:
    started, ended = one["started_ms"], one["ended_ms"]
    if wanted.since is None and wanted.until is None:
        return True
    if started is None or (wanted.until is not None and started >= wanted.until):
        return False
    live = reads_now(one) == "recording" and wanted.since is not None and wanted.since <= NOW * 1000
    return wanted.since is None or started >= wanted.since or live or (ended is not None and ended > wanted.since)


def matches(one: Recording, wanted: RecordingFilter) -> bool:
    return (
        named(one, wanted)
        and overlaps(one, wanted)
        and wanted.recordid in (None, one["recordid"])
        and wanted.bucket in (None, one["bucket"])
        and one["path"].startswith(wanted.prefix)
        and (not wanted.verdicts or reads_now(one) in wanted.verdicts)
    )


TIMES = st.none() | st.integers(-10, 210).map(lambda hours: START + hours * HOUR)
WANTED = st.builds(
    RecordingFilter,
    room=st.none() | st.sampled_from([*ROOMS, "lab", "a__uid_s_x__uid_s_y__uid_e"]),
    uid=st.none() | st.sampled_from([*UIDS[1:], "x"]),
    recordid=st.none() | st.sampled_from([f"{number:016x}" for number in range(4)]),
    verdicts=st.lists(st.sampled_from(VERDICTS), max_size=3, unique=True).map(tuple),
    since=TIMES,
    until=TIMES,
    stream=st.sampled_from([None, None, "mixed", "source"]),
    bucket=st.sampled_from([None, None, "/srv/other", "oss://recordings"]),
    prefix=st.sampled_from(["", "", "x/", "x/y/rid_", "z"]),
    limit=st.none() | st.integers(0, 20),
)


@settings(max_examples=200, deadline=None)
@given(WANTED)
def test_a_query_finds_the_same_as_a_filter_over_all(known: Known, wanted: RecordingFilter) -> None:
    conn = known.conn
    expected = [one for one in known.everything if matches(one, wanted)]
    expected.sort(key=lambda one: (one["started_ms"] is None, -(one["started_ms"] or 0), one["path"], one["bucket_id"]))
    rows = list(find_recordings(conn, wanted, now=NOW, quiet_after=QUIET))
    shown = [(row["bucket"], row["path"], row["verdict"]) for row in rows]
    assert shown == [(one["bucket"], one["path"], reads_now(one)) for one in expected][: wanted.limit]
    counts = count_recordings(conn, wanted, now=NOW, quiet_after=QUIET)
    assert sum(row["recordings"] for row in counts) == len(expected)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_a_time_is_formatted_as_by_the_standard_library(moment: datetime) -> None:
    ms = (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    assert iso(ms) == expected.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_time_outside_the_calendar_is_none() -> None:
    assert iso(None) is None
    assert iso_seconds(None) is None
    assert iso(10**18) is None
    assert iso(-(10**18)) is None
    assert iso(2**200) is None
    assert iso_seconds(NOW) == "2026-11-01T12:00:00.000Z"
