"""`ossrec show`: everything about one recording, or all recordings of a room."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.connection.open_reader import open_catalog, snapshot
from ossrec.catalog.details.recording import details
from ossrec.catalog.query.bucket_references import resolve_bucket
from ossrec.catalog.query.find import RecordingFilter, last_scan
from ossrec.catalog.query.recording_references import resolve_recording
from ossrec.cli import option_types as values
from ossrec.cli.options import output_options, setting, time_range
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import pasteable, suggested
from ossrec.cli.output.text import printable
from ossrec.cli.views.recording import recording_lines
from ossrec.errors import UsageProblem

Row = dict[str, Any]


@click.command(
    "show",
    epilog="\b\nExamples:\n"
    "  ossrec show ba1107310000565164da34f816f842da94d\n"
    "  ossrec show 2026/rid_ba1107310000565164da34f816f842da94d_lobby.m3u8 --format json\n"
    "  ossrec show --room lobby --since 2026-10-01 --until 2026-10-02",
)
@click.argument("recording", type=values.name, required=False)
@click.option("--room", type=values.name, help="Show all streams of this room on one time axis.")
@time_range(
    "With --room: recordings still running at or after TIME (2026-10-01, or 2d for two days ago).",
    "With --room: recordings started before TIME.",
)
@click.option("--uid", type=values.name, help="With --room: only this user.")
@click.option("--bucket", type=values.name, help="With --room: only recordings in this bucket.")
@click.option(
    "--limit", type=values.limit, metavar="NUMBER", help="With --room: at most this many recordings, the newest."
)
@setting("catalog", "idle", "lag")
@output_options
def command(
    recording: str | None, room: str | None, catalog: Path, idle: float, lag: float, output: Output, **asked: Any
) -> None:
    """Show one recording: its timeline with gaps and damage, and its findings with the next step for each.

    RECORDING is a recordid, or the key, path, file name or oss:// URL of its playlist or of one of its segments.
    JSON has everything; the text is shortened. If a task has no recording, or more than one, its recordid shows the
    task.

    With --room, all recordings of a room are drawn on one time axis: those of its newest session, or those between
    --since and --until.
    """
    _check(recording, room, asked)
    times = {"now": time.time(), "quiet_after": idle + lag}
    with closing(open_catalog(catalog)) as conn, snapshot(conn):
        if recording is not None:
            _show_recording(conn, recording, output, times)
        else:
            _show_room(conn, RecordingFilter(room=room), asked, output, times)


def _check(recording: str | None, room: str | None, asked: Row) -> None:
    if recording is None and room is None:
        raise UsageProblem("give a RECORDING, or a room with --room: `ossrec find` lists both")
    if recording is not None:
        given = ["room"] if room is not None else [name for name, value in asked.items() if value is not None]
        if given:
            raise UsageProblem(f"RECORDING and --{given[0]} exclude each other: give one of them")


def _show_recording(conn: sqlite3.Connection, recording: str, output: Output, times: dict[str, float]) -> None:
    try:
        number = resolve_recording(conn, recording)
    except UsageProblem:
        if not _show_task(conn, recording, output, times):
            raise
        return
    known = details(conn, number, **times, as_runs=output.format == "table")
    known["last_scan"] = last_scan(conn, known["bucket"])
    for finding in known["findings"]:
        finding |= _rule(finding["code"])
        if output.format == "table" and finding["remedy"]:
            finding["remedy"] = _with_commands(known, finding["remedy"])
    output.record(known, lambda: recording_lines(known, output))


def _show_task(conn: sqlite3.Connection, recordid: str, output: Output, times: dict[str, float]) -> bool:
    """Show a task with no recording or with several; return False if *recordid* is not that of a task."""
    from ossrec.cli.views.task import task_lines, task_record

    known = task_record(conn, recordid, **times)
    if known is not None:
        output.record(known, lambda: task_lines(known, output))
    return known is not None


def _rule(code: str) -> Row:
    """Return title and remedy of a code; a code of a newer ossrec is its own title."""
    from ossrec.rules import RULES  # loaded only if there are findings

    rule = RULES.get(code)
    return {"title": code if rule is None else rule.title, "remedy": None if rule is None else rule.remedy}


def _with_commands(known: Row, remedy: str) -> str:
    """Return *remedy* with its commands completed for this recording."""
    name = known["playlist"] or known["path"]
    remedy = remedy.replace("`ossrec rebuild`", suggested("rebuild", name))
    remedy = remedy.replace("`ossrec scan`", suggested("scan", known["bucket"]))
    return pasteable(remedy)


def _show_room(
    conn: sqlite3.Connection, wanted: RecordingFilter, asked: Row, output: Output, times: dict[str, float]
) -> None:
    from ossrec.catalog.details.room import SPAN_FIELDS, room_recordings, room_row, span_rows
    from ossrec.cli.views.room import room_lines

    conditions = ", given these options" if any(value is not None for value in asked.values()) else ""
    bucket, prefix = resolve_bucket(conn, asked.pop("bucket"))
    room = room_recordings(conn, wanted._replace(bucket=bucket, prefix=prefix, **asked), **times)
    if output.format in ("csv", "jsonl"):
        output.rows(span_rows(room), SPAN_FIELDS, ())
    elif output.format == "json" or room.streams or room.undated:
        output.record(room_row(room), lambda: room_lines(room, output))
    if not room.streams and not room.undated:
        name = printable(room.name)
        say(f"the catalog has no recording of room {name}{conditions}: `ossrec find` lists all recordings")
    if number := room.omitted.recordings:
        since = (room_row(room)["omitted"]["since"] or "0001")[:10]
        omitted = (
            "1 recording of earlier sessions is" if number == 1 else f"{number} recordings of earlier sessions are"
        )
        say(f"{omitted} omitted: --since {since} shows {'it' if number == 1 else 'them'}")
