"""Format times of the catalog: ISO 8601 in UTC, to the millisecond."""

from datetime import date
from functools import lru_cache

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000


def iso(ms: int | None) -> str | None:
    """Return Unix milliseconds as ``2026-11-01T12:00:00.000Z``; None for None and for years outside 1 to 9999."""
    if ms is None:
        return None
    days, rest = divmod(ms, _DAY_MS)
    day = _day(days)
    if day is None:
        return None
    minutes, thousandths = divmod(rest, 60_000)
    return f"{day}T{minutes // 60:02}:{minutes % 60:02}:{thousandths // 1000:02}.{thousandths % 1000:03}Z"


def iso_seconds(seconds: int | None) -> str | None:
    """Return Unix seconds in the format of `iso`."""
    return None if seconds is None else iso(seconds * 1000)


@lru_cache(4096)
def _day(days: int) -> str | None:
    """Return the date *days* after 1970-01-01; cached, because the rows of a query share few dates."""
    try:
        return date.fromordinal(_EPOCH + days).isoformat()
    except (OverflowError, ValueError):
        return None
