"""The settings: their names, where they can be set, and which values are valid.

A setting has one name: `fail_on` is ``--fail-on`` on the command line, ``OSSREC_FAIL_ON`` in the
environment and ``fail_on`` in ossrec.toml; the first of these that is given wins. Standard library
only; docs/settings.md describes each setting.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ossrec.errors import UsageProblem
from ossrec.findings import Verdict

Kind = Literal["text", "path", "word", "duration", "number", "auto", "switch", "verdicts", "hosts"]

MAX_PROCESSES = 64
FILE_NAME = "ossrec.toml"
ENVIRONMENT_ONLY = {
    "OSSREC_CONFIG": "settings file to use",
    "OSSREC_CERTIFICATE_ID": "ID of the certificate for the recorder's service",
    "OSSREC_CERTIFICATE_KEY": "key of that certificate",
    "OSSREC_CALLBACK": "URL to which the recorder sends callbacks",
    "OSSREC_CALLBACK_SECRET": "secret that callbacks to `ossrec tasks listen` must present",
    "OSSREC_DEBUG": "1 shows the traceback of an unexpected error",
}

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(ms|s|m|h|d|w)?")
_BYTES = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?:([kmgtp])(i)?)?b?", re.IGNORECASE)
_SECRET = re.compile(r"secret|password|passwd|credential|token|access_?key|key_?id", re.IGNORECASE)


class Setting(NamedTuple):
    """A setting: its name, the kind of its value, the default, and its help text."""

    name: str
    kind: Kind
    default: Any
    help: str
    words: tuple[str, ...] = ()  # valid values, for kind "word"

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return "OSSREC_" + self.name.upper()


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("catalog", "path", "ossrec.db", "Catalog file."),
        Setting("format", "word", "table", "Output format.", ("table", "json", "jsonl", "csv")),
        Setting("color", "word", "auto", "When to use color.", ("auto", "always", "never")),
        Setting("idle", "duration", "30s", "Treat a recording as ended after this long without a publisher."),
        Setting("lag", "duration", "5m", "Allow this long for an upload to arrive."),
        Setting(
            "fail_on",
            "verdicts",
            "incomplete,damaged,unfinished",
            "Verdicts for which `scan` and `check` exit with 1: a list, `any` or `never`.",
        ),
        Setting("threads", "number", 8, "Maximum number of concurrent requests."),
        Setting(
            "processes",
            "auto",
            "auto",
            "Number of processes that inspect segments, 0 to 64; 0 or 1 means threads only.",
        ),
        Setting("endpoint", "text", "", "OSS endpoint, as a host name or URL; by default the endpoint of the region."),
        Setting("region", "text", "", "Region of the bucket, such as cn-hangzhou."),
        Setting("signing", "word", "v4", "Signature version.", ("v4", "v1")),
        Setting(
            "internal", "switch", False, "Use the internal endpoint, which only hosts inside Alibaba Cloud can reach."
        ),
        Setting("cname", "hosts", (), "Custom domain name of the bucket; may be repeated."),
        Setting("timeout", "duration", "30s", "Give up on a request after this long without receiving data."),
        Setting("retry_for", "duration", "2m", "Keep retrying a failed request for this long."),
        Setting("recorder", "text", "https://api.jocloud.com", "Address of the recorder's REST service."),
        Setting("appid", "text", "", "AppID for calls to the recorder's REST service."),
        Setting("path_style", "switch", False, "Put the bucket name in the URL path instead of the host name."),
    )
}


def find_config(given: str | None, environ: Mapping[str, str]) -> Path | None:
    """Return the settings file: *given*, $OSSREC_CONFIG, ./ossrec.toml or the user's own; None if there is none."""
    named = given or environ.get("OSSREC_CONFIG")
    if named:
        return Path(named)
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    candidates = (Path(FILE_NAME), Path(home, "ossrec", FILE_NAME))
    return next((path for path in candidates if _exists(path)), None)


def _exists(path: Path) -> bool:
    """Return whether *path* is a file; false in a folder without access, such as another user's home under sudo."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def read_config(path: Path) -> dict[str, Any]:
    """Read and validate the settings in the file *path*; a relative path in it is relative to the file's folder.

    Raises UsageProblem for a file that cannot be read, an unknown key, an invalid value, or a secret.
    """
    import tomllib  # loaded here because most commands run without a settings file

    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageProblem(f"cannot read the settings file {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(f"{path} is not valid TOML: {error}") from None
    return {name: _checked(path, name, value) for name, value in values.items()}


def environment_problems(environ: Mapping[str, str]) -> list[str]:
    """Return one sentence for each variable that starts with OSSREC_ but is not a setting."""
    known = {setting.variable for setting in SETTINGS.values()} | set(ENVIRONMENT_ONLY)
    unknown = sorted(name for name in environ if name.startswith("OSSREC_") and name not in known)
    return [f"{name} in the environment is not a setting{nearest(name, known)}" for name in unknown]


def nearest(word: str, known: Any) -> str:
    """Return ``; did you mean …?`` with the word of *known* nearest to *word*, or an empty text."""
    import difflib  # loaded here because only error messages need it

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def parse_duration(text: str) -> float:
    """Return the seconds in ``30s``, ``5m``, ``1.5h``, ``2d`` or ``90``; raise ValueError for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write 30s, 5m, 2h or 1d")
    return float(match[1]) * _UNITS[match[2] or "s"]


