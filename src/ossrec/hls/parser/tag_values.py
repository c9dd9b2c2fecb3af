"""Parse the values of tags; each `read_` function returns None for malformed text."""

import re
from datetime import UTC, datetime

MAX_DURATION = 1_000_000.0  # seconds; no segment lasts eleven days

_INTEGER = re.compile(r"[0-9]{1,20}")  # RFC 8216 4.2; more digits would make int() raise
_DURATION = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}")
_BYTERANGE = re.compile(r"([0-9]{1,19})(?:@([0-9]{1,19}))?")
_IV = re.compile(r"0[xX][0-9a-fA-F]{1,32}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?")


def read_integer(text: str) -> int | None:
    """Parse a decimal-integer of at most 20 digits (RFC 8216 4.2)."""
    return int(text) if _INTEGER.fullmatch(text) else None


def read_duration(text: str) -> float | None:
    """Parse a duration in seconds: a decimal number without a sign, below `MAX_DURATION`."""
    if not _DURATION.fullmatch(text):
        return None
    seconds = float(text)
    return seconds if seconds < MAX_DURATION else None


def read_byterange(text: str) -> tuple[int, int | None] | None:
    """Parse ``<n>[@<o>]`` into length and start (None if not given), in bytes (RFC 8216 4.3.2.2)."""
    found = _BYTERANGE.fullmatch(text)
    if found is None:
        return None
    length, start = found.groups()
    return int(length), None if start is None else int(start)


def read_time(text: str) -> tuple[float, bool] | None:
    """Parse a date and time into seconds since 1970-01-01 UTC, and whether it has a time zone (by default UTC)."""
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
    """Return whether *text* is a hexadecimal-sequence of at most 128 bits (RFC 8216 4.2)."""
    return _IV.fullmatch(text) is not None
