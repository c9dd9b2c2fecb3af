"""Limits for numbers that a bucket reports, so that no later calculation overflows."""

MAX_OBJECT_BYTES = 2**53  # OSS allows 2**46; the sum of 1023 objects of this size still fits into 63 bits
FIRST_SECOND = -62_135_596_800  # start of the year 1
LAST_SECOND = 253_402_300_799  # end of the year 9999


def clamp_second(second: int) -> int:
    """Return *second*, in seconds since 1970, moved into the years 1 to 9999 if need be."""
    return min(max(second, FIRST_SECOND), LAST_SECOND)
