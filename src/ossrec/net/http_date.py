"""Dates of HTTP header fields."""

from email.utils import parsedate_to_datetime


def parse_http_date(text: str | None) -> float | None:
    """Return the seconds since 1970 of an HTTP date (RFC 9110 5.6.7), None if *text* is not one."""
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
