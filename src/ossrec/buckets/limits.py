"""Numbers that come from a bucket, held to what they can mean: nothing later must overflow by them."""

from email.utils import parsedate_to_datetime

MOST_BYTES = 2**53  # of an object; OSS's largest has 2**46, and 1023 of these still add up in 63 bits
FIRST_SECOND = -62_135_596_800  # the year 1 begins
LAST_SECOND = 253_402_300_799  # the year 9999 ends


def known_second(moment: int) -> int:
    """*moment*, seconds since 1970, or the nearest one that is in a year from 1 to 9999."""
    return min(max(moment, FIRST_SECOND), LAST_SECOND)


def http_time(text: str | None) -> float | None:
    """Seconds since 1970 of an HTTP date (RFC 9110 5.6.7), None for what is none."""
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
