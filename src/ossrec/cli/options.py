"""Options that several commands share: settings (by flag, environment or settings file), output, filters."""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ossrec.cli import option_types as values
from ossrec.cli.output.output import Output, say
from ossrec.cli.output.suggestions import remember_option
from ossrec.config import SETTINGS, Setting, environment_problems, find_config, read_config

F = TypeVar("F", bound=Callable[..., Any])

CONNECTION_SETTINGS = ("endpoint", "region", "signing", "internal", "cname", "path_style", "timeout", "retry_for")
BUCKET_SETTINGS = ("threads", *CONNECTION_SETTINGS)
CONFIG = "ossrec.config"  # key in Context.meta: the settings file that was read

_METAVARS = {"auto": "NUMBER|auto", "hosts": "HOST", "verdicts": "VERDICT,…"}


def setting(*names: str) -> Callable[[F], F]:
    """Add options for these settings, and ``--config``; each is passed to the command under the setting's name."""

    def decorate(function: F) -> F:
        for name in reversed(names):
            function = _option(SETTINGS[name])(function)
        return function if _has_config(function) else _config_option(function)

    return decorate


def output_options(function: F) -> F:
    """Add ``--format`` and ``--color``; both are passed to the command as `output`."""

    def command(*args: Any, format: str, color: str, **options: Any) -> Any:  # noqa: A002
        return function(*args, output=Output(format, color), **options)

    return setting("format", "color")(_wrap(function, command))


def time_range(since: str, until: str) -> Callable[[F], F]:
    """Add ``--since`` and ``--until`` with these help texts; an empty range is a UsageProblem."""

    def decorate(function: F) -> F:
        def command(*args: Any, **options: Any) -> Any:
            values.check_time_range(options["since"], options["until"])
            return function(*args, **options)

        shown = click.option("--until", type=values.when, metavar="TIME", help=until)(_wrap(function, command))
        return click.option("--since", type=values.when, metavar="TIME", help=since)(shown)

    return decorate


def recording_filters(function: F) -> F:
    """Add the filters for recordings: `room`, `uid`, `recordid`, `verdicts`, `since`, `until` and `bucket`."""
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
            shell_complete=values.comma_list_completer(values.VERDICT_NAMES),
            help=f"Recordings with one of these verdicts: {', '.join(values.VERDICT_NAMES)}.",
        ),
        click.option("--recordid", type=values.name, help="Recordings of this task."),
        click.option("--uid", type=values.name, help="Recordings of this user only (source streams)."),
        click.option("--room", type=values.name, help="Recordings of this room."),
    ):
        function = add(function)
    return function


def word_list_option(flag: str, name: str, known: Sequence[str], noun: str, sentence: str) -> Callable[[F], F]:
    """Add an option that takes a comma-separated list of *known* words.

    *noun* names such a word in messages and in the metavar; *sentence* begins the help text.
    """

    def parse(_ctx: click.Context, _param: click.Parameter, given: str | None) -> tuple[str, ...]:
        return values.parse_word_list(given or "", known, noun)

    return click.option(
        flag,
        name,
        metavar=f"{noun.upper()},…",
        callback=parse,
        shell_complete=values.comma_list_completer(known),
        help=f"{sentence} {', '.join(known)}.",
    )


def _wrap(function: F, command: Callable[..., Any]) -> F:
    """Return *command* with the name, the help and the options of the *function* that it calls."""
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
        words = (*values.VERDICT_NAMES, "any", "never")
        kind |= {"type": values.fail_on, "shell_complete": values.comma_list_completer(words)}
    if setting.name == "catalog":
        kind["callback"] = remember_option
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
    """Read the settings file before any other option is parsed: its values become their defaults."""
    if ctx.resilient_parsing:  # during shell completion
        return
    for problem in environment_problems(os.environ):
        say(f"ossrec: warning: {problem}")
    path = find_config(value, os.environ)
    ctx.meta[CONFIG] = path
    remember_option(ctx, param, value)
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
