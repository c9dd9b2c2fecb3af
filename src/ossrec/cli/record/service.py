"""The recorder's service for a command's options, with each call logged in the catalog."""

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
_MAX_LAYOUT = 1 << 20  # bytes

service_options = setting("catalog", "recorder", "appid", "timeout")


class RecorderService(NamedTuple):
    """The service, and the catalog that logs its calls."""

    conn: sqlite3.Connection
    call_log: CatalogCallLog
    client: Callable[[int], RecorderClient]  # for an AppID

    @property
    def code(self) -> int:
        """The exit code after all calls were answered: 3 if an outcome could not be stored."""
        return PARTLY if self.call_log.problems else 0


@contextmanager
def service(options: Mapping[str, Any]) -> Iterator[RecorderService]:
    """Open the service that *options* name. At the end, report calls with an outcome that could not be stored."""
    base, authentication = base_of(options["recorder"]), authentication_from(os.environ)
    retries = RetryLimits(timeout=options["timeout"])
    with short_write_connection(options["catalog"]) as conn:
        call_log = CatalogCallLog(conn)
        try:
            yield RecorderService(
                conn, call_log, lambda app_id: RecorderClient(base, app_id, authentication, call_log, retries)
            )
        except KeyboardInterrupt:
            say("ossrec: interrupted, perhaps before a reply: `ossrec record status` lists calls with unknown outcome")
            raise
        finally:
            for line in call_log.problems:
                say(f"ossrec: {line}")


def app_id_of(text: str) -> int:
    """Return the AppID as a number; raises UsageProblem if it is not set, or not a number."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise UsageProblem("the AppID is not set or not a number: set OSSREC_APPID, appid in ossrec.toml, or --appid")
    return int(text)


def call_for_task(
    recordid: str, room: str | None, options: Mapping[str, Any], call: Callable[[RecorderClient, TaskHandle], object]
) -> int:
    """Make a *call* for a task with the AppID that started it, else the one in *options*; return the exit code."""
    with service(options) as recorder:
        found = find_task(recorder.conn, recordid, room)
        app_id = app_id_of(options["appid"]) if found.app_id is None else found.app_id
        call(recorder.client(app_id), found.task)
    return recorder.code


def read_json(file: Path) -> Mapping[str, Any]:
    """Read the JSON object in *file*, or in stdin for ``-``; raises UsageProblem for anything else."""
    try:
        if str(file) == "-":
            text = sys.stdin.buffer.read(_MAX_LAYOUT + 1)
        else:
            with file.open("rb") as stream:
                text = stream.read(_MAX_LAYOUT + 1)
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}") from None
    if len(text) > _MAX_LAYOUT:
        raise UsageProblem(f"{file} is larger than 1 MiB and cannot be a layout: check its name")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageProblem(f'{file} is not a JSON object: write one, such as {{"name": "value"}}')
    return found
