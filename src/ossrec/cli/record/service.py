"""The recorder's service as the options of a command lead to it, each call noted in the catalog."""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ossrec.cli.options import setting
from ossrec.cli.output.output import say
from ossrec.errors import UsageProblem
from ossrec.jobs.session.short_writes import short_write_connection
from ossrec.jobs.tasks.call_log import CatalogCallLog
from ossrec.jobs.tasks.start_recording import find_task
from ossrec.recorder.authentication import authentication_from
from ossrec.recorder.calls import TaskHandle
from ossrec.recorder.client import RecorderClient, RetryLimits
from ossrec.recorder.endpoint import base_of

PARTLY = 3  # exit code
_MOST = 1 << 20  # bytes of a layout

service_options = setting("catalog", "recorder", "appid", "timeout")


class RecorderService(NamedTuple):
    """The service, and the catalog in which its calls are noted."""

    conn: sqlite3.Connection
    notes: CatalogCallLog
    client: Callable[[int], RecorderClient]  # for an AppID

    @property
    def code(self) -> int:
        """The exit code, once all calls were answered."""
        return PARTLY if self.notes.troubles else 0


@contextmanager
def service(options: Mapping[str, Any]) -> Iterator[RecorderService]:
    """The service that *options* name; says what of its calls could not be noted, however the work ends."""
    base, authentication = base_of(options["recorder"]), authentication_from(os.environ)
    patience = RetryLimits(timeout=options["timeout"])
    with short_write_connection(options["catalog"]) as conn:
        notes = CatalogCallLog(conn)
        try:
            yield RecorderService(
                conn, notes, lambda app_id: RecorderClient(base, app_id, authentication, notes, patience)
            )
        except KeyboardInterrupt:
            say("ossrec: stopped, perhaps before an answer came: `ossrec record status` says what is open")
            raise
        finally:
            for line in notes.troubles:
                say(f"ossrec: {line}")


def app_id_of(text: str) -> int:
    """The AppID; raises UsageProblem when it is not set, or no number."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise UsageProblem("the AppID is not set, or no number: set OSSREC_APPID, appid in ossrec.toml, or --appid")
    return int(text)


def about(
    recordid: str, room: str | None, options: Mapping[str, Any], do: Callable[[RecorderClient, TaskHandle], object]
) -> int:
    """Do something about a task, under the AppID that it was started with, else that is set; gives the exit code."""
    with service(options) as asked:
        whose = find_task(asked.conn, recordid, room)
        app_id = app_id_of(options["appid"]) if whose.app_id is None else whose.app_id
        do(asked.client(app_id), whose.task)
    return asked.code


def read_json(file: Path) -> Mapping[str, Any]:
    """The JSON object in *file*, or on stdin for ``-``; raises UsageProblem for anything else."""
    try:
        if str(file) == "-":
            text = sys.stdin.buffer.read(_MOST + 1)
        else:
            with file.open("rb") as stream:
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
        raise UsageProblem(f'{file} is no JSON object: write one, such as {{"name": "value"}}')
    return found
