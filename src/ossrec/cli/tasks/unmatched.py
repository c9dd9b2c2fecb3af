"""`ossrec tasks unmatched`: list tasks and files that do not match, with an exit code for cron."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.tasks.listing_coverage import ScannedLocation
from ossrec.catalog.tasks.unmatched import FIELDS, KINDS, LateBounds, has_tasks, old_listings, unmatched
from ossrec.cli.options import output_options, setting, time_range, word_list_option
from ossrec.cli.output.output import Column, Output, say
from ossrec.cli.output.text import human_time
from ossrec.cli.tasks.inbox_notice import report_waiting_callbacks
from ossrec.cli.views.run_summary import FOUND, PARTLY
from ossrec.naming import parse_name

Row = dict[str, Any]


def _where(row: Row) -> str:
    """Return the file without parts that other columns show: of a recording's own name, only the folder."""
    file: str = row["file"] or ""
    name = parse_name(file)
    if name is None or (name.recordid, name.roomid, name.uid) != (row["recordid"], row["roomid"], row["uid"]):
        return file.replace(row["recordid"], "…") if row["recordid"] else file
    return name.folder or "/"


_DAY = 86_400
_COLUMNS = (
    Column("what", lambda row: KINDS[row["kind"]]),
    Column("recordid", lambda row: row["recordid"] or "(none)"),
    Column("room", lambda row: row["roomid"] or "", rank=4, hide_if_empty=True, shrinks=True),
    Column("user", lambda row: row["uid"] or "", rank=1, hide_if_empty=True, shrinks=True),
    Column("when (UTC)", lambda row: human_time(row["at"]), rank=2),
    Column("source", lambda row: row["told_by"], rank=7),
    Column("bucket", lambda row: row["bucket"] or "", rank=5, hide_if_empty=True),
    Column("file", _where, rank=6, hide_if_empty=True),
    Column("detail", lambda row: row["detail"] or "", rank=3, min_width=24),
)


@click.command(
    "unmatched",
    epilog="\b\nExamples:\n  ossrec tasks unmatched\n  ossrec tasks unmatched --kind task,user --since 1d --format csv",
)
@word_list_option("--kind", "kinds", tuple(KINDS), "kind", "Only these kinds:")
@time_range("Only from TIME on: 2026-10-01, or 2d (two days ago).", "Only before TIME.")
@setting("catalog", "idle", "lag")
@output_options
def command(
    kinds: tuple[str, ...],
    since: int | None,
    until: int | None,
    catalog: Path,
    idle: float,
    lag: float,
    output: Output,
) -> int:
    """List tasks and files that do not match; the exit code is 1 if there are any.

    These are tasks without files, once a scan has listed the bucket after their end and the upload lag; files
    without a known task, within the time range of the known tasks; files that contradict their task; callbacks with
    a missing file; expected users without a recording; and starts that the recorder did not answer. The exit code is
    3 if the last listing of a location is more than a day old: files missing since then are not reported. Times are
    UTC.
    """
    with closing(open_catalog(catalog)) as conn:
        bounds = LateBounds(time.time(), idle, lag, since, until)
        with closing(unmatched(conn, bounds, kinds)) as rows:
            number = output.rows(rows, FIELDS, _COLUMNS)
        old = old_listings(conn, bounds, kinds)
        if not number and not has_tasks(conn):
            say("ossrec: no tasks are known, so there is nothing to compare: `ossrec tasks import` adds tasks")
    for location in old:
        _report_old_listing(location, bounds.now)
    report_waiting_callbacks(catalog)
    return PARTLY if old else FOUND if number else 0


def _report_old_listing(location: ScannedLocation | None, now: float) -> None:
    if location is None:
        say("ossrec: no scan has listed a bucket yet, so missing files cannot be found: run `ossrec scan BUCKET`")
        return
    days = int((now - location.listed) // _DAY)
    ago = "a day" if days == 1 else f"{days:,} days"
    say(f"ossrec: {location.name} was last listed {ago} ago, so missing files since then are unknown: check its scan")
