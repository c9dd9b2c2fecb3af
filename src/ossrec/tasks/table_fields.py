"""Parse the fields of a row about a task as databases and spreadsheets write them, or refuse them with a reason."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ossrec.model import EARLIEST_MS, LATEST_MS

_STREAMS = {"mixed": "mixed", "mix": "mixed", "1": "mixed", "source": "source", "single": "source", "2": "source"}
_EMPTY = frozenset(("", "null", "none", "\\n", "nil", "n/a", "0000-00-00 00:00:00", "0000-00-00"))
_NEVER = ("nan", "nat")  # of pandas
_NUMBER = re.compile(r"[0-9]{1,17}(\.[0-9]{1,9})?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:([0-2][0-9])([0-5][0-9])([0-5][0-9])?)?")
_DATE = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?((?<=:[0-9]{2}).*)?"
)
_SPACED = re.compile(r"(:[0-9.]+) ([+-][0-9:]+)$")  # a blank before the zone
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(0?[0-9]|1[0-4])(?::?([0-5][0-9]))?")
_USUAL_DIGITS = (9, 10, 11, 13)  # of Unix seconds and milliseconds; dates have 8, 12 or 14
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_INTEGRAL = re.compile(r"([0-9]+)\.0+")
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")
_SEPARATORS = re.compile(r"[\s,;|]+")
_MAX_ID = 512  # characters of a recordid, room or user
_MAX_UIDS = 10_000
_MS_FROM = 100_000_000_000  # a larger number is milliseconds: as seconds it would be after the year 5138
_LAST_MS = 253_402_300_799_999 + 86_400_000  # the last millisecond of the year 9999, in any zone


class TaskFields(NamedTuple):
    """The fields of a task in one row. Times are Unix milliseconds."""

    recordid: str
    roomid: str | None
    stream: str | None
    uids: tuple[str, ...] | None
    started_ms: int | None
    stopped_ms: int | None
    extra: str | None  # JSON object of the other columns


def read_fields(given: Sequence[Any], extra: str | None, zone: tzinfo = UTC) -> TaskFields:
    """Parse the values *given* for `FIELDS`, in their order; None for fields that the row does not have.

    A time without a zone is in *zone*. Raises ValueError with the reason if the row is invalid.
    """
    recordid, roomid, stream, uids, started, stopped = given
    recordid = _text("recordid", recordid)
    if recordid is None:
        raise ValueError("no recordid")
    if "_" in recordid or "/" in recordid:
        raise ValueError(f"{recordid!a} is not a recordid: a recordid contains no _ and no /")
    started_ms = read_time("started", started, zone)
    stopped_ms = read_time("stopped", stopped, zone)
    if started_ms is not None and stopped_ms is not None and stopped_ms < started_ms:
        raise ValueError("stopped is before started")
    return TaskFields(recordid, _text("roomid", roomid), _stream(stream), _uids(uids), started_ms, stopped_ms, extra)


def read_time(field: str, value: Any, zone: tzinfo = UTC) -> int | None:
    """Return Unix milliseconds for ISO 8601, Unix seconds or milliseconds; None for an empty value. Raises ValueError.

    A stop from 2100 on is None: databases use such dates for tasks that have not ended.
    """
    if value is None or value == "":
        return None
    if (
        value.__class__ is str and value.isdecimal() and len(value) in _USUAL_DIGITS and value.isascii()
    ):  # the usual case
        number = int(value)
        ms = number if number >= _MS_FROM else number * 1000
        return ms if EARLIEST_MS <= ms < LATEST_MS else _out_of_range(field, value, ms)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{field} {_shown(value)} is not a time")
    text = str(value).strip()
    low = text.lower()
    if low in _EMPTY or low in _NEVER or (field == "stopped" and low == "infinity"):
        return None
    if compact := _COMPACT.fullmatch(text):  # 20261001, 202610011200, 20261001120000
        ms = _calendar_ms(field, value, _iso(*compact.groups()), zone)
    elif _NUMBER.fullmatch(text):
        if float(text) == 0:
            return None
        ms = round(float(text) * (1 if float(text) >= _MS_FROM else 1000))
    else:
        ms = _calendar_ms(field, value, _as_iso(text), zone)
    return ms if EARLIEST_MS <= ms < LATEST_MS else _out_of_range(field, value, ms)


def _out_of_range(field: str, value: Any, ms: int) -> int | None:
    """Return None for a far-future stop, which means "not ended"; raise ValueError for any other time out of range."""
    if field == "stopped" and (LATEST_MS <= ms <= _LAST_MS or abs(ms - _LAST_MS // 1000) <= 2 * 86_400):
        return None
    raise ValueError(f"{field} {_shown(value)} is not between 2010 and 2100: write a time like 2026-10-01T12:00:00Z")


def _as_iso(text: str) -> str:
    """Return ISO 8601 for the similar notations of databases and spreadsheets."""
    text = _SPACED.sub(r"\1\2", text.removesuffix(" UTC"))
    date = _DATE.fullmatch(text)  # 2026/1/5 9:00
    if date is None:
        return text
    *parts, rest = date.groups()
    return _iso(*parts) + (rest or "")


def _iso(year: str, *parts: str | None) -> str:
    month, day, hour, minute, second = ((part or "0").zfill(2) for part in parts)
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}"


def _calendar_ms(field: str, value: Any, text: str, zone: tzinfo) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return round((moment - _EPOCH) / _MILLISECOND)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{field} {_shown(value)} is not a time: write 2026-10-01T12:00:00Z, or Unix seconds"
        ) from None


def read_zone(name: str) -> tzinfo:
    """Return the time zone called *name*, like Asia/Shanghai or +08:00; raises ValueError if it is unknown."""
    if hours := _OFFSET.fullmatch(name):
        sign, hour, minute = hours.groups()
        ahead = timedelta(hours=int(hour), minutes=int(minute or 0))
        return timezone(-ahead if sign == "-" else ahead)
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError(name) from None


def _text(field: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if value.__class__ is not str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"{field} {_shown(value)} is not text")
        value = str(value)
    text: str = value.strip()
    if len(text) < 5 and text.lower() in ("null", "\\n", ""):
        return None
    if len(text) > _MAX_ID:
        raise ValueError(f"{field} {_shown(text)} is longer than {_MAX_ID} characters")
    if not text.isprintable():
        if any("\udc80" <= char <= "\udcff" for char in text):
            raise ValueError(
                f"{field} {_shown(text)} is not UTF-8: save the file as UTF-8, or give its encoding with --encoding"
            )
        raise ValueError(f"{field} {_shown(text)} contains unprintable characters")
    return text


def _stream(value: Any) -> str | None:
    known = _STREAMS.get(value) if isinstance(value, str) else None
    if known is not None:
        return known
    text = _text("stream", value)
    if text is None:
        return None
    if text.lower() not in _STREAMS:
        raise ValueError(f"stream {_shown(text)} is neither mixed (1) nor source (2)")
    return _STREAMS[text.lower()]


def _uids(value: Any) -> tuple[str, ...] | None:
    """Return the users, each once; None if there are none. The recorder writes "0" for all users of a mixed stream."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = value.strip()
        if text.isdecimal() and text != "0" and len(text) < 20:  # the usual case
            return (text,)
        if text.startswith("["):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                raise ValueError(f"uids {_shown(text)} is not a JSON list") from None
        elif text.startswith("{") and text.endswith("}"):  # an array of PostgreSQL
            value = [part.strip().strip('"') for part in text[1:-1].split(",")]
        else:
            value = [] if text.lower() in _EMPTY else [part for part in _SEPARATORS.split(text) if part]
    each = value if isinstance(value, list) else [value]
    if len(each) > _MAX_UIDS:
        raise ValueError(f"there are {len(each):,} uids, more than {_MAX_UIDS:,}")
    named = dict.fromkeys(name for one in each if (name := _uid(one)) is not None and name != "0")
    return tuple(named) or None


def _uid(value: Any) -> str | None:
    """Return a user; of 10266702.0, as spreadsheets write numbers, the integer."""
    name = _text("uid", str(value) if isinstance(value, float) else value)
    if name is None or name.isalnum():
        return name
    if _ROUNDED.fullmatch(name):
        raise ValueError(f"uid {_shown(name)} was rounded by a spreadsheet: save the column as text")
    integral = _INTEGRAL.fullmatch(name)
    return integral[1] if integral else name


def pack_extra(raw: Mapping[str, Any], taken: Container[str]) -> str | None:
    """Return the other columns of a row as a JSON object; None if there are none, or all are empty."""
    other = {name: value for name, value in raw.items() if name not in taken and value is not None and value != ""}
    if not other:
        return None
    text = _plain(other)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return json.dumps(other, separators=(",", ":"))  # lone surrogates cannot be stored as UTF-8: escape them
    return text


_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
