"""`ossrec tasks listen`: receive the recorder's callbacks, as a service."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from ossrec.cli import option_types as values
from ossrec.cli.options import setting
from ossrec.cli.output.output import say
from ossrec.errors import UsageProblem

SECRET = "OSSREC_CALLBACK_SECRET"  # noqa: S105 - the name of the variable
_MIN_SECRET = 16  # characters
_VALID_SECRET = re.compile(rf"[A-Za-z0-9_-]{{{_MIN_SECRET},}}")


@click.command(
    "listen",
    epilog="\b\nExamples:\n"
    "  ossrec tasks listen --catalog /var/lib/ossrec/ossrec.db\n"
    "  ossrec tasks listen --host 0.0.0.0 --port 8766",
)
@click.option("--host", type=values.text, default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8766,
    show_default=True,
    help="Port to listen on; 0 for any free port.",
)
@click.option(
    "--open", "is_open", is_flag=True, help="Require no secret: anyone who reaches the port can send callbacks."
)
@setting("catalog")
def command(host: str, port: int, is_open: bool, catalog: Path) -> int:
    """Receive the recorder's callbacks over HTTP until Ctrl-C or SIGTERM.

    The callbackurl is http://HOST:PORT/callback/SECRET or http://HOST:PORT/callback?token=SECRET. The secret is
    the value of OSSREC_CALLBACK_SECRET in the environment, or one of several values separated by commas. A callback
    is written to a file beside the catalog before it is answered with 200, even while a scan is running. If the
    recorder connects over the internet, put an HTTPS proxy in front.
    """
    secrets = () if is_open else _secrets(os.environ.get(SECRET, ""))
    try:
        from ossrec.web.server import ListenAddress, listen
    except ImportError as error:
        raise UsageProblem(f"{error.name or error} is not installed: pip install 'ossrec[web]'") from None
    _warn_if_open(host, is_open=is_open)
    listen(catalog, ListenAddress(host, port), secrets, _log)
    return 0


def _secrets(given: str) -> tuple[str, ...]:
    if not given:
        raise UsageProblem(f"set {SECRET} in the environment to the secret that callbacks must send, or give --open")
    each = tuple(given.split(","))
    if not all(_VALID_SECRET.fullmatch(one) for one in each):
        raise UsageProblem(
            f"{SECRET} must have {_MIN_SECRET} or more characters of A-Z a-z 0-9 - _, because it is part of a URL"
        )
    return each


def _warn_if_open(host: str, *, is_open: bool) -> None:
    if is_open and host not in ("127.0.0.1", "::1", "localhost"):
        say(f"ossrec: warning: --open on {host}: anyone who reaches the port can report false tasks")


def _log(line: str) -> None:
    say(f"{datetime.now(UTC).isoformat(timespec='milliseconds').replace('+00:00', 'Z')} {line}")
