"""Suggested commands in messages, completed with the options of this command line, so that they can be pasted."""

import re
import shlex
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import click

from ossrec.cli.output.text import printable

_SUGGESTED = re.compile(r"`ossrec ([a-z]+)([^`]*)`")
_WITHOUT_CATALOG = ("parse", "explain", "completion")
_GIVEN: ContextVar[dict[str, str]] = ContextVar("given")  # options to repeat, with their values quoted for a shell
_CATALOG: ContextVar[Path | None] = ContextVar("catalog", default=None)


def reset_options() -> None:
    """Forget the options of an earlier command line in this process."""
    _GIVEN.set({})
    _CATALOG.set(None)


def remember_option(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Remember an option for suggestions (a click callback), unless it comes from the environment."""
    assert param.name is not None  # noqa: S101 - an option has one
    if isinstance(value, Path):
        _CATALOG.set(value)
    if value is not None and ctx.get_parameter_source(param.name) is click.core.ParameterSource.COMMANDLINE:
        _GIVEN.set(_GIVEN.get({}) | {f"--{param.name}": shlex.quote(str(value))})
    return value


def catalog_in_use() -> Path | None:
    """Return the catalog of this command, or None before its options are parsed."""
    return _CATALOG.get()


def suggested(*words: str) -> str:
    """Return the command ``ossrec`` with *words* in backticks, quoted for a shell and ready to be pasted."""
    return pasteable(f"`ossrec {' '.join(map(shlex.quote, words))}`")


def pasteable(text: str) -> str:
    """Return *text* with the remembered options added to every ```ossrec …``` in it.

    Words in capitals, such as RECORDID, remain for the reader to fill in.
    """
    return _SUGGESTED.sub(_completed, text)


def _completed(match: re.Match[str]) -> str:
    command, rest = match.groups()
    given = _GIVEN.get({})
    # An option is already there if the text passed through here before.
    flags = [f" {flag} {value}" for flag, value in given.items() if f" {flag} " not in rest]
    if command in _WITHOUT_CATALOG or "--help" in rest or not flags:
        return match[0]
    return printable(f"`ossrec {command}{rest}{''.join(flags)}`")
