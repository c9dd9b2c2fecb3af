"""The settings: what each is called, where it may be set, and what may stand there.

A setting has one name: `fail_on` is ``--fail-on`` on the command line, ``OSSREC_FAIL_ON`` in the
environment and ``fail_on`` in ossrec.toml, and the first of these that is given counts. Standard
library only; docs/settings.md describes each.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ossrec.errors import UsageProblem
from ossrec.findings import Verdict

Kind = Literal["text", "path", "word", "duration", "number", "auto", "switch", "verdicts", "hosts"]

MOST_PROCESSES = 64
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
    """One setting."""

    name: str
    kind: Kind
    default: Any
    help: str
    words: tuple[str, ...] = ()  # of kind "word"

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its environment variable."""
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
            "Number of processes that inspect segments, 0 to 64: with 0 or 1, only threads do.",
        ),
        Setting("endpoint", "text", "", "OSS endpoint, a host name or URL: by default that of the region."),
        Setting("region", "text", "", "Region of the bucket, such as cn-hangzhou."),
        Setting("signing", "word", "v4", "Signature version.", ("v4", "v1")),
        Setting(
            "internal", "switch", False, "Use the internal endpoint, which only hosts inside Alibaba Cloud can reach."
        ),
        Setting("cname", "hosts", (), "Custom domain name of the bucket; may be repeated."),
        Setting("timeout", "duration", "30s", "Give up a request after this long without receiving data."),
        Setting("retry_for", "duration", "2m", "Keep retrying a failed request for this long."),
        Setting("recorder", "text", "https://api.jocloud.com", "Address of the recorder's REST service."),
        Setting("appid", "text", "", "AppID for calls to the recorder's REST service."),
        Setting("path_style", "switch", False, "Put the bucket name in the URL path instead of the host name."),
    )
}


def find_config(given: str | None, environ: Mapping[str, str]) -> Path | None:
    """The settings file: *given*, $OSSREC_CONFIG, ./ossrec.toml, or the user's own; None if there is none."""
    named = given or environ.get("OSSREC_CONFIG")
    if named:
        return Path(named)
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    candidates = (Path(FILE_NAME), Path(home, "ossrec", FILE_NAME))
    return next((path for path in candidates if _is_there(path)), None)


def _is_there(path: Path) -> bool:
    """A file is there; not in a folder that may not be entered, as somebody else's home is under sudo."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def read_config(path: Path) -> dict[str, Any]:
    """The settings in the file *path*, each checked; a path in it is taken from the file's folder.

    Raises UsageProblem for a file that cannot be read, an unknown key, a wrong value, or a secret.
    """
    import tomllib  # most commands run without a settings file

    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageProblem(f"cannot read the settings in {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(f"{path} is not TOML: {error}") from None
    return {name: _checked(path, name, value) for name, value in found.items()}


def environment_problems(environ: Mapping[str, str]) -> list[str]:
    """One sentence for each variable that looks like a setting and is none."""
    known = {setting.variable for setting in SETTINGS.values()} | set(ENVIRONMENT_ONLY)
    strange = sorted(name for name in environ if name.startswith("OSSREC_") and name not in known)
    return [f"{name} in the environment is no setting{nearest(name, known)}" for name in strange]


def nearest(word: str, known: Any) -> str:
    """``; did you mean …?`` with the likeliest of *known*, or nothing."""
    import difflib  # only ever needed on the way to an error

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def parse_duration(text: str) -> float:
    """Seconds of ``30s``, ``5m``, ``1.5h``, ``2d`` or ``90``; ValueError for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration: write 30s, 5m, 2h or 1d")
    return float(match[1]) * _UNITS[match[2] or "s"]


def parse_size(text: str) -> int:
    """Bytes of ``500MB`` (of 1000 each), ``20GiB`` (of 1024) or ``1000000``; ValueError for anything else."""
    match = _BYTES.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size: write 500MB, 20GB or 1.5TiB")
    power = "kmgtp".index(match[2].lower()) + 1 if match[2] else 0
    unit: int = (1024 if match[3] else 1000) ** power
    return round(float(match[1]) * unit)


def parse_auto(text: str) -> int | None:
    """A number from 0 to 64, or None for ``auto``; ValueError for anything else."""
    word = text.strip().lower()
    if word == "auto":
        return None
    if word.isdecimal() and len(word) <= 2 and int(word) <= MOST_PROCESSES:
        return int(word)
    raise ValueError(f"{text!r} is neither auto nor a number from 0 to {MOST_PROCESSES}")


def parse_verdicts(text: str) -> tuple[str, ...]:
    """The verdicts of a list with commas; ValueError for a word that is none."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in set(Verdict):
            raise ValueError(f"{word!r} is no verdict, which are {', '.join(Verdict)}{nearest(word, [*Verdict])}")
    if not words:
        raise ValueError(f"no verdict is named, which are {', '.join(Verdict)}")
    return tuple(dict.fromkeys(words))


def parse_fail_on(text: str) -> frozenset[str]:
    """The verdicts that make a scan fail; ``any`` is all but complete and recording, ``never`` is none."""
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
                f"{path}: {name}: credentials do not belong in a file; set OSS_ACCESS_KEY_ID,"
                " OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN in the environment"
            )
        raise UsageProblem(f"{path}: there is no setting {name}{nearest(name, SETTINGS)}")
    try:
        return _value(setting, value, path)
    except ValueError as error:
        raise UsageProblem(f"{path}: {name}: {error}") from None


def _value(setting: Setting, value: Any, path: Path) -> Any:
    """*value* as the command line would give it, so that it is checked only once more there."""
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
        raise ValueError(f"{value!r} is none of {', '.join(setting.words)}")
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
