"""What is typed on the command line, turned into values; each function is the `type` of an option.

A value that cannot be is a BadParameter, to which click adds the name of the option.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ossrec.cli.output.text import printable
from ossrec.config import nearest, parse_auto, parse_duration, parse_fail_on, parse_size, parse_verdicts
from ossrec.errors import UsageProblem
from ossrec.findings import Verdict

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

T = TypeVar("T")
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

MOST_SHARES = 10_000
MOST_ROWS = 2**62
_SCHEDULER = re.compile(r"(tcp|tls)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
WORDS = tuple(str(verdict) for verdict in Verdict)


class File(click.Path):
    """The path of a file that need not be there yet; shells complete it."""

    def __init__(self) -> None:
        """Values are `Path`; whether it may be read or written says who does so."""
        super().__init__(path_type=Path, readable=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As any path, but not an empty one, which would mean the current folder."""
        if not str(value) or "\0" in str(value):
            self.fail("name a file", param, ctx)
        return super().convert(value, param, ctx)


def text(value: str) -> str:
    """A text that can stand in a catalog: keys are UTF-8, whatever encoding the locale says."""
    try:
        return os.fsencode(value).decode()
    except UnicodeError:
        raise click.BadParameter(f"{printable(value)} is not UTF-8") from None


def name(value: str) -> str:
    """As `text`, of what is never empty: a variable of a shell that was not set must not go unnoticed."""
    if not value:
        raise click.BadParameter("it is empty: give a name, or leave it out")
    return text(value)


def duration(value: str | float) -> float:
    """Seconds of ``5m``."""
    return value if isinstance(value, float) else _parsed(parse_duration, value)


def auto(value: str | int | None) -> int | None:
    """A number, None for ``auto``."""
    return value if value is None or isinstance(value, int) else _parsed(parse_auto, value)


def verdicts(value: str) -> tuple[str, ...]:
    """The verdicts of ``incomplete,damaged``."""
    return _parsed(parse_verdicts, value)


def fail_on(value: str) -> frozenset[str]:
    """The verdicts of a list, of ``any`` or of ``never``."""
    return _parsed(parse_fail_on, value)


def limit(value: str | int) -> int:
    """A number of rows, 0 or more and no greater than SQLite takes."""
    try:
        number = int(value)
    except ValueError:
        number = -1
    if 0 <= number <= MOST_ROWS:
        return number
    raise click.BadParameter(f"{printable(str(value))!r} is no number of rows: write 20")


def when(value: str) -> int:
    """Unix ms of a date or time in ISO 8601, UTC unless it says otherwise, or of ``2d``, two days ago."""
    given = value.strip()
    try:
        if given[-1:] in tuple("smhdw"):
            return int((time.time() - parse_duration(given)) * 1000)
        moment = datetime.fromisoformat(given)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        example = "write 2026-10-01, 2026-10-01T12:00Z, or 2d for two days ago"
        raise click.BadParameter(f"{printable(given)!r} is no time: {example}") from None


def size(value: str | int) -> int:
    """Bytes of ``20GB``, ``1.5 GiB`` or ``500000``."""
    return value if isinstance(value, int) else _parsed(parse_size, value)


def share(value: str) -> tuple[int, int]:
    """Number and count of ``1/7``, the first of seven parts."""
    number, slash, count = value.strip().partition("/")
    if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= MOST_SHARES:
        return int(number), int(count)
    raise click.BadParameter(f"{printable(value)!r} is no share: write 1/7 for the first of seven")


def scheduler(value: str) -> str:
    """The address of a Dask scheduler; one that can be none must not keep the client waiting."""
    address = value.strip()
    if _SCHEDULER.fullmatch(address):
        return address
    raise click.BadParameter(f"{printable(value)!r} is no address of a scheduler: write tcp://host:8786")


def refuse_empty_range(since: int | None, until: int | None) -> None:
    """Raises UsageProblem for a range in which no time is."""
    if since is not None and until is not None and until <= since:
        raise UsageProblem("--until is not after --since: a day is --since 2026-10-01 --until 2026-10-02")


def some_of(value: str, known: Sequence[str], what: str) -> tuple[str, ...]:
    """The words of a list with commas between them, each once and one of *known*; *what* such a word is."""
    given = [word.strip().lower() for word in value.split(",") if word.strip()]
    for word in given:
        if word not in known:
            said = f"{printable(word)!r} is no {what}, which are {', '.join(known)}{nearest(word, known)}"
            raise click.BadParameter(said)
    return tuple(dict.fromkeys(given))


def completes(words: Iterable[str]) -> Completer:
    """Completes the last of words with commas between them."""

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        head, comma, tail = incomplete.rpartition(",")
        return [CompletionItem(f"{head}{comma}{word}") for word in words if word.startswith(tail)]

    return complete


def _parsed(parse: Callable[[str], T], value: str | float) -> T:
    try:
        return parse(str(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
