"""`ossrec record`: start and stop recordings, change their layout, say what became of them."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ossrec.cli import values
from ossrec.cli.options import output_options, setting
from ossrec.cli.output import Output, say
from ossrec.cli.record_status import command as status_command
from ossrec.cli.text import printable
from ossrec.errors import UsageProblem

if TYPE_CHECKING:
    import sqlite3

    from ossrec.jobs.calling import CatalogNotes
    from ossrec.tasks.client import Client

F = TypeVar("F", bound=Callable[..., Any])

PARTLY = 3  # exit code
_MOST = 1 << 20  # bytes of a layout

_service = setting("catalog", "recorder", "appid", "timeout")


@click.group("record")
def command() -> None:
    """Start and stop recordings by the recorder's REST service, and say what became of them.

    Each call is noted in the catalog before it is sent and when it was answered. The certificate comes from
    OSSREC_CERTIFICATE_ID and OSSREC_CERTIFICATE_KEY in the environment.
    """


command.add_command(status_command)


@command.command(
    "start",
    epilog="\b\nExamples:\n  ossrec record start --room lobby\n"
    "  ossrec record start --room lobby --source --callback https://example.com/recorded",
)
@click.option("--room", type=values.text, required=True, help="The room to record.")
@click.option("--mixed", "stream", flag_value="mixed", default="mixed", help="All users in one picture (the default).")
@click.option("--source", "stream", flag_value="source", help="Each user alone.")
@click.option("--media", type=click.Choice(("both", "video", "audio")), default="both", help="What is recorded.")
@click.option("--layout", type=values.File(), metavar="FILE", help="JSON object that goes into the request as it is.")
@click.option(
    "--callback", type=values.text, envvar="OSSREC_CALLBACK", show_envvar=True, metavar="URL", help="Whom to tell."
)
@click.option("--anew", is_flag=True, help="Start even though an earlier start of the room got no answer.")
@_service
@output_options
def start(
    room: str,
    stream: str,
    media: str,
    layout: Path | None,
    callback: str | None,
    anew: bool,
    output: Output,
    **options: Any,
) -> int:
    """Start to record a room: apply for a resid, and start with it.

    When the recorder does not answer, the recording may be running: run the same command again within five minutes,
    it asks with the same resid and records nothing twice. Later `ossrec record status` says what to do.
    """
    from ossrec.jobs.beside import beside
    from ossrec.jobs.recording import begin
    from ossrec.tasks.client import Wish

    wish = Wish(_room(room), stream, media, callback or "", {} if layout is None else _read_json(layout))
    app_id = _app_id(options["appid"])
    with beside(options["catalog"]) as conn:
        client, notes = _client(conn, app_id, options)
        try:
            begun = begin(conn, client, wish, app_id, int(time.time() * 1000), anew=anew)
        finally:
            _tell(notes)
    if begun.earlier is not None:
        say("ossrec: the start before it had not arrived: this one used the same resid")
    started = begun.started
    known = {"recordid": started.recordid, "roomid": room, "stream": stream, "appid": app_id}
    known |= {"resid": started.resid.text, "traceid": started.trace_id}
    output.record(known, lambda: (printable(f"{name:9} {value}") for name, value in known.items()))
    return PARTLY if notes.troubles else 0


@command.command("layout", epilog="\b\nExample:\n  ossrec record layout ba1107310000565164da34f816f842da94d grid.json")
@click.argument("recordid", type=values.text)
@click.argument("file", type=values.File())
@click.option("--room", type=values.text, help="Its room, if the catalog does not know it.")
@_service
def layout(recordid: str, file: Path, room: str | None, **options: Any) -> int:
    """Change the layout of a mixed recording to what FILE says, a JSON object; - reads it from stdin."""
    wanted = _read_json(file)
    return _about(recordid, room, options, lambda client, task: client.change_layout(task, wanted))


@command.command("stop", epilog="\b\nExample:\n  ossrec record stop ba1107310000565164da34f816f842da94d")
@click.argument("recordid", type=values.text)
@click.option("--room", type=values.text, help="Its room, if the catalog does not know it.")
@_service
def stop(recordid: str, room: str | None, **options: Any) -> int:
    """Stop a recording. Its playlist follows when the recorder has uploaded all of it."""
    return _about(recordid, room, options, lambda client, task: client.stop(task))


def _about(recordid: str, room: str | None, options: dict[str, Any], do: Callable[["Client", Any], None]) -> int:
    """Do something about a recording that was started."""
    from ossrec.jobs.beside import beside
    from ossrec.jobs.recording import find_task

    with beside(options["catalog"]) as conn:
        whose = find_task(conn, recordid, room)
        app_id = _app_id(options["appid"]) if options["appid"] or whose.app_id is None else whose.app_id
        client, notes = _client(conn, app_id, options)
        try:
            do(client, whose.task)
        finally:
            _tell(notes)
    return PARTLY if notes.troubles else 0


def _client(conn: "sqlite3.Connection", app_id: int, options: dict[str, Any]) -> tuple["Client", "CatalogNotes"]:
    from ossrec.jobs.calling import CatalogNotes
    from ossrec.tasks.address import base_of
    from ossrec.tasks.authentication import authentication_from
    from ossrec.tasks.client import Client, Patience

    notes = CatalogNotes(conn)
    base, patience = base_of(options["recorder"]), Patience(timeout=options["timeout"])
    return Client(base, app_id, authentication_from(os.environ), notes, patience), notes


def _tell(notes: "CatalogNotes") -> None:
    for line in notes.troubles:
        say(f"ossrec: {line}")


def _app_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise UsageProblem("the AppID is not set or no number: set OSSREC_APPID, appid in ossrec.toml, or --appid")
    return int(text)


def _room(text: str) -> str:
    if not text or not text.isprintable() or "/" in text:
        raise UsageProblem(f"no room can be called {printable(text)!r}: name it as its users do")
    return text


def _read_json(file: Path) -> Mapping[str, Any]:
    """The JSON object in *file*; raises UsageProblem for anything else."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as stream:
            text = stream.read(_MOST + 1)
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}") from None
    if len(text) > _MOST:
        raise UsageProblem(f"{file} has more than 1 MiB, which no layout has: check its name")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageProblem(f'{file} is no JSON object: write one, as {{"name": value}}')
    return found
