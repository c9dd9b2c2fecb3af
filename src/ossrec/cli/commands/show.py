"""`ossrec show`: everything that is known of one recording, or all that was recorded in a room."""

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
@click.option("--room", type=values.name, help="All streams of this room on one clock, instead of one recording.")
@time_range("Of the room, what was not over before: 2026-10-01, or 2d ago.", "Of the room, what had begun before.")
@click.option("--uid", type=values.name, help="Of the room, this user alone.")
@click.option("--bucket", type=values.name, help="Of the room, what is in this bucket.")
@click.option("--limit", type=values.limit, metavar="NUMBER", help="Of the room, the newest so many.")
@setting("catalog", "idle", "lag")
@output_options
def command(
    recording: str | None, room: str | None, catalog: Path, idle: float, lag: float, output: Output, **asked: Any
) -> None:
    """Show one recording: its timeline with gaps and damage marked, its findings with what to do next.

    RECORDING is a recordid, the key, path or file name of its playlist or of one of its segments, or an
    oss:// URL of it. In JSON nothing is left out. The recordid of a task with no recording, or with several,
    shows what is known of the task, whoever told of it.

    With --room, all that was recorded in a room is drawn on one clock: its newest session, or the time
    range that --since and --until give.
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
        raise UsageProblem("name a RECORDING, or a room with --room: `ossrec find` lists both")
    if recording is not None:
        given = ["room"] if room is not None else [name for name, value in asked.items() if value is not None]
        if given:
            raise UsageProblem(f"a RECORDING is shown by itself: leave it out, or --{given[0]}")


def _show_recording(conn: sqlite3.Connection, recording: str, output: Output, times: dict[str, float]) -> None:
    try:
        number = resolve_recording(conn, recording)
    except UsageProblem:
        if not _show_task(conn, recording, output, times):
            raise
        return
    known = details(conn, number, **times, in_stretches=output.format == "table")
    known["last_scan"] = last_scan(conn, known["bucket"])
    for finding in known["findings"]:
        finding |= _rule(finding["code"])
        if output.format == "table" and finding["remedy"]:
            finding["remedy"] = _about(known, finding["remedy"])
    output.record(known, lambda: recording_lines(known, output))


def _show_task(conn: sqlite3.Connection, recordid: str, output: Output, times: dict[str, float]) -> bool:
    """Show a task that has no recording, or several; false if *recordid* is none's."""
    from ossrec.cli.views.task import task_lines, task_record

    known = task_record(conn, recordid, **times)
    if known is not None:
        output.record(known, lambda: task_lines(known, output))
    return known is not None


def _rule(code: str) -> Row:
    """What the rule table says of a code; one of a newer ossrec is shown by its code alone."""
    from ossrec.rules import RULES  # not needed before there is something to show

    rule = RULES.get(code)
    return {"title": code if rule is None else rule.title, "remedy": None if rule is None else rule.remedy}


def _about(known: Row, remedy: str) -> str:
    """*remedy* with the commands in it as they are typed for this recording."""
    name = known["playlist"] or known["path"]
    remedy = remedy.replace("`ossrec rebuild`", suggested("rebuild", name))
    remedy = remedy.replace("`ossrec scan`", suggested("scan", known["bucket"]))
    return pasteable(remedy)


def _show_room(
    conn: sqlite3.Connection, wanted: RecordingFilter, asked: Row, output: Output, times: dict[str, float]
) -> None:
    from ossrec.catalog.details.room import SPAN_FIELDS, room_recordings, room_row, span_rows
    from ossrec.cli.views.room import room_lines

    bucket, prefix = resolve_bucket(conn, asked.pop("bucket"))
    room = room_recordings(conn, wanted._replace(bucket=bucket, prefix=prefix, **asked), **times)
    if output.format in ("csv", "jsonl"):
        output.rows(span_rows(room), SPAN_FIELDS, ())
    elif output.format == "json" or room.streams or room.undated:
        output.record(room_row(room), lambda: room_lines(room, output))
    if not room.streams and not room.undated:
        say(f"no recording of room {printable(room.name)} is in the catalog, or none in that time")
    if number := room.omitted.recordings:
        since = (room_row(room)["omitted"]["since"] or "0001")[:10]
        what = "recording is left out" if number == 1 else "recordings are left out"
        say(f"of earlier sessions, {number} {what}: --since {since} shows {'it' if number == 1 else 'them'}")
