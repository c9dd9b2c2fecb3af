"""`ossrec tasks unmatched`: every line of the double entry that does not match; for cron, by its exit code."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.opening import open_catalog
from ossrec.catalog.unmatched import FIELDS, KINDS, Bounds, listed_until, unmatched
from ossrec.cli.options import output_options, setting, time_range, words_option
from ossrec.cli.output import Column, Output, say
from ossrec.cli.telling import FOUND
from ossrec.cli.text import human_time
from ossrec.cli.waiting import say_what_waits

Row = dict[str, Any]

_COLUMNS = (
    Column("what", lambda row: KINDS[row["kind"]]),
    Column("recordid", lambda row: row["recordid"] or "(none)"),
    Column("room", lambda row: row["roomid"] or "", shrinks=True),
    Column("user", lambda row: row["uid"] or "", may_go=True, shrinks=True),
    Column("when (UTC)", lambda row: human_time(row["at"])),
    Column("says", lambda row: row["told_by"], rank=2),
    Column("file", lambda row: row["file"] or "", rank=1, may_go=True),
    Column("detail", lambda row: row["detail"] or ""),
)


@click.command(
    "unmatched",
    epilog="\b\nExamples:\n  ossrec tasks unmatched\n  ossrec tasks unmatched --kind task,user --since 1d --format csv",
)
@words_option("--kind", "kinds", tuple(KINDS), "kind", "Only some of these:")
@time_range("Of this time or later: 2026-10-01, or 2d for two days ago.", "Before: the same.")
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
    """List what does not match between tasks and files; the exit code is 1 when there is something.

    That are tasks without files, once a scan has looked later than the upload lag after their end; files whose
    recordid no task knows, of the time that tasks are known of; files that contradict their task; callbacks
    that name a file which is not there; users that a task expected and nobody recorded; and starts that the
    recorder did not answer. Times are UTC.
    """
    with closing(open_catalog(catalog)) as conn:
        bounds = Bounds(time.time(), idle, lag, since, until)
        with closing(unmatched(conn, bounds, kinds)) as rows:
            number = output.rows(rows, FIELDS, _COLUMNS)
        if listed_until(conn) is None:
            say("no scan has listed a bucket yet, so nobody can miss a file: run `ossrec scan BUCKET`")
    say_what_waits(catalog)
    return FOUND if number else 0
