"""Options that several commands take: settings, each by flag, environment and settings file, and conditions."""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ossrec.cli import option_types as values
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import remember
from ossrec.config import SETTINGS, Setting, environment_problems, find_config, read_config

F = TypeVar("F", bound=Callable[..., Any])

WAY = ("threads", "endpoint", "region", "signing", "internal", "cname", "path_style", "timeout", "retry_for")
CONFIG = "ossrec.config"  # key in Context.meta: the settings file that was read

_METAVARS = {"auto": "NUMBER|auto", "hosts": "HOST", "verdicts": "VERDICT,…"}


def setting(*names: str) -> Callable[[F], F]:
    """Options for these settings, and ``--config``; the command gets each under the setting's name."""

    def decorate(function: F) -> F:
        for name in reversed(names):
            function = _option(SETTINGS[name])(function)
        return function if _has_config(function) else _config_option(function)

    return decorate


def output_options(function: F) -> F:
    """``--format`` and ``--color``; the command gets them as `output`."""

    def command(*args: Any, format: str, color: str, **options: Any) -> Any:  # noqa: A002
        return function(*args, output=Output(format, color), **options)

    return setting("format", "color")(_in_place_of(function, command))


def time_range(since: str, until: str) -> Callable[[F], F]:
    """``--since`` and ``--until`` with these words in the help; a range in which no time is is refused."""

    def decorate(function: F) -> F:
        def command(*args: Any, **options: Any) -> Any:
            values.refuse_empty_range(options["since"], options["until"])
            return function(*args, **options)

        shown = click.option("--until", type=values.when, metavar="TIME", help=until)(_in_place_of(function, command))
        return click.option("--since", type=values.when, metavar="TIME", help=since)(shown)

    return decorate


def conditions(function: F) -> F:
    """Which recordings are meant: `room`, `uid`, `recordid`, `verdicts`, `since`, `until` and `bucket`."""
    for add in (
        click.option(
            "--bucket", type=values.name, help="Recordings in this bucket: oss://name, oss://name/prefix, or a folder."
        ),
        time_range(
            "Recordings still running at or after TIME: 2026-10-01, 2026-10-01T08:00+08:00, or 2d (two days ago).",
            "Recordings started before TIME.",
        ),
        click.option(
            "--verdict",
            "verdicts",
            type=values.verdicts,
            metavar="VERDICT,…",
            shell_complete=values.completes(values.WORDS),
            help=f"Recordings with one of these verdicts: {', '.join(values.WORDS)}.",
        ),
        click.option("--recordid", type=values.name, help="Recordings of this task."),
        click.option("--uid", type=values.name, help="Recordings of this user only (source streams)."),
        click.option("--room", type=values.name, help="Recordings of this room."),
    ):
        function = add(function)
    return function


def words_option(flag: str, name: str, known: Sequence[str], what: str, sentence: str) -> Callable[[F], F]:
    """An option for some of *known*, with commas between them; *what* one of them is, and the help's *sentence*."""

    def parse(_ctx: click.Context, _param: click.Parameter, given: str | None) -> tuple[str, ...]:
        return values.some_of(given or "", known, what)

    return click.option(
        flag,
        name,
        metavar=f"{what.upper()},…",
        callback=parse,
        shell_complete=values.completes(known),
        help=f"{sentence} {', '.join(known)}.",
    )


def _in_place_of(function: F, command: Callable[..., Any]) -> F:
    """*command*, with the name, the help and the options of the *function* that it calls."""
    command.__doc__, command.__name__ = function.__doc__, function.__name__
    command.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    return command  # type: ignore[return-value]


def _option(setting: Setting) -> Callable[[F], F]:
    kind: dict[str, Any] = {"type": values.text, "metavar": _METAVARS.get(setting.kind, setting.kind.upper())}
    if setting.kind == "path":
        kind["type"] = values.File()
    elif setting.kind == "word":
        kind = {"type": click.Choice(setting.words)}
    elif setting.kind == "duration":
        kind["type"] = values.duration
    elif setting.kind == "number":
        kind["type"] = click.IntRange(1, 256)
    elif setting.kind == "auto":
        kind["type"] = values.auto
    elif setting.kind == "switch":
        kind = {"is_flag": True}
    elif setting.kind == "verdicts":
        kind |= {"type": values.fail_on, "shell_complete": values.completes((*values.WORDS, "any", "never"))}
    if setting.name == "catalog":
        kind["callback"] = remember
    return click.option(
        setting.flag,
        setting.name,
        envvar=setting.variable,
        show_envvar=True,
        default=setting.default,
        multiple=setting.kind == "hosts",
        help=setting.help,
        show_default=setting.default not in ("", False, ()),
        **kind,
    )


def _has_config(function: Any) -> bool:
    return any(param.name == "config" for param in getattr(function, "__click_params__", ()))


def _load_config(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Before any other option is read: what the settings file says becomes their defaults."""
    if ctx.resilient_parsing:  # the shell asks for completions
        return
    for problem in environment_problems(os.environ):
        say(f"ossrec: warning: {problem}")
    path = find_config(value, os.environ)
    ctx.meta[CONFIG] = path
    remember(ctx, param, value)
    if path is not None:
        ctx.default_map = read_config(path)


_config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=_load_config,
    help="Settings file to use instead of ossrec.toml.",
)
