"""Reads the values that tags carry; each function answers None for text that is not one."""

import re
from datetime import UTC, datetime

MAX_DURATION = 1_000_000.0  # seconds; a segment of eleven days is no segment

_INTEGER = re.compile(r"[0-9]{1,20}")  # RFC 8216 4.2; more digits would make int() raise
_DURATION = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}")
_BYTERANGE = re.compile(r"([0-9]{1,19})(?:@([0-9]{1,19}))?")
_IV = re.compile(r"0[xX][0-9a-fA-F]{1,32}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?")


def read_integer(text: str) -> int | None:
    """A decimal-integer of at most 20 digits."""
    return int(text) if _INTEGER.fullmatch(text) else None


def read_duration(text: str) -> float | None:
    """Seconds: a decimal number without a sign, below `MAX_DURATION`."""
    if not _DURATION.fullmatch(text):
        return None
    seconds = float(text)
    return seconds if seconds < MAX_DURATION else None


def read_byterange(text: str) -> tuple[int, int | None] | None:
    """The length and, when it is given, the start of ``<n>[@<o>]``, in bytes."""
    found = _BYTERANGE.fullmatch(text)
    if found is None:
        return None
    length, start = found.groups()
    return int(length), None if start is None else int(start)


def read_time(text: str) -> tuple[float, bool] | None:
    """Seconds since 1970-01-01 UTC, and whether a time zone was given; without one it is read as UTC."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp(), found[1] is not None
    except (ValueError, OverflowError):  # 30 February, or an hour before the year 1
        return None


def is_iv(text: str) -> bool:
    """Whether *text* is a hexadecimal-sequence of at most 128 bits."""
    return _IV.fullmatch(text) is not None