def parse_size(text: str) -> int:
    """Return the bytes in ``500MB`` (powers of 1000), ``20GiB`` (powers of 1024) or ``1000000``; else ValueError."""
    match = _BYTES.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a size: write 500MB, 20GB or 1.5TiB")
    power = "kmgtp".index(match[2].lower()) + 1 if match[2] else 0
    unit: int = (1024 if match[3] else 1000) ** power
    return round(float(match[1]) * unit)


def parse_auto(text: str) -> int | None:
    """Return a number from 0 to 64, or None for ``auto``; raise ValueError for anything else."""
    word = text.strip().lower()
    if word == "auto":
        return None
    if word.isdecimal() and len(word) <= 2 and int(word) <= MAX_PROCESSES:
        return int(word)
    raise ValueError(f"{text!r} is neither auto nor a number from 0 to {MAX_PROCESSES}")


def parse_verdicts(text: str) -> tuple[str, ...]:
    """Return the verdicts in a comma-separated list; raise ValueError for any other word, and for an empty list."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in set(Verdict):
            raise ValueError(f"{word!r} is not a verdict; choose from {', '.join(Verdict)}{nearest(word, [*Verdict])}")
    if not words:
        raise ValueError(f"the list of verdicts is empty; choose from {', '.join(Verdict)}")
    return tuple(dict.fromkeys(words))


def parse_fail_on(text: str) -> frozenset[str]:
    """Return the verdicts for exit code 1: a list, ``any`` (all but complete and recording) or ``never`` (none)."""
    word = text.strip().lower()
    if word == "never":
        return frozenset()
    if word == "any":
        return frozenset(str(v) for v in Verdict if v not in (Verdict.COMPLETE, Verdict.RECORDING))
    return frozenset(parse_verdicts(text))


def _checked(path: Path, name: str, value: Any) -> Any:
    setting = SETTINGS.get(name)
    if setting is None:
        if _SECRET.search(name):
            raise UsageProblem(
                f"{path}: {name}: credentials are not allowed in a settings file; set OSS_ACCESS_KEY_ID,"
                " OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN in the environment"
            )
        raise UsageProblem(f"{path}: there is no setting {name}{nearest(name, SETTINGS)}")
    try:
        return _value(setting, value, path)
    except ValueError as error:
        raise UsageProblem(f"{path}: {name}: {error}") from None


def _value(setting: Setting, value: Any, path: Path) -> Any:
    """Return *value* of the settings file in the form that click accepts as the default of an option."""
    kind = setting.kind
    if kind == "switch" and isinstance(value, bool):
        return value
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "duration" and isinstance(value, int | float) and not isinstance(value, bool):
        return parse_duration(str(value))
    if kind == "auto" and isinstance(value, int) and not isinstance(value, bool):
        return _checked_text(setting, str(value), path)
    if kind in ("verdicts", "hosts") and isinstance(value, list) and all(isinstance(word, str) for word in value):
        value = ",".join(value) if kind == "verdicts" else value
        return value if kind == "hosts" else _checked_text(setting, value, path)
    if kind == "hosts" and isinstance(value, str):
        return [value]
    if isinstance(value, str) and kind not in ("switch", "number"):
        return _checked_text(setting, value, path)
    raise ValueError(f"{value!r} is not {_EXPECTED[kind]}")


def _checked_text(setting: Setting, value: str, path: Path) -> Any:
    if setting.kind == "path":
        return str(path.absolute().parent / Path(value).expanduser())
    if setting.kind == "duration":
        return parse_duration(value)
    if setting.kind == "verdicts":
        parse_fail_on(value)
    if setting.kind == "auto":
        parse_auto(value)
    if setting.kind == "word" and value not in setting.words:
        raise ValueError(f"{value!r} is not one of {', '.join(setting.words)}")
    return value


_EXPECTED = {
    "text": "a text",
    "path": "a text",
    "word": "a text",
    "duration": "a duration such as 30s or 5m",
    "number": "a whole number",
    "auto": "a whole number or auto",
    "switch": "true or false",
    "verdicts": "a text or a list of texts",
    "hosts": "a list of texts",
}
