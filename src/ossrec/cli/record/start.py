"""`ossrec record start`: apply for a resid, and start to record a room with it."""

import time
from pathlib import Path
from typing import Any

import click

from ossrec.catalog.tasks.calls import CallRow
from ossrec.catalog.times import iso
from ossrec.cli import option_types as values
from ossrec.cli.options import output_options
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.text import human_time, printable
from ossrec.cli.record.service import app_id_of, read_json, service, service_options
from ossrec.errors import UsageProblem
from ossrec.jobs.tasks.start_recording import start_recording
from ossrec.recorder.client import MEDIA, RecordingRequest


@click.command(
    "start",
    epilog="\b\nExamples:\n  ossrec record start --room lobby\n"
    "  ossrec record start --room lobby --source --callback https://example.com/recorded",
)
@click.option("--room", type=values.text, required=True, help="The room to record.")
@click.option(
    "--mixed",
    "stream",
    flag_value="mixed",
    default="mixed",
    help="Record all users in one stream: the default.",
)
@click.option("--source", "stream", flag_value="source", help="Record each user separately.")
@click.option("--media", type=click.Choice(tuple(MEDIA)), default="both", show_default=True, help="Media to record.")
@click.option(
    "--layout",
    type=values.File(),
    metavar="FILE",
    help="JSON object with the layout's members, which are sent unchanged; - is stdin.",
)
@click.option(
    "--callback",
    type=values.text,
    metavar="URL",
    default="",
    envvar="OSSREC_CALLBACK",
    show_envvar=True,
    help="URL that receives the recorder's callbacks.",
)
@click.option(
    "--force-new", is_flag=True, help="Start another recording even if an earlier start of the room was not answered."
)
@service_options
@output_options
def command(room: str, layout: Path | None, force_new: bool, output: Output, **options: Any) -> int:
    """Record a room: apply for a resid, and start a recording with it.

    If the recorder does not answer, the recording may be running. Run the same command again within five
    minutes: it sends the same resid, so nothing is recorded twice. After that, see `ossrec record status`.
    """
    members = {} if layout is None else read_json(layout)
    request = RecordingRequest(_room(room), options["stream"], options["media"], _url(options["callback"]), members)
    app_id = app_id_of(options["appid"])
    with service(options) as recorder:
        now_ms = int(time.time() * 1000)
        recording = start_recording(
            recorder.conn, recorder.client(app_id), request, app_id, now_ms, force_new=force_new
        )
        if recording.resumed is not None:
            say("ossrec: an earlier start had not arrived: it was repeated with the same resid")
        if recording.running is not None:
            say(_already_recorded(recording.running))
        started = recording.started
        known = {"recordid": started.recordid, "roomid": room, "stream": request.stream, "appid": app_id}
        known |= {"resid": started.resid.text, "traceid": started.trace_id}
        output.record(known, lambda: (printable(f"{name:8}  {value}") for name, value in known.items()))
    return recorder.code


def _already_recorded(other: CallRow) -> str:
    since = human_time(iso(other.sent_ms) or "")
    return (
        f"ossrec: warning: {other.roomid} is already recorded, as {other.recordid} since {since} UTC, according to the"
        f" catalog: `ossrec record stop {other.recordid}` stops that recording"
    )


def _room(text: str) -> str:
    if not text or not text.isprintable() or "/" in text:
        raise UsageProblem("this is not a valid room name: give --room as its users name it")
    return text


def _url(text: str) -> str:
    if text and not (text.isascii() and text.isprintable() and text.startswith(("https://", "http://"))):
        raise UsageProblem("the callback is not a URL: use one like https://example.com/recorded")
    return text
