"""Fields of a row about a task, as people's databases write them: each read into one form, or refused in a sentence."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ossrec.model import EARLIEST_MS, LATEST_MS

_STREAMS = {"mixed": "mixed", "mix": "mixed", "1": "mixed", "source": "source", "single": "source", "2": "source"}
_NOTHING = frozenset(("", "null", "none", "\\n", "nil", "n/a", "0000-00-00 00:00:00", "0000-00-00"))
_NEVER = ("nan", "nat")  # of pandas
_NUMBER = re.compile(r"[0-9]{1,17}(\.[0-9]{1,9})?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:([0-2][0-9])([0-5][0-9])([0-5][0-9])?)?")
_LOOSE = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?((?<=:[0-9]{2}).*)?"
)
_SPACED = re.compile(r"(:[0-9.]+) ([+-][0-9:]+)$")  # a blank before the zone
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(0?[0-9]|1[0-4])(?::?([0-5][0-9]))?")
_USUAL_DIGITS = (9, 10, 11, 13)  # of Unix seconds and milliseconds; 8, 12 and 14 are a date's
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_WHOLE = re.compile(r"([0-9]+)\.0+")
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")
_APART = re.compile(r"[\s,;|]+")
_MOST_ID = 512  # characters of a recordid, room or user
_MOST_UIDS = 10_000
_MS_FROM = 100_000_000_000  # a greater number is milliseconds: as seconds it were after the year 5138
_LAST_MS = 253_402_300_799_999 + 86_400_000  # the last millisecond of the year 9999, in any zone


class TaskFields(NamedTuple):
    """What one row says of a task. Times are Unix milliseconds."""

    recordid: str
    roomid: str | None
    stream: str | None
    uids: tuple[str, ...] | None
    started_ms: int | None
    stopped_ms: int | None
    extra: str | None  # JSON object of the other columns


def read_fields(given: Sequence[Any], extra: str | None, zone: tzinfo = UTC) -> TaskFields:
    """What the values *given* for `FIELDS`, in their order, tell; None for what the row does not have.

    A time without a zone is of *zone*. Raises ValueError, with a sentence, for a row that cannot be right.
    """
    recordid, roomid, stream, uids, started, stopped = given
    recordid = _text("recordid", recordid)
    if recordid is None:
        raise ValueError("it has no recordid")
    if "_" in recordid or "/" in recordid:
        raise ValueError(f"{recordid!a} is no recordid: those have no _ and no /")
    started_ms = read_time("started", started, zone)
    stopped_ms = read_time("stopped", stopped, zone)
    if started_ms is not None and stopped_ms is not None and stopped_ms < started_ms:
        raise ValueError("it stopped before it started")
    return TaskFields(recordid, _text("roomid", roomid), _stream(stream), _uids(uids), started_ms, stopped_ms, extra)


def read_time(field: str, value: Any, zone: tzinfo = UTC) -> int | None:
    """Unix milliseconds of ISO 8601, Unix seconds or milliseconds; None for nothing. Raises ValueError.

    A stop after the year 2100 is none: databases write so what has not ended yet.
    """
    if value is None or value == "":
        return None
    if value.__class__ is str and value.isdecimal() and len(value) in _USUAL_DIGITS and value.isascii():  # as mostly
        number = int(value)
        ms = number if number >= _MS_FROM else number * 1000
        return ms if EARLIEST_MS <= ms < LATEST_MS else _odd_time(field, value, ms)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{field} {_shown(value)} is no time")
    text = str(value).strip()
    low = text.lower()
    if low in _NOTHING or low in _NEVER or (field == "stopped" and low == "infinity"):
        return None
    if compact := _COMPACT.fullmatch(text):  # 20261001, 202610011200, 20261001120000
        ms = _calendar_ms(field, value, _iso(*compact.groups()), zone)
    elif _NUMBER.fullmatch(text):
        if float(text) == 0:
            return None
        ms = round(float(text) * (1 if float(text) >= _MS_FROM else 1000))
    else:
        ms = _calendar_ms(field, value, _as_iso(text), zone)
    return ms if EARLIEST_MS <= ms < LATEST_MS else _odd_time(field, value, ms)


def _odd_time(field: str, value: Any, ms: int) -> int | None:
    """A time in a year in which nobody records: none if it stands for a stop that was not yet, else a slip."""
    if field == "stopped" and (LATEST_MS <= ms <= _LAST_MS or abs(ms - _LAST_MS // 1000) <= 2 * 86_400):
        return None
    raise ValueError(f"{field} {_shown(value)} is no time between 2010 and 2100: write 2026-10-01T12:00:00Z")


def _as_iso(text: str) -> str:
    """ISO 8601 of what databases and spreadsheets write nearly so."""
    text = _SPACED.sub(r"\1\2", text.removesuffix(" UTC"))
    loose = _LOOSE.fullmatch(text)  # 2026/1/5 9:00
    if loose is None:
        return text
    *parts, rest = loose.groups()
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
        raise ValueError(f"{field} {_shown(value)} is no time: write 2026-10-01T12:00:00Z, or Unix seconds") from None


def read_zone(name: str) -> tzinfo:
    """The time zone of a name as in Asia/Shanghai, or of hours as in +08:00; raises ValueError for none."""
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
            raise ValueError(f"{field} {_shown(value)} is no text")
        value = str(value)
    text: str = value.strip()
    if len(text) < 5 and text.lower() in ("null", "\\n", ""):
        return None
    if len(text) > _MOST_ID:
        raise ValueError(f"{field} {_shown(text)} is longer than {_MOST_ID} characters")
    if not text.isprintable():
        if any("\udc80" <= char <= "\udcff" for char in text):
            raise ValueError(f"{field} {_shown(text)} is no UTF-8: save it as that, or name what it is with --encoding")
        raise ValueError(f"{field} {_shown(text)} has characters that cannot be printed")
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
    """Users, each once; None when nobody is named. The recorder writes "0" for all users of a mixed stream."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = value.strip()
        if text.isdecimal() and text != "0" and len(text) < 20:  # as mostly
            return (text,)
        if text.startswith("["):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                raise ValueError(f"uids {_shown(text)} is no JSON list") from None
        elif text.startswith("{") and text.endswith("}"):  # an array of PostgreSQL
            value = [part.strip().strip('"') for part in text[1:-1].split(",")]
        else:
            value = [] if text.lower() in _NOTHING else [part for part in _APART.split(text) if part]
    each = value if isinstance(value, list) else [value]
    if len(each) > _MOST_UIDS:
        raise ValueError(f"uids are {len(each):,}, more than {_MOST_UIDS:,}")
    named = dict.fromkeys(name for one in each if (name := _uid(one)) is not None and name != "0")
    return tuple(named) or None


def _uid(value: Any) -> str | None:
    """A user; of a number that a spreadsheet took for a fraction, 10266702.0, the number."""
    name = _text("uid", str(value) if isinstance(value, float) else value)
    if name is None or name.isalnum():
        return name
    if _ROUNDED.fullmatch(name):
        raise ValueError(f"uid {_shown(name)} was rounded by a spreadsheet: save the column as text")
    whole = _WHOLE.fullmatch(name)
    return whole[1] if whole else name


def pack_extra(raw: Mapping[str, Any], taken: Container[str]) -> str | None:
    """The columns of a row that are no fields, as a JSON object; None if there are none, or nothing in them."""
    other = {name: value for name, value in raw.items() if name not in taken and value is not None and value != ""}
    if not other:
        return None
    text = _plain(other)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return json.dumps(other, separators=(",", ":"))  # half characters, which no database takes: escaped
    return text


_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
