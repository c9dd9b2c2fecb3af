"""When `tasks unmatched` reports a missing file: by listings, during recordings, after deletions."""

import time
from pathlib import Path
from typing import Any

import pytest

from ossrec.catalog.tasks.callbacks import CallbackRow, save_callback
from ossrec.catalog.tasks.facts import TaskRow, save_facts, save_tasks
from ossrec.catalog.tasks.listing_coverage import listed_until, scanned_locations
from ossrec.catalog.tasks.unmatched import LateBounds, unmatched
from ossrec.model import TaskFact
from tests.catalog.builder import NOW, CatalogBuilder, source
from tests.running import Ossrec

HOUR, DAY = 3600, 86_400
IDLE, LAG = 30, 300
RID = "ba1107310000565164da34f816f842da94d"


@pytest.fixture
def build(alone: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogBuilder:
    """An empty catalog, at a time that stands still."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))
    return CatalogBuilder(alone / "ossrec.db")


def task(build: CatalogBuilder, recordid: str = RID, *, uids: str | None = None, **columns: Any) -> None:
    """A task that an import told of; times are seconds before now."""
    times = {name: None if ago is None else (NOW - ago) * 1000 for name, ago in columns.items()}
    started, stopped = times.get("started"), times.get("stopped")
    state = "stopped" if stopped else "started" if started else "unknown"
    row = TaskRow(recordid, "lobby", "source" if uids else None, uids, started, stopped, state, "import", None)
    save_tasks(build.conn, [row], NOW - 30 * DAY)


def missing(build: CatalogBuilder, *kinds: str, **bounds: Any) -> list[tuple[str, str | None]]:
    asked = LateBounds(NOW, IDLE, LAG, **bounds)
    return [(row["kind"], row["uid"] or row["recordid"]) for row in unmatched(build.conn, asked, kinds)]


SCANS = [
    ("none", [], None),
    ("one place", [("a", "", HOUR)], HOUR),
    ("the newest of a place", [("a", "", 9 * HOUR), ("a", "", HOUR)], HOUR),
    ("the oldest of two places", [("a", "", 5 * HOUR), ("b", "", HOUR)], 5 * HOUR),
    ("a narrow prefix within one", [("a", "", 5 * HOUR), ("a", "2026/", HOUR)], 5 * HOUR),
    ("two prefixes beside each other", [("a", "x/", 5 * HOUR), ("a", "y/", HOUR)], 5 * HOUR),
    ("a place that was scanned once, two days ago", [("b", "", 2 * DAY), ("a", "", HOUR)], HOUR),
    ("a wide one that was scanned once, two days ago", [("a", "", 2 * DAY), ("a", "x/", HOUR)], HOUR),
    ("one that is scanned every night, and was not for three", [
        ("b", "", 5 * DAY), ("b", "", 4 * DAY), ("b", "", 3 * DAY), ("a", "", HOUR)], 3 * DAY),
    ("one that was scanned every night, until eight days ago", [
        ("b", "", 10 * DAY), ("b", "", 9 * DAY), ("b", "", 8 * DAY), ("a", "", HOUR)], HOUR),
    ("one that is scanned every week", [
        ("b", "", 22 * DAY), ("b", "", 15 * DAY), ("b", "", 8 * DAY), ("a", "", HOUR)], 8 * DAY),
    ("the only place, long ago", [("a", "", 90 * DAY)], 90 * DAY),
    ("a clock that was wrong", [("a", "", 5 * HOUR), ("a", "", -400 * DAY)], 5 * HOUR),
]  # fmt: skip


@pytest.mark.parametrize(("scans", "ago"), [case[1:] for case in SCANS], ids=[case[0] for case in SCANS])
def test_until_when_the_bucket_is_known(build: CatalogBuilder, scans: list[tuple[str, str, int]], ago: int) -> None:
    for bucket, prefix, before in scans:
        build.in_bucket(f"oss://{bucket}").scan(started=NOW - before, prefix=prefix)

    assert listed_until(scanned_locations(build.conn, NOW)) == (None if ago is None else NOW - ago)


def test_a_place_whose_scans_fail_holds_back_what_cannot_be_judged(build: CatalogBuilder) -> None:
    for days in (12, 11, 10):
        build.in_bucket("oss://b").scan(started=NOW - days * DAY)
    for days in range(9):
        build.in_bucket("oss://b").scan(started=NOW - days * DAY, state="abandoned")
        build.in_bucket("oss://a").scan(started=NOW - days * DAY)
    task(build, stopped=5 * DAY)

    assert missing(build) == [("listing", None)]


def test_a_scan_of_another_bucket_makes_no_file_missing(build: CatalogBuilder) -> None:
    build.in_bucket("oss://a").scan(started=NOW - HOUR)
    task(build, stopped=HOUR // 2)
    build.in_bucket("oss://b").scan(started=NOW)

    assert missing(build) == []
    build.in_bucket("oss://a").scan(started=NOW)
    assert missing(build) == [("task", RID)]


def test_an_old_listing_is_told_everywhere(build: CatalogBuilder, ossrec: Ossrec) -> None:
    build.scan(started=NOW - 7 * DAY, prefix="2026/")
    task(build, stopped=DAY)
    done = ossrec("tasks", "unmatched")
    (row,) = ossrec("tasks", "unmatched", "--format", "json").json

    assert done.code == 3
    assert "oss://recordings/2026/ was last listed 7 days ago" in done.err
    assert (row["kind"], row["at"], row["bucket"], row["file"]) == (
        "listing", "2026-10-25T12:00:00.000Z", "oss://recordings", "2026/",
    )  # fmt: skip
    assert ossrec("tasks", "unmatched", "--kind", "file,contradiction,start").code == 0
    assert ossrec("tasks", "unmatched", "--kind", "task")[:2] == (3, "")
    assert ossrec("tasks", "unmatched", "--until", "2026-10-25") == (0, "", "")


def test_a_listing_of_today_is_not_told(build: CatalogBuilder, ossrec: Ossrec) -> None:
    build.scan(started=NOW - DAY)
    task(build, stopped=HOUR)

    assert ossrec("tasks", "unmatched") == (0, "", "")


def recorded(build: CatalogBuilder, uid: str, **columns: Any) -> int:
    number = build.recording(source("lobby", uid), started="20261101100000000", **columns)
    if "ended_ms" in columns:
        build.conn.execute("UPDATE recordings SET ended_ms = ? WHERE id = ?", (columns["ended_ms"], number))
    return number


LIVE = {"verdict": "recording", "last_arrival": NOW - 9, "ended_ms": None, "duration": None}
LATE = [
    ("records", {"started": 2 * HOUR}, LIVE, False),
    ("records, and was to end long ago", {"started": 2 * HOUR, "stopped": HOUR}, LIVE, False),
    ("has recorded for a day", {"started": DAY + HOUR}, LIVE, True),
    ("has ended by itself", {"started": 2 * HOUR}, {"ended_ms": (NOW - HOUR) * 1000}, True),
    ("was left", {"started": 2 * HOUR}, LIVE | {"last_arrival": NOW - HOUR}, True),
    ("has ended just now", {"started": 2 * HOUR}, {"ended_ms": (NOW - LAG - 20) * 1000}, False),
    ("was stopped", {"started": 2 * HOUR, "stopped": HOUR}, {}, True),
    ("was stopped just now", {"started": 2 * HOUR, "stopped": 60}, {}, False),
    ("is to be stopped, and has ended", {"started": 2 * HOUR, "stopped": -HOUR}, {}, True),
]


@pytest.mark.parametrize(("told", "file", "is_missed"), [case[1:] for case in LATE], ids=[case[0] for case in LATE])
def test_a_user_is_missed_once_the_task_is_over(
    build: CatalogBuilder, told: dict[str, int], file: dict[str, Any], is_missed: bool
) -> None:
    recorded(build, "anna", **file)
    task(build, uids='["anna","ben"]', **told)
    build.scan(started=NOW)

    assert missing(build, "user", "task") == ([("user", "ben")] if is_missed else [])


@pytest.mark.parametrize("was", ["complete", "flawed", "incomplete", "unfinished"])
def test_what_was_whole_and_is_deleted_is_not_missed_by_anything(build: CatalogBuilder, was: str) -> None:
    number = recorded(build, "anna", verdict="gone")
    build.change(build.scan(started=NOW - DAY), number, was, "gone")
    task(build, uids='["anna"]', stopped=3 * DAY)
    address = source("lobby", "anna")
    told = TaskFact(RID, "callback", "m", "result", (NOW - 3 * DAY) * 1000, uids=("anna",), file=address)
    save_facts(build.conn, [told], NOW)
    build.scan(started=NOW)
    rows = list(unmatched(build.conn, LateBounds(NOW, IDLE, LAG)))

    assert [row["kind"] for row in rows] == ([] if was in ("complete", "flawed") else ["task", "callback"])
    for row in rows:
        assert row["detail"].endswith(f"its file was {was} and is deleted since 2026-10-31T12:00Z")
        assert (row["bucket"], row["file"]) == ("oss://recordings", address)


def test_a_user_whose_broken_file_was_deleted_is_missed(build: CatalogBuilder) -> None:
    number = recorded(build, "ben", verdict="gone")
    build.change(build.scan(started=NOW - DAY), number, "unfinished", "gone")
    recorded(build, "anna")
    task(build, uids='["anna","ben"]', stopped=3 * DAY)
    build.scan(started=NOW)

    assert missing(build) == [("user", "ben")]


TOLD = [
    ("by its own word", NOW - HOUR, NOW - HOUR, True),
    ("no time of its own", None, NOW - HOUR, True),
    ("no time of its own, received just now", None, NOW - 9, False),
    ("a time to come", NOW + 400 * DAY, NOW - HOUR, True),
    ("kept for long, and received just now", NOW - HOUR, NOW - 9, True),
]


@pytest.mark.parametrize(("told", "received", "is_missed"), [case[1:] for case in TOLD], ids=[case[0] for case in TOLD])
def test_a_callback_counts_from_its_word_or_from_when_it_came(
    build: CatalogBuilder, told: int | None, received: int, is_missed: bool
) -> None:
    recorded(build, "anna")
    at = None if told is None else told * 1000
    facts = [
        TaskFact(RID, "callback", f"m-{uid}", "result", at, uids=(uid,), file=file)
        for uid, file in (("anna", source("lobby", "anna")), ("ben", source("lobby", "ben")), ("carl", None))
    ]
    save_facts(build.conn, facts, NOW)
    for one in facts:
        row = CallbackRow(one.identity, received, 0, 2, at, RID, one.file, "{}")
        save_callback(build.conn, row, may_be_saved=False)
    build.scan(started=NOW)

    found = missing(build, "callback")
    assert sorted(found) == ([("callback", "ben"), ("callback", "carl")] if is_missed else [])
    assert missing(build, "callback", since=(NOW - 2 * HOUR) * 1000) == found


def test_a_file_in_another_folder_or_behind_the_name_of_its_bucket_is_there(build: CatalogBuilder) -> None:
    recorded(build, "anna")
    name = source("lobby", "anna")
    facts = [
        TaskFact(RID, "callback", file, "result", (NOW - HOUR) * 1000, file=file)
        for file in (name, f"recordings/{name}", name.replace("2026/", "elsewhere/"))
    ]
    save_facts(build.conn, facts, NOW)
    build.scan(started=NOW)

    assert missing(build) == []
