"""Escape text from a bucket for terminals, spreadsheets and JSON, and format numbers for people.

Names may contain anything: terminal escape sequences, bidirectional control characters, spreadsheet
formulas. Text for people shows those as escapes; `--format json` loses nothing.
"""

import json
import math
import re
from typing import Any

# Controls (C0, C1), invisible and direction marks, line separators, surrogates, tags, non-characters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff0-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FORMULA = tuple("=+-@＝＋－＠")
_SIZES = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def printable(text: str) -> str:
    """Return *text* on one line, with control and invisible characters escaped as ``\\x1b`` or ``\\u202e``."""
    return _UNSAFE.sub(_escape, text)


def spreadsheet_cell(value: Any) -> str:
    """Return a cell of a CSV file; text that a spreadsheet might take for a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if math.isfinite(value) else ""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, dict) for part in value)):
        value = json_text(value)
    elif isinstance(value, list):
        value = " ".join(str(part) for part in value)
    text = printable(str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def json_text(value: Any, *, ascii_only: bool = False, indent: int | None = None) -> str:
    """Return *value* as JSON that is safe on a terminal; NaN and infinity, which JSON does not have, become null."""
    try:
        text = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, indent=indent)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=ascii_only, indent=indent)
    # Unsafe characters only occur inside strings, where \uXXXX means the same; newlines are those of `indent`.
    return _UNSAFE.sub(_json_escape, text)


def human_bytes(size: int) -> str:
    """Return a size in the largest unit that gives at least 1: ``1.5 MiB``."""
    if size < 1024:
        return f"{size} bytes"
    power = min((size.bit_length() - 1) // 10, len(_SIZES) - 1)
    return f"{size / 1024**power:.1f} {_SIZES[power]}"


def counted(number: int, thing: str) -> str:
    """Return a count with its noun: ``1 recording``, ``2,000 recordings``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def human_time(iso: str | None) -> str:
    """Return an ISO 8601 time in UTC as ``2026-10-01 12:00:00``, or "" for None."""
    return "" if iso is None else iso[:19].replace("T", " ")


def clock(seconds: float | None) -> str:
    """Return a duration in seconds as ``1:02:03``, or ``0:04.5`` if it is no whole number of seconds."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    tenths = math.floor(seconds * 10 + 0.5)
    whole, tenth = divmod(tenths, 10)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    head = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{head}.{tenth}" if tenth else head


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if code < 0x100:
        return _SHORT.get(char) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    char = match[0]
    if char == "\n":
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value
