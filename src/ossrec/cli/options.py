"""Settings as options of commands: each may be given by flag, environment and settings file, in this order."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ossrec.cli import values
from ossrec.cli.output import Output, say
from ossrec.config import SETTINGS, Setting, environment_problems, find_config, read_config

F = TypeVar("F", bound=Callable[..., Any])

CONFIG = "ossrec.config"  # in Context.meta: the settings file that was read


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

    command.__doc__, command.__name__ = function.__doc__, function.__name__
    command.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    return setting("format", "color")(command)  # type: ignore[return-value]


def _option(setting: Setting) -> Callable[[F], F]:
    kind: dict[str, Any] = {"type": values.text, "metavar": setting.kind.upper()}
    if setting.kind == "path":
        kind["type"] = values.File()
    elif setting.kind == "word":
        kind = {"type": click.Choice(setting.words)}
    elif setting.kind == "duration":
        kind["type"] = values.duration
    elif setting.kind == "number":
        kind["type"] = click.IntRange(1, 256)
    elif setting.kind == "switch":
        kind = {"is_flag": True}
    elif setting.kind == "verdicts":
        kind |= {"type": values.fail_on, "shell_complete": values.completes((*values.WORDS, "any", "never"))}
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


def _load_config(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Before any other option is read: what the settings file says becomes their defaults."""
    if ctx.resilient_parsing:  # the shell asks for completions
        return
    for problem in environment_problems(os.environ):
        say(f"ossrec: warning: {problem}")
    path = find_config(value, os.environ)
    ctx.meta[CONFIG] = path
    if path is not None:
        ctx.default_map = read_config(path)


_config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=_load_config,
    help="Settings file in place of ossrec.toml.",
)
