"""Parse the values of tags; each `read_` function returns None for malformed text."""

import re
from datetime import UTC, datetime

MAX_DURATION = 1e9  # seconds, 31 years: the sum of a million segments in milliseconds fits into 64 bits

_INTEGER = re.compile(r"[0-9]{1,20}")  # RFC 8216 4.2; more digits would make int() raise
_DURATION = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}")
_DECIMAL_COMMA = re.compile(r"[ \t]*([0-9]{1,20}),(?:([0-9]{1,20})[ \t]*,|([0-9]{6})[ \t]*$)")
_NUMBER_AND_TEXT = re.compile(r"([0-9.]{1,41})[ \t]")
_FRACTION = re.compile(r"([0-9]{1,20})\.[0-9]{0,20}")
_EPOCH = ((10**9, 5 * 10**9), (10**12, 5 * 10**12), (10**15, 5 * 10**15))  # seconds, ms and us: 2001 to 2128
_CALENDAR = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]")
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


def read_integer_part(text: str) -> int | None:
    """Parse a decimal number with a point, such as ``2.0``, into the integer before the point, as players do."""
    found = _FRACTION.fullmatch(text)
    return None if found is None else int(found[1])


def decimal_comma(value: str) -> str | None:
    """Return the duration of an EXTINF value with a decimal comma, with a point; None for any other value.

    ``2,400000,`` gives ``2.400000``. Without the last comma the fraction must have the six digits that C writes,
    because a shorter number may be a title.
    """
    found = _DECIMAL_COMMA.match(value)
    return None if found is None else f"{found[1]}.{found[2] or found[3]}"


def duration_before_text(text: str) -> float | None:
    """Parse the duration of ``6.0 key="value"``: a number, white space and other text; None for any other text."""
    found = _NUMBER_AND_TEXT.match(text)
    return None if found is None else read_duration(found[1])


def is_time(number: int) -> bool:
    """Return whether *number* is a time of this century: an epoch in s, ms or us, or the digits of a date and time."""
    if any(low <= number < high for low, high in _EPOCH):
        return True
    return _CALENDAR.match(str(number)) is not None and 10**13 <= number < 10**17


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
