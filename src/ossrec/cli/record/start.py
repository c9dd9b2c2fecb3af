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
@click.option("--mixed", "stream", flag_value="mixed", default="mixed", help="All users in one picture: the default.")
@click.option("--source", "stream", flag_value="source", help="Each user alone.")
@click.option("--media", type=click.Choice(tuple(MEDIA)), default="both", show_default=True, help="What is recorded.")
@click.option(
    "--layout",
    type=values.File(),
    metavar="FILE",
    help="A JSON object whose members go into the request as they are; - is stdin.",
)
@click.option(
    "--callback",
    type=values.text,
    metavar="URL",
    default="",
    envvar="OSSREC_CALLBACK",
    show_envvar=True,
    help="Where the recorder tells what became of it.",
)
@click.option("--anew", is_flag=True, help="Start even though an earlier start of the room got no answer.")
@service_options
@output_options
def command(room: str, layout: Path | None, anew: bool, output: Output, **options: Any) -> int:
    """Start to record a room: apply for a resid, and start with it.

    When the recorder does not answer, the recording may be running. Run the same command again within five
    minutes: it sends the same resid, which records nothing twice. Later `ossrec record status` says what to do.
    """
    members = {} if layout is None else read_json(layout)
    wish = RecordingRequest(_room(room), options["stream"], options["media"], _url(options["callback"]), members)
    app_id = app_id_of(options["appid"])
    with service(options) as asked:
        begun = start_recording(asked.conn, asked.client(app_id), wish, app_id, int(time.time() * 1000), anew=anew)
        if begun.earlier is not None:
            say("ossrec: the start before this one had not arrived: it was sent once more, with the same resid")
        if begun.beside is not None:
            say(_beside(begun.beside))
        started = begun.started
        known = {"recordid": started.recordid, "roomid": room, "stream": wish.stream, "appid": app_id}
        known |= {"resid": started.resid.text, "traceid": started.trace_id}
        output.record(known, lambda: (printable(f"{name:8}  {value}") for name, value in known.items()))
    return asked.code


def _beside(other: CallRow) -> str:
    since = human_time(iso(other.asked_ms) or "")
    return (
        f"ossrec: warning: {other.roomid} is recorded already, as {other.recordid} since {since} UTC, as far as is"
        f" known: `ossrec record stop {other.recordid}` stops that one"
    )


def _room(text: str) -> str:
    if not text or not text.isprintable() or "/" in text:
        raise UsageProblem("no room can be called that: give --room as its users name it")
    return text


def _url(text: str) -> str:
    if text and not (text.isascii() and text.isprintable() and text.startswith(("https://", "http://"))):
        raise UsageProblem("the callback is no URL: give --callback like https://example.com/recorded")
    return text
