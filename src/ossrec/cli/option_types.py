"""Types of options and arguments: each function converts the text on the command line to a value.

An invalid value raises BadParameter, to which click adds the name of the option.
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

MAX_SHARES = 10_000
MAX_ROWS = 2**62
_SCHEDULER = re.compile(r"(tcp|tls)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
VERDICT_NAMES = tuple(str(verdict) for verdict in Verdict)


class File(click.Path):
    """The path of a file, which need not exist; shells complete it."""

    def __init__(self) -> None:
        """Give values as `Path`, without checking permissions: whoever opens the file reports those."""
        super().__init__(path_type=Path, readable=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert as click.Path does, but reject an empty path, which would mean the current folder."""
        if not str(value) or "\0" in str(value):
            self.fail("name a file", param, ctx)
        return super().convert(value, param, ctx)


def text(value: str) -> str:
    """Return *value* as valid UTF-8, which keys and the catalog require, whatever the encoding of the locale is."""
    try:
        return os.fsencode(value).decode()
    except UnicodeError:
        raise click.BadParameter(f"{printable(value)} is not UTF-8") from None


def name(value: str) -> str:
    """Convert as `text` does, but reject an empty value: it may come from a shell variable that is not set."""
    if not value:
        raise click.BadParameter("the value is empty: give a name, or omit it")
    return text(value)


def duration(value: str | float) -> float:
    """Return the seconds in a duration such as ``5m``."""
    return value if isinstance(value, float) else _parsed(parse_duration, value)


def auto(value: str | int | None) -> int | None:
    """Return a number, or None for ``auto``."""
    return value if value is None or isinstance(value, int) else _parsed(parse_auto, value)


def verdicts(value: str) -> tuple[str, ...]:
    """Return the verdicts in a list such as ``incomplete,damaged``."""
    return _parsed(parse_verdicts, value)


def fail_on(value: str) -> frozenset[str]:
    """Return the verdicts in a list, or those that ``any`` or ``never`` stands for."""
    return _parsed(parse_fail_on, value)


def limit(value: str | int) -> int:
    """Return a number of rows: from 0 to the largest that SQLite accepts."""
    try:
        number = int(value)
    except ValueError:
        number = -1
    if 0 <= number <= MAX_ROWS:
        return number
    raise click.BadParameter(f"{printable(str(value))!r} is not a number of rows: write 20")


def when(value: str) -> int:
    """Return Unix ms for an ISO 8601 date or time (UTC unless it has an offset), or for ``2d``, two days ago."""
    given = value.strip()
    try:
        if given[-1:] in tuple("smhdw"):
            return int((time.time() - parse_duration(given)) * 1000)
        moment = datetime.fromisoformat(given)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        example = "write 2026-10-01, 2026-10-01T12:00Z, or 2d for two days ago"
        raise click.BadParameter(f"{printable(given)!r} is not a time: {example}") from None


def size(value: str | int) -> int:
    """Return the bytes in a size such as ``20GB``, ``1.5 GiB`` or ``500000``."""
    return value if isinstance(value, int) else _parsed(parse_size, value)


def share(value: str) -> tuple[int, int]:
    """Return number and count for ``1/7``, the first of seven parts."""
    number, slash, count = value.strip().partition("/")
    if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= MAX_SHARES:
        return int(number), int(count)
    raise click.BadParameter(f"{printable(value)!r} is not a share: write 1/7 for the first of seven")


def scheduler(value: str) -> str:
    """Return the address of a Dask scheduler; reject an invalid one before the client waits for it."""
    address = value.strip()
    if _SCHEDULER.fullmatch(address):
        return address
    raise click.BadParameter(f"{printable(value)!r} is not the address of a scheduler: write tcp://host:8786")


def check_time_range(since: int | None, until: int | None) -> None:
    """Raise UsageProblem if the time range is empty."""
    if since is not None and until is not None and until <= since:
        raise UsageProblem("--until must be after --since: one day is --since 2026-10-01 --until 2026-10-02")


def parse_word_list(value: str, known: Sequence[str], noun: str) -> tuple[str, ...]:
    """Return the words of a comma-separated list without duplicates; each must be *known*, else BadParameter.

    *noun* names such a word in the error message.
    """
    given = [word.strip().lower() for word in value.split(",") if word.strip()]
    for word in given:
        if word not in known:
            problem = f"{printable(word)!r} is not a {noun}; choose from {', '.join(known)}{nearest(word, known)}"
            raise click.BadParameter(problem)
    return tuple(dict.fromkeys(given))


def comma_list_completer(words: Iterable[str]) -> Completer:
    """Return a shell completer for the last word of a comma-separated list."""

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
