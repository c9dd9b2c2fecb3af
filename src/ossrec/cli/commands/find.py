"""`ossrec find`: find recordings by room, user, task, verdict or time."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.connection.open_reader import open_catalog
from ossrec.catalog.query.bucket_references import resolve_bucket
from ossrec.catalog.query.find import RecordingFilter, count_recordings, find_recordings, unnamed_objects
from ossrec.catalog.query.recording_rows import FIELDS, Row
from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, recording_filters, setting
from ossrec.cli.output.colors import VERDICTS
from ossrec.cli.output.output import Column, Output, say
from ossrec.cli.output.text import clock, human_bytes, human_time
from ossrec.cli.views.media import short_formats
from ossrec.errors import UsageProblem

_COLUMNS = (
    Column("started (UTC)", lambda row: human_time(row["started_at"])[: len("2026-10-01 12:00")]),
    Column("length", lambda row: clock(row["duration"]), align="right", rank=4),
    Column("room", lambda row: row["roomid"], shrinks=True),
    Column("user", lambda row: "(mixed)" if row["uid"] is None else row["uid"], rank=2, shrinks=True),
    Column("verdict", lambda row: row["verdict"], lambda row: VERDICTS.get(row["verdict"])),
    Column("segments", lambda row: _segments(row), align="right", rank=6),
    Column("size", lambda row: human_bytes(row["bytes"]), align="right", rank=7),
    Column("media", short_formats, rank=8, hide_if_empty=True),
    Column("reasons", lambda row: " ".join(row["reasons"]), rank=3),
    Column("task", lambda row: row["recordid"], rank=1, fallback_for="playlist"),
    Column("playlist", lambda row: row["playlist"] or f"{row['path']} (no playlist)", rank=5),
)
_UNNAMED_FIELDS = ("bucket", "key", "bytes", "modified_at", "storage")
_UNNAMED = (
    Column("modified (UTC)", lambda row: human_time(row["modified_at"])),
    Column("size", lambda row: human_bytes(row["bytes"]), align="right"),
    Column("storage", lambda row: row["storage"]),
    Column("key", lambda row: row["key"]),
)
_COUNT_FIELDS = ("verdict", "recordings", "duration", "bytes", "segments_missing")
_COUNTS = (
    Column("verdict", lambda row: row["verdict"], lambda row: VERDICTS.get(row["verdict"])),
    Column("recordings", lambda row: str(row["recordings"]), align="right"),
    Column("length", lambda row: clock(row["duration"]), align="right"),
    Column("size", lambda row: human_bytes(row["bytes"]), align="right"),
    Column("segments missing", lambda row: str(row["segments_missing"]), align="right"),
)


@click.command(
    "find",
    epilog="\b\nExamples:\n"
    "  ossrec find --room lobby --since 2026-10-01 --until 2026-10-02\n"
    "  ossrec find --verdict incomplete,damaged --since 7d --format json\n"
    "  ossrec find --uid 10266666 --count",
)
@recording_filters
@click.option(
    "--stream", type=click.Choice(["mixed", "source"]), help="Recordings of all users mixed, or of single users."
)
@click.option("--limit", type=values.limit, metavar="NUMBER", help="Show at most this many, the newest.")
@click.option("--unnamed", is_flag=True, help="List files that are not recordings instead.")
@click.option("--count", is_flag=True, help="Count the recordings of each verdict instead of listing them.")
@setting("catalog", "idle", "lag")
@output_options
def command(catalog: Path, output: Output, idle: float, lag: float, **filters: Any) -> None:
    """Find recordings, newest first. All conditions must be met; without any, all recordings are listed.

    A recording matches a time range if any part of it lies in the range. Times are UTC. --room and --uid
    also find recordings with an ambiguous name that may mean that room or user: in JSON and CSV their
    "reading" is "alternative".
    """
    unnamed, count = filters.pop("unnamed"), filters.pop("count")
    if unnamed:
        _reject_filters_of_unnamed(filters | {"count": count})
    times = {"now": time.time(), "quiet_after": idle + lag}
    with closing(open_catalog(catalog)) as conn:
        bucket, prefix = resolve_bucket(conn, filters.pop("bucket"))
        chosen = RecordingFilter(bucket=bucket, prefix=prefix, **filters | {"verdicts": filters["verdicts"] or ()})
        if unnamed:
            with closing(unnamed_objects(conn, bucket=bucket, prefix=prefix, limit=chosen.limit)) as objects:
                number = output.rows(objects, _UNNAMED_FIELDS, _UNNAMED)
        elif count:
            number = output.rows(count_recordings(conn, chosen, **times), _COUNT_FIELDS, _COUNTS)
        else:
            with closing(find_recordings(conn, chosen, **times)) as rows:  # closed before its connection
                number = output.rows(rows, FIELDS, _COLUMNS)
    if not number and output.format == "table":
        say(f"nothing in {catalog} matches")


def _segments(row: Row) -> str:
    expected = row["segments_expected"]
    return f"{row['segments_present']}" if expected is None else f"{row['segments_present']}/{expected}"


def _reject_filters_of_unnamed(filters: dict[str, Any]) -> None:
    given = [name.removesuffix("s") for name, value in filters.items() if value and name not in ("limit", "bucket")]
    if given:
        raise UsageProblem(f"--unnamed can only be combined with --bucket and --limit: omit --{given[0]}")
