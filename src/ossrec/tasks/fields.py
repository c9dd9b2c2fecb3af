"""Fields of a row about a task, as people's databases write them: each read into one form, or refused in a sentence."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

FIELDS = ("recordid", "roomid", "stream", "uids", "started", "stopped")

# What columns are called when nobody says; in small letters, without anything but letters and digits.
USUAL: Mapping[str, tuple[str, ...]] = {
    "recordid": ("recordid", "recordingid", "record"),
    "roomid": ("roomid", "room", "roomname", "channel", "channelname", "cname"),
    "stream": ("stream", "streamtype", "streammode"),
    "uids": ("uids", "uid", "users", "userids", "user", "userid"),
    "started": ("started", "startedat", "startedms", "starttime", "startedtime", "startts", "start", "begintime"),
    "stopped": ("stopped", "stoppedat", "stoppedms", "stoptime", "endedat", "endtime", "stop", "ended", "end"),
}

_STREAMS = {"mixed": "mixed", "mix": "mixed", "1": "mixed", "source": "source", "single": "source", "2": "source"}
_NOTHING = frozenset(("", "null", "none", "\\n", "nil", "n/a", "0000-00-00 00:00:00", "0000-00-00"))
_NUMBER = re.compile(r"[0-9]{1,17}(\.[0-9]{1,9})?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:([0-2][0-9])([0-5][0-9])([0-5][0-9]))?")
_SPACED = re.compile(r"(:[0-9.]+) ([+-][0-9:]+)$")  # a blank before the zone
_EARLIEST_S = 100_000_000  # a smaller number counts something else, such as the days of a spreadsheet
_APART = re.compile(r"[\s,;|]+")
_MOST_ID = 512  # characters of a recordid, room or user
_MOST_UIDS = 10_000
_MS_FROM = 100_000_000_000  # a greater number is milliseconds: as seconds it were after the year 5138
_LATEST_MS = 253_402_300_799_999  # the last millisecond of the year 9999


class Told(NamedTuple):
    """What one row says of a task. Times are Unix milliseconds."""

    recordid: str
    roomid: str | None
    stream: str | None
    uids: tuple[str, ...] | None
    started_ms: int | None
    stopped_ms: int | None
    extra: str | None  # JSON object of the other columns


def read_fields(given: Sequence[Any], extra: str | None, zone: tzinfo = UTC) -> Told:
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
    return Told(recordid, _text("roomid", roomid), _stream(stream), _uids(uids), started_ms, stopped_ms, extra)


def usual_columns(header: list[str]) -> dict[str, str]:
    """Which column of *header* holds which field, by their names."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(header)}
    found = {field: next((plain[name] for name in names if name in plain), None) for field, names in USUAL.items()}
    return {field: name for field, name in found.items() if name is not None}


def read_time(field: str, value: Any, zone: tzinfo = UTC) -> int | None:
    """Unix milliseconds of ISO 8601, Unix seconds or milliseconds; None for nothing. Raises ValueError."""
    if value is None or value == "":
        return None
    if value.__class__ is str and value.isdecimal() and 9 <= len(value) <= 13 and value.isascii():  # as mostly
        number = int(value)
        return number if number >= _MS_FROM else number * 1000
    if isinstance(value, str) and value.strip().lower() in _NOTHING:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{field} {_shown(value)} is no time")
    text = str(value).strip()
    if compact := _COMPACT.fullmatch(text):  # 20261001, 20261001120000
        year, month, day, hour, minute, second = (part or "00" for part in compact.groups())
        ms = _calendar_ms(field, f"{year}-{month}-{day}T{hour}:{minute}:{second}", zone)
    elif _NUMBER.fullmatch(text):
        if float(text) == 0:
            return None
        if float(text) < _EARLIEST_S:
            raise ValueError(f"{field} {_shown(value)} is no time: as Unix seconds it is before 1974")
        ms = round(float(text) * (1 if float(text) >= _MS_FROM else 1000))
    else:
        ms = _calendar_ms(field, text, zone)
    if not 0 < ms <= _LATEST_MS:
        raise ValueError(f"{field} {_shown(value)} is no time between 1970 and 9999")
    return ms


def _calendar_ms(field: str, text: str, zone: tzinfo) -> int:
    try:
        moment = datetime.fromisoformat(_SPACED.sub(r"\1\2", text.replace("/", "-").removesuffix(" UTC")))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise ValueError(f"{field} {_shown(text)} is no time: write 2026-10-01T12:00:00Z, or Unix seconds") from None


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
    named = dict.fromkeys(name for one in each if (name := _text("uid", one)) is not None and name != "0")
    return tuple(named) or None


def extra_of(raw: Mapping[str, Any], taken: Container[str]) -> str | None:
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
