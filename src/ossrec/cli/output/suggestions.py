"""Commands that messages suggest, with what was given on the command line, so that they can be pasted."""

import re
import shlex
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import click

from ossrec.cli.output.text import printable

_SUGGESTED = re.compile(r"`ossrec ([a-z]+)([^`]*)`")
_WITHOUT_CATALOG = ("parse", "explain", "completion")
_GIVEN: ContextVar[dict[str, str]] = ContextVar("given")  # flags that suggestions repeat, as they stand in a shell
_CATALOG: ContextVar[Path | None] = ContextVar("catalog", default=None)


def forget() -> None:
    """Begin a command line: nothing is given yet."""
    _GIVEN.set({})
    _CATALOG.set(None)


def remember(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Callback of an option that suggestions must repeat: a flag, since what the environment says still holds."""
    assert param.name is not None  # noqa: S101 - an option has one
    if isinstance(value, Path):
        _CATALOG.set(value)
    if value is not None and ctx.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE:
        _GIVEN.set(_GIVEN.get({}) | {f"--{param.name}": shlex.quote(str(value))})
    return value


def catalog_in_use() -> Path | None:
    """The catalog that the command was given, None before it was."""
    return _CATALOG.get()


def suggested(*words: str) -> str:
    """``ossrec`` with *words* as it is typed, quoted where a shell asks for it, between backticks."""
    return pasteable(f"`ossrec {' '.join(map(shlex.quote, words))}`")


def pasteable(text: str) -> str:
    """*text*, in which every ```ossrec …``` has the flags that the command at hand was given.

    A word in capitals still stands for what the reader knows.
    """
    return _SUGGESTED.sub(_completed, text)


def _completed(match: re.Match[str]) -> str:
    command, rest = match.groups()
    given = _GIVEN.get({})
    flags = [f" {flag} {value}" for flag, value in given.items() if f" {flag} " not in rest]  # there, if done already
    if command in _WITHOUT_CATALOG or "--help" in rest or not flags:
        return match[0]
    return printable(f"`ossrec {command}{rest}{''.join(flags)}`")
